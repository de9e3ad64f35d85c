"""Tests of course_utils.deploy.prediction_log: what was answered can be found again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import struct
import threading
import time

import pytest
from postgres_server import empty_database, served_postgres
from small_service import RECORD, ask, ask_value, small_app
from sqlalchemy import create_engine, select

from course_utils.deploy import prediction_log
from course_utils.deploy.prediction_log import PREDICTIONS, PredictionLog, features_hash

VERSION = "0" * 64


@pytest.fixture
def url(tmp_path):
    """An SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'predictions.db'}"


@contextlib.contextmanager
def opened(url, **options):
    """A log that writes; it remembers what it lost."""
    lost = []
    log = PredictionLog(url, on_loss=lost.append, **options)
    log.start()
    yield log, lost
    log.close()


def rows_in(url):
    """The rows in a database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(PREDICTIONS).order_by(PREDICTIONS.c.number)).mappings().all()
    engine.dispose()
    return rows


def with_log(app, *questions):
    """Start a service, ask, stop it; return the answers."""

    async def running():
        async with app.router.lifespan_context(app):
            return [await asyncio.to_thread(question) for question in questions]

    return asyncio.run(running())


def test_a_prediction_is_written_with_its_hash_value_version_and_time(tmp_path, url):
    app, before = small_app(tmp_path, prediction_log=url), time.time()
    (answer,) = with_log(app, lambda: ask_value(app, RECORD))
    (row,) = rows_in(url)
    told = (row["value"], row["version"], row["request_id"])
    assert told == tuple(answer.json()[name] for name in ("predicted_value", "model_version", "request_id"))
    assert row["features_sha256"] == features_hash(("living area", "quality"), [1500.0, 7.0])
    assert before <= row["time"] <= time.time()


def test_a_batch_and_the_other_protocol_are_written_record_by_record(tmp_path, url):
    app = small_app(tmp_path, prediction_log=url)
    records = [RECORD, RECORD | {"quality": 8}]
    inputs = [{"name": n, "datatype": "FP64", "shape": [1], "data": [RECORD[n]]} for n in RECORD]
    with_log(
        app,
        lambda: ask(app, "POST", "/v1/predict_batch", json={"records": records}),
        lambda: ask(app, "POST", "/v2/models/small houses/infer", json={"inputs": inputs}),
    )
    rows = rows_in(url)
    assert [row["record"] for row in rows] == [0, 1, 0]
    assert rows[0]["features_sha256"] == rows[2]["features_sha256"] != rows[1]["features_sha256"]


def test_what_is_refused_is_not_written(tmp_path, url):
    app = small_app(tmp_path, prediction_log=url)
    with_log(app, lambda: ask_value(app, {}))
    assert rows_in(url) == []


def test_the_hash_is_of_the_names_and_the_values(url):
    by_hand = hashlib.sha256(b"area\nrooms\n" + struct.pack("<2d", 1.5, 0.0)).hexdigest()
    assert features_hash(("area", "rooms"), [1.5, -0.0]) == by_hand
    assert len({features_hash(names, [1.0, 2.0]) for names in (("a", "b"), ("b", "a"), ("a", "bc"))}) == 3


def test_all_that_was_taken_is_written_before_the_log_is_closed(url):
    with opened(url) as (log, lost):
        for i in range(3000):
            log.write(str(i), VERSION, ["f" * 64], [float(i)])
    assert ([row["value"] for row in rows_in(url)], lost) == (list(map(float, range(3000))), [])


def test_several_workers_share_a_file(url):
    def work(name):
        with opened(url) as (log, _):
            for i in range(50):
                log.write(name, VERSION, ["f" * 64], [float(i)])
                time.sleep(0.001)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row["request_id"] for row in rows_in(url)) == ["a"] * 50 + ["b"] * 50 + ["c"] * 50


def break_for(monkeypatch, n):
    """Let the next n transactions fail; return how often one was tried."""
    tried, whole = [], prediction_log.insert

    def insert(table):
        tried.append(table)
        return whole(table) if len(tried) > n else whole(table).values(nothing=1)

    monkeypatch.setattr(prediction_log, "insert", insert)
    monkeypatch.setattr(prediction_log, "SECONDS_BETWEEN_TRIES", 0.01)
    return tried


def test_a_database_that_comes_back_gets_what_has_waited(url, monkeypatch, caplog):
    tried = break_for(monkeypatch, 3)
    with opened(url) as (log, lost):
        log.write("a", VERSION, ["f" * 64], [1.0])
        while len(tried) < 4:
            time.sleep(0.01)
    assert ([row["value"] for row in rows_in(url)], lost) == ([1.0], [])
    assert caplog.text.count("cannot be written") == 3


def test_what_a_lost_database_does_not_get_is_counted_at_the_end(url, monkeypatch):
    break_for(monkeypatch, 10**6)
    with opened(url) as (log, lost):
        log.write("a", VERSION, ["f" * 64] * 2, [1.0, 2.0])
    assert sum(lost) == 2


def test_no_more_waits_than_there_is_room_for_and_the_rest_is_counted(url):
    lost = []
    log = PredictionLog(url, on_loss=lost.append, most_waiting=3)
    log.write("a", VERSION, ["f" * 64] * 5, [1.0] * 5)
    log.start()
    log.close()
    assert (lost, len(rows_in(url))) == ([2], 3)


@pytest.mark.service
def test_a_postgres_takes_the_predictions_as_well():
    with served_postgres() as folder:
        url = empty_database(folder).replace("postgresql:", "postgresql+psycopg:")
        with opened(url) as (log, lost):
            log.write("a", VERSION, ["f" * 64, "e" * 64], [0.1, 1e300])
        assert ([row["value"] for row in rows_in(url)], lost) == ([0.1, 1e300], [])
