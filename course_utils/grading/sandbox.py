"""A sandbox for code that nobody has read: bubblewrap, and limits that were seen to hold.

Inside there is no network, and no file but the system, Python, the environment, this package and its data, all
read-only, and a folder in memory that vanishes. What runs there may use so much memory, so many processes and so
much time; where these limits cannot be set, nothing is graded.

`trusted` runs the same as a plain process, for one's own notebooks. Nothing chooses it but whoever asks for it.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.errors import GradingError

PACKAGE = Path(__file__).resolve().parents[1]
DATA = PACKAGE.parent / "data"
MEBIBYTE = 2**20
CGROUPS = Path("/sys/fs/cgroup")
SYSTEM = ("/usr", "/etc/ld.so.cache", "/etc/localtime")
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
LINKS = ("bin", "sbin", "lib", "lib32", "lib64")
_CAN_TRUST = hasattr(os, "killpg")  # Windows has no process groups, and no select() for pipes
_numbers = itertools.count()


class SandboxUnavailableError(GradingError):
    """This machine cannot run what nobody has read; the message says why, and what to do."""


@dataclass(frozen=True)
class Limits:
    """What a worker may use.

    Attributes
    ----------
    memory : bytes, of all its processes together (of each, where only the kernel's per-process limits can be set)
    processes : int, threads included
    seconds : of processor time, of each process
    file_size : bytes of one file
    scratch : bytes of all its files, which are kept in memory
    """

    memory: int = 2048 * MEBIBYTE
    processes: int = 64
    seconds: int = 300
    file_size: int = 50 * MEBIBYTE
    scratch: int = 64 * MEBIBYTE


@contextlib.contextmanager
def sandboxed(arguments: list[str], *, limits: Limits | None = None) -> Iterator[subprocess.Popen]:
    """Run `python -s` with these arguments in the sandbox, with pipes to its input and output.

    Everything that it started is gone when the block ends. Raises SandboxUnavailableError where there is no
    bubblewrap, or no limits.
    """
    limits = limits or Limits()
    with limited(limits) as prefix:
        command = [*prefix, *_bubblewrap(limits), sys.executable, "-s", *arguments]
        process = subprocess.Popen(command, **PIPES)
        try:
            yield process
        finally:
            process.kill()  # bubblewrap's first child dies with it, and takes the whole process namespace along
            _close(process)


@contextlib.contextmanager
def trusted(arguments: list[str], *, limits: Limits | None = None) -> Iterator[subprocess.Popen]:
    """Run `python -s` with these arguments as a plain process of yours, which can do all that you can.

    Its folder is a new one, which vanishes; memory, processor time and files are limited for each process, where the
    system knows such limits; its process group is killed when the block ends. Raises SandboxUnavailableError on
    Windows, where the pipe to the worker cannot be watched.
    """
    if not _CAN_TRUST:
        raise SandboxUnavailableError(
            "Grading needs Linux or macOS: on Windows use the Windows Subsystem for Linux, or a Linux container "
            "(instructor/guide.md has the recipe)."
        )
    with tempfile.TemporaryDirectory(prefix="course-grading-", ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-s", "-c", _LIMIT_AND_BECOME, repr(_plain_limits(limits or Limits()))]
        environment = {**os.environ, **_environment(folder), "PYTHONPATH": str(PACKAGE.parent)}
        command += [sys.executable, "-s", *arguments]
        process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **PIPES)
        try:
            yield process
        finally:
            with contextlib.suppress(
                ProcessLookupError, PermissionError
            ):  # nothing of the group is left to kill
                os.killpg(process.pid, signal.SIGKILL)
            _close(process)


# Limits are not set between fork and exec: another thread may hold a lock there that is never released.
_LIMIT_AND_BECOME = """
import ast, contextlib, os, sys
with contextlib.suppress(ImportError):
    import resource
    for name, value in ast.literal_eval(sys.argv[1]).items():
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, name), (value, value))
os.execv(sys.argv[2], sys.argv[2:])
"""


def _plain_limits(limits: Limits) -> dict[str, int]:
    """Return the kernel's limits for each process; one of processes would count all that the user runs."""
    return {
        "RLIMIT_AS": 2 * limits.memory,
        "RLIMIT_CPU": limits.seconds,
        "RLIMIT_FSIZE": limits.file_size,
        "RLIMIT_CORE": 0,
    }


def _close(process: subprocess.Popen) -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()


@contextlib.contextmanager
def limited(limits: Limits) -> Iterator[list[str]]:
    """Yield the words that go before a command so that it keeps these limits; afterwards end what it has left behind.

    Raises SandboxUnavailableError where limits were not seen to hold.
    """
    with _limiter()(limits) as prefix:
        yield [*prefix, *_rlimits(limits)]


def require_sandbox() -> None:
    """Raise SandboxUnavailableError, in a sentence that says what to do, unless limits were seen to hold here."""
    _limiter()


@functools.cache
def _limiter():
    """Return the first way to limit memory and processes that holds on this machine."""
    if sys.platform != "linux" or shutil.which("bwrap") is None or shutil.which("prlimit") is None:
        raise SandboxUnavailableError(
            "Grading runs code that nobody has read in a bubblewrap sandbox, which this machine lacks: "
            "on Linux install the package bubblewrap; elsewhere grade in a Linux container "
            f"(instructor/guide.md has the recipe).{' For your own notebooks there is --trusted.' * _CAN_TRUST}"
        )
    for limiter in (_cgroup_v1, _cgroup_v2, _systemd_scope, _per_user):
        if _holds(limiter):
            return limiter
    raise SandboxUnavailableError(
        "Neither memory nor processes can be limited here, so nothing is graded: run as root of a machine or container "
        "with writable control groups, or as a user other than root (instructor/guide.md says more)."
    )


_COUNT_CHILDREN = """
import os, time
for n_children in range(40):
    try:
        child = os.fork()
    except OSError:
        print(n_children)
        break
    if child == 0:
        time.sleep(20)
"""
_TAKE_MEMORY = "block = bytearray(400 * 2**20); print('taken')"


def _holds(limiter) -> bool:
    """Say whether this way of limiting refuses a fortieth child and a 400th mebibyte."""
    limits = Limits(memory=200 * MEBIBYTE, processes=24)
    try:
        children, taken = (_output_under(limiter, limits, code) for code in (_COUNT_CHILDREN, _TAKE_MEMORY))
    except (OSError, subprocess.TimeoutExpired):
        return False
    return children.isdigit() and int(children) < limits.processes and taken == ""


def _output_under(limiter, limits: Limits, code: str) -> str:
    with limiter(limits) as prefix:
        command = [*prefix, *_rlimits(limits), *_bubblewrap(limits), sys.executable, "-I", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()


@contextlib.contextmanager
def _cgroup_v1(limits: Limits) -> Iterator[list[str]]:
    settings = {
        "pids": {"pids.max": limits.processes},
        "memory": {"memory.limit_in_bytes": limits.memory},
    }
    with _groups([(CGROUPS / kind, files) for kind, files in settings.items()]) as launcher:
        yield launcher


@contextlib.contextmanager
def _cgroup_v2(limits: Limits) -> Iterator[list[str]]:
    own = Path("/proc/self/cgroup").read_text().strip().rpartition("::/")[2]
    files = {"pids.max": limits.processes, "memory.max": limits.memory, "memory.swap.max": 0}
    with _groups([(CGROUPS / own, files)]) as launcher:
        yield launcher


@contextlib.contextmanager
def _systemd_scope(limits: Limits) -> Iterator[list[str]]:
    whose = [] if os.geteuid() == 0 else ["--user"]
    properties = [f"TasksMax={limits.processes}", f"MemoryMax={limits.memory}", "MemorySwapMax=0"]
    yield [
        "systemd-run",
        *whose,
        "--scope",
        "--quiet",
        "--collect",
        *(f"--property={p}" for p in properties),
        "--",
    ]


@contextlib.contextmanager
def _per_user(limits: Limits) -> Iterator[list[str]]:
    """Trust the kernel's limits for each user, which do not hold for root."""
    yield []


@contextlib.contextmanager
def _groups(wanted: list[tuple[Path, dict[str, int]]]) -> Iterator[list[str]]:
    """Make control groups; yield a launcher that enters them; end what is left in them and remove them."""
    name = f"course-grading-{os.getpid()}-{next(_numbers)}"
    groups = []
    try:
        for parent, files in wanted:
            group = parent / name
            group.mkdir()
            groups.append(group)
            for file, value in files.items():
                (group / file).write_text(str(value))
        entries = " ".join(f"{group}/cgroup.procs" for group in groups)
        yield [
            "/bin/sh",
            "-c",
            f'for entry in {entries}; do echo $$ > "$entry" || exit 125; done; exec "$@"',
            "sh",
        ]
    finally:
        for group in groups:
            _remove(group)


def _remove(group: Path) -> None:
    """Kill what is left in a control group until it can be removed."""
    for _ in range(100):
        for line in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(int(line), signal.SIGKILL)
        try:
            group.rmdir()
            return
        except OSError:
            time.sleep(0.02)


def _rlimits(limits: Limits) -> list[str]:
    return [
        "prlimit",
        f"--as={2 * limits.memory}",
        f"--cpu={limits.seconds}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_size}",
        "--nofile=256",
        "--core=0",
    ]


def _bubblewrap(limits: Limits) -> list[str]:
    """Return the command that shows a process nothing but what it needs to run Python."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        **_environment("/tmp"),
    }
    return [
        # --clearenv leaves bubblewrap's own environment, a gradebook's password perhaps, in /proc/1/environ inside
        *("env", "-i", shutil.which("bwrap")),
        *(
            "--unshare-all",
            "--unshare-user",
            "--disable-userns",
            "--die-with-parent",
            "--new-session",
        ),
        *("--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "grader"),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(limits.scratch), "--tmpfs", "/tmp"),  # before any bind below it
        *(word for path in _visible() for word in ("--ro-bind", path, path)),
        *(
            word
            for link in LINKS
            if Path("/", link).is_symlink()
            for word in ("--symlink", f"usr/{link}", f"/{link}")
        ),
        *("--remount-ro", "/"),
        *("--chdir", "/tmp", "--clearenv"),
        *(word for pair in environment.items() for word in ("--setenv", *pair)),
        "--",
    ]


def _environment(folder: str) -> dict[str, str]:
    """Return what a worker is told: where to keep its files, to show nothing, and to use one thread."""
    return {
        "TMPDIR": folder,
        "IPYTHONDIR": f"{folder}/ipython",
        "MPLCONFIGDIR": f"{folder}/matplotlib",
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }


def _visible() -> list[str]:
    """Return what a worker may see of this machine, read-only, outermost folders first."""
    wanted = [*SYSTEM, sys.prefix, sys.base_prefix, str(PACKAGE), str(DATA)]
    real = [os.path.realpath(sys.executable)]
    found = {
        path for path in [*wanted, *(str(Path(path).parents[1]) for path in real)] if os.path.exists(path)
    }
    return sorted(found, key=len)
