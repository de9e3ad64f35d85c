"""The helpers that drive a browser: who gets one, what they count, what they print."""

from __future__ import annotations

import json

import pytest
from driving import browser, latency, server
from driving.explorers import Answers, explorer_cells

MOVED = Answers("budget", "price λ", [10.0, 30.0, 20.0], 0, ["1 of 2", "2 of 2"], 41.6, 9, 0, [])
STUCK = Answers("units", "unit", [], 1, ["1 of 2", "1 of 2"], 0.0, 0, 0, [])


@pytest.mark.parametrize(
    ("variable", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_without_chromium_a_test_is_skipped_and_fails_in_continuous_integration(
    variable, outcome, monkeypatch, tmp_path
):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "no-such-program"))
    monkeypatch.setenv("CI", variable)
    with pytest.raises(outcome, match="Chromium is not installed"):
        browser.require_chromium()


def test_a_browser_of_ones_own_goes_before_the_systems(monkeypatch, tmp_path):
    own = tmp_path / "chromium"
    own.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(own))
    assert browser.find_chromium() == str(own)


@pytest.mark.parametrize(
    "url", ["https://example.org/a.js", "wss://example.org/", "http://10.0.0.7:8888/lab"]
)
def test_another_machine_is_outside(url):
    assert browser.is_outside(url)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8888/lab", "ws://localhost:1/", "data:text/plain,a", "blob:http://x", "file:///a"],
)
def test_this_machine_is_not_outside(url):
    assert not browser.is_outside(url)


def test_the_learners_server_has_nothing_of_the_tests_but_the_guard_against_the_network(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("COURSE_SWEEP", "1")
    environment = server.learners_environment(tmp_path)
    assert environment["COURSE_OFFLINE"] == "1"
    assert not {"COURSE_PROGRESS", "COURSE_SWEEP", "TQDM_DISABLE"} & environment.keys()


def test_the_places_of_explorers_are_those_of_the_tagged_cells(tmp_path):
    tags = [{}, {"tags": ["explorer"]}, {"tags": ["measured"]}, {"tags": ["explorer"]}]
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps({"cells": [{"metadata": metadata} for metadata in tags]}), encoding="utf-8")
    assert explorer_cells(path) == [1, 3]


def test_the_table_says_how_fast_each_control_is_and_which_is_stuck():
    rows = [{latency.DISPLAY: 512.4, **vars(answers)} for answers in (MOVED, STUCK)]
    _, moved, stuck = latency.table(rows)
    assert moved.split() == ["budget,", "price", "λ", "3", "20", "10", "30", "42", "9", "0", "512"]
    assert stuck.split()[2:7] == ["0", "nan", "nan", "nan", "0"]
