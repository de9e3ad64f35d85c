"""Tests of course_utils.deploy.durable: old or new, and one writer at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from course_utils.deploy import durable
from course_utils.deploy.durable import alone, append_line, complete_lines, put_in_place, write_whole


class KilledError(BaseException):
    """Stands for the end of a process."""


def test_a_file_is_written_with_all_its_bytes(tmp_path):
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_is_broken_off_leaves_the_old_bytes(tmp_path, monkeypatch, step):
    write_whole(tmp_path / "file", b"old")

    def killed(*arguments):
        raise KilledError

    with monkeypatch.context() as broken:
        broken.setattr(durable.os, step, killed)
        with pytest.raises(KilledError):
            write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    write_whole(tmp_path / "file", b"newer")
    assert (tmp_path / "file").read_bytes() == b"newer"


def test_what_is_written_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    steps = []
    for step in ("fsync", "replace"):
        real = getattr(os, step)
        monkeypatch.setattr(durable.os, step, lambda *a, step=step, real=real: steps.append(step) or real(*a))
    write_whole(tmp_path / "file", b"new")
    assert steps[:2] == ["fsync", "replace"]


def test_what_was_written_under_another_name_is_on_the_disk_before_it_gets_its_own(tmp_path, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.setattr(durable.os, "fsync", lambda file: synced.append(os.listdir(tmp_path)) or real(file))
    (tmp_path / "part").write_bytes(b"new")
    put_in_place(tmp_path / "part", tmp_path / "file")
    assert synced[0] == ["part"]
    assert (tmp_path / "file").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("torn", [b"", b"tor", b"t" * 100_000])
def test_a_torn_last_line_is_cut_off_before_the_next_is_appended(tmp_path, torn):
    (tmp_path / "lines").write_bytes(b"one\n" + torn)
    assert complete_lines(tmp_path / "lines") == [b"one\n"]
    append_line(tmp_path / "lines", b"two\n")
    assert (tmp_path / "lines").read_bytes() == b"one\ntwo\n"


def test_a_file_that_is_not_there_has_no_lines_and_gets_its_first(tmp_path):
    assert complete_lines(tmp_path / "lines") == []
    append_line(tmp_path / "lines", b"one\n")
    assert complete_lines(tmp_path / "lines") == [b"one\n"]


def test_threads_are_alone_one_after_the_other(tmp_path):
    inside, most = [], []

    def work():
        with alone(tmp_path):
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.01)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


HOLDS = """
import os, sys
from pathlib import Path
from course_utils.deploy.durable import alone
with alone(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""


def test_a_process_that_was_killed_keeps_nobody_out(tmp_path):
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "in\n"
        entered = threading.Event()

        def enter():
            with alone(tmp_path):
                entered.set()

        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.wait(0.2)
        holder.kill()
        assert entered.wait(10)
        waiting.join()
