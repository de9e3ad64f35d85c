"""Tests of course_utils.deploy.history: what was decided can be told from what was lost or changed."""

from __future__ import annotations

import pytest

from course_utils.deploy.canonical import encode
from course_utils.deploy.facts import ArtifactError
from course_utils.deploy.history import Entry, History, RegistryError


def entry(number, **changes):
    """The so-maniest entry of a history."""
    facts = {
        "number": number,
        "action": "promote",
        "sha256": f"{number:064x}",
        "returns_to": number - 1 or None,
    }
    return Entry(**(facts | {"who": "Ada", "when": "2026-11-21", "why": "A test."} | changes))


@pytest.fixture
def history(tmp_path):
    """Three entries."""
    history = History(tmp_path)
    for number in (1, 2, 3):
        history.commit(entry(number))
    return history


def lines_of(history):
    """The lines of the file, and its path."""
    path = history.root / "history.jsonl"
    return path.read_bytes().splitlines(keepends=True), path


def test_the_last_entry_is_the_current_one(history):
    assert history.current() == entry(3)
    assert history.entries() == [entry(1), entry(2), entry(3)]


def test_an_entry_that_did_not_reach_the_history_is_told_and_then_written(history):
    lines, path = lines_of(history)
    path.write_bytes(b"".join(lines[:2]))
    assert history.entries() == [entry(1), entry(2), entry(3)]
    history.commit(entry(4))
    assert lines_of(history)[0] == [encode(entry(number)) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("length", [1, 20, 100])
def test_a_line_that_was_written_in_part_is_completed(history, length):
    lines, path = lines_of(history)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:length])
    assert history.entries() == [entry(1), entry(2), entry(3)]
    history.commit(entry(4))
    assert lines_of(history)[0] == [encode(entry(number)) for number in (1, 2, 3, 4)]


def without(lines, index):
    """The lines without one."""
    return lines[:index] + lines[index + 1 :]


DAMAGE = [
    (lambda lines: without(lines, 0), r"line 1, is entry 2: a line was lost or added"),
    (lambda lines: [lines[0], lines[0], *lines[1:]], r"line 2, is entry 1: a line was lost or added"),
    (lambda lines: [b"garbage\n", *lines[1:]], r"line 1, cannot be read: no JSON"),
    (lambda lines: [lines[0].replace(b'"Ada"', b'""'), *lines[1:]], r"line 1, cannot be read: who is ''"),
    (lambda lines: [*lines[:2], encode(entry(3, who="Eve"))], r"no entry 3 like the one in `current`"),
    (lambda lines: lines[:1], r"no entry 3 like the one in `current`"),
    (lambda lines: [], r"no entry 3 like the one in `current`"),
]


@pytest.mark.parametrize(("damage", "complaint"), DAMAGE, ids=[entry[1] for entry in DAMAGE])
def test_a_history_that_lost_a_line_or_was_changed_says_so(history, damage, complaint):
    lines, path = lines_of(history)
    path.write_bytes(b"".join(damage(lines)))
    with pytest.raises(RegistryError, match=complaint):
        history.entries()


def test_a_pointer_that_cannot_be_read_says_so(history):
    (history.root / "current").write_bytes(b"\0" * 100)
    with pytest.raises(RegistryError, match=r"current cannot be read: no JSON"):
        history.current()


def test_an_action_that_does_not_exist_is_refused():
    with pytest.raises(ArtifactError, match="action is 'delete'; one of promote, rollback is needed"):
        entry(1, action="delete")
