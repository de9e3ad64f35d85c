"""Run by `course doctor` in the Python of the environment, by path, so that it needs no installed package.

Reads {"packages": [[name, version, marker], ...], "modules": [...]} and prints what it found, as JSON.
"""

import importlib
import json
import os
import re
import sys
from importlib.metadata import distributions


def main() -> None:
    """Print what is wrong with the packages and the imports, and where things are."""
    asked = json.load(sys.stdin)
    print(
        json.dumps(
            {
                "packages": _wrong_packages(asked["packages"]),
                "imports": _failing_imports(asked["modules"]),
                "course_utils": _course_utils_file(),
                "kernel": _kernel_python(),
            }
        )
    )


def _wrong_packages(packages: list[list[str]]) -> list[str]:
    from pip._vendor.packaging.markers import Marker

    installed = {_plain(dist.metadata["Name"]): dist.version for dist in distributions()}
    wrong = []
    for name, version, marker in packages:
        found = installed.get(_plain(name))
        if found != version and (not marker or Marker(marker).evaluate()):
            wrong.append(f"{name} {found or 'missing'} (locked: {version})")
    return wrong


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _failing_imports(modules: list[str]) -> list[str]:
    failing = []
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # a broken package may raise anything
            failing.append(f"{module} ({type(error).__name__}: {str(error)[:80]})")
    return failing


def _course_utils_file() -> str | None:
    try:
        return importlib.import_module("course_utils").__file__
    except ImportError:
        return None


def _kernel_python() -> str | None:
    """Return the Python in which Jupyter would run a lesson."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except Exception:  # Jupyter is not installed, or has no such kernel
        return None
    return program if os.path.isabs(program) else sys.executable  # as jupyter_client decides


if __name__ == "__main__":
    main()
