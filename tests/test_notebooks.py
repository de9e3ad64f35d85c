"""House rule: what a finished lesson is (design, sections 2b, 4, 5). Each rule is seen to fail, then asked."""

from __future__ import annotations

import re
import sys

import pytest
from house_rules import explorer_rules
from house_rules import notebook_rules as rules
from house_rules.reading import read_notebook
from house_rules.samples import LISTING, NUMBERS, code, explorer, figure, good_lesson, notebook, text

from course_utils.lessons.catalogue import NOTEBOOKS, lessons, ready_lessons

READY = [pytest.param(lesson, id=lesson.number) for lesson in ready_lessons()]
every_rule = pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
every_lesson = pytest.mark.parametrize("lesson", READY)


@every_rule
@every_lesson
def test_every_ready_lesson_keeps_the_rule(rule, lesson):
    assert rule(read_notebook(lesson.path)) == []


@every_lesson
def test_every_ready_lesson_says_of_itself_what_the_catalogue_says(lesson):
    numbers = [other.number for other in lessons()]
    assert rules.metadata_agrees(read_notebook(lesson.path), lesson, numbers) == []


@every_lesson
def test_every_link_of_a_ready_lesson_leads_somewhere(lesson):
    assert rules.links_resolve(read_notebook(lesson.path), NOTEBOOKS) == []


@every_lesson
def test_lesson_00_checks_the_installation_before_it_imports(lesson):
    assert rules.installation_is_checked_first(read_notebook(lesson.path), sys.stdlib_module_names) == []


def test_every_notebook_is_listed_and_every_ready_lesson_is_there():
    stored = {path.name for path in NOTEBOOKS.glob("*.ipynb")}
    assert {lesson.file for lesson in ready_lessons()} <= stored <= {lesson.file for lesson in lessons()}


@every_rule
def test_the_good_sample_keeps_the_rule(rule):
    assert rule(notebook(good_lesson())) == []


def position_of(cells, start):
    """Where the first cell stands whose source starts so."""
    return next(index for index, cell in enumerate(cells) if cell["source"].startswith(start))


def replaced(start, *new):
    """Break the sample: put other cells where the first one stands whose source starts so."""

    def change(cells):
        at = position_of(cells, start)
        return [*cells[:at], *new, *cells[at + 1 :]]

    return change


def edited(start, old, new):
    """Break the sample: change the source of the first cell that starts so."""

    def change(cells):
        cell = cells[position_of(cells, start)]
        assert old in cell["source"], "the sample does not hold what this test wants to break"
        return replaced(start, cell | {"source": cell["source"].replace(old, new)})(cells)

    return change


def with_code(source, *printed, **more):
    """Break the sample: run one more cell, under a text, before the claim."""
    return lambda cells: replaced("> **You", text("Run it."), code(source, *printed) | more, text(rules.BOX))(
        cells
    )


def with_text(source):
    """Break the sample: say one more thing."""
    return lambda cells: [*cells[:3], text(source), *cells[3:]]


def stderr(name="stderr", line="careful"):
    """What a cell stores that wrote to stderr."""
    return {"outputs": [{"output_type": "stream", "name": name, "text": line}]}


def second_explorer(**more):
    """Break the sample: show one more explorer, by other means."""
    return replaced(
        "## The idea", text("Move this one."), explorer() | more, text("## The idea\n\nIt moved.")
    )


def stored_with(html, **data):
    """What an explorer's cell stores: this HTML, and other kinds of data."""
    return {"outputs": [{"output_type": "display_data", "data": {"text/html": html} | data, "metadata": {}}]}


CHECK = ("exercise-check",)
PAGE = '<div class="course-explorer"></div>'
BROKEN = [
    (explorer_rules.explorers_are_tagged, with_code("show_live(x)"), "go together"),
    (explorer_rules.explorers_are_tagged, second_explorer(source="x"), "go together"),
    (
        explorer_rules.explorers_are_tagged,
        second_explorer(source="show_live(x)\nshow_live(y)"),
        "2 explorers",
    ),
    (
        explorer_rules.explorers_are_tagged,
        second_explorer(source="show_live(\n\n\n\n\nx)"),
        "more than 5 lines",
    ),
    (
        explorer_rules.explorers_have_a_still_twin,
        edited("Now move", "Now", "## Alone\n\nNow"),
        "no figure above",
    ),
    (explorer_rules.explorers_are_announced, replaced("Now move"), "no text right above announces"),
    (explorer_rules.explorers_are_announced, replaced("## The idea"), "no text right below reads"),
    (explorer_rules.explorers_are_announced, edited("Now move", "Now", "word " * 120), "122 words announce"),
    (
        explorer_rules.explorers_are_few_and_small,
        replaced("Now move", *(cell for _ in "ab" for cell in (text("Move."), explorer())), text("Move.")),
        "3 explorers, more than 2",
    ),
    (
        explorer_rules.explorers_are_few_and_small,
        second_explorer(**stored_with("x" * 1_500_000)),
        "bytes, more",
    ),
    (explorer_rules.explorers_are_stored_to_last, second_explorer(outputs=[]), "stores no explorer"),
    (
        explorer_rules.explorers_are_stored_to_last,
        second_explorer(**stored_with(PAGE, **{explorer_rules.WIDGET_VIEW: {"model_id": "0"}})),
        "a widget view is stored",
    ),
    (
        explorer_rules.explorers_are_stored_to_last,
        second_explorer(**stored_with(f"{PAGE}<script src='https://cdn.example.org/x.js'>")),
        "names https://cdn.example.org",
    ),
    (rules.file_is_clean, with_code("x", metadata={"vscode": {}}), r"\['vscode'\] are not ours"),
    (rules.file_is_clean, with_code("x", metadata={"tags": ["hide"]}), r"unknown tags \['hide'\]"),
    (rules.file_is_clean, with_code("x", metadata={"tags": ["measured"]}), "go together"),
    (rules.file_is_clean, with_text("x" * 1_500_000), "more than 1,500,000"),
    (rules.is_executed_in_order, with_code(" "), "empty code cell"),
    (rules.ran_without_complaint, with_code("x", **stderr()), "stderr is stored"),
    (
        rules.ran_without_complaint,
        with_code("x", **stderr("stdout", "UserWarning: slow")),
        "a warning is stored",
    ),
    (rules.ran_without_complaint, with_code("x", outputs=[{"output_type": "error"}]), "an error is stored"),
    (rules.names_no_machine, with_code("x", "read /home/ada/course/data.csv"), "/home/ada/course"),
    (rules.names_no_machine, with_text("It is in C:\\Users\\ada."), "path of a machine"),
    (rules.metadata_says_what_the_code_uses, edited("import", ".datasets", ".signals"), "modules is"),
    (rules.metadata_says_what_the_code_uses, with_code("load_ames()"), r"\['ames', 'prostate'\]"),
    (rules.opening_promises, edited("# 4", "# 4 ·", "# 04 -"), "the first line is not"),
    (rules.opening_promises, edited("# 4", "find a bug", "find bugs"), "lacks 'find a bug'"),
    (rules.opening_promises, edited("# 4", "40 minutes", "An hour"), "lacks '40 minutes'"),
    (rules.opening_promises, edited("# 4", "What does", "How does"), "lacks 'What does a lesson"),
    (rules.opening_promises, with_text("# Another title"), "second `# ` heading"),
    (rules.sections_in_order, edited("## Setup", "Setup", "Imports"), "not Setup, ..., Exercises"),
    (rules.sections_in_order, edited("## Summary", "Summary", "Exercises"), "'Exercises' occurs twice"),
    (rules.sections_in_order, with_text("Hello.\n\n## A section in mid-cell"), "does not open its cell"),
    (rules.imports_stand_in_setup, with_code("def f():\n    import math"), "imports outside Setup"),
    (
        rules.imports_stand_in_setup,
        edited("import", "use_course_style()", "np"),
        "does not call use_course_style",
    ),
    (
        rules.imports_stand_in_setup,
        with_code("x", metadata={"tags": ["setup"]}),
        "2 cells are tagged `setup`",
    ),
    (rules.picture_comes_first, edited("## Three", "Look", "$$x^2$$ Look"), "a formula stands before"),
    (rules.picture_comes_first, edited("## Setup", "All", "\n\n## Empty\n\nAll"), "'Empty', shows no figure"),
    (rules.handshake_asserts, edited("np.testing", "np.testing.assert_allclose", "print"), "asserts nothing"),
    (rules.handshake_asserts, edited("np.testing", ", rtol=1e-10", ""), "without its tolerance"),
    (rules.handshake_asserts, replaced("np.testing"), "0 handshake cells; 1 expected"),
    (rules.wrong_claims_are_tested, replaced("> **You"), "no box"),
    (
        rules.wrong_claims_are_tested,
        with_text("> **You will read that** too early."),
        "before anything has tested it",
    ),
    (rules.exercises_answer, replaced("answer_5"), "4 exercises; at least 5"),
    (rules.exercises_answer, replaced('check("04.2"', code("answer_2")), "a stub without its check"),
    (
        rules.exercises_answer,
        replaced('check("04.2"', code('check("04.2", answer_2)')),
        "without the tag exercise-check",
    ),
    (rules.exercises_answer, edited('check("04.2"', "04.2", "04.3"), r'should be check\("04.2", ...\)'),
    (rules.exercises_answer, edited("### Exercise 04.1", "·", "-"), "opens with '### Exercise 04.1"),
    (
        rules.exercises_answer,
        replaced('check("04.1"', code('check("04.1", answer_1)', tags=CHECK)),
        "not 'not attempted'",
    ),
    (rules.summary_is_short, edited("## Summary", "- It", "- a\n" * 6 + "- It"), "7 bullets"),
    (
        rules.summary_is_short,
        edited("## Summary", "**Next**", "Next"),
        r"no paragraph that opens with \*\*Next",
    ),
    (rules.keeps_its_budget, with_text("word " * 2_000), "words; 1,800 to 3,000"),
    (rules.keeps_its_budget, lambda cells: cells[:42], "40 cells; 45 to 70"),
    (rules.keeps_its_budget, lambda cells: cells + 5 * [figure()], "10 figures; 5 to 9"),
    (rules.code_cells_are_short, with_code("x\n" * 26), "26 lines, more than 25"),
    (rules.code_cells_are_short, with_code("def f():\n" + "    x\n" * 15), "f has 16 lines, more than 15"),
    (
        rules.code_cells_are_short,
        lambda cells: cells + 60 * [code("x\n" * 6)],
        "median code cell has 6 lines",
    ),
    (rules.prose_precedes_code, lambda cells: cells + 6 * [code("x")], "code cells have no text right above"),
    (rules.figures_are_described, replaced("Look at this"), "no text right above announces"),
    (rules.figures_are_described, replaced("fig,", figure(alt="A plot")), "alt text or caption too short"),
    (rules.figures_are_described, replaced("fig,", figure() | {"metadata": {}}), "run `course execute`"),
    (rules.is_plain_python, with_code("%matplotlib inline"), "is not plain Python"),
    (rules.a_name_means_one_thing, with_code("inline = 3"), "the name inline is bound in cells"),
    (rules.a_name_means_one_thing, with_code("for inline in []:\n    pass"), "the name inline is bound"),
    (rules.a_name_means_one_thing, with_code("for a in []:\n    inline = a"), "the name inline is bound"),
    (rules.a_name_means_one_thing, with_code("def solvers():\n    pass"), "the name solvers is bound"),
    (rules.avoids_what_we_do_not_teach, with_code("plt.show()"), "plt.show"),
    (rules.avoids_what_we_do_not_teach, with_code("np.random.seed(0)"), "np.random.seed"),
    (rules.avoids_what_we_do_not_teach, with_code("warnings.simplefilter('ignore')"), "warnings"),
    (rules.avoids_what_we_do_not_teach, with_code("rng.multivariate_normal(a, b)"), "without method="),
    (rules.avoids_what_we_do_not_teach, with_code("open('/data/houses.csv')"), "absolute path '/data"),
    (rules.avoids_what_we_do_not_teach, with_code("input('?')"), r"input\(\)"),
    (rules.speaks_plainly, with_text("Simply run it."), "'Simply'"),
]


@pytest.mark.parametrize(
    ("rule", "change", "complaint"), BROKEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_rule_is_seen_to_fail_on_a_lesson_that_breaks_it(rule, change, complaint):
    complaints = rule(notebook(change(good_lesson())))
    assert any(re.search(complaint, found) for found in complaints), complaints


FREE = {
    "two loops use the same variable": ["for lam in []:\n    fit = lam", "for lam in [1]:\n    fit = lam"],
    "every figure is called fig": ["fig, ax = figure()", "fig, ax = figure('wide')"],
    "the same thing is bound again": ["rng = np.random.default_rng(0)", "rng = np.random.default_rng(0)"],
    "a cell corrects its own name": ["beta = 0\nbeta = 1"],
    "a function has names of its own": ["def f():\n    step = 1", "def g():\n    step = 2"],
    "a comprehension has names of its own": ["[k for k in []]", "k = 1"],
    "part of a thing changes": ["table = {}", "table['a'] = 1"],
}


@pytest.mark.parametrize("sources", FREE.values(), ids=FREE.keys())
def test_a_name_is_free_to_be_used_again_where_it_means_the_same(sources):
    assert rules.a_name_means_one_thing(notebook([code(source) for source in sources])) == []


@pytest.mark.parametrize("label", ["/L", "a/b", "~ 5", "1 / n"])
def test_a_label_with_a_slash_is_no_path(label):
    assert rules.avoids_what_we_do_not_teach(notebook([code(f"ax.set_xlabel({label!r})")])) == []


def test_the_installation_cell_teaches_no_module():
    checking = code("from course_utils.cli import doctor", tags=("installation",))
    assert rules.metadata_says_what_the_code_uses(notebook([checking], modules=[], datasets=[])) == []


def test_the_first_exercise_may_stand_below_the_heading_of_its_section():
    cells = edited("## Exercises", "Predict, then run.", "### Exercise 04.1 · First")(good_lesson())
    cells.pop(position_of(cells, "### Exercise 04.1"))
    assert rules.exercises_answer(notebook(cells)) == []


def test_a_notebook_run_out_of_order_is_refused():
    lesson = notebook(good_lesson())
    lesson.code[3].data["execution_count"] = 7
    assert "not executed once from top to bottom" in rules.is_executed_in_order(lesson)[0]


def test_a_stripped_notebook_is_refused():
    lesson = notebook(good_lesson())
    for cell in lesson.code:
        cell.data["execution_count"] = None
    assert len(rules.is_executed_in_order(lesson)) == 1


def test_stored_widget_state_and_doubled_cell_ids_are_refused():
    lesson = notebook(good_lesson())
    lesson.data["metadata"]["widgets"] = {}
    lesson.cells[1].data["id"] = "cell-0"
    assert [re.split(r" (?:are|occurs)", found)[0] for found in rules.file_is_clean(lesson)] == [
        "notebook metadata ['widgets']",
        "cell id 'cell-0'",
    ]


def test_lesson_00_needs_no_handshake_and_fewer_cells():
    welcome = notebook(replaced("np.testing")(good_lesson())[:30], lesson="00")
    assert rules.handshake_asserts(welcome) == []
    assert "cells" not in " ".join(rules.keeps_its_budget(welcome))


WRONG_METADATA = [
    ({"title": "Another"}, "metadata.course.title differs"),
    ({"minutes": 45}, "metadata.course.minutes differs"),
    ({"minutes": "40"}, "'40', no int"),
    ({"lesson": "05"}, "says it is lesson 05"),
    ({"modules": ["style"]}, r"introduces \['solvers'\], which it does not use"),
    ({"prerequisites": ["04"]}, "'04' is no earlier lesson"),
]


@pytest.mark.parametrize(("course", "complaint"), WRONG_METADATA)
def test_metadata_that_differs_from_the_catalogue_is_refused(course, complaint):
    complaints = rules.metadata_agrees(notebook(good_lesson(), **course), LISTING, NUMBERS)
    assert re.search(complaint, complaints[0])


def test_metadata_that_agrees_with_the_catalogue_is_accepted():
    assert rules.metadata_agrees(notebook(good_lesson()), LISTING, NUMBERS) == []


def test_metadata_with_a_missing_entry_is_refused():
    lesson = notebook(good_lesson())
    del lesson.course["datasets"]
    assert rules.metadata_agrees(lesson, LISTING, NUMBERS) == ["metadata.course lacks ['datasets']"]


LINKS = [
    ("[the book](https://hastie.su.domains/book)", None),
    ("[the file](there.md#part)", None),
    ("[below](#the-idea)", None),
    ("![two lines](there.md)", None),
    ("[a shop](https://example.com)", "outside the hosts"),
    ("[unsafe](http://doi.org/10)", "outside the hosts"),
    ("[gone](missing.ipynb)", "leads nowhere"),
    ("![](there.md)", "without alt text"),
    ("see https://doi.org/10.1", "a bare address"),
]


@pytest.mark.parametrize(("source", "complaint"), LINKS)
def test_links_are_followed_to_files_and_to_hosts_that_we_chose(tmp_path, source, complaint):
    (tmp_path / "there.md").touch()
    complaints = rules.links_resolve(notebook([text(source)]), tmp_path)
    assert not complaints if complaint is None else complaint in complaints[0]


@pytest.mark.parametrize("module", ["numpy", "course_utils.style"])
def test_an_installation_cell_that_imports_what_may_be_missing_is_refused(module):
    cells = [code(f"import sys\nimport {module}", tags=("installation",))]
    complaints = rules.installation_is_checked_first(notebook(cells, lesson="00"), sys.stdlib_module_names)
    assert module in complaints[0]


@pytest.mark.parametrize("number", ["00", "04"])
def test_only_lesson_00_opens_with_the_installation_cell(number):
    tags = () if number == "00" else ("installation",)
    lesson = notebook([code("import sys", tags=tags)], lesson=number)
    assert (
        "belongs on the first code cell"
        in rules.installation_is_checked_first(lesson, sys.stdlib_module_names)[0]
    )
