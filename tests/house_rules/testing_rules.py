"""What a test is (design, section 6), and what no committed file may name."""

from __future__ import annotations

import ast
import re

from house_rules.reading import dotted_name, last_name, parsed

EXPECTS = {"raises", "warns", "fail"}  # of pytest: they fail a test as an assert does
FEWEST_WORDS = 3  # of a name that reads as a sentence, `test` not counted
MARKS = {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
CALLS = {"pytest.skip", "pytest.xfail"}
LONGEST_TEST = 15  # lines; about 10 is what one claim takes


def collected_functions(source: str) -> list[ast.FunctionDef]:
    """Return the functions that pytest would collect."""
    return [node for node in ast.walk(parsed(source)) if _is_function(node) and node.name.startswith("test")]


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def without_assert(source: str) -> list[str]:
    """A test asserts, expects an error, or calls a function that does: of this file, or named assert_ or check_."""
    asserting = {node.name for node in ast.walk(parsed(source)) if _is_function(node) and asserts(node)}
    return [test.name for test in collected_functions(source) if not asserts(test, frozenset(asserting))]


def asserts(function: ast.AST, asserting: frozenset[str] = frozenset()) -> bool:
    """Whether a function asserts by itself, or calls one that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            is_expected = dotted_name(node.func) in {f"pytest.{word}" for word in EXPECTS}
            if is_expected or name.startswith(("assert_", "check_")) or name in asserting:
                return True
    return False


def names_that_are_no_sentence(source: str) -> list[str]:
    """A test is called `test_` and at least three words that say what holds."""
    names = [test.name for test in collected_functions(source)]
    return [name for name in names if not re.fullmatch(rf"test(_[a-z0-9]+){{{FEWEST_WORDS},}}", name)]


def doubled_names(source: str) -> list[str]:
    """Of two tests of one name in one place only the last is run."""
    scopes = [node for node in ast.walk(parsed(source)) if isinstance(node, ast.Module | ast.ClassDef)]
    complaints = []
    for scope in scopes:
        names = [node.name for node in scope.body if _is_function(node)]
        complaints += [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return complaints


def long_tests(source: str) -> list[str]:
    """One claim fits a few lines below the signature."""
    lines = source.splitlines()
    return [
        test.name
        for test in collected_functions(source)
        if sum(bool(line.strip()) for line in lines[test.body[0].lineno - 1 : test.end_lineno]) > LONGEST_TEST
    ]


def skips_without_reason(source: str) -> list[str]:
    """What is skipped or expected to fail says why."""
    complaints = []
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Attribute) and dotted_name(node) in MARKS and not _is_called(node, source):
            complaints.append(f"line {node.lineno}: {dotted_name(node)}")
        if isinstance(node, ast.Call) and dotted_name(node.func) in MARKS | CALLS:
            words = [keyword for keyword in node.keywords if keyword.arg == "reason"]
            if not words and not (dotted_name(node.func) in CALLS and node.args):
                complaints.append(f"line {node.lineno}: {dotted_name(node.func)}")
    return complaints


def _is_called(mark: ast.Attribute, source: str) -> bool:
    return source.splitlines()[mark.end_lineno - 1][mark.end_col_offset :].startswith("(")


def unplaced_files(names: set[str], modules: set[str], house_rules: set[str]) -> list[str]:
    """A test file mirrors a module (`test_start` or `test_cli_start` for cli.start) or holds a house rule."""
    whole = {f"test_{module.replace('.', '_')}" for module in modules}
    last = {f"test_{module.rpartition('.')[2]}" for module in modules}
    verbs = {f"{name}_verb" for name in last}  # test_test_verb: test_test would read as a slip
    return sorted(names - whole - last - verbs - house_rules)


EXAMPLE_NAMES = r"(?!(?:ada|me|name|user|you|jovyan|vscode)\b)"
# Written so that these lines do not name what no file may name.
REGISTRIES = ["py{}.org".format("pi"), "python{}.org".format("hosted"), "ana{}.org".format("conda")]
PRIVATE = re.compile(
    r"(?<![\w./~-])/(?:work|root|mnt)(?:/[\w.-]+|\b(?!/))"
    rf"|(?<![\w.])/(?:home|Users)/{EXAMPLE_NAMES}[\w.-]+"
    rf"|[A-Z]:\\Users\\{EXAMPLE_NAMES}\w+"
    r"|[.]{2}/shared\b"
)


def names_of_the_machine(text: str) -> list[str]:
    """No path of the machine a file was written on, nothing beside the repository, no package registry."""
    found = [match[0] for match in PRIVATE.finditer(text)]
    return found + [host for host in REGISTRIES if host in text]
