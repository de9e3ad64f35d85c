"""A submission at work: its cells are run in the sandbox, and its functions called, each within its time.

A crash or a time-out costs the cell or the call that caused it: the worker is started anew, and cells that ended a
worker are left out from then on.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.exercises.types import NotAttemptedError, NotPlainError
from course_utils.grading.protocol import HEADER, ProtocolError, body_length, decode, encode, pack, unpack
from course_utils.grading.sandbox import PACKAGE, Limits, SandboxUnavailableError, sandboxed

WORKER = ["-m", "course_utils.grading.worker"]
Launcher = Callable[..., contextlib.AbstractContextManager[subprocess.Popen]]
SECONDS_TO_END = 2  # for a process whose pipe is closed
KILLED = (-9, 128 + 9)  # how a process that was killed ends, and how bubblewrap says so
LONGEST_TEXT = 20_000  # characters of what a cell printed
# Names that may be repeated. The name of an exception of the submission's own could spell out a hidden input.
KNOWN_ERRORS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)


@dataclass(frozen=True)
class Pace:
    """How many seconds a submission may take: to start, for a cell, for a call, and for all of it."""

    start: float = 30
    cell: float = 20
    call: float = 5
    total: float = 180


@dataclass(frozen=True)
class CellOutput:
    """What a cell printed before any check ran, and how it ended: an error in one line, or an empty text."""

    printed: str = ""
    raised: str = ""


class WorkerLostError(Exception):
    """The worker ended, fell silent or spoke nonsense; the message says which, in words for a student."""


class CallFailedError(Exception):
    """A call raised inside the submission; the message names the kind of error, and never its text."""


class Student:
    """A submission in the sandbox, for a `with` block.

    Parameters
    ----------
    cells : sequence of str
        The sources of its code cells, in order.
    pace : Pace, optional
    limits : Limits, optional
    launcher : callable, optional
        What starts the worker: `sandbox.sandboxed`, or `sandbox.trusted` for code of one's own.

    Attributes
    ----------
    outputs : list of CellOutput
        One a cell, from the one time that it ran before any check.
    ended : dict of int to str
        The numbers of the cells that ended a worker, and what to say of it.
    """

    def __init__(
        self,
        cells: Sequence[str],
        *,
        pace: Pace | None = None,
        limits: Limits | None = None,
        launcher: Launcher = sandboxed,
    ):
        self.cells, self.pace, self.limits = list(cells), pace or Pace(), limits or Limits()
        self.launcher = launcher
        self.outputs: list[CellOutput] = []
        self.ended: dict[int, str] = {}
        self._process: subprocess.Popen | None = None
        self._open = contextlib.ExitStack()
        self._deadline = 0.0
        self._asked = 0

    def __enter__(self) -> Student:
        """Run all cells once, or as many as there is time for."""
        self._deadline = time.monotonic() + self.pace.total
        while len(self.outputs) < len(self.cells) and not self._is_late():
            with contextlib.suppress(WorkerLostError):
                self._start()
        for number in range(len(self.outputs), len(self.cells)):
            self.ended[number] = f"your code {self._all_time()}"
            self._keep(number, CellOutput(raised=f"not run: {self.ended[number]}"))
        return self

    def __exit__(self, *_) -> None:
        """End everything that the submission has started."""
        self._stop()

    def function(self, name: str):
        """Return what calls the submission's function `name`, for `exercises.types.judge_answer`.

        It raises NotAttemptedError, NotPlainError or CallFailedError, and writes into its arguments what the
        submission has written into its own.
        """

        def call(*args, **kwargs):
            message = {
                "op": "call",
                "name": name,
                "args": [encode(value) for value in args],
                "kwargs": {key: encode(value) for key, value in kwargs.items()},
            }
            reply = self._judgeable(self._ask_again(message, self.pace.call))
            arguments = decode(reply.get("arguments"))
            for mine, theirs in zip(args, arguments if isinstance(arguments, list) else (), strict=False):
                _write_back(mine, theirs)
            return decode(reply["value"])

        return call

    def value(self, name: str) -> Any:
        """Return the plain value that the submission has bound to `name`; raises as its functions do."""
        return decode(
            self._judgeable(self._ask_again({"op": "value", "name": name}, self.pace.call))["value"]
        )

    def defines(self, name: str) -> bool:
        """Say whether the submission has bound a name; WorkerLostError if nobody is left to tell."""
        return self._ask_again({"op": "has", "name": name}, self.pace.call).get("value") is True

    def _judgeable(self, reply: dict[str, Any]) -> dict[str, Any]:
        """Return the reply, or raise what stands in it for an error."""
        if "value" in reply:
            return reply
        match reply.get("error"):
            case "not attempted":
                raise NotAttemptedError
            case "not plain":
                raise NotPlainError(
                    "Your answer is of a type that cannot be checked: give plain numbers, text or arrays."
                )
            case "too long":
                raise NotPlainError("Your answer is too large to be checked.")
        kind = reply.get("type")
        raise CallFailedError(
            f"your code raised {kind}" if kind in KNOWN_ERRORS else "your code raised an exception of its own"
        )

    def _ask_again(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Ask the worker, and start one first if the last was lost."""
        if self._process is None:
            self._start()
        return self._ask(message, seconds)

    def _start(self) -> None:
        """Start a worker and run the cells in it, except those that ended one before."""
        self._process = self._open.enter_context(self.launcher(WORKER, limits=self.limits))
        os.set_blocking(self._process.stdin.fileno(), False)
        self._await_worker()
        for number, source in enumerate(self.cells):
            if number not in self.ended:
                self._run(number, source)

    def _await_worker(self) -> None:
        """Wait until the worker is ready. Nothing of the submission has run in it: if it fails, we have."""
        try:
            self._receive(0, self.pace.start)
        except WorkerLostError as error:
            if self._is_late():
                raise
            raise SandboxUnavailableError(
                f"No worker could be started within {self.pace.start:g} seconds: either this machine is too busy, or "
                f"{sys.executable} does not find the course at {PACKAGE} when it sees nothing else."
            ) from error

    def _run(self, number: int, source: str) -> None:
        """Run a cell; the first time it runs, keep what it printed."""
        try:
            reply = self._ask({"op": "run", "source": source}, self.pace.cell)
        except WorkerLostError as error:
            self.ended[number] = str(error)
            self._keep(number, CellOutput(raised=str(error)))
            raise
        texts = (_without_paths(str(reply.get(key, ""))[:LONGEST_TEXT]) for key in ("printed", "raised"))
        self._keep(number, CellOutput(*texts))

    def _keep(self, number: int, output: CellOutput) -> None:
        if number == len(self.outputs):
            self.outputs.append(output)

    def _ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._asked += 1
        self._send(pack({**message, "id": self._asked}), seconds)
        return self._receive(self._asked, seconds)

    def _send(self, data: bytes, seconds: float) -> None:
        deadline = self._until(seconds)
        descriptor = self._process.stdin.fileno()
        while data:
            if not select.select([], [descriptor], [], max(0.0, deadline - time.monotonic()))[1]:
                raise self._lost(f"did not finish within {seconds:g} seconds")
            try:
                data = data[os.write(descriptor, data) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._lost(self._how_it_ended()) from None

    def _receive(self, number: int, seconds: float) -> dict[str, Any]:
        """Return the answer to a request; what the submission writes to the pipe on its own is passed over."""
        deadline = self._until(seconds)
        try:
            while True:
                reply = unpack(self._exactly(body_length(self._exactly(HEADER.size, deadline)), deadline))
                if reply.get("id") == number:
                    return reply
        except TimeoutError:
            raise self._lost(f"did not finish within {seconds:g} seconds") from None
        except (EOFError, OSError):
            raise self._lost(self._how_it_ended()) from None
        except ProtocolError:
            raise self._lost("disturbed the grader") from None

    def _exactly(self, length: int, deadline: float) -> bytes:
        data = bytearray()
        descriptor = self._process.stdout.fileno()
        while len(data) < length:
            if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            piece = os.read(descriptor, min(length - len(data), 2**20))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def _until(self, seconds: float) -> float:
        """Return when a request must be answered; raise when all the time is used up."""
        if self._is_late():
            raise self._lost(self._all_time())
        return min(time.monotonic() + seconds, self._deadline)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _all_time(self) -> str:
        return f"took more than {self.pace.total:g} seconds in all"

    def _how_it_ended(self) -> str:
        """Tell who has left from who was thrown out: the kernel kills what takes more memory than there is."""
        try:
            killed = self._process.wait(SECONDS_TO_END) in KILLED
        except subprocess.TimeoutExpired:
            killed = False
        return (
            "was ended by the system, most often for taking too much memory"
            if killed
            else "ended the Python process"
        )

    def _lost(self, what: str) -> WorkerLostError:
        self._stop()
        return WorkerLostError(f"your code {what}")

    def _stop(self) -> None:
        self._process = None
        self._open.close()


def _without_paths(text: str) -> str:
    """Return what a cell printed without the folders of the machine that grades."""
    for path, name in (
        (sys.prefix, "<python>"),
        (sys.base_prefix, "<python>"),
        (str(PACKAGE.parent), "<course>"),
    ):
        text = text.replace(path, name)
    return text


def _write_back(mine: Any, theirs: Any) -> None:
    """Let an argument show what the submission did to it, where its shape still is what it was."""
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray) and mine.shape == theirs.shape:
        with contextlib.suppress(ValueError, TypeError):  # a read-only array stays as it is
            mine[...] = theirs
    elif isinstance(mine, list) and isinstance(theirs, list | np.ndarray):
        mine[:] = list(theirs)
