"""What a docstring says (design, section 3): each rule returns its complaints about one module's source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house_rules.reading import parsed

Definition = ast.FunctionDef | ast.ClassDef

MANY = 3  # arguments from which a public function has Parameters, Returns, Raises and its lesson
LESSON = re.compile(r"Lesson: (\S+)")
SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+$|\Z)", re.MULTILINE | re.DOTALL)
DOCUMENTED = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?$", re.MULTILINE)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def public_definitions(source: str) -> Iterator[tuple[str, Definition]]:
    """Yield (name, node) of what a module offers: functions, classes, and the methods of these classes."""
    for node in parsed(source).body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    yield f"{node.name}.{method.name}", method


def public_functions(source: str) -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Yield (name, node, docstring) of the public functions and methods."""
    for name, node in public_definitions(source):
        if isinstance(node, ast.FunctionDef):
            yield name, node, ast.get_docstring(node) or ""


def functions_of_many(source: str) -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Yield the same for the functions, methods aside, with three or more arguments."""
    for name, function, docstring in public_functions(source):
        if "." not in name and len(arguments(function)) >= MANY:
            yield name, function, docstring


def arguments(function: ast.FunctionDef) -> list[str]:
    """Return the names of all arguments but self."""
    named = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    packed = [packed for packed in (function.args.vararg, function.args.kwarg) if packed]
    return [argument.arg for argument in named + packed if argument.arg not in ("self", "cls")]


def missing_docstrings(module: str, source: str) -> list[str]:
    """The module and everything it offers says what it is."""
    complaints = [f"{module or 'the package'} has no docstring"] * (not ast.get_docstring(parsed(source)))
    return complaints + [
        f"{module}.{name} has no docstring"
        for name, node in public_definitions(source)
        if not ast.get_docstring(node)
    ]


def unnamed_parameters(module: str, source: str) -> list[str]:
    """A public function with three or more arguments lists each under Parameters."""
    complaints = []
    for name, function, docstring in functions_of_many(source):
        section = SECTION.search(docstring)
        documented = DOCUMENTED.findall(section[1]) if section else []
        words = {word for line in documented for word in re.findall(r"\w+", line)}
        complaints += [
            f"{module}.{name} does not list {word} under Parameters"
            for word in arguments(function)
            if word not in words
        ]
    return complaints


def unnamed_results(module: str, source: str) -> list[str]:
    """Such a function says what it returns; a module may say it once for all its functions."""
    once = ast.get_docstring(parsed(source)) or ""
    return [
        f"{module}.{name} does not say what it returns"
        for name, function, docstring in functions_of_many(source)
        if _returns_a_value(function)
        and not re.search(r"\b(return|yield)s?\b", docstring + once, re.IGNORECASE)
    ]


def _returns_a_value(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))


def unnamed_errors(module: str, source: str) -> list[str]:
    """Such a function names the errors that it raises itself."""
    return [
        f"{module}.{name} raises {error} and does not say so"
        for name, function, docstring in functions_of_many(source)
        for error in sorted(_raised_by(function))
        if error not in docstring
    ]


def _raised_by(function: ast.FunctionDef) -> set[str]:
    raised = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise)]
    return {ast.unparse(error.func) for error in raised if isinstance(error, ast.Call)}


def missing_lessons(module: str, source: str) -> list[str]:
    """Such a function names the lesson that teaches it, unless its module does."""
    once = ast.get_docstring(parsed(source)) or ""
    return [
        f"{module}.{name} names no lesson"
        for name, _, docstring in functions_of_many(source)
        if not LESSON.search(docstring + once)
    ]


def unknown_lessons(module: str, source: str, files: set[str]) -> list[str]:
    """Every `Lesson:` of a docstring is a path of lessons.toml."""
    paths = {f"notebooks/{file}" for file in files}
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Module | Definition)
    ]
    return [
        f"{module} names {path}, which is not in lessons.toml"
        for docstring in docstrings
        for path in LESSON.findall(docstring)
        if path not in paths
    ]


def missing_normalisation(module: str, source: str) -> list[str]:
    """A function that takes X, y and lam says of which objective: (1/2n) stands in its docstring."""
    return [
        f"{module}.{name} takes lam and does not say (1/2n)"
        for name, function, docstring in functions_of_many(source)
        if {"X", "y", "lam"} <= set(arguments(function)) and "1/2n" not in docstring
    ]


def unfinished(module: str, source: str) -> list[str]:
    """Nothing is left as a note to do it later."""
    return [f"{module} has a {found}" for found in UNFINISHED.findall(source)]
