"""A sandbox around a whole grader, for attacks on one that has no sandbox of its own.

Unlike ours for a submission it has a loopback network, a home that can be written, and all that a grader sees.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.grading.sandbox import MEBIBYTE, Limits, limited
from course_utils.lessons.catalogue import ROOT

HOME = Path("/home/me")
LIMITS = Limits(memory=2048 * MEBIBYTE, processes=120, seconds=120, file_size=100 * MEBIBYTE)
SCRATCH = 200 * MEBIBYTE
VISIBLE = ("/usr", "/etc/ld.so.cache", "/etc/localtime", "/etc/passwd", "/etc/group", str(ROOT))
LINKS = ("bin", "sbin", "lib", "lib32", "lib64")


def run_inside(
    home: Path, arguments: list[str], *, environment: dict[str, str], timeout: float
) -> str | None:
    """Run Python in the sandbox with a folder as its home, and return what it printed; None if it did not end.

    Whatever it started is gone afterwards; what it wrote is in the folder, which is to be thrown away.
    """
    with limited(LIMITS) as prefix, tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*prefix, *_bubblewrap(home, environment), sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        ended = True
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            ended = False
        finally:
            process.kill()  # its first child dies with it, and takes the whole process namespace along
            process.wait()
        output.seek(0)
        return output.read(10**6).decode(errors="replace") if ended else None


def _bubblewrap(home: Path, environment: dict[str, str]) -> list[str]:
    seen = [*VISIBLE, sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])]
    visible = sorted({path for path in seen if Path(path).exists()}, key=len)
    return [
        *("env", "-i", shutil.which("bwrap")),
        *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "grader"),
        *("--proc", "/proc", "--dev", "/dev", "--size", str(SCRATCH), "--tmpfs", "/tmp"),
        *(word for path in visible for word in ("--ro-bind", path, path)),
        *(
            word
            for link in LINKS
            if Path("/", link).is_symlink()
            for word in ("--symlink", f"usr/{link}", f"/{link}")
        ),
        *("--bind", str(home), str(HOME), "--chdir", str(HOME / "class")),
        *("--remount-ro", "/"),
        *(word for pair in environment.items() for word in ("--setenv", *pair)),
        "--",
    ]


@contextlib.contextmanager
def throw_away_copy(home: Path):
    """Yield a copy of a home, and remove it whatever was done to it."""
    folder = Path(tempfile.mkdtemp(prefix="course-bench-"))
    try:
        shutil.copytree(home, folder / "home", symlinks=True)
        yield folder / "home"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
