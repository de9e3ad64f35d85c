"""Tests of course_utils.deploy.registry: what serves is always whole, and no decision is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_model import SMALL_MODEL, small_model

from course_utils.deploy import artifact as artifacts
from course_utils.deploy.artifact import content_hash, to_bytes
from course_utils.deploy.facts import ArtifactError, Metric
from course_utils.deploy.history import RegistryError
from course_utils.deploy.registry import Registry

TOLD = {"who": "Ada", "when": "2026-11-21", "why": "It is better."}
TESTS = Path(__file__).parent


@pytest.fixture
def registry(tmp_path):
    """Three models, of which none serves yet."""
    registry = Registry(tmp_path)
    for intercept in (1, 2, 3):
        registry.add(small_model(intercept))
    return registry


def promoted(registry, *intercepts):
    """Promote the models of these intercepts, one after the other; return their hashes."""
    hashes = [content_hash(to_bytes(small_model(intercept))) for intercept in intercepts]
    for sha256 in hashes:
        registry.promote(sha256, **TOLD)
    return hashes


def serving(registry):
    """The intercept of the model that serves."""
    return registry.load(registry.current().sha256).intercept


def test_a_model_stands_under_the_hash_of_its_bytes_with_its_card(tmp_path):
    sha256 = Registry(tmp_path).add(SMALL_MODEL)
    assert (tmp_path / "models" / sha256 / "model.json").read_bytes() == to_bytes(SMALL_MODEL)
    assert sha256 in (tmp_path / "models" / sha256 / "card.md").read_text(encoding="utf-8")
    assert Registry(tmp_path).load(sha256) == SMALL_MODEL


def test_a_folder_without_anything_is_a_registry_without_models(tmp_path):
    nothing = Registry(tmp_path / "not yet")
    assert (nothing.models(), nothing.current(), nothing.history()) == ([], None, [])


def test_a_model_can_be_added_twice(registry):
    assert registry.add(small_model(1)) == registry.add(small_model(1))
    assert len(registry.models()) == 3


def test_the_pipeline_file_is_the_one_that_the_model_states(registry):
    pipeline = b"the bytes of a pipeline"
    sha256 = registry.add(small_model(pipeline_sha256=content_hash(pipeline)), pipeline)
    assert (registry.folder(sha256) / "pipeline.skops").read_bytes() == pipeline


@pytest.mark.parametrize(("stated", "came"), [(None, b"x"), ("0" * 64, b"x"), ("0" * 64, None)])
def test_another_pipeline_file_than_the_model_states_is_refused(registry, stated, came):
    with pytest.raises(RegistryError, match="the model states a pipeline file of SHA-256"):
        registry.add(small_model(pipeline_sha256=stated), came)


def test_the_model_that_was_promoted_last_serves(registry):
    promoted(registry, 1, 2)
    assert serving(registry) == 2


def test_the_history_says_what_was_done_by_whom_when_and_why(registry):
    sha256, metric = registry.models()[0], Metric("error", 2.0, 1.0, 3.0, 0.95)
    entry = registry.promote(sha256, who="Ada", when="2026-11-21T12:00:00Z", why="First.", metrics=[metric])
    assert registry.history() == [entry]
    assert (entry.number, entry.action, entry.sha256, entry.metrics) == (1, "promote", sha256, (metric,))
    assert (entry.who, entry.when, entry.why) == ("Ada", "2026-11-21T12:00:00Z", "First.")


def test_the_history_is_only_appended_to(registry):
    lines = []
    for intercept in (1, 2, 3):
        promoted(registry, intercept)
        data = (registry.root / "history.jsonl").read_bytes()
        assert data.startswith(b"".join(lines))
        lines = data.splitlines(keepends=True)
    assert len(lines) == 3


def test_each_rollback_goes_one_further_back(registry):
    promoted(registry, 1, 2, 3)
    actions = [registry.rollback(**TOLD).action for _ in range(2)]
    assert (serving(registry), actions) == (1, ["rollback", "rollback"])
    with pytest.raises(RegistryError, match="no model that served before: there is nothing to go back to"):
        registry.rollback(**TOLD)


def test_what_is_promoted_after_a_rollback_can_be_rolled_back_too(registry):
    promoted(registry, 1, 2)
    registry.rollback(**TOLD)
    promoted(registry, 3)
    registry.rollback(**TOLD)
    assert serving(registry) == 1
    assert len(registry.history()) == 5


def test_who_promotes_what_serves_already_can_still_go_back_to_another(registry):
    promoted(registry, 1, 2, 2)
    registry.rollback(**TOLD)
    assert serving(registry) == 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"who": ""}, "who is ''; printable text"),
        ({"why": "one\ntwo"}, "why is"),
        ({"when": "now"}, "when is 'now'; a date"),
    ],
)
def test_a_decision_without_its_story_is_refused(registry, change, complaint):
    with pytest.raises(ArtifactError, match=complaint):
        registry.promote(registry.models()[0], **(TOLD | change))
    assert registry.current() is None


@pytest.mark.parametrize("sha256", ["0" * 64, "../current", "", "abc"])
def test_what_is_not_there_cannot_be_promoted(registry, sha256):
    with pytest.raises(ArtifactError, match=r"there is no model 0|64 hexadecimal digits"):
        registry.promote(sha256, **TOLD)


def flipped(path, bit):
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << (bit % 8)
    path.write_bytes(data)


def test_every_one_of_300_flipped_bits_in_a_stored_model_is_refused_before_it_is_parsed(
    registry, monkeypatch
):
    monkeypatch.setattr(artifacts, "decode", lambda cls, data: pytest.fail("parsed"))
    sha256 = registry.models()[0]
    path = registry.folder(sha256) / "model.json"
    for bit in np.random.default_rng(1).choice(8 * path.stat().st_size, size=300, replace=False):
        flipped(path, bit)
        with pytest.raises(ArtifactError, match="nothing in it was read"):
            registry.load(sha256)
        flipped(path, bit)


def test_a_model_that_was_changed_is_neither_promoted_nor_rolled_back_to(registry):
    first, _ = promoted(registry, 1, 2)
    flipped(registry.folder(first) / "model.json", 100)
    for forbidden in (lambda: registry.promote(first, **TOLD), lambda: registry.rollback(**TOLD)):
        with pytest.raises(ArtifactError, match="it is not what was stored"):
            forbidden()
    assert serving(registry) == 2


def test_garbage_is_what_never_served_and_is_not_to_be_kept(registry):
    first, second = promoted(registry, 1, 2)
    spare, kept = registry.add(small_model(3)), registry.add(small_model(4))
    registry.rollback(**TOLD)
    assert registry.collect_garbage(keep=[kept]) == [spare]
    assert set(registry.models()) == {first, second, kept}
    assert registry.collect_garbage() == [kept]


def test_nothing_is_collected_while_the_history_cannot_be_read(registry):
    promoted(registry, 1)
    (registry.root / "history.jsonl").write_bytes(b"{}\n")
    with pytest.raises(RegistryError, match="line 1, cannot be read"):
        registry.collect_garbage()
    assert len(registry.models()) == 3


PROMOTING = """
import os, sys
from pathlib import Path
from course_utils.deploy.registry import Registry
os.fsync = lambda descriptor: None  # of a power cut, which is not what is tested
registry = Registry(Path(sys.argv[1]))
for turn in range(50):
    sha256 = registry.models()[(turn + int(sys.argv[2])) % 3]
    registry.promote(sha256, who=f"process {sys.argv[2]}", when="2026-11-21", why=f"turn {turn}")
"""


def test_promotions_of_eight_processes_lose_nothing_and_a_reader_always_finds_a_model(registry):
    promoted(registry, 1)
    command = [sys.executable, "-c", PROMOTING, str(registry.root)]
    running = [subprocess.Popen([*command, str(number)]) for number in range(8)]
    reads = 0
    while any(process.poll() is None for process in running):
        assert registry.load(registry.current().sha256).name == "small houses"
        assert registry.history()[0].number == 1
        reads += 1
    assert [process.returncode for process in running] == [0] * 8
    assert reads > 20
    history = registry.history()
    told = sorted((entry.who, entry.why) for entry in history[1:])
    assert told == sorted((f"process {number}", f"turn {turn}") for number in range(8) for turn in range(50))
    assert registry.current() == history[-1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_writer_killed_before_any_line_that_may_write_leaves_a_registry_that_is_whole(tmp_path):
    command = [sys.executable, str(TESTS / "killed_writers.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kills = json.loads(done.stdout)
    assert set(kills) == {"add", "promote", "rollback", "collect_garbage"}
    assert min(kills.values()) > 20


def test_a_registry_can_be_copied_as_a_folder(registry, tmp_path):
    promoted(registry, 1, 2)
    shutil.copytree(registry.root, tmp_path / "elsewhere")
    assert Registry(tmp_path / "elsewhere").history() == registry.history()
    assert serving(Registry(tmp_path / "elsewhere")) == 2
