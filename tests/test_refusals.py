"""Tests of course_utils.deploy.refusals: what is said instead of an answer, without a web framework."""

from __future__ import annotations

import subprocess
import sys

import pytest

from course_utils.deploy.contract import ContractError, Problem
from course_utils.deploy.refusals import MOST_LISTED, TITLES, Refused, problem_content, refusal_of

FAULT = Problem("quality", "missing", "'quality' is missing")


def test_an_error_says_its_status_its_detail_and_the_number_of_the_request():
    assert problem_content(Refused(413, "too long"), "one") == {
        "title": TITLES[413],
        "status": 413,
        "detail": "too long",
        "request_id": "one",
        "errors": [],
    }


@pytest.mark.parametrize(("n_faults", "left_out"), [(MOST_LISTED, None), (MOST_LISTED + 1, 1)])
def test_the_faults_that_are_not_listed_are_counted(n_faults, left_out):
    content = problem_content(refusal_of(ContractError((FAULT,) * n_faults)), None)
    assert (len(content["errors"]), content.get("errors_left_out")) == (MOST_LISTED, left_out)


def test_what_a_model_does_not_accept_is_422_with_every_fault():
    refusal = refusal_of(ContractError((FAULT,)))
    assert (refusal.status_code, refusal.detail, refusal.faults) == (422, "'quality' is missing", (FAULT,))


def test_a_status_without_a_title_has_a_general_one():
    assert problem_content(Refused(418, "a teapot"), None)["title"] == "The request is refused"


def test_no_web_framework_is_needed_to_refuse():
    script = "import sys, course_utils.deploy.strict_json; print({'starlette', 'fastapi'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
