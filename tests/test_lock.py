"""The locks satisfy pyproject.toml on every supported Python and platform, and `course lock` remakes them."""

import argparse
import re
import tomllib

import pytest
from packaging.requirements import Requirement

from course_utils.cli import lock
from course_utils.lessons.catalogue import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS, EXTRAS = PYPROJECT["dependency-groups"], PYPROJECT["project"]["optional-dependencies"]


def needs_of(extras):
    """Return what pyproject.toml asks for with these extras."""
    wanted = PYPROJECT["project"]["dependencies"] + GROUPS["build"]
    return wanted + [need for extra in extras for need in EXTRAS[extra]]


NEEDS = {
    lock.LEARNER: needs_of(lock.LEARNER_EXTRAS),
    lock.DEVELOPER: needs_of(lock.DEVELOPER_EXTRAS),
    lock.SERVER: GROUPS["serve"],
}
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in lock.LOCKS}
MACHINES = [
    {
        "python_version": python,
        "python_full_version": f"{python}.7",
        "sys_platform": platform,
        "os_name": os_name,
    }
    for python in ("3.11", "3.12", "3.13", "3.14")
    for platform, os_name in (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))
]


def entries(text):
    """Return the requirement and the hashes of each entry of a lock."""
    blocks = re.split(r"\n(?=[a-z])", re.sub(r"^ +#.*\n?", "", text, flags=re.MULTILINE).strip())
    return [
        (Requirement(re.sub(r"\\?\n.*", "", block, flags=re.DOTALL)), re.findall(r"--hash=(\S+)", block))
        for block in blocks
    ]


def pinned_on(text, machine):
    """Return name -> version of what a lock installs on one machine; an entry that comes twice fails."""
    apply = [need for need, _ in entries(text) if need.marker is None or need.marker.evaluate(machine)]
    pinned = {need.name: str(need.specifier).removeprefix("==") for need in apply}
    assert len(pinned) == len(apply)
    return pinned


@pytest.mark.parametrize(("name", "needs"), NEEDS.items())
@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['python_version']}-{m['sys_platform']}")
def test_a_lock_pins_every_dependency_within_its_bounds(name, needs, machine):
    pinned = pinned_on(LOCKS[name], machine)
    for need in map(Requirement, needs):
        assert pinned[need.name.replace("_", "-")] in need.specifier


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['python_version']}-{m['sys_platform']}")
@pytest.mark.parametrize("name", [lock.LEARNER, lock.SERVER])
def test_a_developer_has_the_versions_of_learners_and_servers(name, machine):
    theirs, developer = (pinned_on(LOCKS[lock_name], machine) for lock_name in (name, lock.DEVELOPER))
    assert theirs.items() <= developer.items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_of_a_lock_is_exact_and_has_a_hash(name):
    for need, hashes in entries(LOCKS[name]):
        assert re.fullmatch(r"==[\w.]+", str(need.specifier)), need
        assert hashes, need
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), need


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_no_path(name):
    text = LOCKS[name]
    assert "://" not in text
    assert not re.search(r"^(-|/)|(file:|\s/|[A-Z]:\\)", text, re.MULTILINE)


def test_markers_in_the_locks_are_ones_this_test_sets():
    used = {word for text in LOCKS.values() for word in re.findall(r"\b(\w+) (?:[<>=!]=?|in)\s*'", text)}
    assert used <= {*MACHINES[0], "implementation_name"}  # CPython, as here


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A project of its own that depends on nothing, so that uv can lock it without a network."""
    extras = "".join(f"{extra} = []\n" for extra in lock.DEVELOPER_EXTRAS)
    pyproject = f'[project]\nname = "empty"\nversion = "1"\n[project.optional-dependencies]\n{extras}'
    (tmp_path / "pyproject.toml").write_text(pyproject + "[dependency-groups]\nbuild = []\nserve = []\n")
    (tmp_path / "deploy").mkdir()
    for name in LOCKS:
        (tmp_path / name).write_text("left==1.0 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    return tmp_path


def test_course_lock_remakes_all_locks_and_says_what_changed(workshop, capsys):
    assert lock.run(argparse.Namespace(upgrade=True)) == 0
    assert [(workshop / name).read_text() for name in LOCKS] == ["", "", ""]
    assert "requirements-dev.txt: 0 packages\n  left: 1.0 -> removed" in capsys.readouterr().out


def test_course_lock_changes_nothing_when_uv_fails(workshop, capsys):
    (workshop / "pyproject.toml").write_text("[project\n")
    assert lock.run(argparse.Namespace(upgrade=False)) == 1
    assert all((workshop / name).read_text().startswith("left==1.0") for name in LOCKS)
    assert "uv could not make requirements-dev.txt" in capsys.readouterr().err


def test_course_lock_without_uv_says_where_to_get_it(workshop, monkeypatch, capsys):
    monkeypatch.setattr(lock, "find_spec", lambda name: None)
    assert lock.run(argparse.Namespace(upgrade=False)) == 1
    assert "uv is not installed here; `python3 course.py lock` installs it" in capsys.readouterr().err


def test_changes_name_what_moved_came_and_went():
    moved = lock.changes({"a": "1", "b": "1", "c": "1"}, {"a": "2", "b": "1", "d": "1"})
    assert moved == ["  a: 1 -> 2", "  c: 1 -> removed", "  d: not there -> 1"]


def test_a_package_pinned_by_python_version_shows_all_its_versions():
    text = "numpy==2.4 ; python_full_version < '3.12' \\\nnumpy==2.5 ; python_full_version >= '3.12' \\\n"
    assert lock.pins(text) == {"numpy": "2.4 and 2.5"}
