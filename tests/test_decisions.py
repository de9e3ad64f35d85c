"""Tests of course_utils.deploy.decisions: what was decided is read again, and nothing of it thrown away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_model import small_model

from course_utils.deploy.canonical import encode
from course_utils.deploy.decisions import collect_garbage, decisions_folder, decisions_in
from course_utils.deploy.registry import Registry
from course_utils.deploy.retrain import Decision, RetrainError

KEPT = Decision("a" * 64, "b" * 64, None, 9, "2008", "", "", None, "keep", "no better", "2026-11-21")


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path)


def write(registry, *decisions):
    """Put decisions where `retrain` puts them."""
    folder = decisions_folder(registry)
    folder.mkdir(exist_ok=True)
    for decision in decisions:
        (folder / f"{decision.data_sha256}.json").write_bytes(encode(decision))
    return folder


def test_decisions_are_read_in_the_order_of_time(registry):
    later = replace(KEPT, data_sha256="0" * 64, when="2026-11-22")
    assert decisions_in(write(registry, later, KEPT)) == [KEPT, later]
    assert decisions_in(registry.root / "nowhere") == []


def test_a_decision_that_was_changed_or_moved_is_refused(registry):
    path = write(registry, KEPT) / f"{KEPT.data_sha256}.json"
    path.rename(path.with_stem("c" * 64))
    with pytest.raises(RetrainError, match=r"c.json is the decision on other data, aaaaaaaaaaaa"):
        decisions_in(path.parent)
    path.with_stem("c" * 64).write_bytes(b"{}")
    with pytest.raises(RetrainError, match="cannot be read: the key"):
        decisions_in(path.parent)


def test_a_challenger_that_waits_for_its_promotion_is_no_garbage(registry):
    promised, unwanted = registry.add(small_model(1)), registry.add(small_model(2))
    write(registry, replace(KEPT, verdict="promote", challenger_sha256=promised))
    assert collect_garbage(registry) == [unwanted]
    assert registry.models() == [promised]


def test_a_challenger_that_was_not_better_is_garbage(registry):
    challenger = registry.add(small_model(1))
    write(registry, replace(KEPT, challenger_sha256=challenger))
    assert collect_garbage(registry) == [challenger]
