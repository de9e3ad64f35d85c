"""Submissions that attack the grader get what their answers earn, read nothing, write nothing, and the run ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from attacks import ATTACKS, SPIES
from small_assignment import QUESTIONS, QUICK, RIGHT, answered, points_of, require_sandbox, source_notebook

from course_utils.grading.audit import release_of
from course_utils.grading.sandbox import PACKAGE
from course_utils.grading.scoring import score
from course_utils.grading.submission import rebuild

pytestmark = pytest.mark.sandbox
HARM_ITSELF = {"input transformer"}  # it empties the cells of its own submission
LONGEST = 40  # seconds: what QUICK allows, and some for a busy machine


@pytest.fixture(scope="module", autouse=True)
def a_sandbox():
    """Skip where there is none."""
    require_sandbox()


@pytest.fixture(scope="module")
def release():
    """What students get."""
    return release_of(source_notebook())


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_what_its_answers_earn_and_the_run_ends(name, release):
    began = time.monotonic()
    points = points_of(release, answered(release, q1=ATTACKS[name], q2=RIGHT["q2"]))
    assert points == ([0, 0] if name in HARM_ITSELF else [0, 2])
    assert time.monotonic() - began < LONGEST


@pytest.mark.parametrize("name", SPIES)
def test_a_spy_finds_nothing(name, release):
    spying = SPIES[name].format(root=PACKAGE.parent, prefix=sys.prefix, home=Path.home())
    cells = rebuild(release, answered(release, q1=spying))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert [output.printed for output in result.outputs if output.printed] == ["[]\n"]


def test_hidden_inputs_cannot_be_smuggled_into_the_feedback(release):
    smuggler = (
        "def l1_norm(b):\n    print('INPUT', list(b))\n    name = 'INPUT_' + '_'.join(str(int(x * 1000)) for x in b)\n"
        "    raise type(name, (Exception,), {})('INPUT ' + str(list(b)))"
    )
    cells = rebuild(release, answered(release, q1=smuggler))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert "INPUT" not in "".join(result.questions[0].lines)
    assert "your code raised an exception of its own" in result.questions[0].lines[0]
    # the example that every student sees
    assert [output.printed for output in result.outputs if "INPUT" in output.printed] == ["INPUT [2, -3]\n"]


def test_a_run_that_ends_a_worker_forgets_what_it_saw(release):
    """A second run of the cells could print what the first was asked; only the first is kept."""
    twice = (
        "import os\nif os.path.exists('/tmp/seen'):\n    print(open('/tmp/seen').read())\n"
        "def l1_norm(b):\n    open('/tmp/seen', 'w').write(str(b))\n    os._exit(0)"
    )
    cells = rebuild(release, answered(release, q1=twice, q2=RIGHT["q2"]))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert {output.printed for output in result.outputs} == {"", "2.5\n"}
    assert result.points == 2
