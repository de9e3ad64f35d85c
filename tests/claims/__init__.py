"""The claims ledger: each sentence that tutorials repeat about the course's matters, and a check of it that runs.

One module a lesson, lesson_NN.py, with one entry a claim:

    from claims import claim

    @claim(
        "28",
        statement="Features on larger scales are penalised more heavily.",
        verdict="wrong",
        right="It is the other way round: small numbers need large coefficients, and those are expensive.",
        lesson="03",
        section="Three rulers, one house",
        box=True,
    )
    def the_smallest_numbers_pay_most():
        '''One signal in three units: the effect that the LASSO leaves, per standard deviation.'''
        ...
        assert hectares < square_feet

`statement` is the claim as it is usually written, `right` what is right to say, `section` the heading of the lesson
under which it is said, `box` whether a box "You will read that" of that section ends with a link to the claim, and
`note` what only a maintainer needs: a figure of others that does not reproduce, with ours. The texts are plain words,
code in `backticks`, letters such as λ as themselves; a number in `right` is one that the check asserts.

Numbers are those of the collection that the course began with ("28", "85b"); claims of our own are numbered by
lesson ("c03-1"). `course claims` prints the ledger, `course map` writes notebooks/common_claims.md from it, and
tests/test_claims.py runs every check.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VERDICTS = ("true", "imprecise", "wrong", "convention")
ID = re.compile(r"\d+b?|c\d\db?-[1-9]\d*")
FOLDER = Path(__file__).parent


class LedgerError(ValueError):
    """An entry of the ledger is not what an entry must be."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim, what is right to say instead, and the check that shows it."""

    id: str
    statement: str
    verdict: str
    right: str
    lesson: str
    section: str
    box: bool
    note: str
    check: Callable[[], None]

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise LedgerError(f"claim {self.id!r}: an id is '28', '85b' or, for a claim of our own, 'c03-1'")
        if self.id.startswith("c") and not self.id.startswith(f"c{self.lesson}-"):
            raise LedgerError(
                f"claim {self.id}: it belongs to lesson {self.lesson}, so it is 'c{self.lesson}-1'"
            )
        if self.verdict not in VERDICTS:
            raise LedgerError(
                f"claim {self.id}: the verdict {self.verdict!r} is none of {', '.join(VERDICTS)}"
            )
        for name in ("statement", "right", "section"):
            if not getattr(self, name).strip():
                raise LedgerError(f"claim {self.id}: its {name} is empty")


def claim(
    id: str,
    *,
    statement: str,
    verdict: str,
    right: str,
    lesson: str,
    section: str,
    box: bool = False,
    note: str = "",
) -> Callable[[Callable[[], None]], Claim]:
    """Return a decorator that makes the claim of its check: a function that fails where `right` is not right."""

    def of_check(check: Callable[[], None]) -> Claim:
        return Claim(
            id=id,
            statement=statement,
            verdict=verdict,
            right=right,
            lesson=lesson,
            section=section,
            box=box,
            note=note,
            check=check,
        )

    return of_check


def load_claims(folder: Path = FOLDER) -> tuple[Claim, ...]:
    """Return every claim, lesson by lesson, in the order in which they are written."""
    names = sorted(path.stem for path in folder.glob("lesson_*.py"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return in_one_ledger({module.__name__: claims_of(module) for module in modules})


def claims_of(module) -> list[Claim]:
    """Return the claims that a module defines, as it defines them."""
    return [value for value in vars(module).values() if isinstance(value, Claim)]


def in_one_ledger(claims: dict[str, list[Claim]]) -> tuple[Claim, ...]:
    """Return the claims of all modules, each of which holds its own lesson's, and no id twice."""
    place: dict[str, str] = {}
    for module, own in claims.items():
        for entry in own:
            if not module.endswith(f"lesson_{entry.lesson}"):
                raise LedgerError(f"claim {entry.id} of lesson {entry.lesson} stands in {module}")
            if entry.id in place:
                raise LedgerError(f"claim {entry.id} stands in {place[entry.id]} and in {module}")
            place[entry.id] = module
    return tuple(entry for own in claims.values() for entry in own)
