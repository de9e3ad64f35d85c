"""Tests of course_utils.grading.student, with the sandbox and the worker behind it: each in a real sandbox."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import numpy as np
import pytest
from small_assignment import require_sandbox

from course_utils.exercises.types import NotAttemptedError, NotPlainError
from course_utils.grading import sandbox
from course_utils.grading.sandbox import SandboxUnavailableError
from course_utils.grading.student import CallFailedError, Pace, Student, WorkerLostError

pytestmark = pytest.mark.sandbox
QUICK = Pace(cell=3, call=2, total=20)
TOO_MUCH = "your code was ended by the system, most often for taking too much memory"
DOUBLE = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="module", autouse=True)
def a_sandbox():
    """Skip where there is none."""
    require_sandbox()


def outputs_of(*cells):
    """What the cells printed and raised."""
    with Student(cells, pace=QUICK) as student:
        return [(output.printed, output.raised) for output in student.outputs]


def called(source, *args):
    """What the function `f` of a submission gives back."""
    with Student([source], pace=QUICK) as student:
        return student.function("f")(*args)


def test_cells_run_as_ipython_runs_them():
    cell = "from IPython.display import display\ndisplay('shown')\nprint('printed')\n%pwd"
    assert outputs_of(cell) == [("'shown'\nprinted\n'/tmp'\n", "")]


def test_an_error_is_one_line_and_the_next_cell_runs():
    assert outputs_of("1 / 0", "def (", "print(3)") == [
        ("", "ZeroDivisionError: division by zero"),
        ("", "SyntaxError: invalid syntax (line 1)"),
        ("3\n", ""),
    ]


def test_a_function_is_called_with_arrays_and_gives_back_arrays():
    answer = called("def f(x, k):\n    return k * x", np.arange(3.0), 2)
    np.testing.assert_array_equal(answer, [0, 2, 4])


def test_what_a_function_does_to_its_arguments_is_seen():
    x = np.ones(2)
    called("def f(x):\n    x[0] = 7", x)
    assert x.tolist() == [7, 1]


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("def f(): raise NotImplementedError", NotAttemptedError, "^$"),
        ("def f(): return ...", NotAttemptedError, "^$"),
        ("def f(): return object()", NotPlainError, "of a type that cannot be checked"),
        ("def f(): return 'x' * 2**25", NotPlainError, "too large"),
        ("def f(): raise ValueError('secret')", CallFailedError, "^your code raised ValueError$"),
        ("class Secret(Exception): pass\ndef f(): raise Secret", CallFailedError, "an exception of its own$"),
        ("", CallFailedError, "raised KeyError$"),
        ("import os\ndef f(): os._exit(0)", WorkerLostError, "ended the Python process"),
        ("def f():\n    while True: pass", WorkerLostError, "did not finish within 2 seconds"),
        ("import os\ndef f():\n    for fd in range(3, 9):\n        try: os.write(fd, b'\\xff' * 9)\n"
         "        except OSError: pass", WorkerLostError, "disturbed the grader"),
    ],
)  # fmt: skip
def test_a_call_without_an_answer_says_why_and_repeats_nothing(source, error, message):
    with pytest.raises(error, match=message):
        called(source)


def test_a_value_and_whether_it_is_there_can_be_asked_for():
    with Student(["answer = [1, 2]"], pace=QUICK) as student:
        assert student.defines("answer")
        assert not student.defines("question")
        assert student.value("answer").tolist() == [1, 2]


ENDLESS = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
FORKING = """import os
for n in range(1000):
    try:
        if os.fork() == 0:
            import time; time.sleep(100)
    except OSError:
        break
print(n < 64)"""


@pytest.mark.parametrize(
    ("cell", "output"),
    [
        (ENDLESS, ("", "your code did not finish within 3 seconds")),
        ("import os; os._exit(0)", ("", "your code ended the Python process")),
        ("x = bytearray(10 * 2**30)", ("", "MemoryError")),
        (FORKING, ("True\n", "")),
    ],
    ids=["endless", "exit", "memory", "forks"],
)
def test_a_cell_that_runs_wild_costs_that_cell_only(cell, output):
    with Student([cell, DOUBLE], pace=QUICK) as student:
        assert (student.outputs[0].printed, student.outputs[0].raised) == output
        assert student.function("double")(21) == 42


def test_code_that_takes_more_memory_than_there_is_is_told_so():
    hoard = "hoard = []\nwhile True:\n    hoard.append(b'x' * 2**22)"
    with Student([hoard], pace=QUICK, limits=sandbox.Limits(memory=300 * sandbox.MEBIBYTE)) as student:
        # a control group kills; limits of the kernel for each process let Python say it
        assert student.outputs[0].raised in (TOO_MUCH, "MemoryError")


def test_whoever_asks_a_lost_worker_for_a_name_is_told_of_the_loss():
    with Student([DOUBLE], pace=Pace(call=2, total=5)) as student:
        student._deadline = 0.0
        with pytest.raises(WorkerLostError, match="took more than 5 seconds in all"):
            student.defines("double")


def test_a_call_that_ends_the_worker_costs_that_call_only():
    with Student([DOUBLE, "import os\ndef leave():\n    os._exit(1)"], pace=QUICK) as student:
        with pytest.raises(WorkerLostError):
            student.function("leave")()
        assert student.function("double")(21) == 42


def test_what_is_printed_in_a_call_is_kept_nowhere():
    with Student(["def f():\n    print('a hidden input')\n    return 1"], pace=QUICK) as student:
        assert student.function("f")() == 1
        assert [output.printed for output in student.outputs] == [""]


def test_only_so_much_of_what_a_cell_prints_is_kept():
    ((printed, _),) = outputs_of("print('x' * 10**6)")
    assert len(printed) == 20_000


LOOK = """import os, socket
seen = [path for path in ("{repository}/tests", "{repository}/README.md", "/etc/passwd", "{home}/.bashrc")
        if os.path.exists(path)]
print(seen, os.getuid(), "PYTEST_CURRENT_TEST" in os.environ, len(os.listdir("/proc")) < 120)
for address in (("127.0.0.1", 22), ("192.0.2.1", 80)):
    try:
        socket.create_connection(address, timeout=1)
    except OSError:
        print("no network")
for path in ("/usr/x", "{package}/x", "/tmp/x"):
    try:
        open(path, "w").close()
        print("wrote", path)
    except OSError:
        pass"""


def test_nothing_is_seen_reached_or_written_outside():
    places = {
        "repository": sandbox.PACKAGE.parent,
        "package": sandbox.PACKAGE,
        "home": os.path.expanduser("~"),
    }
    ((printed, raised),) = outputs_of(LOOK.format(**places))
    assert printed == "[] 65534 False True\nno network\nno network\nwrote /tmp/x\n"
    assert raised == ""


def test_every_worker_begins_with_an_empty_folder():
    leave_a_note = "import os\nprint(os.listdir('/tmp'))\nopen('/tmp/note', 'w').write('hidden')\nos._exit(0)"
    read_it = "import os\nprint('note' in os.listdir('/tmp'))"
    assert outputs_of(leave_a_note, read_it)[1] == ("False\n", "")


def running_commands():
    """The command lines of all processes of this machine that can be seen."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            yield path.read_bytes()


def test_a_process_left_behind_ends_with_the_submission():
    mark = f"4242.{os.getpid()}"
    lasting = (
        f"import os\nif os.fork() == 0:\n    os.setsid()\n    os.execv('/usr/bin/sleep', ['sleep', '{mark}'])"
    )
    waiting = "import time\ntime.sleep(0.5)\nprint(2)"  # until the child has become another program
    with Student([lasting, waiting], pace=QUICK) as student:
        assert student.outputs[1].printed == "2\n"
        assert any(mark.encode() in command for command in running_commands())
    assert not any(mark.encode() in command for command in running_commands())


def call_often(function):
    """Call a function ten times."""
    for _ in range(10):
        function()


def test_all_of_a_submission_has_its_time():
    pace, began = Pace(cell=3, call=2, total=4), time.monotonic()
    in_time = pytest.raises(WorkerLostError, match=r"within 2 seconds|4 seconds in all")
    with Student(["import time\ndef f():\n    time.sleep(1)"], pace=pace) as student, in_time:
        call_often(student.function("f"))
    assert time.monotonic() - began < 8


def test_cells_for_which_there_is_no_time_left_are_not_run_and_told_so():
    pace, began = Pace(cell=1, call=1, total=3), time.monotonic()
    with Student([*["while True:\n    pass"] * 6, "x = 1"], pace=pace) as student:
        assert len(student.outputs) == 7
        assert student.outputs[-1].raised == "not run: your code took more than 3 seconds in all"
        assert student.ended[6] == "your code took more than 3 seconds in all"
    assert time.monotonic() - began < 9


def test_a_worker_that_does_not_start_is_no_fault_of_the_submission(monkeypatch):
    monkeypatch.setattr("course_utils.grading.student.WORKER", ["-c", "raise SystemExit"])
    with pytest.raises(SandboxUnavailableError, match=r"^No worker could be started"), Student(["x = 1"]):
        pass


def test_no_path_of_the_grading_machine_is_shown():
    ((printed, _),) = outputs_of("import sys, course_utils\nprint(sys.prefix, course_utils.__file__)")
    assert printed == "<python> <course>/course_utils/__init__.py\n"
