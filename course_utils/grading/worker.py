"""Runs inside the sandbox: executes a submission's cells as IPython does, then answers calls of its functions.

It never holds a check or a right answer, and nothing that it says is trusted. The scorer writes requests to file
descriptor 0 and reads answers from 1; both are moved away before the first line of the submission runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from typing import Any

from course_utils.exercises.types import NotAttemptedError, NotPlainError, one_line, plain
from course_utils.grading.protocol import HEADER, ProtocolError, body_length, decode, encode, pack, unpack

LONGEST_OUTPUT = 20_000  # characters of a cell
CELL_FILE = re.compile(r"<ipython-input-[^>]*>, ")  # what IPython calls a cell in a SyntaxError


class Line:
    """The pipe to the scorer."""

    def __init__(self):
        """Take over descriptors 0 and 1, and leave the null device in their place and in that of 2."""
        self._read, self._write = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.register_at_fork(after_in_child=self.hang_up)  # a copy of the worker would answer in its place

    def hang_up(self) -> None:
        """Close the pipe, so that whoever listens next ends."""
        os.close(self._read)
        os.close(self._write)

    def receive(self) -> dict[str, Any]:
        """Return the next request; end the process when the scorer has hung up."""
        return unpack(self._exactly(body_length(self._exactly(HEADER.size))))

    def send(self, message: dict[str, Any]) -> None:
        """Send an answer; one that is too long is replaced by the complaint."""
        try:
            data = pack(message)
        except ProtocolError:
            data = pack({"error": "too long", "id": message["id"]})
        while data:
            data = data[os.write(self._write, data) :]

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = os.read(self._read, length - len(data))
            if not piece:
                os._exit(0)
            data += piece
        return data


class Beginning(io.TextIOBase):
    """A stream that keeps what is written first and lets the rest go."""

    def __init__(self):
        """Begin empty."""
        self.text = ""

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        self.text += text[: max(0, LONGEST_OUTPUT - len(self.text))]
        return len(text)


def make_shell():
    """Return an IPython shell without history whose displays are written as text."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class TextPublisher(DisplayPublisher):
        def publish(self, data, *_, **__):
            print(data.get("text/plain", f"<{', '.join(data)}>"))

    class TextHook(DisplayHook):
        def write_output_prompt(self):
            pass

    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.display_pub_class = TextPublisher
    InteractiveShell.displayhook_class = TextHook
    shell = InteractiveShell.instance(config=config, colors="nocolor")
    shell.showtraceback = lambda *_, **__: None  # the error goes to the scorer as one line
    shell.showsyntaxerror = lambda *_, **__: None
    return shell


def run_cell(shell, request: dict[str, Any]) -> dict[str, Any]:
    """Run a cell; return what it printed, and its error in one line."""
    printed = Beginning()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        result = shell.run_cell(request["source"], store_history=False)
    error = result.error_before_exec or result.error_in_exec
    return {
        "printed": printed.text,
        "raised": CELL_FILE.sub("", one_line(error)) if error is not None else "",
    }


def answer_call(shell, request: dict[str, Any]) -> dict[str, Any]:
    """Call a function of the submission; return its value, and its arguments as the call left them."""
    args = [decode(value) for value in request["args"]]
    kwargs = {name: decode(value) for name, value in request["kwargs"].items()}
    with contextlib.redirect_stdout(Beginning()), contextlib.redirect_stderr(Beginning()):
        try:
            given = shell.user_ns[request["name"]](*args, **kwargs)
            return {"value": encode(plain(given)), "arguments": [encode(plain(value)) for value in args]}
        except BaseException as error:
            return complaint(error)


def answer_value(shell, request: dict[str, Any]) -> dict[str, Any]:
    """Return a value that the submission has bound to a name."""
    try:
        return {"value": encode(plain(shell.user_ns[request["name"]]))}
    except BaseException as error:
        return complaint(error)


def answer_has(shell, request: dict[str, Any]) -> dict[str, Any]:
    """Say whether the submission has bound a name."""
    return {"value": request["name"] in shell.user_ns}


def complaint(error: BaseException) -> dict[str, Any]:
    """Return what kind of error stands in place of a value."""
    if isinstance(error, NotAttemptedError | NotImplementedError):
        return {"error": "not attempted"}
    kind = "not plain" if isinstance(error, NotPlainError) else "raised"
    return {"error": kind, "type": type(error).__name__, "text": one_line(error)}


def main() -> None:
    """Answer requests until the scorer hangs up."""
    line = Line()
    shell = make_shell()
    answers = {"run": run_cell, "call": answer_call, "value": answer_value, "has": answer_has}
    line.send({"id": 0})
    while True:
        request = line.receive()
        line.send({**answers[request["op"]](shell, request), "id": request["id"]})


if __name__ == "__main__":
    main()
