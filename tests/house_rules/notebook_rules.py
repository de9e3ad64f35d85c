"""What a finished lesson must be (design, sections 2b, 4 and 5): each rule returns its complaints."""

from __future__ import annotations

import ast
import json
import re
import statistics
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from house_rules import explorer_rules
from house_rules.reading import (
    FENCED_CODE,
    LINK,
    Cell,
    Notebook,
    count_words,
    dotted_name,
    headings_of,
    imported_modules,
    last_name,
    prose_of,
)

TAGS = {
    "installation",  # lesson 00: finds out whether the course can run, before anything is imported
    "setup",  # the only cell with imports
    "handshake",  # inline = package = scikit-learn, asserted
    "exercise-stub",
    "exercise-check",
    "explorer",  # a figure that can be moved
    "measured",  # its output is a timing
    "nbval-ignore-output",  # run, not compared: for measured cells
}
CELL_METADATA = {"tags", "mystnb", "course"}
NOTEBOOK_METADATA = {"course", "kernelspec", "language_info"}
COURSE_METADATA = {
    "lesson": str,
    "title": str,
    "question": str,
    "objectives": list,
    "minutes": int,
    "prerequisites": list,
    "datasets": list,
    "modules": list,
}
REBINDABLE = {"_", "fig", "ax", "axes"}
# sources that a reader is sent to; each outlives the page it is cited on
HOSTS = {
    "doi.org",
    "arxiv.org",
    "hastie.su.domains",  # The Elements of Statistical Learning, free from its authors
    "www.statlearning.com",
    "scikit-learn.org",
    "numpy.org",
    "scipy.org",
    "docs.scipy.org",
    "matplotlib.org",
    "distill.pub",
}
MODERN_RANDOM = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64"}
LARGEST_FILE = 1_500_000  # bytes: the limit above which GitHub stops rendering comfortably
LONGEST_CELL, MEDIAN_CELL, LONGEST_FUNCTION = 25, 5, 15  # lines that are not blank
FEWEST_EXERCISES = 5
FILLER = re.compile(r"\b(simply|note that|it is important to|obviously|trivially)\b", re.IGNORECASE)
ABSOLUTE_PATH = re.compile(r"^(?:/[A-Za-z]\w+|[A-Za-z]:[\\/]|~/)")
MACHINE_PATH = re.compile(
    r"(?:^|[\s\"'(=:])(/(?:work|root|tmp|home|Users|usr|opt|var)/[^\s\"']*|[A-Z]:\\\\?Users)"
)
BOX = "> **You will read that**"


@dataclass(frozen=True)
class Budget:
    """Smallest and largest counts."""

    cells: tuple[int, int] = (45, 70)
    words: tuple[int, int] = (1_800, 3_000)
    figures: tuple[int, int] = (5, 9)


# Lesson 00 welcomes in twenty minutes, and introduces no algorithm that could shake hands.
BUDGETS = {"00": Budget(cells=(20, 70), words=(800, 3_000), figures=(1, 9))}
WITHOUT_HANDSHAKE = {"00"}


def file_is_clean(notebook: Notebook) -> list[str]:
    """A small file in the current format, with nothing in it that an editor or a run left behind."""
    data, complaints = notebook.data, []
    if not re.fullmatch(r"\d\db?_[a-z0-9_]+\.ipynb", notebook.name):
        complaints.append(f"{notebook.name} is not NN_topic.ipynb or NNb_topic.ipynb")
    if (data["nbformat"], data["nbformat_minor"]) < (4, 5):
        complaints.append("the format is older than 4.5, which gave cells their ids")
    if len(notebook.text.encode()) > LARGEST_FILE:
        complaints.append(f"the file has {len(notebook.text.encode()):,} bytes, more than {LARGEST_FILE:,}")
    if extra := set(data["metadata"]) - NOTEBOOK_METADATA:
        complaints.append(f"notebook metadata {sorted(extra)} are not ours (widget state? an editor's?)")
    ids = Counter(cell.data.get("id", "") for cell in notebook.cells)
    complaints += [f"cell id {name!r} occurs {count} times" for name, count in ids.items() if count > 1]
    for cell in notebook.cells:
        if extra := set(cell.metadata) - CELL_METADATA:
            complaints.append(f"{cell}: metadata {sorted(extra)} are not ours")
        if unknown := cell.tags - TAGS:
            complaints.append(f"{cell}: unknown tags {sorted(unknown)}")
        if ("measured" in cell.tags) != ("nbval-ignore-output" in cell.tags):
            complaints.append(f"{cell}: `measured` and `nbval-ignore-output` go together")
    return complaints


def is_executed_in_order(notebook: Notebook) -> list[str]:
    """Every code cell was run once, top to bottom, and none is empty."""
    complaints = [f"{cell}: empty code cell" for cell in notebook.code if not cell.source.strip()]
    counts = [cell.data.get("execution_count") for cell in notebook.code]
    if counts != list(range(1, len(counts) + 1)):
        complaints.append(f"not executed once from top to bottom: {counts}")
    return complaints


def ran_without_complaint(notebook: Notebook) -> list[str]:
    """No stored output is an error, a warning, or anything on stderr."""
    complaints = []
    for cell in notebook.code:
        if any(output["output_type"] == "error" for output in cell.outputs):
            complaints.append(f"{cell}: an error is stored")
        if any(output.get("name") == "stderr" for output in cell.outputs):
            complaints.append(f"{cell}: stderr is stored")
        if re.search(r"\w*Warning:", cell.output_text):
            complaints.append(f"{cell}: a warning is stored")
    return complaints


def names_no_machine(notebook: Notebook) -> list[str]:
    """Neither source nor stored output holds a path of the machine that ran it."""
    complaints = []
    for cell in notebook.cells:
        metadata = json.dumps([output.get("metadata", {}) for output in cell.outputs])
        if found := MACHINE_PATH.search("\n".join([cell.source, cell.output_text, metadata])):
            complaints.append(f"{cell}: path of a machine: {found[1]}")
    return complaints


def metadata_agrees(notebook: Notebook, listing, numbers: list[str]) -> list[str]:
    """metadata.course is complete and says what lessons.toml (`listing`; all `numbers` in order) says."""
    course = notebook.course
    complaints = [f"metadata.course lacks {sorted(COURSE_METADATA.keys() - course.keys())}"] * (
        course.keys() != COURSE_METADATA.keys()
    )
    complaints += [
        f"metadata.course.{name} is {course[name]!r}, no {kind.__name__}"
        for name, kind in COURSE_METADATA.items()
        if name in course and not isinstance(course[name], kind)
    ]
    if complaints:
        return complaints
    for name in ("title", "question", "minutes"):
        if course[name] != getattr(listing, name):
            complaints.append(f"metadata.course.{name} differs from lessons.toml: {course[name]!r}")
    if course["lesson"] != listing.number or notebook.name != listing.file:
        complaints.append(
            f"{notebook.name} says it is lesson {course['lesson']}; lessons.toml: {listing.number}"
        )
    if missing := set(listing.introduces) - set(course["modules"]):
        complaints.append(f"lessons.toml says that it introduces {sorted(missing)}, which it does not use")
    earlier = numbers[: numbers.index(listing.number)]
    complaints += [
        f"prerequisite {number!r} is no earlier lesson"
        for number in course["prerequisites"]
        if number not in earlier
    ]
    return complaints


def metadata_says_what_the_code_uses(notebook: Notebook) -> list[str]:
    """`modules` are those imported from course_utils to be taught, `datasets` those loaded."""
    imported = {
        name.split(".")[1]
        for cell in notebook.code
        if cell.tree and "installation" not in cell.tags
        for name in imported_modules(cell.tree)
        if name.startswith("course_utils.")
    }
    loaded = {
        last_name(call.func).removeprefix("load_")
        for cell in notebook.code
        for call in cell.nodes(ast.Call)
        if last_name(call.func).startswith("load_")
    }
    found = {"modules": imported, "datasets": loaded}
    return [
        f"metadata.course.{name} is {sorted(notebook.course.get(name, ()))}; the code uses {sorted(used)}"
        for name, used in found.items()
        if used != set(notebook.course.get(name, ()))
    ]


def opening_promises(notebook: Notebook) -> list[str]:
    """The first cell: number and title, the question, three to five promised abilities, the minutes."""
    course, opening = notebook.course, notebook.cells[0]
    number = course["lesson"].removeprefix("0") or "0"
    text = _plain(opening.source)
    wanted = [
        course["question"],
        "You will be able to",
        *course["objectives"],
        f"{course['minutes']} minutes",
    ]
    complaints = [f"the opening lacks {words!r}" for words in wanted if _plain(words) not in text]
    if not opening.source.startswith(f"# {number} · {course['title']}\n"):
        complaints.append(f"the first line is not '# {number} · {course['title']}'")
    if any(headings_of(cell.source, level=1) for cell in notebook.markdown[1:]):
        complaints.append("a second `# ` heading")
    if not 3 <= len(course["objectives"]) <= 5:
        complaints.append(f"{len(course['objectives'])} objectives; 3 to 5 are promised")
    return complaints


def _plain(markdown: str) -> str:
    return " ".join(re.sub(r"[*`_>\-]", " ", markdown).split()).lower()


def sections_in_order(notebook: Notebook) -> list[str]:
    """Setup first, Exercises and Summary last, and every section opened by a cell of its own."""
    sections = notebook.sections
    complaints = [f"the section {name!r} occurs twice" for name, n in Counter(sections).items() if n > 1]
    if sections[:1] != ["Setup"] or sections[-2:] != ["Exercises", "Summary"]:
        complaints.append(f"sections are not Setup, ..., Exercises, Summary: {sections}")
    if len(sections) < 5:
        complaints.append(f"{len(sections)} sections leave no room for a picture and an idea")
    for cell in notebook.markdown:
        if headings_of(cell.source, level=2) and not cell.source.startswith("## "):
            complaints.append(f"{cell}: a section heading that does not open its cell")
    return complaints


def imports_stand_in_setup(notebook: Notebook) -> list[str]:
    """One cell imports, and sets the style; lesson 00 may first check the installation."""
    setup = notebook.tagged("setup")
    complaints = [f"{len(setup)} cells are tagged `setup`; one is needed"] * (len(setup) != 1)
    for cell in setup:
        if cell.section != "Setup":
            complaints.append(f"{cell}: tagged `setup` outside the section Setup")
        if not cell.calls("use_course_style"):
            complaints.append(f"{cell}: does not call use_course_style()")
    for cell in notebook.code:
        if not cell.tags & {"setup", "installation"} and cell.nodes(ast.Import, ast.ImportFrom):
            complaints.append(f"{cell}: imports outside Setup")
    return complaints


def installation_is_checked_first(notebook: Notebook, standard_library: frozenset[str]) -> list[str]:
    """Lesson 00's first code cell checks the installation with the standard library alone."""
    tagged, wanted = notebook.tagged("installation"), notebook.code[:1] * (notebook.course["lesson"] == "00")
    if [cell.index for cell in tagged] != [cell.index for cell in wanted]:
        return ["the tag `installation` belongs on the first code cell of lesson 00, and nowhere else"]
    # course_utils.cli.doctor and all it imports are standard library too: test_architecture holds them to it
    return [
        f"{cell}: imports {name} before anything is known to be installed"
        for cell in tagged
        for name in sorted(imported_modules(cell.tree))
        if name.split(".")[0] not in standard_library and not name.startswith("course_utils.cli")
    ]


def picture_comes_first(notebook: Notebook) -> list[str]:
    """After Setup comes the figure that makes the lesson necessary, before any displayed formula."""
    for cell in notebook.in_section(notebook.sections[1]):
        if cell.figures:
            return []
        if cell.is_markdown and "$$" in cell.source:
            return [f"{cell}: a formula stands before the picture of the problem"]
    return [f"the first section after Setup, {notebook.sections[1]!r}, shows no figure"]


def handshake_asserts(notebook: Notebook) -> list[str]:
    """One cell asserts, with its tolerance, that inline, package and scikit-learn agree."""
    wanted = 0 if notebook.course["lesson"] in WITHOUT_HANDSHAKE else 1
    cells = notebook.tagged("handshake")
    complaints = [f"{len(cells)} handshake cells; {wanted} expected"] * (len(cells) != wanted)
    for cell in cells:
        if not cell.nodes(ast.Assert) and not re.search(r"\bassert_\w+\(", cell.source):
            complaints.append(f"{cell}: a handshake that asserts nothing")
        if not re.search(r"tol\b|tolerance|\d[eE]-\d", cell.source):
            complaints.append(f"{cell}: a handshake without its tolerance")
        if cell.section in ("Exercises", "Summary"):
            complaints.append(f"{cell}: a handshake after the lesson")
    return complaints


def wrong_claims_are_tested(notebook: Notebook) -> list[str]:
    """At least one box "You will read that", earned by a code cell above it in its section."""
    boxes = [cell for cell in notebook.markdown if BOX in cell.source]
    complaints = [f"no box {BOX!r}"] * (not boxes)
    for cell in boxes:
        above = [
            other for other in notebook.in_section(cell.section) if other.is_code and other.index < cell.index
        ]
        if not above or cell.section in ("", "Setup", "Exercises", "Summary"):
            complaints.append(f"{cell}: the claim is corrected before anything has tested it")
    return complaints


def exercises_answer(notebook: Notebook) -> list[str]:
    """At least five, numbered in order, each a text, a stub and at once its check; one finds a bug."""
    cells = notebook.in_section("Exercises")
    stubs = [cell for cell in cells if "exercise-stub" in cell.tags]
    checks = [cell for cell in notebook.cells if "exercise-check" in cell.tags]
    complaints = []
    if len(stubs) < FEWEST_EXERCISES:
        complaints.append(f"{len(stubs)} exercises; at least {FEWEST_EXERCISES} are needed")
    if [cell.index for cell in checks] != [cell.index + 1 for cell in notebook.tagged("exercise-stub")]:
        complaints.append("a stub without its check right below it, or a check without its stub")
    complaints += [
        f"{cell}: calls check without the tag exercise-check"
        for cell in notebook.in_section("Exercises")
        if not cell.is_markdown and cell.calls("check") and cell not in checks
    ]
    number = notebook.course["lesson"]
    for position, check in enumerate(checks, start=1):
        wanted = f"{number}.{position}"
        if [call.args[0].value for call in check.calls("check")] != [wanted]:
            complaints.append(f'{check}: should be check("{wanted}", ...)')
        if not any(
            re.search(rf"^### Exercise {re.escape(wanted)} · \S", cell.source, re.MULTILINE) for cell in cells
        ):
            complaints.append(f"no text opens with '### Exercise {wanted} · name'")
        if "not attempted" not in check.output_text:
            complaints.append(f"{check}: the stored answer is not 'not attempted'")
    if not any(re.search(r"\bbug\b", cell.source, re.IGNORECASE) for cell in cells if cell.is_markdown):
        complaints.append("no exercise asks to find the bug")
    return complaints


def summary_is_short(notebook: Notebook) -> list[str]:
    """At most five bullets, the sources, the next lesson."""
    text = "\n".join(cell.source for cell in notebook.in_section("Summary"))
    bullets = re.findall(r"^[-*] ", text.split("**Sources")[0], re.MULTILINE)
    complaints = [f"{len(bullets)} bullets in the Summary; 1 to 5 are asked for"] * (
        not 1 <= len(bullets) <= 5
    )
    return complaints + [
        f"the Summary has no paragraph that opens with **{name}**"
        for name in ("Sources", "Next")
        if not re.search(rf"^\*\*{name}\b", text, re.MULTILINE)
    ]


def keeps_its_budget(notebook: Notebook) -> list[str]:
    """Cells, words and figures within bounds; an explorer and the text that announces it are counted apart."""
    budget = BUDGETS.get(notebook.course["lesson"], Budget())
    apart = {cell.index for cell in [*notebook.tagged(explorer_rules.TAG), *explorer_rules.leads(notebook)]}
    cells = [cell for cell in notebook.cells if cell.index not in apart]
    counts = {
        "cells": (len(cells), budget.cells),
        "words": (sum(count_words(cell.source) for cell in cells if cell.is_markdown), budget.words),
        "figures": (sum(len(cell.figures) for cell in notebook.code), budget.figures),
    }
    return [
        f"{count:,} {name}; {low:,} to {high:,} are allowed"
        for name, (count, (low, high)) in counts.items()
        if not low <= count <= high
    ]


def code_cells_are_short(notebook: Notebook) -> list[str]:
    """No long cell, a short median, short functions: what is longer belongs in the package."""
    lengths = [count_lines(cell.source) for cell in notebook.code]
    complaints = [
        f"{cell}: {length} lines, more than {LONGEST_CELL}"
        for cell, length in zip(notebook.code, lengths, strict=True)
        if length > LONGEST_CELL
    ]
    median = statistics.median(lengths)
    complaints += [f"the median code cell has {median:g} lines, more than {MEDIAN_CELL}"] * (
        median > MEDIAN_CELL
    )
    for cell in notebook.code:
        for function in cell.nodes(ast.FunctionDef):
            length = count_lines(ast.get_source_segment(cell.source, function))
            if length > LONGEST_FUNCTION:
                complaints.append(f"{cell}: {function.name} has {length} lines, more than {LONGEST_FUNCTION}")
    return complaints


def count_lines(source: str) -> int:
    """Count the lines that are not blank."""
    return sum(bool(line.strip()) for line in source.splitlines())


def prose_precedes_code(notebook: Notebook) -> list[str]:
    """Nine code cells of ten stand right below a text (an exercise's check stands below its stub)."""
    asked = [cell for cell in notebook.code if "exercise-check" not in cell.tags]
    bare = [cell for cell in asked if cell.index == 0 or notebook.cells[cell.index - 1].is_code]
    if len(bare) <= 0.1 * len(asked):
        return []
    return [f"{len(bare)} of {len(asked)} code cells have no text right above: {'; '.join(map(str, bare))}"]


def figures_are_described(notebook: Notebook) -> list[str]:
    """Each is alone in its cell, announced by the text above, and has alt text and a caption."""
    complaints = []
    for cell in notebook.code:
        figures = cell.figures
        if not figures:
            continue
        if len(figures) > 1:
            complaints.append(f"{cell}: {len(figures)} figures; a figure has a cell of its own")
        if cell.index == 0 or not notebook.cells[cell.index - 1].is_markdown:
            complaints.append(f"{cell}: no text right above announces the figure")
        course = figures[0].get("metadata", {}).get("course", {})
        alt, caption = course.get("alt", ""), course.get("caption", "")
        if len(alt.split()) < 8 or len(caption.split()) < 5 or alt == caption:
            complaints.append(f"{cell}: alt text or caption too short or the same (drawn by show_figure?)")
        if cell.metadata.get("mystnb", {}).get("image", {}).get("alt") != alt:
            complaints.append(f"{cell}: the alt text is not in the cell's metadata: run `course execute`")
    return complaints


def is_plain_python(notebook: Notebook) -> list[str]:
    """No magic, no shell: what a lesson shows works in a file too."""
    return [f"{cell}: is not plain Python" for cell in notebook.code if cell.tree is None]


def a_name_means_one_thing(notebook: Notebook) -> list[str]:
    """No name is bound in two cells to different things; a loop does not take a name that is in use."""
    lasting: dict[str, dict[int, str]] = {}
    passing: dict[str, set[int]] = {}
    for cell in notebook.code:
        for name, meaning, in_loop in _bindings(cell):
            if in_loop:
                passing.setdefault(name, set()).add(cell.index)
            else:
                lasting.setdefault(name, {}).setdefault(cell.index, meaning)
    complaints = []
    for name, meanings in lasting.items():
        places = set(meanings) | passing.get(name, set())
        if len(set(meanings.values())) > 1 or places != set(meanings):
            complaints.append(f"the name {name} is bound in cells {sorted(places)}")
    return complaints


def _bindings(cell: Cell) -> list[tuple[str, str, bool]]:
    """Every name the cell binds at its top level, what to, and whether only while a loop runs."""
    found = []

    def visit(statements: list[ast.stmt], in_loop: bool) -> None:
        for statement in statements:
            found.extend(
                (name, ast.dump(statement), in_loop or _is_loop(statement)) for name in _bound_by(statement)
            )
            for inner in ("body", "orelse", "finalbody"):
                if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    visit(getattr(statement, inner, []), in_loop or _is_loop(statement))

    visit(cell.tree.body if cell.tree else [], False)
    return [binding for binding in found if binding[0] not in REBINDABLE]


def _is_loop(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.For | ast.While)


def _bound_by(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name.split(".")[0] for alias in statement.names]
        case ast.Assign():
            targets = statement.targets
        case ast.AnnAssign() | ast.AugAssign() | ast.For():
            targets = [statement.target]
        case ast.With():
            targets = [item.optional_vars for item in statement.items if item.optional_vars]
        case _:
            return []
    stored = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return [node.id for node in stored if isinstance(node.ctx, ast.Store)]


def avoids_what_we_do_not_teach(notebook: Notebook) -> list[str]:
    """No hidden warning, no global randomness, no draw that differs between processors, no absolute path."""
    complaints = []
    for cell in notebook.code:
        names = {dotted_name(node) for node in cell.nodes(ast.Attribute)}
        imports = imported_modules(cell.tree) if cell.tree else set()
        found = sorted(names & {"plt.show", "sys.path"})
        found += sorted(
            name for name in names if re.match(r"(np|numpy)\.random\.\w+$", name) and _is_legacy(name)
        )
        found += ["warnings"] * any(name.split(".")[0] == "warnings" for name in names | imports)
        found += ["input()"] * bool(cell.calls("input"))
        found += ['multivariate_normal without method="cholesky"'] * any(
            not _draws_by_cholesky(call) for call in cell.calls("multivariate_normal")
        )
        found += [
            f"absolute path {node.value!r}"
            for node in cell.nodes(ast.Constant)
            if isinstance(node.value, str) and ABSOLUTE_PATH.match(node.value)
        ]
        complaints += [f"{cell}: {what}" for what in found]
    return complaints


def _is_legacy(name: str) -> bool:
    return name.split(".")[2] not in MODERN_RANDOM


def _draws_by_cholesky(call: ast.Call) -> bool:
    return any(
        keyword.arg == "method" and getattr(keyword.value, "value", None) == "cholesky"
        for keyword in call.keywords
    )


def links_resolve(notebook: Notebook, folder: Path) -> list[str]:
    """A relative link leads to a file, an address to a host that we chose, a picture has alt text."""
    complaints = []
    for cell in notebook.markdown:
        text = FENCED_CODE.sub("", cell.source)
        for picture, words, target in LINK.findall(text):
            address = urlsplit(target)
            if picture and not words.strip():
                complaints.append(f"{cell}: a picture without alt text: {target}")
            if address.scheme and (address.scheme != "https" or address.netloc not in HOSTS):
                complaints.append(f"{cell}: {target} leads outside the hosts that we chose")
            if not address.scheme and address.path and not (folder / address.path).is_file():
                complaints.append(f"{cell}: {target} leads nowhere")
        for bare in re.findall(r"(?<![(<\w])https?://\S+", prose_of(text)):
            complaints.append(f"{cell}: a bare address, {bare}: give it words")
    return complaints


def speaks_plainly(notebook: Notebook) -> list[str]:
    """None of the words that carry nothing, or that tell a reader who struggles that it is easy."""
    return [
        f"{cell}: {found[0]!r}"
        for cell in notebook.markdown
        for found in FILLER.finditer(prose_of(cell.source))
    ]


RULES = (
    file_is_clean,
    is_executed_in_order,
    ran_without_complaint,
    names_no_machine,
    metadata_says_what_the_code_uses,
    opening_promises,
    sections_in_order,
    imports_stand_in_setup,
    picture_comes_first,
    handshake_asserts,
    wrong_claims_are_tested,
    exercises_answer,
    summary_is_short,
    keeps_its_budget,
    code_cells_are_short,
    prose_precedes_code,
    figures_are_described,
    is_plain_python,
    a_name_means_one_thing,
    avoids_what_we_do_not_teach,
    speaks_plainly,
    *explorer_rules.RULES,
)
