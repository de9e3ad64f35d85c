"""`course map`: write what the README, the guide, lesson 00 and the page of claims copy from where it stands."""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

from course_utils.cli import claims
from course_utils.grading.question_texts import questions_overview
from course_utils.lessons.catalogue import ROOT, Lesson, lessons

HELP = (
    "Write the README's map and badges, the guide's list of questions, the address in lesson 00, and "
    "notebooks/common_claims.md."
)

PLACEHOLDER = "OWNER/REPO"
ADDRESS_LINE = re.compile(r'(REPOSITORY = \\")[^"\\]*(\\"  # written by `course map`)')


class MapError(Exception):
    """A file lacks the place that `course map` fills, or the address is not one it can use."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course map`."""
    parser.add_argument("--check", action="store_true", help="change nothing; show what is stale and exit 1")


def run(args: argparse.Namespace) -> int:
    """Write the generated parts, or with --check print what is stale; return the exit code."""
    try:
        stale = {path: text for path, text in generated_texts().items() if text != read(path)}
    except (MapError, claims.LedgerNotFoundError) as error:
        print(f"course map: {error}", file=sys.stderr)
        return 1
    for path, text in stale.items():
        if args.check:
            print(difference(path, text))
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"course map: wrote {path.relative_to(ROOT)}")
    if not stale:
        print("course map: everything is current.")
    elif args.check:
        print("course map: stale. Run `course map` and commit what it writes.")
    return int(args.check and bool(stale))


def generated_texts() -> dict[Path, str]:
    """Return each file that has a generated part, with the text it should have."""
    catalogue = lessons()
    owner_and_name = repository()
    readme = with_block(read(ROOT / "README.md"), "badges", badges(owner_and_name, catalogue[0]))
    texts = {ROOT / "README.md": with_block(readme, "lessons", lesson_map(catalogue))}
    guide = ROOT / "instructor" / "guide.md"
    if guide.exists():
        texts[guide] = with_block(read(guide), "questions", questions(guide.parent))
        measured = ROOT / "benchmarks" / "grading"
        texts[guide] = with_block(texts[guide], "cost", cost(json.loads(read(measured / "results.json"))))
        attacks = json.loads(read(measured / "stock_nbgrader.json"))
        texts[guide] = with_block(texts[guide], "why", why(attacks))
    texts[ROOT / "notebooks" / "common_claims.md"] = claims.page(claims.read_ledger(), catalogue)
    if catalogue[0].path.exists():
        texts[catalogue[0].path] = with_address(read(catalogue[0].path), owner_and_name)
    return texts


def repository() -> str:
    """Return "owner/name" from the one place where the published address stands: pyproject.toml."""
    address = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["urls"]["Repository"]
    match = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", address)
    if match is None:
        raise MapError(f"project.urls.Repository is {address!r}; https://github.com/OWNER/REPO is needed")
    return match[1]


def badges(owner_and_name: str, first: Lesson) -> str:
    """Return the links that open the course in a browser, each on its first lesson where it can."""
    notebook = f"notebooks/{first.file}"
    in_lab = quote(f"lab/tree/{notebook}", safe="")
    binder = f"https://mybinder.org/v2/gh/{owner_and_name}/HEAD?urlpath={in_lab}"
    colab = f"https://colab.research.google.com/github/{owner_and_name}/blob/main/{notebook}"
    codespaces = f"https://codespaces.new/{owner_and_name}?quickstart=1"
    lines = [
        f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})",
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})",
        f"[![Open in Codespaces](https://github.com/codespaces/badge.svg)]({codespaces})",
    ]
    if owner_and_name == PLACEHOLDER:
        lines += ["", "*The course is not published yet: these three addresses are placeholders.*"]
    return "\n".join(lines)


def lesson_map(catalogue: tuple[Lesson, ...]) -> str:
    """Return the two tables of lessons: the core course in order, then those that go further."""
    core = table([lesson for lesson in catalogue if lesson.core])
    further = table([lesson for lesson in catalogue if not lesson.core])
    return f"**The core course, in order**\n\n{core}\n\n**Further, in any order after the core**\n\n{further}"


def questions(folder: Path) -> str:
    """Return the table of every question of the assignments in a class folder."""
    lines = ["| | question | points | minutes | graded by |", "|---|---|---|---|---|"]
    for path in sorted(folder.glob("source/*/*.ipynb")):
        asked = questions_overview(json.loads(read(path)))
        lines += [
            f"| {path.stem} | {question.title.removeprefix('Question ')} | {question.points:g} "
            f"| {question.minutes} | {'machine' if question.by_machine else 'a person'} |"
            for question in asked
        ]
        points, minutes = (sum(getattr(one, what) for one in asked) for what in ("points", "minutes"))
        lines.append(f"| {path.stem} | *in all* | *{points:g}* | *{minutes}* | |")
    return "\n".join(lines)


def cost(measured: dict) -> str:
    """Return what was measured of the speed of grading, in sentences."""
    of = {one["name"]: one["per_minute"] for one in measured["contenders"]}
    ours, stock = (
        max(rate for name, rate in of.items() if name.startswith(side)) for side in ("course", "nbg")
    )
    return (
        f"On {measured['cores']} cores the machine graded {ours:.0f} submissions of {measured['assignment']} a minute, "
        f"hidden checks included; at this pace two hundred take {200 / ours:.0f} minutes. Stock nbgrader "
        f"{measured['nbgrader']} ran {stock:.0f} of the same a minute, without hidden checks "
        f"(`{measured['command']}`, {measured['date']})."
    )


def why(measured: dict) -> str:
    """Return what attacks on stock nbgrader came to, in sentences."""
    rows = measured["rows"]
    paid = sum((row["points"] or 0) > row["honest"] for row in rows)
    lost = sum(row["points"] is None for row in rows)
    seen = {harm: sum(row[harm] for row in rows) for harm in ("read", "written", "forged")}
    return (
        f"We handed {len(rows)} attacks to stock nbgrader {measured['nbgrader']}. {paid} got more points than their "
        f"answers are worth, and {lost} left the submission without marks. {seen['read']} read what they should not, "
        f"{seen['written']} wrote outside their folder, and {seen['forged']} changed the gradebook "
        f"(`{measured['command']}`, {measured['date']})."
    )


def table(listed: list[Lesson]) -> str:
    """Return the Markdown table of some lessons."""
    header = ["| | lesson | the question it answers | introduces | minutes |", "|---|---|---|---|---|"]
    return "\n".join([*header, *(row(lesson) for lesson in listed)])


def row(lesson: Lesson) -> str:
    """Return the line of one lesson; a planned one has no link and no minutes yet."""
    title = f"[{lesson.title}](notebooks/{lesson.file})" if lesson.is_ready else lesson.title
    introduces = ", ".join(f"`{module}`" for module in lesson.introduces)
    minutes = lesson.minutes if lesson.is_ready else "planned"
    return f"| {lesson.number} | {title} | {lesson.question} | {introduces} | {minutes} |"


def with_block(text: str, name: str, content: str) -> str:
    """Return text with content between the markers of the block called name."""
    start, end = f"<!-- course map: {name} -->", f"<!-- end of {name} -->"
    if not (text.count(start) == text.count(end) == 1 and text.index(start) < text.index(end)):
        raise MapError(f"the line {start} is needed and, below it, the line {end}, once each")
    return text[: text.index(start) + len(start)] + f"\n{content}\n" + text[text.index(end) :]


def with_address(notebook: str, owner_and_name: str) -> str:
    """Return lesson 00's text with the address in its REPOSITORY line; every other byte stays."""
    text, found = ADDRESS_LINE.subn(rf"\g<1>https://github.com/{owner_and_name}\g<2>", notebook)
    if found != 1:
        line = 'REPOSITORY = "https://github.com/OWNER/REPO"  # written by `course map`'
        raise MapError(f"lesson 00 needs exactly one line {line}; it has {found}")
    return text


def difference(path: Path, wanted: str) -> str:
    """Return the unified diff from the file as it is to the text it should have."""
    name = path.relative_to(ROOT).as_posix()
    lines = difflib.unified_diff(
        read(path).splitlines(), wanted.splitlines(), f"{name} (is)", f"{name} (should be)", lineterm=""
    )
    return "\n".join(lines)


def read(path: Path) -> str:
    """Return the text of a file; of one that is still to be written, none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""
