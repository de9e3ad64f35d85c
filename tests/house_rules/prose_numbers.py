"""A digit in prose is a measurement: it must stand in an output above it (design, section 2b).

A count that is no measurement is written as a word. What a numeral may be besides a measurement is listed in
`EXEMPT`; what it may be found in, in `evidence_for`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from house_rules.reading import SOURCES, Cell, Notebook, blanked, prose_of

MINUS = "-\N{MINUS SIGN}"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
MOST_GIVEN = 10  # numbers a lesson may state without an output in their section

REFERENCE = (
    r"(?:lesson|exercise|equation|table|figure|section|chapter|volume|page|python|numpy|"
    r"scikit-learn|eq\.|vol\.|pp?\.)"
)
PLURAL = r"(?:lessons|exercises|equations|tables|figures|sections|chapters|volumes|pages|eqs\.|pp\.)"
NUMERAL = r"\(?\d+[a-z]?(?:\.\d+)*[a-z]?\)?"
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
EXEMPT = [
    re.compile(rf"\b{REFERENCE}\s+{NUMERAL}", re.IGNORECASE),
    re.compile(rf"\b{PLURAL}\s+{NUMERAL}(?:(?:,| and| or| to|, and|[–-])\s*{NUMERAL})*", re.IGNORECASE),
    re.compile(r"\bclaims?\s+(?:c\d\db?-)?\d+b?\b"),  # an entry of the claims ledger
    re.compile(r"^\s*(?:>\s*)?\d+\.\s", re.MULTILINE),  # the number of a list
    re.compile(r"^# \d+b? ·", re.MULTILINE),  # the number of the lesson
    re.compile(r"\b\d+\.\d+\.\d+\b"),  # a version
    re.compile(rf"\b\d{{1,2}}\s+{MONTH}\b|\b{MONTH}\s+\d{{1,2}}\b"),
    re.compile(r"(?<![\d,.])(?:1[7-9]|20)\d\d(?!\d|[,.]\d|\s?%)"),  # a year; a count has its comma
    re.compile(rf"\b10[{SUPERSCRIPTS}]+"),  # an order of magnitude
    re.compile(r"(?<![\w.,/])\d{1,2}/\d{1,2}(?![\w/])"),  # a fraction
    re.compile(r"\b[1-3]-?D\b"),
    re.compile(r"</?[a-z][^<>\n]*>"),  # markup
]
CLAIM_OF_OTHERS = re.compile(r'[“"][^“”"]*[”"]')

# "1,460", "-0.19", "3.2e-05", "12 %"; not the 2 of "x2", "L2" or of "#0072B2"
NUMBER = re.compile(
    rf"(?<![\w.#])(?P<sign>(?<!\d)[{MINUS}])?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+|\.(?=[eE][+-]?\d))?|\.\d+)(?P<power>[eE][+-]?\d+)?"
    r"(?P<percent>\s?(?:%|per\s?cent\b))?(?:(?:st|nd|rd|th|x)\b)?(?!\w)"
)


@dataclass(frozen=True)
class Number:
    """A number as it is printed."""

    text: str
    value: Decimal
    signed: bool
    percent: bool

    @property
    def decimals(self) -> int:
        """How many digits stand behind the point (negative: how many before it are not printed)."""
        return -self.value.as_tuple().exponent


def numbers_in(text: str) -> list[Number]:
    """Return every number that is printed in the text."""
    found = []
    for match in NUMBER.finditer(text):
        value = Decimal(match["digits"].replace(",", "") + (match["power"] or ""))
        signed = bool(match["sign"])
        found.append(Number(match[0].strip(), -value if signed else value, signed, bool(match["percent"])))
    return found


def measured_numbers(markdown: str) -> list[Number]:
    """Return the numbers that a Markdown text states as measurements."""
    text = prose_of(SOURCES.sub(blanked, markdown))
    quotations = "\n".join(line for line in text.splitlines() if line.startswith(">"))
    for claim in CLAIM_OF_OTHERS.findall(quotations):
        text = text.replace(claim, " ")
    for pattern in EXEMPT:
        text = pattern.sub(blanked, text)
    return [number for number in numbers_in(text) if number.percent or number.value not in (0, 1, 2)]


def shows(evidence: Number, claim: Number) -> bool:
    """Whether the claim is this number, rounded to the digits that the claim shows.

    A claim without a sign speaks of a size: "it falls by 3.2" may be printed as -3.2.
    """
    fraction = claim.percent and not evidence.percent
    return _rounds_to(evidence.value, evidence.decimals, claim) or (
        fraction and _rounds_to(evidence.value.scaleb(2), evidence.decimals - 2, claim)
    )


def _rounds_to(value: Decimal, decimals: int, claim: Number) -> bool:
    size = value if claim.signed else abs(value)
    # a printed half may have come from either side, so both roundings of it are right
    return decimals >= claim.decimals and abs(size - claim.value) <= Decimal(5).scaleb(-claim.decimals - 1)


def unsupported(claims: Iterable[Number], evidence: Iterable[Number]) -> list[Number]:
    """Return the claims that no number of the evidence shows."""
    evidence = list(evidence)
    return [claim for claim in claims if not any(shows(number, claim) for number in evidence)]


def evidence_for(cell: Cell, notebook: Notebook) -> list[Number]:
    """Return what may stand in a text: outputs above it in its section, and the section's own definitions."""
    section = notebook.in_section(cell.section)
    # a timing is measured anew on every machine, so no text can rely on its digits
    lasting = [above for above in section if above.index < cell.index and "measured" not in above.tags]
    outputs = [number for above in lasting for number in numbers_in(above.output_text)]
    return outputs + [number for other in section for number in numbers_in_code(other)]


def numbers_in_code(cell: Cell) -> list[Number]:
    """Return the numbers that a cell defines: `simulate(200, 50)` makes 200 and 50 true."""
    return [] if cell.tree is None else numbers_in_tree(cell.tree)


def numbers_in_tree(tree: ast.AST) -> list[Number]:
    """Return the numbers that are written in a piece of code, each with its sign."""
    nodes = list(ast.walk(tree))
    minus = [node for node in nodes if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)]
    negative = {id(node.operand) for node in minus}
    constants = [
        node for node in nodes if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    ]
    values = [-node.value if id(node) in negative else node.value for node in constants]
    return [Number(repr(value), Decimal(repr(value)), False, False) for value in values]


def typed_in_figures(cell: Cell) -> list[Number]:
    """Return the numbers typed, not computed, into alt texts, captions and titles."""
    strings = [keyword.value for call in cell.calls("show_figure") for keyword in call.keywords]
    strings += [argument for call in cell.calls("set_title", "suptitle") for argument in call.args[:1]]
    typed = [
        node.value
        for string in strings
        for node in ast.walk(string)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [number for words in typed for number in measured_numbers(words)]


def every_number_is_measured(notebook: Notebook, facts: str) -> list[str]:
    """Each number in a text is shown above it; `facts` describe the data sets and support `given` numbers."""
    complaints = []
    for cell in notebook.cells:
        claims = typed_in_figures(cell) if cell.is_code else measured_numbers(cell.source)
        given = numbers_in(" ".join(cell.metadata.get("course", {}).get("given", ())))
        for claim in unsupported(claims, evidence_for(cell, notebook) + given + _promised(cell, notebook)):
            complaints.append(f"{cell}: {claim.text} stands in no output above it in {cell.section!r}")
        above = [number for other in notebook.cells[: cell.index] for number in numbers_in(other.output_text)]
        for claim in unsupported(given, above + numbers_in(facts)):
            complaints.append(
                f"{cell}: given as {claim.text}, but neither an output above nor the data's description has it"
            )
    return complaints


def _promised(cell: Cell, notebook: Notebook) -> list[Number]:
    """The opening may say how many minutes the lesson takes."""
    return numbers_in(str(notebook.course.get("minutes", ""))) if not cell.section else []


def few_numbers_are_given(notebook: Notebook) -> list[str]:
    """The escape stays rare."""
    given = [text for cell in notebook.cells for text in cell.metadata.get("course", {}).get("given", ())]
    return [f"{len(given)} numbers are given, more than {MOST_GIVEN}: {given}"] * (len(given) > MOST_GIVEN)


def no_number_is_given_in_vain(notebook: Notebook) -> list[str]:
    """A number is given only where the text needs it."""
    complaints = []
    for cell in notebook.cells:
        given = numbers_in(" ".join(cell.metadata.get("course", {}).get("given", ())))
        for number in unsupported(given, measured_numbers(cell.source)):
            complaints.append(f"{cell}: {number.text} is given, and the text does not use it")
    return complaints
