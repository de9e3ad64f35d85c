"""Kills a writer of a registry with SIGKILL before every line that may write, and looks at what is left.

Run as a program, with an empty folder as its argument: prints how often each kind of writer was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from small_model import small_model

from course_utils.deploy.registry import Registry

# where the steps are; other modules compute and write nothing, and neither do these functions
STEPS = ("durable.py", "history.py", "registry.py", "shutil.py")
READERS = (
    "complete_lines",
    "_entry",
    "entries",
    "current",
    "models",
    "folder",
    "load",
    "history",
    "keep_names",
)
TOLD = {"who": "Ada", "when": "2026-11-21", "why": "a test"}


def killed_before_line(number, work):
    """Run work() in a fork that kills itself before the so-maniest line; say whether it came to that."""
    child = os.fork()
    if child == 0:
        lines = count(1)

        def trace(frame, event, argument):
            code = frame.f_code
            if not code.co_filename.endswith(STEPS) or code.co_name in READERS:
                return None
            if event == "line" and next(lines) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        work()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), f"the writer failed by itself: {status}"
    return status == signal.SIGKILL


def require_whole(registry, before):
    """Whatever a reader may ask has an answer, and nothing that was decided is lost."""
    history, current = registry.history(), registry.current()
    assert history[: len(before)] == before
    assert len(history) <= len(before) + 1
    assert history[-1] == current
    for sha256 in registry.models():
        registry.load(sha256)
        assert (registry.folder(sha256) / "card.md").is_file()
    assert current.sha256 in registry.models()


def require_usable(registry):
    """The next writers are neither locked out nor disturbed by what was left, and tidy it up."""
    before = registry.history()
    registry.add(small_model(5))
    registry.promote(before[0].sha256, **TOLD)
    require_whole(registry, before)
    registry.collect_garbage()
    assert {path.name for path in (registry.root / "models").iterdir()} == set(registry.models())


def prepared(root):
    """A registry with three models, of which two were promoted, and a third that never was."""
    registry = Registry(root)
    first, second, _ = (registry.add(small_model(intercept)) for intercept in (1, 2, 3))
    for sha256 in (first, second):
        registry.promote(sha256, **TOLD)
    return registry


def writers(registry):
    """Every way to change a registry."""
    spare = next(sha256 for sha256 in registry.models() if registry.load(sha256).intercept == 3)
    return {
        "add": lambda: registry.add(small_model(4)),
        "promote": lambda: registry.promote(spare, **TOLD),
        "rollback": lambda: registry.rollback(**TOLD),
        "collect_garbage": registry.collect_garbage,
    }


def kills(folder, name):
    """Kill one kind of writer before each of its lines; return how often that was."""
    before = prepared(folder / "template").history()
    for number in count(1):
        shutil.copytree(folder / "template", folder / "trial")
        registry = Registry(folder / "trial")
        work = writers(registry)[name]
        killed = killed_before_line(number, work)
        require_whole(registry, before)
        require_usable(registry)
        shutil.rmtree(folder / "trial")
        if not killed:
            return number - 1


def main(folder):
    """Kill them all."""
    os.fsync = lambda descriptor: (
        None
    )  # what a process has written outlives it; only a power cut is another matter
    found = {}
    for name in ("add", "promote", "rollback", "collect_garbage"):
        (folder / name).mkdir()
        found[name] = kills(folder / name, name)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
