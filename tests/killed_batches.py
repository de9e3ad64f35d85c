"""Kills a batch with SIGKILL before each of its files takes its place, runs it again, and compares the bytes.

Run as a program, with an empty folder as its argument: prints how often it was killed, how often the next run gave
the same bytes, and how many pieces that one found done.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from small_batch import good_rows, run, write

PIECE_BYTES = 100


def in_a_fork(work):
    """Run work() in a child, which has used no thread before; return what it returned, or None if it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(work()).encode())
        os._exit(0)
    os.close(writer)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    assert status in (0, signal.SIGKILL), f"the run failed by itself: {status}"
    return json.loads(answer) if status == 0 else None


def killing(number, path):
    """Run the batch, and kill it before the so-maniest file takes its place."""
    replace, calls = os.replace, count(1)

    def deadly(*args):
        if next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(*args)

    os.replace = deadly
    return batch(path)


def batch(path):
    """Run the batch; return how many pieces were done already, and both results."""
    result, *_ = run(path, piece_bytes=PIECE_BYTES)
    return [result.n_found, *(output.read_bytes().hex() for output in result.outputs.values())]


def main(folder):
    """Kill it everywhere."""
    path = write(folder / "rows.parquet", good_rows(20))
    _, *expected = in_a_fork(lambda: batch(path))
    found = {"kills": 0, "same": 0, "gone_on": []}
    for number in count(1):
        for left in folder.glob("out*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if in_a_fork(lambda number=number: killing(number, path)) is not None:
            break
        gone_on, *results = in_a_fork(lambda: batch(path))
        found["kills"] += 1
        found["same"] += results == expected
        found["gone_on"].append(gone_on)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
