"""Private assignments: one that ships, with other questions' details and fresh data, in a class folder of its own.

The answers to the assignments that ship are public. `instructor/variants/NAME.py` says what may be asked in their
place: VARIANTS, one of each question, with options to draw from. An option is a set of edits of the notebook and of
the checks. All are applied to the public text at once, so that the order is of no account and two that touch the
same words are found out.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from course_utils.grading.assignment import BadAssignmentError, Question, load_questions
from course_utils.grading.audit import audit, release_of
from course_utils.grading.classroom import CONFIGURATION, Classroom, require_name, write_whole
from course_utils.grading.sandbox import PACKAGE
from course_utils.grading.scoring import score
from course_utils.grading.submission import nbgrader_metadata, rebuild

REPOSITORY = PACKAGE.parent
PUBLIC = Classroom(REPOSITORY / "instructor")
CHECKS = "checks"  # where an edit applies, if not in the cell of a grade_id
SEED_BITS = 64
GITIGNORE = """\
# Keys, students' work and marks stay out of git: a repository is published more easily than it is taken back.
# What remains is the configuration and release/. In a repository that is sure to stay private, delete lines.
/source/
/checks/
/submitted/
/marks/
/autograded/
/feedback/
/gradebook.db*
"""


@dataclass(frozen=True)
class Edit:
    """Other words in one place.

    Attributes
    ----------
    where : the grade_id of a cell, or CHECKS for the file of checks.
    old, new : the words; `old` occurs exactly `times` times there.
    times : how often.
    """

    where: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True)
class Option:
    """One way to ask a question differently; `edits` is a function where numbers are drawn.

    Attributes
    ----------
    name : what is different, as the record of a private assignment says it.
    edits : the edits, or a function of a Generator that returns them.
    """

    name: str
    edits: tuple[Edit, ...] | Callable[[np.random.Generator], tuple[Edit, ...]]

    def drawn(self, rng: np.random.Generator) -> tuple[Edit, ...]:
        """Return the edits, with what is to be drawn drawn."""
        return self.edits(rng) if callable(self.edits) else self.edits


@dataclass(frozen=True)
class Variant:
    """The options of one question, none of them the public form."""

    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True, eq=False)
class Assignment:
    """A source notebook as JSON holds it, and the text of its checks."""

    notebook: dict[str, Any]
    checks: str


@dataclass(frozen=True)
class PublicAnswer:
    """What the public worked answer to a question earns in a private assignment, and of how many points."""

    question: str
    points: float
    of: float


@dataclass(frozen=True)
class Proof:
    """What speaks against a private assignment, in sentences, and what the public answers earn in it."""

    complaints: tuple[str, ...]
    public_answers: tuple[PublicAnswer, ...]


@dataclass(frozen=True, eq=False)
class Private:
    """A private assignment.

    Attributes
    ----------
    original : the public assignment that it was made from.
    seed : what everything was drawn from. Whoever knows it can make the same assignment, with its answers.
    options : the name of the option that was drawn, by question.
    assignment : its notebook and its checks.
    proof : None before it was proved.
    path : where its notebook stands; None before it was written.
    """

    original: str
    seed: int
    options: dict[str, str]
    assignment: Assignment
    proof: Proof | None = None
    path: Path | None = None


def new_assignment(
    original: str,
    folder: Path,
    *,
    name: str,
    seed: int | None = None,
    prove: bool = True,
    trusted: bool = False,
    progress: Callable[[str], None] = lambda stage: None,
) -> Private:
    """Draw a private assignment, prove it, and write it into a class folder, which is made where there is none.

    Nothing is written unless the proof has no complaint, and what was begun is taken back if writing fails.

    Parameters
    ----------
    original : str
        The name of an assignment that ships.
    folder : Path
        The class; outside the course's own repository, which is public.
    name : str
        The name of the new assignment.
    seed : int, optional
        What to draw from; by default a secret one.
    prove : bool
        False leaves the proof out.
    trusted : bool
        Prove it without the sandbox. What is run is the course's own.
    progress : callable, optional
        Called with a sentence before each stage.

    Returns
    -------
    Private

    Raises
    ------
    BadAssignmentError
        For a folder in the repository, a name that is taken, or an assignment that its proof speaks against.
    SandboxUnavailableError
        Nothing is proved without limits unless it is trusted.

    Lesson: notebooks/00_start_here.ipynb
    """
    room = _require_place(folder, require_name(name))
    private = draw_assignment(original, secrets.randbits(SEED_BITS) if seed is None else seed)
    if prove:
        progress(f"proving {name}: its solutions, its wrong solutions, and the public answers are graded")
        private = replace(private, proof=proof(private, trusted=trusted))
        if private.proof.complaints:
            raise BadAssignmentError("nothing was written: " + "; ".join(private.proof.complaints))
    progress(f"writing {name} into {room.root}")
    _write_all(_files(room, name, private))
    return replace(private, path=room.source(name))


def lines(private: Private) -> list[str]:
    """Return what an instructor is told of a new assignment."""
    earned = {answer.question: answer for answer in private.proof.public_answers} if private.proof else {}
    told = [f"Made {private.path} from {private.original}. Read it as a student would before you release it."]
    for question, option in private.options.items():
        told.append(f"  {question}: {option}")
        if question in earned:
            told[-1] += f"; the public answer earns {earned[question].points:g} of {earned[question].of:g}"
    same = [question for question in earned if question not in private.options]
    if same:
        told.append(f"  As in the public assignment, answers included: {', '.join(same)}")
    return [*told, "The folder holds the answers, and what was drawn: keep it to yourself."]


def draw_assignment(original: str, seed: int) -> Private:
    """Return the private assignment that a seed stands for, not proved yet."""
    rng = np.random.default_rng(seed)
    chosen = [
        (variant, variant.options[rng.integers(len(variant.options))]) for variant in variants(original)
    ]
    edits = [edit for _, option in chosen for edit in option.drawn(rng)]
    options = {variant.question: option.name for variant, option in chosen}
    return Private(original, seed, options, edited(public_assignment(original), edits))


def proof(private: Private, *, trusted: bool = False) -> Proof:
    """Audit a private assignment, and grade the public answers in it: none may earn full marks where it differs."""
    rng = np.random.default_rng(secrets.randbits(SEED_BITS))
    with tempfile.TemporaryDirectory() as folder:  # an audit reads the file of checks again
        questions = questions_of(private.assignment.checks, Path(folder))
        complaints = audit(private.assignment.notebook, questions, rng, trusted=trusted)
        answers = public_answers(private, questions, rng, trusted=trusted)
    complaints += [
        f"{answer.question}: the public answer earns full marks"
        for answer in answers
        if answer.question in private.options and answer.points >= answer.of
    ]
    return Proof(tuple(complaints), answers)


def public_answers(
    private: Private, questions: Sequence[Question], rng: np.random.Generator, *, trusted: bool = False
) -> tuple[PublicAnswer, ...]:
    """Grade the public worked solutions by the private checks, under the names that are asked for now.

    Parameters
    ----------
    private : Private
    questions : sequence of Question
        The questions of the private assignment.
    rng : numpy Generator
        Where the inputs of the checks are drawn from.
    trusted : bool
        Run them without the sandbox.

    Returns
    -------
    tuple of PublicAnswer

    Lesson: notebooks/00_start_here.ipynb
    """
    submitted = under_new_names(private.original, questions)
    cells = rebuild(release_of(private.assignment.notebook), submitted)
    results = score(cells, questions, rng, trusted=trusted).questions
    return tuple(
        PublicAnswer(question.grade_id, result.points, question.points)
        for question, result in zip(questions, results, strict=True)
    )


def under_new_names(original: str, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the public notebook with each answer under the name that the private question asks for."""
    notebook = public_assignment(original).notebook
    now = {question.grade_id: question.name for question in questions}
    before = {question.grade_id: question.name for question in load_questions(PUBLIC.checks(original))}
    for cell in notebook["cells"]:
        grade_id = nbgrader_metadata(cell).get("grade_id")
        if grade_id in before:
            cell["source"] = "".join(cell["source"]).replace(before[grade_id], now[grade_id])
    return notebook


def public_assignment(original: str) -> Assignment:
    """Return an assignment that ships; BadAssignmentError for any other name."""
    if original not in PUBLIC.assignments():
        raise BadAssignmentError(
            f"{original[:80]!r} is no assignment that ships; these are {', '.join(PUBLIC.assignments())}"
        )
    notebook = json.loads(PUBLIC.source(original).read_text(encoding="utf-8"))
    return Assignment(notebook, PUBLIC.checks(original).read_text(encoding="utf-8"))


def variants(original: str) -> tuple[Variant, ...]:
    """Return the VARIANTS of an assignment that ships; BadAssignmentError if it has none."""
    public_assignment(original)
    path = PUBLIC.root / "variants" / f"{original}.py"
    if not path.is_file():
        raise BadAssignmentError(f"{original} has no variants: {path} is missing")
    return _module(path).VARIANTS


def questions_of(checks: str, folder: Path) -> tuple[Question, ...]:
    """Write a file of checks into a folder and return the questions that it defines."""
    path = folder / "checks.py"
    path.write_text(checks, encoding="utf-8")
    return load_questions(path)


def edited(public: Assignment, edits: Iterable[Edit]) -> Assignment:
    """Return an assignment with all edits; BadAssignmentError where one does not fit, or two meet."""
    by_place: dict[str, list[Edit]] = {}
    for edit in edits:
        by_place.setdefault(edit.where, []).append(edit)
    checks = _rewritten(CHECKS, public.checks, by_place.pop(CHECKS, []))
    notebook = json.loads(json.dumps(public.notebook))
    for cell in notebook["cells"]:
        grade_id = nbgrader_metadata(cell).get("grade_id")
        source = _rewritten(grade_id, "".join(cell["source"]), by_place.pop(grade_id, []))
        cell["source"] = source.splitlines(keepends=True)
    if by_place:
        raise BadAssignmentError(f"there is no cell {', '.join(map(repr, sorted(by_place)))} to edit")
    return Assignment(notebook, checks)


def _rewritten(where: str, text: str, edits: Sequence[Edit]) -> str:
    """Return a text with all edits, each of which finds its words in the text as it was."""
    spans = sorted(span for edit in edits for span in _spans(where, text, edit))
    pieces, reached = [], 0
    for start, end, new in spans:
        if start < reached:
            raise BadAssignmentError(f"{where}: two edits meet at {text[start:end][:80]!r}")
        pieces += [text[reached:start], new]
        reached = end
    return "".join(pieces) + text[reached:]


def _spans(where: str, text: str, edit: Edit) -> list[tuple[int, int, str]]:
    if not edit.old or text.count(edit.old) != edit.times:
        raise BadAssignmentError(
            f"{where}: {edit.old!r} occurs {text.count(edit.old) if edit.old else 0} times, not {edit.times}"
        )
    starts, place = [], -len(edit.old)
    for _ in range(edit.times):
        place = text.index(edit.old, place + len(edit.old))
        starts.append(place)
    return [(start, start + len(edit.old), edit.new) for start in starts]


def _require_place(folder: Path, name: str) -> Classroom:
    """Return the class in a folder where this name is free; BadAssignmentError if it may not stand there."""
    root = folder.expanduser().resolve()
    if root.is_relative_to(REPOSITORY):
        raise BadAssignmentError(
            f"{root} lies in the course's repository, from where answers are easily published: "
            "name a folder outside of it"
        )
    room = Classroom(root)
    for path in (room.source(name), room.checks(name), _record(room, name)):
        if path.exists():
            raise BadAssignmentError(f"there is a {name} already: {path} exists; choose another name")
    return room


def _files(room: Classroom, name: str, private: Private) -> dict[Path, str]:
    """Return the texts to write, the notebook last: it makes an assignment of the rest."""
    shared = {
        room.root / ".gitignore": GITIGNORE,
        room.root / CONFIGURATION: (PUBLIC.root / CONFIGURATION).read_text(encoding="utf-8"),
    }
    record = {"original": private.original, "seed": private.seed, "options": private.options}
    notebook = json.dumps(private.assignment.notebook, ensure_ascii=False, indent=1)
    return {path: text for path, text in shared.items() if not path.exists()} | {
        room.checks(name): private.assignment.checks,
        _record(room, name): json.dumps(record, ensure_ascii=False, indent=1) + "\n",
        room.source(name): notebook + "\n",
    }


def _record(room: Classroom, name: str) -> Path:
    """Return where the seed is kept: not beside the notebook, from where nbgrader copies files into the release."""
    return room.checks(name).with_suffix(".json")


def _write_all(texts: dict[Path, str]) -> None:
    """Write new files, which their owner alone can read, or none of them."""
    written = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"variants_of_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
