"""The glossary and the lessons agree on which words are terms, and where each is met first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from house_rules.reading import SOURCES, Notebook, blanked, prose_of

ENTRY = re.compile(r"^- \*\*(?P<term>[^*]+)\*\* \(lesson (?P<lesson>\d\db?)\): (?P<text>.+)$")
# *a term*, but not **emphasis**, not a bullet, not a product a * b
ITALIC = re.compile(r"(?<![*\w\\])\*(?![*\s])([^*\n]+(?:\n[^*\n]+)?)(?<![\s\\])\*(?![*\w])")
UNDERSCORED = re.compile(r"(?<![\w_\\])_(?![_\s])[^_\n]+(?<![\s_\\])_(?![\w_])")
MOST_WORDS = 60


@dataclass(frozen=True)
class Entry:
    """One term, the lesson that sets it in italics first, and what it means."""

    term: str
    lesson: str
    text: str


def read_entries(glossary: str) -> list[Entry]:
    """Return the entries of the glossary, in their order."""
    return [Entry(**match.groupdict()) for line in glossary.splitlines() if (match := ENTRY.match(line))]


def glossary_is_in_order(glossary: str, numbers: list[str]) -> list[str]:
    """Every bullet is an entry; terms in alphabetical order, each once, briefly explained, of a lesson that exists."""
    complaints = [
        f"not '- **term** (lesson NN): explanation': {line!r}"
        for line in glossary.splitlines()
        if line.startswith(("-", "*")) and not ENTRY.match(line)
    ]
    entries = read_entries(glossary)
    terms = [entry.term.lower() for entry in entries]
    for before, after in pairwise(terms):
        if before >= after:
            complaints.append(f"{after!r} stands behind {before!r}")
    for entry in entries:
        if entry.lesson not in numbers:
            complaints.append(f"{entry.term!r} names lesson {entry.lesson}, which does not exist")
        if not entry.text.endswith(".") or len(entry.text.split()) > MOST_WORDS:
            complaints.append(f"{entry.term!r} is not explained in one or two whole sentences")
    return complaints


def terms_in(notebook: Notebook) -> list[str]:
    """Return the terms that a lesson sets in italics, in order; titles among the Sources are none."""
    texts = [prose_of(SOURCES.sub(blanked, cell.source)) for cell in notebook.markdown]
    return [" ".join(term.split()) for text in texts for term in ITALIC.findall(text)]


def italics_by_underscore(notebook: Notebook) -> list[str]:
    """Italics are written with asterisks, so that one pattern finds every term."""
    return [
        f"{cell}: {found[0]!r}: write *asterisks*"
        for cell in notebook.markdown
        for found in UNDERSCORED.finditer(prose_of(cell.source))
    ]


def terms_are_explained(notebook: Notebook, glossary: str) -> list[str]:
    """Each term in italics is in the glossary, and set so only once: at its first use."""
    known = {_singular(entry.term) for entry in read_entries(glossary)}
    terms = [_singular(term) for term in terms_in(notebook)]
    complaints = [f"*{term}* is not in the glossary" for term in dict.fromkeys(terms) if term not in known]
    return complaints + [
        f"*{term}* is in italics again" for term in dict.fromkeys(terms) if terms.count(term) > 1
    ]


def entries_name_their_first_lesson(glossary: str, ready: dict[str, Notebook]) -> list[str]:
    """The lesson of an entry is the first finished one that sets it in italics, or one still to come."""
    first: dict[str, str] = {}
    for number, notebook in ready.items():
        for term in terms_in(notebook):
            first.setdefault(_singular(term), number)
    complaints = []
    for entry in read_entries(glossary):
        met = first.get(_singular(entry.term))
        if met != entry.lesson and (met or entry.lesson in ready):
            complaints.append(
                f"{entry.term!r} names lesson {entry.lesson}; in italics first in {met or 'none'}"
            )
    return complaints


def _singular(term: str) -> str:
    return re.sub(r"(?<=[^s])s$", "", term.lower())
