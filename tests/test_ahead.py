"""course_utils.fast.ahead: nobody waits in a lesson for what could be compiled before."""

import subprocess
import sys

from course_utils.fast import ahead, by_products, gram, homotopy, sparse_columns, wide_homotopy
from course_utils.lessons.catalogue import ROOT


def test_every_kind_of_solver_is_compiled():
    ahead.compile_all()
    compiled = (gram._sweeps, sparse_columns._sweep, homotopy._follow_each, wide_homotopy._follow)
    compiled += (by_products._follow_and_prove,)
    assert all(function.signatures for function in compiled)


def test_it_is_a_command_that_says_nothing():
    done = subprocess.run([sys.executable, "-m", "course_utils.fast.ahead"], cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
