"""House rule: every claim of the ledger has a check that runs; ledger, boxes and page hold each other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from claims import FOLDER, Claim, LedgerError, claim, in_one_ledger, load_claims
from house_rules import claim_rules as rules
from house_rules.glossary_rules import terms_in
from house_rules.notebook_rules import BOX, exercises_answer, links_resolve, speaks_plainly
from house_rules.reading import read_notebook
from house_rules.samples import notebook, text
from house_rules.testing_rules import doubled_names

from course_utils.cli.claims import page
from course_utils.lessons.catalogue import NOTEBOOKS, lessons, ready_lessons

LEDGER = load_claims()
IDS = {entry.id for entry in LEDGER}
IS_READY = {lesson.number: lesson.is_ready for lesson in lessons()}
PAGE = NOTEBOOKS / rules.PAGE
# The numbers of the claims that were collected for lessons 00 to 07.
COLLECTED = {"85b"} | {
    str(number)
    for number in (
        *(*range(1, 4), *range(9, 65), 67, 69, 70, 71, 73, 74, *range(80, 88), 92, 93, 94, 97, 98),
        *(*range(102, 107), 118),
    )
}

every_claim = pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
every_rule = pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
every_lesson = pytest.mark.parametrize(
    "lesson", [pytest.param(lesson, id=lesson.number) for lesson in ready_lessons()]
)


@every_claim
def test_what_is_said_to_be_right_is_right(entry):
    assert entry.check() is None


@every_claim
@every_rule
def test_every_entry_keeps_the_rule(entry, rule):
    assert rule(entry) == []


def test_every_collected_claim_is_in_the_ledger():
    assert sorted(COLLECTED - IDS) == []


def test_no_check_hides_another_of_its_name():
    sources = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("lesson_*.py")}
    assert {name: doubled_names(source) for name, source in sources.items() if doubled_names(source)} == {}


@every_claim
def test_every_entry_names_a_lesson_and_a_section_of_it(entry):
    assert entry.lesson in IS_READY
    if IS_READY[entry.lesson]:
        (lesson,) = (lesson for lesson in ready_lessons() if lesson.number == entry.lesson)
        assert entry.section in read_notebook(lesson.path).sections


@every_lesson
def test_every_box_is_a_claim_and_every_claim_with_a_box_has_it(lesson):
    assert rules.boxes_are_claims(read_notebook(lesson.path), LEDGER) == []


@every_lesson
def test_every_link_to_a_claim_names_it_and_leads_there(lesson):
    assert rules.links_name_their_claim(read_notebook(lesson.path), IDS) == []


@every_lesson
def test_the_boxes_of_a_lesson_are_few(lesson):
    assert rules.boxes_are_few(read_notebook(lesson.path)) == []


def test_the_page_of_claims_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(LEDGER, lessons()), "run `course map`"


def test_the_page_has_each_claim_of_a_ready_lesson_once():
    anchors = re.findall(r"^### claim (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(anchors) == sorted(entry.id for entry in LEDGER if IS_READY[entry.lesson])


def test_the_page_keeps_the_rules_of_a_text():
    whole = notebook([text(PAGE.read_text(encoding="utf-8"))])
    assert links_resolve(whole, NOTEBOOKS) == []
    assert speaks_plainly(whole) == []
    assert terms_in(whole) == []


# What an entry is made of, and how each rule is seen to fail.


def entry(**changes):
    """A good entry, changed."""

    @claim(
        "28",
        statement="It is so.",
        verdict="wrong",
        right="It is 3.5.",
        lesson="04",
        section="The idea",
        box=True,
    )
    def it_is_not_so():
        """Nothing is run."""
        assert IDS != 3.5

    return replace(it_is_not_so, **changes)


def test_the_decorator_makes_an_entry_of_the_check():
    good = entry()
    assert isinstance(good, Claim)
    assert (good.id, good.verdict, good.note) == ("28", "wrong", "")
    assert good.check.__name__ == "it_is_not_so"
    good.check()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "28c"}, "claim '28c': an id is '28', '85b'"),
        ({"id": "c03-1"}, "claim c03-1: it belongs to lesson 04, so it is 'c04-1'"),
        ({"verdict": "false"}, "claim 28: the verdict 'false' is none of true, imprecise, wrong, convention"),
        ({"right": " "}, "claim 28: its right is empty"),
        ({"section": ""}, "claim 28: its section is empty"),
    ],
)
def test_an_entry_that_is_none_is_refused(changes, message):
    with pytest.raises(LedgerError, match=re.escape(message)):
        entry(**changes)


def test_a_text_that_was_forgotten_is_named():
    with pytest.raises(TypeError, match="'right'"):
        claim("28", statement="So.", verdict="wrong", lesson="04", section="The idea")


def test_an_id_is_given_only_once():
    with pytest.raises(LedgerError, match=r"claim 28 stands in claims\.lesson_04 and in claims\.lesson_04"):
        in_one_ledger({"claims.lesson_04": [entry(), entry()]})


def test_an_entry_stands_in_the_module_of_its_lesson():
    with pytest.raises(LedgerError, match=r"claim 28 of lesson 04 stands in claims\.lesson_04b"):
        in_one_ledger({"claims.lesson_04b": [entry()]})


def test_the_ledger_is_in_the_order_of_the_course():
    numbers = [lesson.number for lesson in lessons()]
    places = [numbers.index(entry.lesson) for entry in LEDGER]
    assert places == sorted(places)


def nothing_asserted():
    """It runs."""
    print(3.5)


def undocumented():
    assert IDS != 3.5


def another_number():
    """Nothing is run."""
    assert IDS != 4


@every_rule
def test_the_good_entry_keeps_the_rule(rule):
    assert rule(entry()) == []


@pytest.mark.parametrize(
    ("rule", "changes", "complaint"),
    [
        (rules.checks_assert, {"check": nothing_asserted}, "its check asserts nothing"),
        (rules.checks_say_what_they_run, {"check": undocumented}, "does not say what it runs"),
        (rules.checks_say_what_they_run, {"check": exercises_answer}, "its check has"),
        (rules.figures_are_asserted, {"check": another_number}, "3.5 stands in `right` and not in the check"),
        (rules.texts_are_plain, {"right": "At $\\lambda$ it is."}, "'$' in its text"),
        (rules.texts_are_plain, {"statement": "It is *so*."}, "'*' in its text"),
        (rules.texts_are_plain, {"right": "Simply no."}, "'Simply' in its text"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused(rule, changes, complaint):
    assert complaint in rule(entry(**changes))[0]


LINK = "([claim 28](common_claims.md#claim-28))"


def lesson_with(*boxes, section="The idea"):
    """Lesson 04 with these quotations in one section."""
    return notebook([text(f"## {section}"), *(text(f"Look.\n\n> {box}\n\nRead on.") for box in boxes)])


def box(words="it is so."):
    """A box with these words."""
    return BOX.removeprefix("> ") + " " + words


def test_a_box_that_ends_with_its_claim_is_accepted():
    assert rules.boxes_are_claims(lesson_with(box(f"so. {LINK}")), [entry()]) == []


def test_a_box_may_be_two_claims():
    both = "so. ([claim 28](common_claims.md#claim-28), [claim 97](common_claims.md#claim-97))"
    assert rules.boxes_are_claims(lesson_with(box(both)), [entry(), entry(id="97")]) == []


@pytest.mark.parametrize(
    ("boxes", "section", "complaint"),
    [
        ([box()], "The idea", "the box does not end with ([claim 28](common_claims.md#claim-28))"),
        ([box(f"{LINK} so.")], "The idea", "the box does not end with"),
        ([box(LINK)], "Another", "the ledger has no claim 28 with a box in 'Another'"),
        ([box(LINK.replace("28", "29"))], "The idea", "the ledger has no claim 29"),
        ([], "The idea", "claim 28 has no box in 'The idea'"),
        ([box(LINK), box(LINK)], "The idea", "claim 28 has two boxes"),
    ],
)
def test_a_box_and_a_ledger_that_do_not_hold_each_other_are_refused(boxes, section, complaint):
    complaints = rules.boxes_are_claims(lesson_with(*boxes, section=section), [entry()])
    assert any(complaint in found for found in complaints), complaints


def test_a_box_of_a_claim_that_should_have_none_is_refused():
    complaints = rules.boxes_are_claims(lesson_with(box(LINK)), [entry(box=False)])
    assert complaints == ["the ledger has no claim 28 with a box in 'The idea'"]


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        ("[claim 28](common_claims.md#claim-29)", "says another claim than it leads to"),
        ("[claim 30](common_claims.md#claim-30)", "there is no claim 30 in the ledger"),
    ],
)
def test_a_link_to_a_claim_that_leads_astray_is_refused(link, complaint):
    assert complaint in rules.links_name_their_claim(lesson_with(link), {"28", "29"})[0]


def test_a_fifth_box_is_refused():
    assert rules.boxes_are_few(lesson_with(*[box()] * 4)) == []
    assert rules.boxes_are_few(lesson_with(*[box()] * 5)) == ["5 boxes; at most 4"]


def test_the_page_names_the_claim_the_verdict_and_the_place():
    (listed,) = (lesson for lesson in lessons() if lesson.number == "04")
    written = page([entry()], (listed,))
    assert written.endswith(
        "## Lesson 4 · ISTA from scratch\n\n### claim 28\n\n> It is so.\n\n**Wrong.** It is 3.5.\n\n"
        "[ISTA from scratch](04_ista_from_scratch.ipynb), under “The idea”.\n"
    )
    assert "claim 28" not in page([entry()], (replace(listed, status="planned"),))
