"""House rule: what a test is (design, section 6), and what no committed file may name."""

from __future__ import annotations

import subprocess

import pytest
from house_rules import testing_rules as rules
from house_rules.import_graph import read_package

from course_utils.lessons.catalogue import ROOT

# Test files that guard something else than one module of the package, and what.
GUARDS = {
    "test_architecture": "who may import whom",
    "test_assignments": "the assignments that ship",
    "test_attacks": "the grader, against those who would cheat it",
    "test_bad_inputs": "what the service answers to a hundred bad inputs",
    "test_bench_serving": "course bench serving",
    "test_bench_solvers": "course bench solvers, path, cv and bootstrap",
    "test_claims": "the claims ledger, its boxes and its page",
    "test_class_loop": "a class of thirty, from the release to the table of marks",
    "test_course": "the front door, course.py",
    "test_data": "data/ and its README",
    "test_dockerfile": "deploy/Dockerfile, what it copies and what it lets in",
    "test_docstrings": "what a docstring says",
    "test_driving": "the helpers that drive a browser",
    "test_environment": "environment.yml = pyproject = locks",
    "test_exercise_progress": "the learner's file, across the modules of exercises",
    "test_exercises_three_ways": "solution, stub and wrong answers of every exercise",
    "test_explorers_without_a_kernel": "the figures that move, in stored notebooks and on pages",
    "test_feedback_page": "what others write, on the pages that show it, in a browser",
    "test_formgrader": "marking by hand, in nbgrader's page",
    "test_front_door": "the way from a bare machine to lesson 00",
    "test_glossary": "notebooks/glossary.md",
    "test_lab_explorers": "the figures that move, in JupyterLab",
    "test_lab_lessons": "the course in JupyterLab, from the first address to the saved work",
    "test_matrix": "the lessons under other processor kernels and thread counts",
    "test_model_story": "a model from its making to its rollback, by the verbs",
    "test_network": "no test or kernel reaches another machine",
    "test_notebooks": "what a finished lesson is",
    "test_palette": "the colours, for every eye",
    "test_prose_numbers": "no typed number in prose",
    "test_ps1": "the numbers in the texts of assignment 1",
    "test_ps2": "what is particular to assignment 2",
    "test_ps3": "what is particular to assignment 3",
    "test_ps4": "what is particular to assignment 4",
    "test_published_results": "tables that others printed",
    "test_readme": "README and its map",
    "test_recipes": "deploy/, its recipes and their page",
    "test_serverless": "deploy/serverless, held to the service",
    "test_sklearn_coordinate_descent": "our estimators, under scikit-learn's own tests",
    "test_service_under_load": "ten thousand requests across a promotion and a restart",
    "test_tests": "what a test is",
    "test_workflow": "the public host's workflows",
}

TESTS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
RULES = (
    rules.without_assert,
    rules.names_that_are_no_sentence,
    rules.doubled_names,
    rules.long_tests,
    rules.skips_without_reason,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", sorted(TESTS))
def test_every_file_of_tests_keeps_the_rule(name, rule):
    assert rule(TESTS[name]) == []


def test_every_file_of_tests_has_something_to_guard():
    modules = set(read_package(ROOT / "course_utils"))
    assert rules.unplaced_files(set(TESTS), modules, set(GUARDS)) == []


def committed_files():
    """The texts that git holds, by path; in an unpacked archive, without git, none."""
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    paths = [ROOT / name for name in listing.stdout.splitlines()]
    return {path: path.read_bytes().decode("utf-8", errors="ignore") for path in paths if path.is_file()}


def test_no_committed_file_names_a_machine_or_a_registry():
    found = {path.name: rules.names_of_the_machine(text) for path, text in committed_files().items()}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "body",
    [
        "assert x",
        "with pytest.raises(ValueError, match='no'):\n        f()",
        "np.testing.assert_allclose(a, b)",
        "check_alike(a, b)",
        "must_hold(x)\ndef must_hold(x):\n    assert x",
    ],
)
def test_a_test_that_can_fail_is_accepted(body):
    assert rules.without_assert(f"def test_it():\n    {body}") == []


@pytest.mark.parametrize(
    "body", ["f(x)", "x == 1", "print('assert')", "helper(x)\ndef helper(x):\n    return x"]
)
def test_a_test_that_cannot_fail_is_refused(body):
    assert rules.without_assert(f"def test_it():\n    {body}") == ["test_it"]


@pytest.mark.parametrize(
    "name", ["test_it", "test_lam_max", "test_Lam_max_is_the_smallest", "testing_that_it_works"]
)
def test_a_name_that_is_no_sentence_is_refused(name):
    assert rules.names_that_are_no_sentence(f"def {name}(): assert x") == [name]


def test_a_name_that_is_a_sentence_is_accepted():
    assert rules.names_that_are_no_sentence("def test_the_gap_closes(): assert x") == []


def test_of_two_tests_with_one_name_the_name_is_refused():
    one = "def test_the_gap_closes(): assert x\n"
    assert rules.doubled_names(one + one) == ["test_the_gap_closes"]


@pytest.mark.parametrize(("lines", "refused"), [(15, []), (16, ["test_it"])])
def test_a_test_is_as_long_as_one_claim(lines, refused):
    assert rules.long_tests("def test_it(\n    x,\n):\n\n" + "    assert x\n" * lines) == refused


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.skip\ndef f(): 0",
        "pytest.mark.xfail()",
        "pytest.skip()",
        "pytest.mark.skipif(x, strict=True)",
    ],
)
def test_a_skip_without_its_reason_is_refused(source):
    assert len(rules.skips_without_reason(source)) == 1


@pytest.mark.parametrize("source", ["pytest.mark.skip(reason='slow')", "pytest.skip('no Chromium')"])
def test_a_skip_that_says_why_is_accepted(source):
    assert rules.skips_without_reason(source) == []


def test_a_test_file_that_guards_nothing_is_refused():
    names = {"test_prox", "test_start", "test_cli_start", "test_test_verb", "test_readme", "test_stuff"}
    assert rules.unplaced_files(names, {"prox", "cli.start", "cli.test"}, {"test_readme"}) == ["test_stuff"]


# Put together, so that this file does not name what no file may name.
PRIVATE = [
    "/".join(["", "work", "main"]),
    "/".join(["", "root", ".cache"]),
    "/".join(["", "home", "jane"]),
    "\\".join(["C:", "Users", "jane"]),
    "/".join(["..", "shared"]),
    ".".join(["pypi", "org"]),
]


@pytest.mark.parametrize("name", PRIVATE)
def test_a_name_of_the_machine_or_of_a_registry_is_found(name):
    assert rules.names_of_the_machine(f"see '{name}'") == [name]


@pytest.mark.parametrize(
    "text", ["notebooks/work/x", "frame/work", "the /home/ada of examples", "a/root/b", "1/2"]
)
def test_a_path_that_belongs_to_no_machine_is_accepted(text):
    assert rules.names_of_the_machine(text) == []
