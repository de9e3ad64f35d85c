"""Who may import whom (design, section 1): the graph as it is, the graph as it may be, and the difference."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from house_rules.reading import imported_modules, parsed

PACKAGE = "course_utils"
SAYS_NOTHING = re.compile(r"(^|\.|_)(utils|utilities|helpers?|common|misc|stuff)(_|$)")


def read_package(folder: Path) -> dict[str, str]:
    """Return {module: source}; a module is named within the package: "path", "cli.doctor", "" for the package."""
    return {
        module_name(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.py")
    }


def module_name(path: Path) -> str:
    """Return "a.b" for a/b.py and for a/b/__init__.py."""
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


def inner_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the graph {module: modules of the package that it imports}, imports inside functions included."""
    return {
        module: {
            target for name in _imports(source) if (target := _resolved(name, sources)) not in (None, module)
        }
        for module, source in sources.items()
    }


def outer_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return {module: top-level packages outside that it imports}."""
    return {
        module: {name.split(".")[0] for name in _imports(source)} - {PACKAGE, "__future__"}
        for module, source in sources.items()
    }


def imported_on_loading(source: str) -> set[str]:
    """Return the top-level packages that loading a module needs: what a function imports waits for its call."""
    waiting, found = [parsed(source)], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {name.split(".")[0] for name in imported_modules(node)}
        elif not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)
    return found - {PACKAGE, "__future__"}


def _imports(source: str) -> set[str]:
    return imported_modules(parsed(source))


def _resolved(name: str, modules: Iterable[str]) -> str | None:
    """Return the module that an imported name lies in: `course_utils.prox.soft_threshold` lies in "prox"."""
    package, _, inside = name.partition(".")
    if package != PACKAGE:
        return None
    while inside and inside not in modules:
        inside = inside.rpartition(".")[0]
    return inside


def relative_imports(sources: Mapping[str, str]) -> list[str]:
    """Return the modules that import by dots: an arrow is written out, so that it can be searched for."""
    return [
        f"{module} imports relatively"
        for module, source in sources.items()
        if any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(parsed(source)))
    ]


def part_of(module: str, parts: Iterable[str]) -> str | None:
    """Return the declared part that a module belongs to, the longest that fits: itself or a folder above."""
    fitting = [part for part in parts if module == part or module.startswith(f"{part}.")]
    return max(fitting, key=len, default=None)


def everything_below(part: str, arrows: Mapping[str, set[str]]) -> set[str]:
    """Return the parts that a part may build on: those it names, and those that they build on."""
    below, waiting = set(), [part]
    while waiting:
        for other in arrows[waiting.pop()] - below:
            below.add(other)
            waiting.append(other)
    return below


def undeclared_modules(sources: Mapping[str, str], arrows: Mapping[str, set[str]]) -> list[str]:
    """Return the modules that have no place in the graph."""
    return [
        f"{module} has no place in the graph" for module in sources if module and not part_of(module, arrows)
    ]


def forbidden_arrows(sources: Mapping[str, str], arrows: Mapping[str, set[str]]) -> list[str]:
    """Return the imports between parts that the graph does not allow. Everyone may import the bare package."""
    complaints = []
    for module, targets in inner_imports(sources).items():
        part = part_of(module, arrows)
        allowed = {part, *everything_below(part, arrows)} if part else set()
        complaints += [
            f"{module} imports {target}"
            for target in sorted(targets)
            if target and part_of(target, arrows) not in allowed and not _is_folder_of(target, allowed)
        ]
    return complaints


def _is_folder_of(target: str, allowed: set[str]) -> bool:
    """Whether the target is only the folder through which an allowed module was named."""
    return any(part.startswith(f"{target}.") for part in allowed)


def forbidden_libraries(
    sources: Mapping[str, str], libraries: Mapping[str, set[str]], standard: frozenset
) -> list[str]:
    """Return the imports from outside that a part may not make; a part that is not listed may make any."""
    complaints = []
    for module, imported in outer_imports(sources).items():
        part = part_of(module, libraries)
        if part is not None:
            extra = sorted(imported - standard - libraries[part])
            complaints += [f"{module} imports {name}" for name in extra]
    return complaints


def import_cycle(sources: Mapping[str, str]) -> list[str]:
    """Return one circle of imports, hidden in functions or not, or nothing."""
    try:
        TopologicalSorter(inner_imports(sources)).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def reachable(module: str, sources: Mapping[str, str]) -> set[str]:
    """Return the modules that importing this one may bring in, its folders included."""
    graph, found, waiting = inner_imports(sources), set(), [module]
    while waiting:
        current = waiting.pop()
        if current not in found and current in sources:
            found.add(current)
            folders = {current.rpartition(".")[0]} if current else set()
            waiting += graph[current] | folders
    return found


def names_that_say_nothing(modules: Iterable[str]) -> list[str]:
    """Return the modules whose name does not say what is in them."""
    return [module for module in modules if SAYS_NOTHING.search(module)]


def functions_in(source: str) -> list[ast.FunctionDef]:
    """Return every function and method, nested ones included."""
    return [node for node in ast.walk(parsed(source)) if isinstance(node, ast.FunctionDef)]


def lines_of_code(function: ast.FunctionDef, source: str) -> int:
    """Count the lines below a function's signature that are neither blank nor docstring."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    if not statements:
        return 0
    return sum(
        bool(line.strip()) for line in source.splitlines()[statements[0].lineno - 1 : function.end_lineno]
    )


def long_functions(sources: Mapping[str, str], limit: int) -> list[str]:
    """Return the functions with more lines of code than the limit."""
    return [
        f"{module}.{function.name} has {lines} lines"
        for module, source in sources.items()
        for function in functions_in(source)
        if (lines := lines_of_code(function, source)) > limit
    ]


def unconventional_arguments(sources: Mapping[str, str]) -> list[str]:
    """Return arguments against the one convention: `lam`, then keywords only; randomness comes as `rng`."""
    complaints = []
    for module, source in sources.items():
        for function in functions_in(source):
            positional = [argument.arg for argument in function.args.posonlyargs + function.args.args]
            names = set(positional) | {argument.arg for argument in function.args.kwonlyargs}
            if wrong := sorted(names & {"alpha", "lambda_", "seed", "random_state"}):
                complaints.append(f"{module}.{function.name} takes {', '.join(wrong)}")
            is_public = not function.name.startswith("_")
            if is_public and "lam" in positional and positional[-1] != "lam":
                complaints.append(
                    f"{module}.{function.name} takes {positional[-1]} after lam without its keyword"
                )
    return complaints
