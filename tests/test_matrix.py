"""The stored outputs of the lessons under other processor kernels of OpenBLAS and with more threads."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils.lessons.catalogue import ROOT, ready_lessons

pytestmark = pytest.mark.matrix

ASK = (
    "import json, numpy, scipy.linalg; from threadpoolctl import threadpool_info;"
    "print(json.dumps([pool['architecture'] for pool in threadpool_info() if 'architecture' in pool]))"
)


def taken_kernels(kernel):
    """Return the kernels that the linear algebra of a child takes when it is asked for one."""
    environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
    child = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, env=environment)
    return set(json.loads(child.stdout)) if child.returncode == 0 else set()  # an unknown instruction ends it


def validate_lessons(*, threads, lessons=None, **variables):
    """Run lessons (all that are ready) under the plugin in a process of its own; return its exit code and output."""
    lessons = lessons or [str(lesson.path) for lesson in ready_lessons()]
    if not lessons:
        pytest.skip("no lesson is ready")
    options = ["-n", "2", "--dist", "loadfile", "-p", "course_utils.lessons.plugin", "--nbval"]
    options += ["--nbval-current-env", f"--kernel-threads={threads}"]
    command = [sys.executable, "-m", "pytest", *options, *lessons]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True)
    return run.returncode, run.stdout


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", ["Haswell", "Nehalem", "SkylakeX"])
def test_stored_outputs_hold_under_another_processor_kernel(kernel, threads):
    taken = taken_kernels(kernel)
    if taken != {kernel}:
        pytest.skip(f"{kernel} is not taken here: linear algebra runs on {', '.join(taken) or 'no OpenBLAS'}")
    code, printed = validate_lessons(threads=threads, OPENBLAS_CORETYPE=kernel)
    assert code == 0, printed


def test_stored_outputs_hold_with_two_threads_of_this_machines_own_kernel():
    code, printed = validate_lessons(threads=2)
    assert code == 0, printed


def lesson_that_shows(kernel, threads, folder):
    """Write a lesson whose stored output says what linear algebra its own kernel runs on."""
    ask = f"{ASK.partition(';')[0]}; from threadpoolctl import threadpool_info\n"
    ask += "pools = [pool for pool in threadpool_info() if 'architecture' in pool]\n"
    ask += "print({(pool['architecture'], pool['num_threads']) for pool in pools})"
    shown = new_output("stream", name="stdout", text=f"{ {(kernel, threads)} }\n")
    path = folder / "shows.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(ask, outputs=[shown], execution_count=1)]), path)
    return str(path)


@pytest.mark.parametrize(("threads", "is_applied"), [(1, True), (2, True), (2, False)])
def test_the_kernel_of_a_lesson_runs_on_what_the_matrix_asks_for(threads, is_applied, tmp_path):
    kernel = next((name for name in ("Nehalem", "Haswell") if taken_kernels(name) == {name}), None)
    if kernel is None:
        pytest.skip("no other kernel of OpenBLAS is taken on this machine")
    shows = lesson_that_shows(kernel, threads, tmp_path)
    asked = {"OPENBLAS_CORETYPE": kernel} if is_applied else {}
    code, printed = validate_lessons(threads=threads, lessons=[shows], **asked)
    assert (code == 0) == is_applied, printed


def test_an_unknown_kernel_is_not_taken():
    assert "Sandcastle" not in taken_kernels("Sandcastle")
