"""The environment in which lessons are executed and validated, and tests run; set nowhere else."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OFFLINE = Path(__file__).resolve().parent / "offline"  # holds the sitecustomize that blocks the network


def validation_environment(*, threads: int = 1) -> dict[str, str]:
    """Return the variables that make a run reproducible: add them to os.environ, or to a child's.

    No network, `threads` threads of linear algebra, no progress bars, a fixed hash seed, live explorers that
    move their controls once, and an empty progress file and IPython profile of this call's own, so that what
    a learner did cannot leak in.
    """
    scratch = _scratch_folder()
    variables = {
        "COURSE_OFFLINE": "1",
        "COURSE_PROGRESS": str(scratch / "progress.json"),
        "COURSE_SCRATCH": str(scratch),
        "COURSE_SWEEP": "1",
        "IPYTHONDIR": str(scratch / "ipython"),
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": _with_offline_first(os.environ.get("PYTHONPATH", "")),
        "TQDM_DISABLE": "1",
    }
    for library in ("OPENBLAS", "OMP", "MKL"):
        variables[f"{library}_NUM_THREADS"] = str(threads)
    return variables


def kernel_environment(*, threads: int = 1) -> dict[str, str]:
    """Return the whole environment of a lesson's kernel."""
    environment = os.environ | validation_environment(threads=threads)
    environment.pop("MPLBACKEND", None)  # the kernel chooses its inline backend only where none is set
    return environment


def block_network() -> None:
    """Refuse, from now on, connections of this process to other machines."""
    from course_utils.lessons.offline import sitecustomize  # noqa: F401  importing it installs the guard


def _with_offline_first(search_path: str) -> str:
    others = [folder for folder in search_path.split(os.pathsep) if folder and folder != str(OFFLINE)]
    return os.pathsep.join([str(OFFLINE), *others])


def _scratch_folder() -> Path:
    """Make a folder that is deleted at exit, inside the parent process's own: a killed worker cleans up nothing."""
    parent = os.environ.get("COURSE_SCRATCH", "")
    folder = Path(tempfile.mkdtemp(prefix="course-", dir=parent if os.path.isdir(parent) else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
