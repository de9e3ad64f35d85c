"""Attacks on the grader: what submissions have tried, each as something that can be handed in.

The tests hand them in to ours, and `course bench grading` to stock nbgrader, on the same small assignment.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from attacks.forgeries import FOLDERS, NOTEBOOK, NOTEBOOKS, WITH_ANSWERS
from attacks.programs import PROGRAMS, SPIES, WRONG

ATTACKER = "mallory"
RIGHT_ANSWER = "penalty = 5 / 2"  # to the second question
ITS_POINTS = 2


@dataclass(frozen=True)
class Places:
    """What an attack is told of the machine that it attacks: it need not find out by itself.

    Attributes
    ----------
    room, home, root, prefix : the class, the grader's home, the course's repository, Python's environment.
    tcp, udp : ports on loopback where the grader's machine listens.
    """

    room: Path
    home: Path
    root: Path
    prefix: Path
    tcp: int
    udp: int

    def written_into(self, text: str) -> str:
        """Return a text with the places for their names."""
        for field in fields(self):
            text = text.replace(f"@{field.name.upper()}@", str(getattr(self, field.name)))
        return text


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    program : what stands in the cell of the first question.
    forge : what is done to the notebook before it is handed in.
    plant : what is done in the folder that is handed in.
    honest : the points that its answers are worth.
    """

    program: str = WRONG
    forge: Callable[[dict], dict] = lambda notebook: notebook
    plant: Callable[[Path], None] = lambda folder: None
    honest: float = ITS_POINTS


ATTACKS: dict[str, Attack] = {
    **{name: Attack(program=source) for name, source in {**PROGRAMS, **SPIES}.items()},
    **{name: Attack(forge=forge) for name, forge in NOTEBOOKS.items()},
    **{
        name: Attack(plant=plant, honest=ITS_POINTS if name in WITH_ANSWERS else 0)
        for name, plant in FOLDERS.items()
    },
}


def hand_in(attack: Attack, release: dict, folder: Path, places: Places) -> None:
    """Write what the attacker hands in for the small assignment into a folder."""
    answers = {"q1": places.written_into(attack.program), "q2": RIGHT_ANSWER}
    notebook = json.loads(json.dumps(release))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, "".join(cell["source"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NOTEBOOK).write_text(json.dumps(attack.forge(notebook)), encoding="utf-8")
    attack.plant(folder)
    for path in folder.rglob("*") if not folder.is_symlink() else ():
        if path.is_file() and not path.is_symlink() and path.name != NOTEBOOK:
            path.write_bytes(places.written_into(path.read_bytes().decode("latin-1")).encode("latin-1"))
