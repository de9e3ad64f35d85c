import subprocess

import pytest

from course_utils import cli
from course_utils.cli import test as verb
from course_utils.lessons.catalogue import ready_lessons


@pytest.fixture
def calls(monkeypatch):
    """Record what the verb would run, and let everything succeed; `calls.code` is what pytest returns."""

    class Calls(list):
        code = 0
        lint_code = 0

    calls = Calls()

    def call(command, *, cwd, env):
        calls.append((command[2:], env))
        return calls.code if "pytest" in command else calls.lint_code

    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setattr(verb.shutil, "rmtree", lambda *args, **kwargs: None)
    return calls


def pytest_call(calls):
    return next((command, env) for command, env in calls if command[0] == "pytest")


def test_the_whole_run_is_lint_and_one_pytest_over_tests_and_ready_lessons(calls):
    assert cli.main(["test"]) == 0
    assert [command[0] for command, _ in calls] == ["ruff", "ruff", "pytest"]
    targets = [f"notebooks/{lesson.file}" for lesson in ready_lessons()] + ["tests"]
    assert pytest_call(calls)[0][-len(targets) :] == targets


def test_the_matrix_and_the_weekly_repetitions_are_left_out_unless_asked_for(calls):
    for options in ([], ["--matrix"], ["--weekly"]):
        cli.main(["test", *options])
    ordinary, matrix, weekly = (command for command, _ in calls if command[0] == "pytest")
    assert "not (matrix or weekly)" in ordinary
    assert "not (weekly)" in matrix
    assert "-m" not in weekly


def test_fast_leaves_out_the_lessons_and_everything_slow(calls):
    cli.main(["test", "--fast"])
    command, _ = pytest_call(calls)
    assert "not (notebook or browser or sandbox or service or simulation or matrix or weekly)" in command
    assert [word for word in command if "notebooks/" in word] == []


@pytest.mark.parametrize(("option", "profile"), [([], "course"), (["--weekly"], "weekly")])
def test_weekly_draws_more_cases(calls, option, profile):
    cli.main(["test", *option])
    assert pytest_call(calls)[1]["HYPOTHESIS_PROFILE"] == profile


def test_what_follows_two_dashes_replaces_the_targets_and_the_lint(calls):
    cli.main(["test", "--", "tests/test_prox.py", "-x"])
    ((command, _),) = calls
    assert command[-2:] == ["tests/test_prox.py", "-x"]
    assert "tests" not in command


def test_tests_run_in_the_validation_environment(calls):
    cli.main(["test"])
    assert pytest_call(calls)[1]["OPENBLAS_NUM_THREADS"] == "1"
    assert pytest_call(calls)[1]["PYTHONHASHSEED"] == "0"


def test_a_failure_of_pytest_is_returned(calls):
    calls.code = 3
    assert cli.main(["test"]) == 3


def test_a_fault_that_lint_finds_is_a_failure(calls, capsys):
    calls.lint_code = 1
    assert cli.main(["test"]) == 1
    assert "Lint found faults" in capsys.readouterr().err


def test_nothing_collected_is_a_failure_with_a_sentence(calls, capsys):
    calls.code = 5
    assert cli.main(["test", "--", "tests/test_prox.py"]) == 5
    assert "No test was found" in capsys.readouterr().err


def test_without_the_developers_packages_one_sentence_says_what_to_run(calls, monkeypatch, capsys):
    monkeypatch.setattr(verb, "TOOLS", ("pytest", "not_there"))
    assert cli.main(["test"]) == 1
    assert "Not installed here: not_there. Run python" in capsys.readouterr().err
    assert calls == []
