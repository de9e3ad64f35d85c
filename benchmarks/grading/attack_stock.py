"""The attacks of the tests, handed in to stock nbgrader inside an outer sandbox: what each got, and what it did."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attack_table import Row
from attacks import ATTACKER, ATTACKS, Attack, Places, hand_in
from attacks.programs import MARKUP
from attacks.watch import bait, contents, has_read, lay_bait, runs_script
from small_assignment import RIGHT, answered, full_source
from tqdm.auto import tqdm

from benchmarks.grading import stock
from benchmarks.grading.outer_sandbox import HOME, run_inside, throw_away_copy
from course_utils.grading.classroom import Classroom
from course_utils.lessons.catalogue import ROOT

TCP, UDP = 40_001, 40_002  # of the sandbox's own loopback
CELL_TIMEOUT = 10  # seconds
TIMEOUT = 90  # seconds for one submission of two questions
PLACES = Places(HOME / "class", HOME, ROOT, Path(sys.prefix), TCP, UDP)
ENVIRONMENT = stock.environment(HOME) | {
    "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# What grading itself writes, and what belongs to the attacker anyway.
OWN = re.compile(
    rf"class/(autograded/{ATTACKER}|feedback|submitted/{ATTACKER}|gradebook\.db|\.nbgrader\.log|socket|autograded$)"
    r"|\.(cache|local|config|jupyter)|\.ipython(?!.*(planted|startup/00))"
)


def attack_all(names: Sequence[str], template: Path, *, jobs: int) -> list[Row]:
    """Hand in these attacks, each to a class of its own, and return what came of them, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        rows = pool.map(lambda name: attack(name, ATTACKS[name], template), names)
        return list(tqdm(rows, total=len(names), unit="attack", desc="attacks on nbgrader"))


def attack(name: str, how: Attack, template: Path) -> Row:
    """Let stock nbgrader grade one attacker in a throw-away copy of the class."""
    with throw_away_copy(template) as home:
        room = Classroom(home / "class")
        release = json.loads(room.release("small").read_text(encoding="utf-8"))
        hand_in(how, release, room.submitted(ATTACKER, "small").parent, PLACES)
        before = _others(home)
        environment = ENVIRONMENT | {"COURSE_SECRET": bait()}
        arguments = ["-m", "benchmarks.grading.inside", str(TCP), str(UDP), str(TIMEOUT)]
        arguments += ["--feedback"] * (name == MARKUP)
        said = run_inside(home, arguments, environment=environment, timeout=TIMEOUT + 30)
        seen = _last_object(said)
        return _row(name, how, room, seen, written=_others(home) != before)


def _row(name: str, how: Attack, room: Classroom, seen: dict, *, written: bool) -> Row:
    text = _text_of(room.autograded(ATTACKER, "small"))
    points, forged = _gradebook(room)
    if not text or seen.get("code") != 0:
        points = None
    return Row(
        name,
        how.honest,
        points,
        round(seen.get("seconds", TIMEOUT), 1),
        read=has_read(_outputs(text)),
        written=written,
        reached=seen.get("reached", False),
        left=seen.get("left", False),
        forged=forged,
        markup=runs_script(_text_of(room.feedback(ATTACKER, "small"))),
        note=_note(seen),
    )


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _note(seen: dict) -> str:
    if not seen:
        return "ended the grader"
    return f"not ended after {TIMEOUT} s" if seen["code"] is None else ""


def _gradebook(room: Classroom) -> tuple[float | None, bool]:
    """Return the attacker's points, and whether what the gradebook says of others, or will say, was changed."""
    try:
        points = stock.points(room)
        with contextlib.closing(sqlite3.connect(room.root / "gradebook.db")) as book:
            triggers = book.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    except sqlite3.DatabaseError:
        return None, True
    return points.get(ATTACKER), bool(triggers) or points.get("ada") != 3


def _others(home: Path) -> dict[str, str]:
    return {name: digest for name, digest in contents(home).items() if not OWN.match(name)}


def _outputs(text: str) -> str:
    """Return what the cells of a graded notebook have printed, without their sources."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return ""
    return json.dumps([cell.get("outputs", []) for cell in cells])


def _last_object(said: str | None) -> dict:
    lines = (said or "").strip().splitlines()
    with contextlib.suppress(ValueError, IndexError):
        return json.loads(lines[-1])
    return {}


@contextlib.contextmanager
def stock_class(folder: Path) -> Iterator[Path]:
    """Yield a home with a stock class in which Ada has been graded, with a secret wherever a grader has one."""
    home = folder / "home"
    room = Classroom(home / "class")
    room.source("small").parent.mkdir(parents=True)
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_course").write_text(bait())
    stock.configure(room, timeout=CELL_TIMEOUT)
    source = lay_bait(stock.stock_source(full_source()))
    room.source("small").write_text(json.dumps(source), encoding="utf-8")
    stock.must(stock.nbgrader(room, "generate_assignment", "small"))
    release = json.loads(room.release("small").read_text(encoding="utf-8"))
    # One mark of Ada's is missing, so that a gradebook which gives everybody everything is seen to be forged.
    work = answered(release, q1="def l1_norm(b):\n    return sum(b)", q2=RIGHT["q2"])
    room.submitted("ada", "small").parent.mkdir(parents=True)
    room.submitted("ada", "small").write_text(json.dumps(lay_bait(work)), encoding="utf-8")
    stock.must(stock.nbgrader(room, "autograde", "small", "--student", "ada"))
    with contextlib.closing(sqlite3.connect(room.root / "gradebook.db")) as book, book:
        book.execute("UPDATE student SET first_name = ?", (bait(),))
    yield home
    shutil.rmtree(home, ignore_errors=True)
