"""Runs inside the outer sandbox: lets nbgrader grade the attacker, and says what it saw meanwhile, as JSON."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from attacks import ATTACKER
from attacks.watch import adopting_orphans, descendants, left_running, listening

from benchmarks.grading.stock import command


def main() -> None:
    """Grade in the class that this is started in; the ports to listen on and the time are given."""
    tcp, udp, timeout = map(int, sys.argv[1:4])
    with listening(Path.cwd(), tcp=tcp, udp=udp) as listener, adopting_orphans():
        before, began = descendants(), time.monotonic()
        with Path("/tmp/said").open("wb") as said:
            process = subprocess.Popen(
                command("autograde", "small", "--student", ATTACKER), stdout=said, stderr=said
            )
            code = _end_of(process, timeout)
        seconds = time.monotonic() - began  # before feedback, which is no part of grading
        if code == 0 and "--feedback" in sys.argv:
            subprocess.run(command("generate_feedback", "small", "--student", ATTACKER), timeout=timeout)
        seen = {"code": code, "seconds": seconds, "reached": bool(listener.reached)}
        if code is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        seen["left"] = code is not None and bool(left_running(before))
        seen["said"] = Path("/tmp/said").read_bytes()[-2000:].decode(errors="replace")
    print(json.dumps(seen))


def _end_of(process: subprocess.Popen, timeout: int) -> int | None:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        return None


if __name__ == "__main__":
    main()
