"""What students and graders write, on the three pages that show it, in Chromium: our feedback page, nbgrader's
feedback and its formgrader, where a script could change marks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from driving.formgrader import served_formgrader
from driving.server import learners_environment
from markup import ALL, MARKUP, OUTSIDE
from small_assignment import answered, cell, small_class

from course_utils.grading.classroom import Classroom
from course_utils.grading.feedback import feedback_page
from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.graded_notebook import graded_notebook
from course_utils.grading.marks import Marks
from course_utils.grading.results import Result
from course_utils.grading.scoring import CheckScore, QuestionScore
from course_utils.grading.student import CellOutput
from course_utils.grading.submission import rebuild

pytestmark = pytest.mark.browser
CHECKS = (QuestionScore("q1", (CheckScore("a sign", 1, 1), CheckScore("both", 0, 2, "Why?"))),)
# Runs on a page that lets Markdown through, and does not keep nbgrader from rendering it at all.
BARE = f"{MARKUP['image']}\n\n{MARKUP['script']}"
# Attributes that act, where nbgrader's own do not stand.
LOOKS_DANGEROUS = """() => [...document.querySelectorAll('*')].flatMap(element => [...element.attributes]
    .filter(({name, value}) => /^on/i.test(name) ? !/^(toggle_name|toggleAllNames|createStudent)/.test(value)
        : /^(src|srcdoc|href|xlink:href|data|action|formaction|style|content)$/i.test(name)
        && /javascript:|outside[.]example|^data:text|window.ran|alert/i.test(value))
    .map(({name, value}) => `${element.tagName} ${name}=${value}`))"""


@dataclass(frozen=True)
class Seen:
    """What a page did when it was opened, and what it shows."""

    ran: str | None
    dialogs: list[str]
    requests: list[str]
    address: str
    text: str
    dangerous: list[str]
    errors: list[str]

    def is_quiet(self) -> bool:
        """Whether nothing of what others wrote has run, loaded, led away, or could when clicked."""
        outside = [address for address in self.requests if address.startswith(OUTSIDE)]
        return (self.ran, self.dialogs, outside, self.dangerous) == (None, [], [], [])


def visit(browser, address: str, *, ms: float = 300) -> Seen:
    """Open a page, give what stands in it time to act, and tell what came of it."""
    page, dialogs, requests, errors = browser.context.new_page(), [], [], []
    page.on("requestfinished", lambda request: requests.append(request.url))
    # What the policy of a page has stopped is told as well, and has not left the browser.
    page.on(
        "requestfailed", lambda request: requests.append(request.url) if request.failure != "csp" else None
    )
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(address)
    page.wait_for_timeout(ms)
    ran, text = page.evaluate("window.ran"), page.evaluate("document.body.innerText")
    seen = Seen(ran, dialogs, requests, page.url, text, page.evaluate(LOOKS_DANGEROUS), errors)
    page.close()
    return seen


def handed_in(release, text):
    """A submission that holds a text wherever a student can write one."""
    code = f"x = '''{text}'''"
    submitted = answered(release, q1=code, q3=text)
    submitted["cells"].insert(2, cell(code))
    return submitted


def marks_of(release, submitted, student, text):
    """Marks of cells that have all printed a text, and ended with it."""
    sources = tuple(c.source for c in rebuild(release, submitted) if c.is_code)
    return Marks(student, "small", "f", 1, CHECKS, sources, (CellOutput(text, text),) * len(sources))


def write(path: Path, notebook):
    """Store a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))


def fill(room: Classroom, text: str, *, comment: str, name: str):
    """Grade ada, whose notebook is ours, and eve, in whose notebook the answer stands as it was typed."""
    from nbgrader.api import Gradebook

    release = json.loads(room.release("small").read_text())
    submitted = handed_in(release, text)
    for student in ("ada", "eve"):
        write(room.submitted(student, "small"), submitted)
        notebook = graded_notebook(release, submitted, marks_of(release, submitted, student, text))
        if student == "eve":
            notebook["cells"][-1]["source"] = text
        write(room.autograded(student, "small"), notebook)
        with open_gradebook(room) as book:
            book.record(marks_of(release, submitted, student, text))
        with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}") as gradebook:
            gradebook.find_comment("q3", "small", "small", student).manual_comment = comment
            gradebook.find_student(student).first_name = name
            gradebook.db.commit()


def by_nbgrader(room: Classroom, home: Path):
    """Let nbgrader write its own feedback."""
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "small"]
    subprocess.run(command, cwd=room.root, env=learners_environment(home), check=True, capture_output=True)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A class under its own configuration, in which all the markup stands everywhere."""
    room = small_class(tmp_path_factory.mktemp("class"))
    with open_gradebook(room) as book:
        book.release("small")
    fill(room, ALL, comment=ALL, name=MARKUP["image"])
    by_nbgrader(room, tmp_path_factory.mktemp("home"))
    return room


@pytest.fixture(scope="module")
def formgrader(room, tmp_path_factory):
    """Its formgrader."""
    with served_formgrader(room.root, tmp_path_factory.mktemp("home")) as formgrader:
        yield formgrader


@pytest.fixture(scope="module")
def stock(room, tmp_path_factory):
    """The same class under nbgrader's own configuration; comments and names are harmless."""
    copy = Classroom(tmp_path_factory.mktemp("stock") / "class")
    shutil.copytree(room.root, copy.root, ignore=shutil.ignore_patterns("feedback"))
    fill(copy, BARE, comment="Good.", name="Ada")
    (copy.root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'stock'\n")
    by_nbgrader(copy, tmp_path_factory.mktemp("home"))
    return copy


@pytest.fixture
def release(room):
    """What students got."""
    return json.loads(room.release("small").read_text())


def own_page(release, folder, text):
    """Our page of a student who writes this everywhere, as a file."""
    submitted = handed_in(release, text)
    result = Result("ada", text, text, text, (), 0)
    page = feedback_page(
        release, submitted, marks_of(release, submitted, "ada", text), result, {"q1": text, "q3": text}
    )
    path = folder / "page.html"
    path.write_text(page)
    return path.as_uri()


ONE_BY_ONE = [pytest.param(name, marks=pytest.mark.weekly) for name in MARKUP]


@pytest.mark.parametrize("name", [*ONE_BY_ONE, "all"])
def test_on_our_page_every_text_is_shown_and_does_nothing(browser, release, tmp_path, name):
    address = own_page(release, tmp_path, MARKUP.get(name, ALL))
    seen = visit(browser, address, ms=50)
    assert seen.is_quiet()
    assert (seen.requests, seen.address, seen.errors) == ([address], address, [])
    words = MARKUP if name == "all" else [name]
    assert [word for word in words if f"seen-{word} " not in seen.text] == []


def test_the_policy_of_our_page_holds_where_a_text_slips_through(browser, release, tmp_path):
    path = Path(tmp_path / "page.html")
    own_page(release, tmp_path, "nothing")
    for name in ("script", "image", "svg", "style-import", "image-outside", "iframe", "script-src", "base"):
        path.write_text(path.read_text().replace("</main>", f"{MARKUP[name]}</main>"))
    seen = visit(browser, path.as_uri())
    outside = [address for address in seen.requests if address.startswith(OUTSIDE)]
    assert (seen.ran, seen.dialogs, outside) == (None, [], [])
    assert len(seen.errors) >= 6
    assert "nothing" in seen.text


@pytest.mark.parametrize("student", ["ada", "eve"])
def test_on_the_feedback_of_nbgrader_every_text_is_shown_and_does_nothing(browser, room, student):
    address = room.feedback(student, "small").as_uri()
    seen = visit(browser, address)
    assert seen.is_quiet()
    assert seen.address == address
    assert [name for name in MARKUP if seen.text.count(f"seen-{name} ") < 4] == []


@pytest.mark.service
@pytest.mark.parametrize("student", ["ada", "eve"])
def test_in_the_formgrader_every_text_is_shown_and_does_nothing(browser, formgrader, student):
    address = formgrader.address_of(student, "small")
    seen = visit(browser, address)
    assert seen.is_quiet()
    assert seen.address == address
    assert [name for name in MARKUP if seen.text.count(f"seen-{name} ") < 3] == []


@pytest.mark.service
@pytest.mark.parametrize(
    "page",
    ["manage_students", "manage_submissions/small", "gradebook/small/small"],
)
def test_no_list_of_the_formgrader_takes_a_name_for_markup(browser, formgrader, page):
    seen = visit(browser, formgrader.address(page), ms=1_000)
    assert seen.is_quiet()
    assert ("seen-image <img" in seen.text) == (not page.startswith("gradebook")), "there, names are hidden"


def test_without_our_configuration_nbgrader_runs_what_a_student_wrote(browser, stock):
    seen = visit(browser, stock.feedback("eve", "small").as_uri())
    assert seen.ran.split() == ["script", "image"]
    assert sorted(seen.dialogs) == ["image", "script"]


def test_our_graded_notebook_is_harmless_even_without_our_configuration(browser, stock):
    seen = visit(browser, stock.feedback("ada", "small").as_uri())
    assert seen.is_quiet()
    assert "seen-script < script>" in seen.text


@pytest.mark.service
def test_the_formgrader_too_is_safe_by_our_notebook_alone(browser, stock, tmp_path):
    with served_formgrader(stock.root, tmp_path / "home") as formgrader:
        ada = visit(browser, formgrader.address_of("ada", "small"))
        eve = visit(browser, formgrader.address_of("eve", "small"))
    assert ada.is_quiet()
    assert set(eve.ran.split()) == {"script", "image"}


LINES = re.compile(r"rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)")
PAIRS = """() => [...document.querySelectorAll('body *')]
    .filter(element => [...element.childNodes].some(node => node.nodeType == 3 && node.data.trim()))
    .map(element => {
        let behind = element;
        while (behind && getComputedStyle(behind).backgroundColor == 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
        return [element.innerText, getComputedStyle(element).color,
            behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)'];
    })"""


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG defines it."""
    shares = [int(share) / 255 for share in LINES.match(colour).groups()[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


CODE = "# why\ndef f(x):\n    return 'a', 1.5, None, x is not 2\n" + "long_name = 1; " * 40


def test_every_word_of_our_page_stands_out_from_what_is_behind_it(browser, release, tmp_path):
    with browser.page(own_page(release, tmp_path, CODE)) as page:
        pairs = page.evaluate(PAIRS)
    assert len(pairs) > 60
    assert [pair for pair in pairs if contrast(*pair[1:]) < 4.5] == []


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_our_page_fits_its_window(browser, release, tmp_path, width):
    with browser.page(
        own_page(release, tmp_path, f"{CODE}\n{'x' * 3000}\n\n|a|b|\n|-|-|\n|{'y' * 300}|z|")
    ) as page:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
