"""Tests of course_utils.deploy.logged: what a service wrote down is read back."""

from __future__ import annotations

import sqlite3

import pytest
from small_service import RECORD, ask, promote, settings_of

from course_utils.deploy.logged import LogError, read_predictions
from course_utils.deploy.prediction_log import PredictionLog, features_hash
from course_utils.deploy.service import create_app


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'predictions.db'}"


def wrote(url, *entries):
    """Write predictions (version, features, value) into a log."""
    log = PredictionLog(url, on_loss=pytest.fail)
    log.start()
    for version, features, value in entries:
        log.write("a request", version, [features], [value])
    log.close()


def test_predictions_come_back_with_their_features_value_version_and_time(url):
    wrote(url, ("v1", "a", 1.5), ("v2", "b", 2.5))
    found = read_predictions(url)
    assert found.features_sha256.tolist() == ["a", "b"]
    assert (found.value.tolist(), found.version.tolist()) == ([1.5, 2.5], ["v1", "v2"])
    assert found.time[0] <= found.time[1]


def test_the_predictions_of_one_model_or_of_a_late_hour_can_be_asked_for(url):
    wrote(url, ("v1", "a", 1.5), ("v2", "b", 2.5))
    assert read_predictions(url, version="v2").value.tolist() == [2.5]
    later = read_predictions(url).time[1] + 1
    assert read_predictions(url, since=later).value.tolist() == []


def test_the_key_of_a_logged_prediction_is_the_hash_of_what_was_asked(tmp_path, url):
    promote(tmp_path)
    app = create_app(settings_of(tmp_path, prediction_log=url))
    app.state.service.start()
    value = ask(app, "POST", "/v1/predict_value", json=RECORD).json()["predicted_value"]
    app.state.service.close()
    log = read_predictions(url).by_features()
    assert log.key.tolist() == [features_hash(list(RECORD), list(RECORD.values()))]
    assert log.value.tolist() == [value]


def test_a_log_that_is_not_there_is_not_made(tmp_path, url):
    with pytest.raises(LogError, match=r"there is no log sqlite:///.*predictions.db; a service makes it"):
        read_predictions(url)
    assert list(tmp_path.iterdir()) == []


def test_another_database_is_refused(tmp_path, url):
    sqlite3.connect(tmp_path / "predictions.db").execute("create table t (n)").connection.close()
    with pytest.raises(LogError, match="has no table predictions: it is not the log of a service"):
        read_predictions(url)
    (tmp_path / "predictions.db").write_bytes(b"no database" * 100)
    with pytest.raises(LogError, match=r"predictions.db cannot be read: DatabaseError"):
        read_predictions(url)


@pytest.mark.parametrize("address", ["nonsense", "nodatabase://host/name"])
def test_an_address_of_no_database_is_refused(address):
    with pytest.raises(LogError, match="the address of the log names no database: "):
        read_predictions(address)
