"""`course doctor`: what is wrong with this installation, and how to mend it.

Standard library only, and importable by a Python that is too old for the course, which lesson 00 may meet.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.cli import command
from course_utils.cli.installation import ROOT, Action, Installation, locked_packages

HELP = "Say what is wrong with this installation and how to mend it."
OLDEST_PYTHON = (3, 11)
IMPORTS = [
    *("numpy", "scipy", "sklearn", "pandas", "matplotlib", "seaborn", "tqdm"),
    *("ipywidgets", "ipykernel", "jupyterlab"),
    *("fastapi", "uvicorn", "pyarrow", "skops"),
]
GIGABYTE = 1_000_000_000
_DECLARED = re.compile(r"^\s*([A-Za-z0-9._-]+)\s*([^;\[]*)")
_BOUND = re.compile(r"(>=|<)\s*([0-9.]+)")


@dataclass(frozen=True)
class Finding:
    """One line of the report; `mend` is empty when all is well."""

    subject: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{'problem' if self.mend else 'ok':<8} {self.subject}: {self.what}"
        return f"{line}. Mend it: {self.mend}" if self.mend else line


def add_arguments(parser) -> None:
    """Declare nothing: the doctor looks at everything."""


def run(args) -> int:
    """Print one line a check; 1 if there is a problem."""
    has_problem = False
    for finding in examine(Installation()):
        print(finding, flush=True)
        has_problem |= bool(finding.mend)
    print("\nMend the problems from the top." if has_problem else "\nNothing is wrong.")
    return int(has_problem)


def examine(installation: Installation) -> Iterator[Finding]:
    """Yield one finding for each check."""
    from course_utils.lessons.copies import learner_folder

    yield python_version()
    yield from before_installing(installation)
    yield environment(installation)
    yield from inside(installation)
    yield data_files(installation.root / "data")
    yield writable(learner_folder())
    yield port()


def installation_problems() -> list[str]:
    """Return what keeps this Python from running the lessons, a sentence and the fix each; [] if nothing.

    Lesson: notebooks/00_start_here.ipynb calls it before any other import.
    """
    findings = [python_version()]
    if not findings[0].mend:
        findings += [packages_declared(), working_folder(), data_files(ROOT / "data")]
    findings += _own_environment(Installation())
    return [
        f"{finding.subject}: {finding.what}. Mend it: {finding.mend}" for finding in findings if finding.mend
    ]


def _own_environment(installation: Installation) -> list[Finding]:
    is_ours = Path(sys.prefix).resolve() == installation.environment.resolve() and installation.read_stamp()
    return [environment(installation)] if is_ours else []


def python_version() -> Finding:
    """Check that this Python is new enough."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        mend = "install Python 3.11 or newer from https://www.python.org/downloads/"
        return Finding("Python", f"{platform.python_version()} is too old", mend)
    return Finding("Python", f"{platform.python_version()} on {platform.platform(terse=True)}")


def before_installing(installation: Installation) -> Iterator[Finding]:
    """Check what an installation needs: the venv module and room on the disk."""
    missing = [module for module in ("venv", "ensurepip") if importlib.util.find_spec(module) is None]
    installed = installation.condition().action is Action.NOTHING
    if missing and not installed:
        mend = (
            f"sudo apt install python{sys.version_info.major}.{sys.version_info.minor}-venv (Debian, Ubuntu)"
        )
        yield Finding("venv module", f"{' and '.join(missing)} missing", mend)
    elif not missing:
        yield Finding("venv module", "here")
    free = shutil.disk_usage(installation.root).free / GIGABYTE
    needed = 0.1 if installed else 1.2
    mend = "" if free >= needed else f"free some space: {needed} GB are needed"
    yield Finding("disk", f"{free:.1f} GB free", mend)


def environment(installation: Installation) -> Finding:
    """Check that .venv is finished, made here, by this Python and from this lock."""
    condition = installation.condition()
    if condition.action is Action.NOTHING:
        return Finding("environment", f"{installation.environment} is what the lock describes")
    if condition.action is Action.CREATE and _is_prepared_elsewhere():
        return Finding("environment", f"{sys.prefix}, made by something else than course.py")
    mends = {Action.REFUSE: f"delete or rename {installation.environment}, then {command('start')}"}
    return Finding("environment", condition.reason, mends.get(condition.action, command("start")))


def inside(installation: Installation) -> Iterator[Finding]:
    """Check packages, imports, the package of this folder and the kernel, in the environment's own Python."""
    own = installation.python.exists()
    if not own and not _is_prepared_elsewhere():
        return
    python = installation.python if own else Path(sys.executable)
    stamp = installation.read_stamp() if own else None
    lock = installation.lock(stamp.kind if stamp else "learner").read_text(encoding="utf-8")
    packages = [vars(package) for package in locked_packages(lock)] if own else []
    found = _probe(python, packages)
    again = (
        f"delete {installation.environment}, then {command('start')}" if own else "install the course again"
    )
    if found is None:
        yield Finding("packages", f"{python} does not answer", again)
        return
    if own:
        yield _listed("packages", found["packages"], f"all {len(packages)} lines of the lock hold", again)
    else:
        yield packages_declared()
    yield _listed("imports", found["imports"], ", ".join(IMPORTS), again)
    yield _located("course_utils", found["course_utils"], installation.root, again)
    yield _located("kernel", found["kernel"], python.parent, again)


def packages_declared() -> Finding:
    """Check in this Python that every package the course declares is here, within its bounds."""
    wrong = [_wrong_version(requirement) for requirement in _declared_requirements()]
    wrong = [text for text in wrong if text]
    return _listed("packages", wrong, "all that the course needs are here", command("start"))


def working_folder() -> Finding:
    """Check that the lesson at work and the imported package belong to the same copy of the course."""
    here = Path.cwd().resolve()
    course = next((folder for folder in (here, *here.parents) if (folder / "course.py").exists()), ROOT)
    if course != ROOT:
        what = f"this lesson lies in {course}, but course_utils comes from {ROOT}"
        return Finding("course_utils", what, f"close JupyterLab, then in {course}: {command('start')}")
    return Finding("course_utils", str(ROOT))


def data_files(folder: Path) -> Finding:
    """Check the bundled data against their checksums."""
    mend = "in the folder of the course, git checkout data (or copy data from a fresh download)"
    listing = folder / "checksums.sha256"
    if not listing.exists():
        return Finding("data", f"{listing} is missing", mend)
    expected = [line.split(maxsplit=1) for line in listing.read_text(encoding="utf-8").splitlines() if line]
    wrong = [name for sha256, name in expected if _sha256(folder / name) != sha256]
    return _listed("data", wrong, f"{len(expected)} files are as published", mend)


def writable(folder: Path) -> Finding:
    """Check that the learner's copies can be written."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        return Finding(
            "your copies", f"{nearest} cannot be written", "move the course to a folder of your own"
        )
    return Finding("your copies", f"{folder} can be written")


def port() -> Finding:
    """Say whether the usual port is free; if it is not, `start` takes the next one."""
    with socket.socket() as probe:
        is_open = probe.connect_ex(("127.0.0.1", 8888)) == 0
    return Finding("port 8888", "in use, so start takes the next free one" if is_open else "free")


def _is_prepared_elsewhere() -> bool:
    """Whether this Python has JupyterLab of its own: conda, Binder, Colab."""
    return importlib.util.find_spec("jupyterlab") is not None


def _probe(python: Path, packages: list[dict]) -> dict | None:
    question = {"packages": [list(package.values()) for package in packages], "modules": IMPORTS}
    script = Path(__file__).with_name("probe.py")
    try:
        answer = subprocess.run(
            [str(python), "-P", str(script)],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        return json.loads(answer.stdout.splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return None


def _listed(subject: str, wrong: list[str], well: str, mend: str) -> Finding:
    if not wrong:
        return Finding(subject, well)
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return Finding(subject, f"wrong: {'; '.join(wrong[:5])}{more}", mend)


def _located(subject: str, path: str | None, folder: Path, mend: str) -> Finding:
    if path is None:
        return Finding(subject, "not found", mend)
    # Not resolved: the environment's python is a link to the system's.
    if not Path(path).is_relative_to(folder):
        return Finding(subject, f"{path} is not in {folder}", mend)
    return Finding(subject, path)


def _declared_requirements() -> list[str]:
    import tomllib

    pyproject = ROOT / "pyproject.toml"
    if pyproject.exists():
        return tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    requirements = importlib.metadata.requires("course-utils") or []
    return [requirement for requirement in requirements if "extra ==" not in requirement]


def _wrong_version(requirement: str) -> str | None:
    name, bounds = _DECLARED.match(requirement).groups()
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is missing"
    holds = {">=": _release(version).__ge__, "<": _release(version).__lt__}
    fits = all(holds[sign](_release(bound)) for sign, bound in _BOUND.findall(bounds))
    return None if fits else f"{name} {version} (needed: {bounds.strip()})"


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.match(r"[0-9.]*[0-9]", version).group().split("."))


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
