"""Tests of course_utils.deploy.serving: a promotion is seen, and a broken one does no harm."""

from __future__ import annotations

import pytest
from small_service import promote

from course_utils.deploy.contract import ContractError
from course_utils.deploy.registry import Registry
from course_utils.deploy.serving import Serving

RECORD = {"living area": 1500.0, "quality": 7}


class Watched(Serving):
    """Serves from a folder; time and failures can be seen."""

    def __init__(self, folder, seconds=10.0):
        self.time, self.failures = 0.0, 0
        clock = {"clock": lambda: self.time}
        super().__init__(Registry(folder), seconds, on_failure=self.count_failure, **clock)

    def count_failure(self):
        self.failures += 1

    def intercept(self):
        """The intercept of the model that serves, by which the small models differ."""
        served = self.now()
        return served and served.artifact.intercept


def break_it(folder, sha256):
    """Change one byte of a model."""
    path = folder / "models" / sha256 / "model.json"
    path.write_bytes(path.read_bytes().replace(b"small houses", b"Small houses"))


def test_a_folder_without_a_model_serves_none_until_one_is_promoted(tmp_path):
    serving = Watched(tmp_path, seconds=0)
    assert serving.intercept() is None
    promote(tmp_path, 1)
    assert serving.intercept() == 1


def test_the_registry_is_looked_at_now_and_then_only(tmp_path):
    promote(tmp_path, 1)
    serving = Watched(tmp_path, seconds=10)
    seen = []
    for serving.time in (0, 9.9, 10, 19.9, 20):
        seen.append(serving.intercept())
        promote(tmp_path, serving.time + 2)
    assert seen == [1, 1, 11.9, 11.9, 21.9]


def test_a_rollback_is_seen_like_a_promotion(tmp_path):
    promote(tmp_path, 1)
    promote(tmp_path, 2)
    serving = Watched(tmp_path, seconds=0)
    assert serving.intercept() == 2
    Registry(tmp_path).rollback(who="Ada", when="2026-11-21", why="It was worse.")
    assert serving.intercept() == 1


def test_a_promoted_model_that_is_broken_is_counted_and_the_one_before_goes_on(tmp_path, caplog):
    promote(tmp_path, 1)
    serving = Watched(tmp_path, seconds=0)
    assert serving.intercept() == 1
    break_it(tmp_path, promote(tmp_path, 2))
    assert (serving.intercept(), serving.failures) == (1, 1)
    assert "it is not what was stored" in caplog.text


@pytest.mark.parametrize("current", [b"", b"{}", b"\xff", b"[" * 100_000])
def test_a_broken_pointer_is_counted_and_the_model_goes_on(tmp_path, current):
    promote(tmp_path, 1)
    serving = Watched(tmp_path, seconds=0)
    serving.now()
    (tmp_path / "current").write_bytes(current)
    assert (serving.intercept(), serving.failures) == (1, 1)


def test_a_model_is_loaded_once_and_not_for_each_look(tmp_path):
    promote(tmp_path, 1)
    serving = Watched(tmp_path, seconds=0)
    assert serving.now() is serving.now()


def test_what_a_request_got_stays_whole_when_another_model_is_promoted(tmp_path):
    promote(tmp_path, 1)
    serving = Watched(tmp_path, seconds=0)
    mine = serving.now()
    promote(tmp_path, 2)
    assert (serving.intercept(), mine.artifact.intercept) == (2, 1)


def test_rows_keep_the_order_of_the_records(tmp_path):
    promote(tmp_path, 1)
    rows = Watched(tmp_path).now().rows([RECORD, {"quality": 1, "living area": 3}])
    assert rows.tolist() == [[1500, 7], [3, 1]]


def test_a_fault_says_in_which_record_it_is(tmp_path):
    promote(tmp_path, 1)
    with pytest.raises(ContractError, match=r"records\[1\]: 'quality' is missing"):
        Watched(tmp_path).now().rows([RECORD, {"living area": 3.0}])
