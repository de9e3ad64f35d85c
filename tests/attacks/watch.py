"""What an attack did beside getting points: what it read, wrote and reached, and what it left running.

Secrets that stand where a grader has them are words of their own kind, made anew for every class, so that whatever
shows one has read it.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BAIT = re.compile(r"BAIT-[0-9a-f]{16}")
FOUND = re.compile(r"FOUND \[(?!\])")
SCRIPT = re.compile(r"""<script>alert\(["']?PLANTED""")
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
PATIENCE = 3.0  # seconds in which a killed process is gone


def bait() -> str:
    """Return a word that stands nowhere else."""
    return f"BAIT-{secrets.token_hex(8)}"


def lay_bait(notebook: dict) -> dict:
    """Return a notebook that holds such a word where no student looks for it."""
    return notebook | {"metadata": notebook["metadata"] | {"secret": bait()}}


def has_read(text: str) -> bool:
    """Whether what a submission has printed shows a secret, or says that it found something."""
    return bool(BAIT.search(text) or FOUND.search(text))


def runs_script(page: str) -> bool:
    """Whether a page holds the script that an attack has printed, as a browser would run it."""
    return bool(SCRIPT.search(page))


@dataclass
class Listener:
    """Two ports on loopback of the grader's machine, and how often they were reached."""

    tcp: int
    udp: int
    reached: list[str] = field(default_factory=list)


@contextlib.contextmanager
def listening(room: Path, *, tcp: int = 0, udp: int = 0) -> Iterator[Listener]:
    """Listen on TCP and UDP, at ports that are free if none are named, on a socket in the folder and one without."""
    with contextlib.ExitStack() as sockets:
        stream, datagrams = (
            sockets.enter_context(socket.socket(socket.AF_INET, kind))
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        )
        for line, port in ((stream, tcp), (datagrams, udp)):
            line.bind(("127.0.0.1", port))
        listener = Listener(stream.getsockname()[1], datagrams.getsockname()[1])
        streams = [stream]
        for address in (str(room / "socket"), f"\0course-{listener.tcp}"):
            streams.append(sockets.enter_context(socket.socket(socket.AF_UNIX)))
            streams[-1].bind(address)
        for line in streams:
            line.listen()
            threading.Thread(target=_count_streams, args=(line, listener), daemon=True).start()
        threading.Thread(target=_count_datagrams, args=(datagrams, listener), daemon=True).start()
        yield listener
        for line in (*streams, datagrams):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        (room / "socket").unlink(missing_ok=True)


def _count_streams(line: socket.socket, listener: Listener) -> None:
    with contextlib.suppress(OSError):
        while True:
            line.accept()[0].close()
            listener.reached.append("stream")


def _count_datagrams(line: socket.socket, listener: Listener) -> None:
    with contextlib.suppress(OSError):
        while True:
            data, sender = line.recvfrom(2048)
            if not sender:
                return
            listener.reached.append("datagram")
            line.sendto(data, sender)


def contents(folder: Path, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Return a sum of every file below a folder, by path; links as what they point to, the named folders aside."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(without):
            continue
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "no file"
    return found


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Make this process the parent of whatever its children leave behind, so that nothing is lost from sight."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(ADOPT_ORPHANS, 0, 0, 0, 0)


def descendants() -> set[int]:
    """Return the processes that this one has started, and theirs, without those that have ended."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            state, parent = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(pid)] = int(parent)
    mine, size = {os.getpid()}, 0
    while size < len(mine):
        size = len(mine)
        mine |= {pid for pid, parent in parents.items() if parent in mine}
    return mine - {os.getpid()}


def left_running(before: set[int]) -> set[int]:
    """Return the descendants that were not there before and do not end."""
    deadline = time.monotonic() + PATIENCE
    while (left := descendants() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
