"""What an entry of the claims ledger is, and how the boxes of a lesson and the ledger hold each other."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from house_rules.import_graph import lines_of_code
from house_rules.notebook_rules import BOX, FILLER
from house_rules.prose_numbers import measured_numbers, numbers_in_tree, unsupported
from house_rules.reading import LINK, Cell, Notebook
from house_rules.testing_rules import asserts

PAGE = "common_claims.md"
LONGEST_CHECK = 25  # lines below the signature, without blank ones and the docstring
MOST_BOXES = 4
# a box ends with "([claim 28](common_claims.md#claim-28))", or with several links in one pair of brackets
ONE_LINK = rf"\[claim [^\]]+\]\({re.escape(PAGE)}#claim-[^)]+\)"
LINKED = re.compile(rf"\({ONE_LINK}(?:,\s{ONE_LINK})*\)$")


@dataclass(frozen=True)
class Box:
    """A quotation "You will read that ...", the cell it stands in, and the ids of the claims that it ends with."""

    cell: Cell
    text: str

    @property
    def ids(self) -> list[str]:
        """The claims that the box links to where it ends."""
        found = LINKED.search(self.text)
        return linked_claims(found[0]) if found else []


def boxes_in(notebook: Notebook) -> list[Box]:
    """Return every box, also where a cell says more before and after it."""
    found = []
    for cell in notebook.markdown:
        quotations = re.findall(r"^>.*(?:\n>.*)*", cell.source, re.MULTILINE)
        found += [Box(cell, quotation.strip()) for quotation in quotations if quotation.startswith(BOX)]
    return found


def linked_claims(markdown: str) -> list[str]:
    """Return the ids that the links to the page of claims name, in order."""
    targets = [target for _, _, target in LINK.findall(markdown)]
    return [target.partition("#claim-")[2] for target in targets if target.startswith(PAGE)]


def links_name_their_claim(notebook: Notebook, ids: Iterable[str]) -> list[str]:
    """A link to the page of claims says which one, leads to it, and the ledger has it."""
    complaints = []
    for cell in notebook.markdown:
        for _, words, target in LINK.findall(cell.source):
            if not target.startswith(PAGE + "#"):
                continue
            number = target.partition("#claim-")[2]
            if words != f"claim {number}":
                complaints.append(f"{cell}: [{words}]({target}) says another claim than it leads to")
            elif number not in ids:
                complaints.append(f"{cell}: there is no claim {number} in the ledger")
    return complaints


def boxes_are_claims(notebook: Notebook, claims: Iterable) -> list[str]:
    """Each box ends with a link to a claim that the ledger has for this place, and each such claim has its box."""
    lesson, complaints, boxed = notebook.course["lesson"], [], []
    places = {(entry.id, entry.lesson, entry.section) for entry in claims if entry.box}
    for box in boxes_in(notebook):
        if not box.ids:
            complaints.append(f"{box.cell}: the box does not end with ([claim 28]({PAGE}#claim-28))")
        boxed += [(number, lesson, box.cell.section) for number in box.ids]
    for number, _, section in boxed:
        if (number, lesson, section) not in places:
            complaints.append(f"the ledger has no claim {number} with a box in {section!r}")
    wanted = {place for place in places if place[1] == lesson}
    complaints += [f"claim {place[0]} has no box in {place[2]!r}" for place in sorted(wanted - set(boxed))]
    return complaints + [
        f"claim {place[0]} has two boxes" for place in sorted(set(boxed)) if boxed.count(place) > 1
    ]


def boxes_are_few(notebook: Notebook) -> list[str]:
    """The strongest claims get a box, so that a box stays an event."""
    count = len(boxes_in(notebook))
    return [f"{count} boxes; at most {MOST_BOXES}"] * (count > MOST_BOXES)


def checks_assert(entry) -> list[str]:
    """A check can fail."""
    return [f"claim {entry.id}: its check asserts nothing"] * (not asserts(function_of(entry)))


def checks_say_what_they_run(entry) -> list[str]:
    """A check has a docstring, and is short."""
    function, lines = function_of(entry), lines_of_code(function_of(entry), source_of(entry))
    complaints = [f"claim {entry.id}: its check does not say what it runs"] * (
        not ast.get_docstring(function)
    )
    return complaints + [f"claim {entry.id}: its check has {lines} lines"] * (lines > LONGEST_CHECK)


def figures_are_asserted(entry) -> list[str]:
    """A number in the right statement is one that the check holds the result to."""
    evidence = numbers_in_tree(function_of(entry))
    return [
        f"claim {entry.id}: {number.text} stands in `right` and not in the check: assert it, or say it in words"
        for number in unsupported(measured_numbers(entry.right), evidence)
    ]


def texts_are_plain(entry) -> list[str]:
    """Words, and code in backticks: no mathematics between dollars, nothing that carries nothing."""
    texts = f"{entry.statement} {entry.right}"
    found = re.findall(r"[$*]|\\", re.sub(r"`[^`]*`", "", texts)) + [
        match[0] for match in FILLER.finditer(entry.right)
    ]
    return [f"claim {entry.id}: {sign!r} in its text" for sign in dict.fromkeys(found)]


def function_of(entry) -> ast.FunctionDef:
    """Return the syntax tree of a claim's check, its decorator left out."""
    (function,) = ast.parse(source_of(entry)).body
    function.decorator_list = []
    return function


def source_of(entry) -> str:
    """Return the source of a claim's check, its decorator included."""
    return textwrap.dedent(inspect.getsource(entry.check))


RULES = (checks_assert, checks_say_what_they_run, figures_are_asserted, texts_are_plain)
