"""scikit-learn's own tests of its coordinate descent, with our estimators in the place of its own.

They are those of the installed package, whatever its version; a case is listed here only if it cannot pass.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from course_utils.lessons.catalogue import ROOT

MODULE = "linear_model/tests/test_coordinate_descent.py"

NOT_READ = "a Gram matrix that is handed over is not read: the solver makes the products that it needs"
PASSES = "n_iter_ counts passes over X, of which this takes two at most; scikit-learn counts sweeps"
NEVER_WRITTEN = "X is never written to, copy_X or not"
INSIDE = "looks for the Lasso of scikit-learn's module inside LassoCV; ours has its own"
# Cases, or tests with all their cases, that say something of scikit-learn's solver and not of an estimator.
DO_NOT_APPLY = {
    "test_enet_nonfinite_params": "wants one sentence; ours is refused by a ValueError too, in another sentence",
    "test_elasticnet_precompute_incorrect_gram": NOT_READ,
    "test_overridden_gram_matrix": NOT_READ,
    "test_warm_start_convergence": PASSES,
    "test_warm_start_convergence_with_regularizer_decrement": PASSES,
    "test_check_input_false": "expects C order to be refused with check_input=False; here it is solved",
    "test_enet_copy_X_False_check_input_False": NEVER_WRITTEN,
    "test_enet_coordinate_descent_raises_convergence": (
        "wants a warning after one iteration; ours drops a start worse than none, and one pass is enough"
    ),
    "test_lassoCV_does_not_set_precompute": INSIDE,
    "test_1d_multioutput_lasso_and_multitask_lasso_cv": (
        "wants what scikit-learn's MultiTaskLassoCV finds at tol = 1e-4 to 7 digits; ours is nearer the optimum"
    ),
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """What became of each case: whether it passed, after how many fits of ours, and how it failed."""
    folder = tmp_path_factory.mktemp("sklearn")
    (folder / "pytest.ini").write_text("[pytest]\n")
    module = Path(find_spec("sklearn").origin).parent / MODULE
    command = [sys.executable, "-m", "pytest", "-q", "-c", folder / "pytest.ini", "-p", "no:cacheprovider"]
    command += ["-p", "sklearn_tests_with_ours", module]
    paths = os.pathsep.join(map(str, (ROOT / "tests", ROOT)))
    environment = os.environ | {"REPORT": str(folder / "report.json"), "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads((folder / "report.json").read_text())


def its_test(case: str) -> str:
    """The test that a case belongs to."""
    return case.partition("[")[0]


def test_every_case_that_applies_passes_with_ours(cases):
    failed = {case: cases[case]["error"] for case in cases if not cases[case]["passed"]}
    assert {case: error for case, error in failed.items() if its_test(case) not in DO_NOT_APPLY} == {}


def test_there_are_as_many_cases_as_in_the_version_that_was_looked_at(cases):
    assert sum(result["fits"] > 0 for result in cases.values()) >= 100


@pytest.mark.parametrize("name", sorted(DO_NOT_APPLY))
def test_what_is_listed_exists_and_fails_in_every_case(cases, name):
    its_cases = [case for case in cases if its_test(case) == name]
    assert its_cases
    assert [case for case in its_cases if cases[case]["passed"]] == []


def test_no_case_passes_without_a_fit_of_ours(cases):
    idle = {its_test(case) for case, result in cases.items() if result["passed"] and not result["fits"]}
    assert idle <= {
        "test_enet_ridge_consistency"
    }  # whose cases of several targets are about MultiTaskElasticNet
