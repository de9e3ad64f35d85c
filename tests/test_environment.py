"""environment.yml says for conda what pyproject.toml says for pip."""

import re
import tomllib

import yaml

from course_utils.lessons.catalogue import ROOT

CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
    "prometheus-client": "prometheus_client",
    "seaborn": "seaborn-base",
}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def wanted_by_pyproject():
    """Return the dependencies of a learner, with lesson 08, and of the tests, under the names of conda."""
    extras = PROJECT["optional-dependencies"]
    requirements = PROJECT["dependencies"] + extras["deploy"] + extras["fast"] + extras["test"]
    return {re.sub(r"^[\w-]+", lambda name: CONDA_NAMES.get(name[0], name[0]), line) for line in requirements}


def wanted_by_conda():
    """Return the packages that environment.yml names, without Python and pip."""
    named = {entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)}
    return {entry for entry in named if not re.fullmatch(r"(python|pip)\b.*", entry)}


def test_conda_is_asked_for_the_packages_and_bounds_of_pyproject():
    assert wanted_by_conda() == wanted_by_pyproject()


def test_conda_is_asked_for_the_python_of_pyproject():
    assert f"python{PROJECT['requires-python']}" in ENVIRONMENT["dependencies"]


def test_conda_installs_the_package_itself_in_place():
    assert {"pip": ["-e ."]} in ENVIRONMENT["dependencies"]
    assert "pip" in ENVIRONMENT["dependencies"]


def test_the_readme_activates_the_environment_that_conda_makes():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"conda activate ([\w-]+)", readme) == [ENVIRONMENT["name"]]
