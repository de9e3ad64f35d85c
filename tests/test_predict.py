"""Tests of `course predict`: a file, a folder or a record in, predictions or one sentence out."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from pyarrow import parquet
from small_batch import good_rows, write
from small_model import small_model

from course_utils import cli
from course_utils.deploy.registry import Registry

RECORD = {"quality": 7, "living area": 1980.0}


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A registry with two models, of which the first serves; the folder is the one we stand in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_REGISTRY", raising=False)
    registry = Registry(tmp_path / "models")
    hashes = [registry.add(small_model(intercept)) for intercept in (180.9, 7)]
    registry.promote(hashes[0], who="Ada", when="2026-11-21", why="The first.")
    return hashes


@pytest.fixture
def answer(models, capfd):
    """Run the verb; return its exit code and what it printed and complained of."""

    def run(*arguments):
        code = cli.main(["predict", *map(str, arguments)])
        return code, *capfd.readouterr()

    return run


def give(monkeypatch, data):
    """Put bytes on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_record_is_answered_with_value_unit_interval_and_model(answer, models):
    code, out, err = answer("--record", json.dumps(RECORD))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "price: 211 thousands of dollars",
        "interval: 160.5 to 261.5, which holds 90 % of outcomes",
        f"model: small houses, {models[0][:12]}",
    ]


def test_a_record_may_come_on_standard_input(answer, monkeypatch):
    give(monkeypatch, json.dumps(RECORD).encode())
    assert answer()[1].startswith("price: 211 thousands")


def test_another_model_than_the_one_that_serves_can_be_asked(answer, models):
    assert answer("--record", json.dumps(RECORD), "--model", models[1][:8])[1].startswith("price: 37.1 ")


BAD_RECORDS = [
    ('{"quality": 7, "living areas": 1500}', r"'living area' is missing; .* 'living areas' is not a feature"),
    ('{"quality": "7", "living area": NaN}', r"'living area' is nan; .* 'quality' is '7' of type str"),
    ('{"quality": 11, "living area": 1500}', r"'quality' is 11.0; a number from 1 to 10 \(rating 1-10\)"),
    ("[1500, 7]", r"the record is of type list; named features are needed"),
    ("{quality: 7}", r"the record is not JSON: .* in line 1, column 2"),
    ('{"quality": 7, "quality": 8}', r"the key 'quality' stands twice"),
    ("{} " * 500_000, r"the record is longer than 1,048,576 bytes"),
]


@pytest.mark.parametrize(("text", "complaint"), BAD_RECORDS)
def test_a_bad_record_is_refused_in_one_line_that_names_the_fields(answer, monkeypatch, text, complaint):
    give(monkeypatch, text.encode())
    code, out, err = answer()
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert re.match(rf"course predict: .*{complaint}", err), err


def test_a_file_is_predicted_and_its_bad_rows_are_counted(answer, tmp_path):
    path = write(tmp_path / "sales.csv", good_rows(5))
    with path.open("a") as file:
        file.write("x,eleven,999,1500\n")
    code, out, err = answer(path, "--out", "out.parquet", "--keep", "id", "--keep", "note")
    assert (code, err) == (0, "")
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        f"predicted 5 of 6 rows: {tmp_path / 'out.parquet'}",
        f"quarantined 1 of 6 rows: {tmp_path / 'out.quarantine.parquet'}",
        "1 quality: not a number",
    ]
    assert parquet.read_table("out.parquet")["id"].to_pylist() == [str(100 + i) for i in range(5)]
    assert parquet.read_table("out.quarantine.parquet")["id"].to_pylist() == ["999"]


@pytest.mark.service
def test_dask_gives_the_same_file(answer, tmp_path):
    path = write(tmp_path / "sales.parquet", good_rows(20))
    assert (
        answer(path, "--out", "here.parquet")[0]
        == answer(path, "--out", "there.parquet", "--engine", "dask")[0]
    )
    assert parquet.read_table("here.parquet").equals(parquet.read_table("there.parquet"))


REFUSED = [
    (["sales.parquet"], "--out FILE.parquet is missing"),
    (["sales.parquet", "--out", "o.parquet", "--record", "{}"], "both sales.parquet and --record are given"),
    (["--record", "{}", "--keep", "id"], "belong to a FILE, and there is none"),
    (
        ["sales.parquet", "--out", "o.parquet", "--engine", "stream", "--scheduler", "x"],
        "belongs to --engine dask",
    ),
    (["none.csv", "--out", "o.parquet"], "none.csv: No such file or directory"),
    (["sales.parquet", "--out", "o.csv"], "a file that ends in .parquet is needed"),
    (["sales.parquet", "--out", "o.parquet", "--keep", "lot"], "the column 'lot' is missing"),
    (["sales.parquet", "--out", "o.parquet", "--model", "xyz"], "no model in models begins with 'xyz'"),
    (
        ["sales.parquet", "--out", "o.parquet", "--registry", "nowhere"],
        "there is no folder nowhere: `course models",
    ),
    (
        ["text.parquet", "--out", "o.parquet"],
        "the column 'living area' is missing; the column 'quality' holds string, not numbers\n",
    ),
]


@pytest.mark.parametrize(("arguments", "complaint"), REFUSED)
def test_what_cannot_be_done_is_said_in_one_line_and_nothing_is_written(
    answer, tmp_path, arguments, complaint
):
    write(tmp_path / "sales.parquet", good_rows(3))
    write(tmp_path / "text.parquet", good_rows(3).select(["note"]).rename_columns(["quality"]))
    before = sorted(tmp_path.rglob("*"))
    code, out, err = answer(*arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert complaint in err
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_to_predict_is_said_to_a_person_at_a_terminal(answer, monkeypatch):
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    code, _, err = answer()
    assert (code, err.count("\n")) == (1, 1)
    assert "there is nothing to predict: a FILE, --record JSON" in err


def test_without_a_promoted_model_the_way_to_one_is_said(answer, tmp_path):
    Registry(tmp_path / "others").add(small_model(1))
    code, _, err = answer("--record", "{}", "--registry", tmp_path / "others")
    assert code == 1
    assert "`course models promote HASH --why WHY` lets one" in err


def parts_of(folder):
    """How many pieces are done."""
    return len(list(folder.glob("*.predicted.parquet")))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_the_command_that_was_killed_goes_on_when_it_is_given_again(models, tmp_path):
    path = write(tmp_path / "sales.parquet", good_rows(2000), rows_in_a_group=5)
    command = [sys.executable, "-m", "course_utils", "predict", str(path), "--keep", "id", "--out"]
    subprocess.run([*command, "whole.parquet"], check=True, capture_output=True)
    killed = subprocess.Popen([*command, "out.parquet"], stderr=subprocess.DEVNULL)
    while parts_of(tmp_path / "out.parquet.partial") < 20 and killed.poll() is None:
        time.sleep(0.001)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    again = subprocess.run([*command, "out.parquet"], check=True, capture_output=True, text=True)
    assert "went on with an earlier run, which had done" in again.stdout
    assert (tmp_path / "out.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert not (tmp_path / "out.parquet.partial").exists()
