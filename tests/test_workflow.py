"""The public checks cannot run here, so their files are linted and held to the README and the front door."""

import argparse
import importlib
import json
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml

from course_utils.cli import VERBS
from course_utils.lessons.catalogue import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
DEVCONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def workflow(name):
    """Return a workflow; YAML 1.1 reads its key `on` as True, so that key is put back."""
    loaded = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in loaded.items()}


def steps(name):
    """Return the steps of all jobs of a workflow."""
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def supported_pythons():
    """Return the Python versions that the README's support policy names."""
    first, last = re.search(
        r"supports Python 3\.(\d+) to 3\.(\d+) on Linux, macOS and Windows", README
    ).groups()
    return [f"3.{minor}" for minor in range(int(first), int(last) + 1)]


def assert_accepted(command):
    """Assert that the front door knows the verb of a command, and the verb its options."""
    verb, *options = shlex.split(re.sub(r"^(python3? course\.py|course) ", "", command))
    parser = argparse.ArgumentParser(exit_on_error=False)
    assert verb in VERBS
    importlib.import_module(f"course_utils.cli.{verb}").add_arguments(parser)
    assert parser.parse_args(options)


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_the_form_that_the_host_accepts(path, schema):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit_and_say_their_version(path):
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v[\d.]+", use) for use in uses), uses


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_keeps_no_credentials(path):
    assert workflow(path.name)["permissions"] == {"contents": "read"}
    checkouts = [step for step in steps(path.name) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_only_the_report_of_the_weekly_run_may_write_and_only_issues():
    jobs = {(path.name, name): job for path in WORKFLOWS for name, job in workflow(path.name)["jobs"].items()}
    asked = {key: job["permissions"] for key, job in jobs.items() if "permissions" in job}
    assert asked == {("weekly.yml", "report"): {"issues": "write"}}


def test_the_matrix_is_the_support_policy():
    matrix = workflow("test.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == supported_pythons()
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_the_first_supported_python_is_the_one_that_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={supported_pythons()[0]}"


def test_the_public_run_is_the_command_in_the_readme():
    commands = [step["run"] for step in steps("test.yml") if "run" in step]
    assert commands == ["python course.py test"]
    assert "```\npython3 course.py test\n```" in README
    assert_accepted(commands[0])


def test_the_weekly_run_takes_the_newest_versions_and_no_cache():
    text = "\n".join(
        line for line in (WORKFLOWS[1]).read_text(encoding="utf-8").splitlines() if "#" not in line[:3]
    )
    assert WORKFLOWS[1].name == "weekly.yml"
    assert re.findall(r".*cache.*", text) == [
        '      - run: python -m pip install --no-cache-dir --upgrade --editable ".[test]"'
    ]
    assert "requirements" not in text


def test_the_weekly_run_covers_the_oldest_and_the_newest_python_on_a_schedule():
    weekly = workflow("weekly.yml")
    supported = supported_pythons()
    assert weekly["jobs"]["newest"]["strategy"]["matrix"]["python"] == [supported[0], supported[-1]]
    assert weekly["on"]["schedule"]
    assert_accepted("course test --weekly")
    assert "course test --weekly" in [step.get("run") for step in steps("weekly.yml")]


def test_a_failing_weekly_run_is_reported():
    report = workflow("weekly.yml")["jobs"]["report"]
    assert (report["needs"], report["if"]) == ("newest", "failure()")
    assert "gh issue create" in report["steps"][0]["run"]


@pytest.mark.parametrize("name", ["test.yml", "weekly.yml"])
def test_a_failing_run_keeps_what_the_tests_left(name):
    kept = [step for step in steps(name) if step.get("uses", "").startswith("actions/upload-artifact@")]
    assert [(step["if"], step["with"]["path"]) for step in kept] == [("failure()", "test-artifacts/")]
    assert "test-artifacts/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_the_devcontainer_has_a_supported_python_and_known_commands():
    assert DEVCONTAINER["image"].removeprefix("python:") in supported_pythons()
    for key in ("postCreateCommand", "postAttachCommand"):
        assert_accepted(DEVCONTAINER[key])


def test_the_devcontainer_forwards_the_port_that_the_lessons_use():
    port = int(re.search(r"--port (\d+)", DEVCONTAINER["postAttachCommand"])[1])
    assert DEVCONTAINER["forwardPorts"] == [port]
    assert list(DEVCONTAINER["portsAttributes"]) == [str(port)]


def test_pre_commit_lints_code_and_notebooks_and_checks_the_map():
    assert {hook["id"] for hook in HOOKS} == {"ruff-check", "ruff-format", "course-map"}
    for hook in HOOKS[:2]:
        assert hook["types_or"] == ["python", "jupyter"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_pre_commit_hook_runs_the_tool_of_this_environment(hook):
    program, *arguments = shlex.split(hook["entry"])
    files = [str(Path(__file__))] if hook.get("pass_filenames", True) else []
    command = [str(Path(sysconfig.get_path("scripts"), program)), *arguments, *files]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
