"""Tests of course_utils.deploy.batch: every row in one of two files, the same whatever ends a run or cuts it up."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from small_batch import good_rows, run, write
from small_model import SMALL_MODEL, small_model

from course_utils.deploy import batch
from course_utils.deploy.artifact import content_hash, predict, to_bytes
from course_utils.deploy.batch import one_by_one, predict_files
from course_utils.deploy.batch_source import BatchError
from course_utils.deploy.contract import ContractError

TESTS = Path(__file__).parent
KINDS = (".csv", ".parquet")


@pytest.fixture(params=KINDS)
def sales(request, tmp_path):
    """A file of forty good rows, once in each format."""
    return write(tmp_path / f"sales{request.param}", good_rows(40))


@pytest.mark.parametrize("piece_bytes", [1, 100, 10**6])
def test_predictions_are_those_of_the_model_however_the_file_is_cut(sales, piece_bytes):
    _, predicted, quarantined = run(sales, piece_bytes=piece_bytes)
    rows = good_rows(40)
    expected = predict(SMALL_MODEL, np.column_stack([rows["living area"], rows["quality"]]))
    np.testing.assert_allclose([row["predicted_value"] for row in predicted], expected, rtol=1e-12)
    assert [row["row"] for row in predicted] == list(range(1, 41))
    assert quarantined == []


def test_each_prediction_has_its_interval(sales):
    spread = SMALL_MODEL.spread
    for row in run(sales)[1]:
        around = (row["predicted_value"] + spread.low, row["predicted_value"] + spread.high)
        assert (row["low"], row["high"]) == around


@pytest.mark.parametrize(("options", "hidden"), [({}, {}), ({"progress": False}, {"disable": True})])
def test_progress_is_shown_unless_the_caller_or_the_environment_forbids_it(
    sales, monkeypatch, options, hidden
):
    given, real = [], batch.tqdm
    monkeypatch.setattr(batch, "tqdm", lambda **asked: given.append(asked) or real(**asked))
    predict_files(sales, sales.parent / "out.parquet", SMALL_MODEL, **options)
    assert [{name: asked[name] for name in asked if name == "disable"} for asked in given] == [hidden]


def test_a_model_without_a_spread_gives_no_interval(sales):
    predict_files(sales, sales.parent / "out.parquet", small_model(spread=None))
    assert parquet.read_schema(sales.parent / "out.parquet").names == ["row", "predicted_value"]


def test_kept_columns_come_through_and_others_do_not(tmp_path):
    _, predicted, _ = run(write(tmp_path / "sales.parquet", good_rows(9)), keep=["id", "quality"])
    assert list(predicted[0]) == ["row", "id", "quality", "predicted_value", "low", "high"]
    assert [row["id"] for row in predicted] == good_rows(9)["id"].to_pylist()


def test_the_file_says_of_which_model_it_is_and_in_which_unit(sales):
    result, *_ = run(sales)
    for path in result.outputs.values():
        facts = parquet.read_schema(path).metadata
        assert facts[b"model_sha256"].decode() == content_hash(to_bytes(SMALL_MODEL))
        assert (facts[b"target"], facts[b"unit"]) == (b"price", b"thousands of dollars")
        assert facts[b"interval_level"] == b"0.9"


def test_bad_rows_are_set_aside_with_their_numbers_fields_and_reasons(tmp_path):
    bad = pa.table({"living area": [1500.0, None, np.nan, np.inf, 9000.0], "quality": [5, 5, 5, 0, None]})
    result, predicted, quarantined = run(write(tmp_path / "bad.parquet", bad), keep=[])
    assert [tuple(row.values()) for row in quarantined] == [
        (2, "living area", "missing", None),
        (3, "living area", "not finite", "nan"),
        (4, "living area", "not finite", "inf"),
        (4, "quality", "out of range", "0"),
        (5, "living area", "out of range", "9000"),
        (5, "quality", "missing", None),
    ]
    assert ([row["row"] for row in predicted], result.counts.n_quarantined) == ([1], 4)


def test_the_counts_are_printed_by_field_and_reason(tmp_path):
    (tmp_path / "bad.csv").write_text(
        "quality,living area\n5,1500\nfive,1500\n,1\n,99999\n", encoding="utf-8"
    )
    shown = [" ".join(line.split()) for line in str(run(tmp_path / "bad.csv", keep=[])[0]).splitlines()]
    assert shown[0] == f"predicted 1 of 4 rows: {tmp_path / 'out.parquet'}"
    assert shown[1] == f"quarantined 3 of 4 rows: {tmp_path / 'out.quarantine.parquet'}"
    assert shown[2] == "2 quality: missing"
    assert set(shown[3:]) == {"1 quality: not a number", "1 living area: out of range"}


TEXTS = st.text("0123456789+-.eEinfaty ,\"\n\r\x00é'", max_size=12)
NUMBERS = st.floats() | st.integers(-(10**6), 10**6) | st.integers(1, 10) | st.none()


@given(st.lists(st.lists(NUMBERS | TEXTS, min_size=1, max_size=4), max_size=12), st.integers(1, 200))
def test_every_line_of_csv_is_in_exactly_one_of_the_two_files(tmp_path_factory, rows, piece_bytes):
    folder = tmp_path_factory.mktemp("law")
    text = "id,quality,living area\n" + "".join(f"{','.join(map(str, row))}\n" for row in rows)
    (folder / "rows.csv").write_bytes(text.encode())
    result, predicted, quarantined = run(folder / "rows.csv", piece_bytes=piece_bytes)
    good, bad = {row["row"] for row in predicted}, {row["row"] for row in quarantined}
    assert good | bad == set(range(1, text.count("\n")))
    assert not good & bad
    assert len(predicted) == len(good) == result.counts.n_predicted
    assert (result.counts.n_rows, result.counts.n_quarantined) == (len(good | bad), len(bad))


@given(st.lists(st.tuples(NUMBERS, st.floats(0, 12)), max_size=20), st.integers(1, 200))
def test_a_row_is_predicted_if_the_contract_accepts_it_alone(tmp_path_factory, rows, piece_bytes):
    folder = tmp_path_factory.mktemp("law")
    areas = pa.array([None if area is None else float(area) for area, _ in rows], pa.float64())
    table = pa.table(
        {"quality": pa.array([quality for _, quality in rows], pa.float64()), "living area": areas}
    )
    _, predicted, quarantined = run(write(folder / "a.parquet", table), keep=[], piece_bytes=piece_bytes)
    faults = {(row["row"], row["field"], row["reason"]) for row in quarantined}
    records = enumerate(table.to_pylist(), start=1)
    assert faults == {(number, *problem) for number, record in records for problem in problems(record)}
    assert {row["row"] for row in predicted} == set(range(1, len(rows) + 1)) - {row for row, *_ in faults}


def problems(record):
    """What the contract finds wrong with one record: fields and reasons; where nothing stands, nothing is there."""
    try:
        SMALL_MODEL.contract.row_from({name: value for name, value in record.items() if value is not None})
    except ContractError as error:
        return [(problem.field, problem.kind) for problem in error.problems]
    return []


def test_a_file_without_rows_gives_two_tables_without_rows(tmp_path):
    for kind in KINDS:
        path = write(tmp_path / f"empty{kind}", good_rows(0))
        result, predicted, quarantined = run(path, keep=["id"])
        assert (predicted, quarantined, result.counts.n_rows) == ([], [], 0)
        assert parquet.read_schema(tmp_path / "out.parquet").names[:3] == ["row", "id", "predicted_value"]


def test_rows_of_a_folder_are_known_by_their_file_and_their_number_in_it(tmp_path):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "b.csv", good_rows(3, seed=1))
    write(tmp_path / "in" / "a.parquet", good_rows(6, seed=2))
    _, predicted, _ = run(tmp_path / "in", tmp_path / "out.parquet", keep=[], piece_bytes=20)
    places = [("a.parquet", row) for row in range(1, 7)] + [("b.csv", row) for row in range(1, 4)]
    assert [(row["file"], row["row"]) for row in predicted] == places


BAD_PLACES = [
    ("out.csv", "a file that ends in .parquet is needed"),
    ("nowhere/out.parquet", "there is no folder"),
    ("sales.parquet", r"sales\.parquet would be written and is input: another place is needed"),
    ("in/out.parquet", r"in/out\.parquet would be written and is input"),
    ("old.parquet", r"old\.quarantine\.parquet would be written and is input"),
]


@pytest.mark.parametrize(("name", "complaint"), BAD_PLACES)
def test_a_place_where_nothing_can_be_written_is_refused_before_any_work(tmp_path, name, complaint):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "part.parquet", good_rows(2))
    source = "old.quarantine.parquet" if name.startswith("old") else "sales.parquet"
    path = tmp_path / "in" if name.startswith("in") else write(tmp_path / source, good_rows(2))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BatchError, match=complaint):
        run(path, tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_kept_column_may_not_be_called_like_one_of_the_results(sales):
    with pytest.raises(BatchError, match=r"the column 'row' is missing"):
        run(sales, keep=["row"])
    path = write(sales, good_rows(2).rename_columns(["row", "quality", "low", "living area"]))
    with pytest.raises(BatchError, match=r"'low', 'row' cannot be kept"):
        run(path, keep=["row", "low"])


def stopping_after(n_pieces):
    """An engine that fails after so many pieces."""

    def engine(work, pieces):
        yield from one_by_one(work, pieces[:n_pieces])
        raise KeyboardInterrupt

    return engine


def interrupted(path, **options):
    """Begin a run that ends after three pieces."""
    with pytest.raises(KeyboardInterrupt):
        run(path, engine=stopping_after(3), piece_bytes=100, **options)


def outputs(result):
    """The bytes of both results."""
    return [path.read_bytes() for path in result.outputs.values()]


def test_the_same_command_goes_on_after_an_interruption_and_gives_the_same_bytes(sales, tmp_path):
    whole = outputs(run(sales, piece_bytes=100)[0])
    (tmp_path / "out.parquet").unlink()
    interrupted(sales)
    assert not (tmp_path / "out.parquet").exists()
    result, *_ = run(sales, piece_bytes=100)
    assert (result.n_found, outputs(result)) == (3, whole)
    assert f"had done 3 of {result.n_pieces} pieces" in str(result)
    assert not list(tmp_path.glob("*.partial"))


CHANGES = {
    "files": lambda path: write(path, good_rows(41)),
    "keep": lambda path: {"keep": ["id", "note"]},
    "piece_bytes": lambda path: {"piece_bytes": 101},
}


@pytest.mark.parametrize("fact", CHANGES)
def test_parts_of_another_job_are_not_gone_on_with(sales, tmp_path, fact):
    interrupted(sales)
    change = CHANGES[fact](sales)
    options = {"piece_bytes": 100} | (change if isinstance(change, dict) else {})
    result, *_ = run(sales, **options)
    assert (result.n_found, result.other) == (0, (fact,))
    assert f"not gone on with: another {fact}" in str(result)
    assert outputs(result) == outputs(run(sales, **options)[0])


def test_another_model_does_not_go_on_with_what_the_first_has_predicted(sales, tmp_path):
    interrupted(sales)
    result = predict_files(sales, tmp_path / "out.parquet", small_model(7), keep=["id"], piece_bytes=100)
    assert (result.n_found, result.other) == (0, ("model",))
    values = parquet.read_table(tmp_path / "out.parquet")["predicted_value"].to_numpy()
    rows = good_rows(40)
    expected = predict(small_model(7), np.column_stack([rows["living area"], rows["quality"]]))
    np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_an_input_that_changes_while_it_is_read_gives_no_result(sales, tmp_path):
    def meddling(work, pieces):
        yield from one_by_one(work, pieces)
        os.utime(sales, ns=(0, 0))

    with pytest.raises(BatchError, match="was changed while it was read: nothing was written"):
        run(sales, engine=meddling)
    assert not (tmp_path / "out.parquet").exists()


def test_a_second_run_replaces_the_result_of_the_first(sales):
    first = outputs(run(sales)[0])
    write(sales, good_rows(40, seed=9))
    assert outputs(run(sales)[0])[0] != first[0]


def test_a_damaged_file_is_named(tmp_path):
    path = write(tmp_path / "sales.parquet", good_rows(40))
    data = bytearray(path.read_bytes())
    data[4:1500] = bytes(1496)  # the pages; what says where they are stands at the end
    path.write_bytes(data)
    with pytest.raises(BatchError, match=r"sales\.parquet cannot be read: "):
        run(path)


def test_the_progress_is_shown_in_bytes_and_begins_where_the_last_run_ended(sales, monkeypatch):
    bars = []

    class Bar(batch.tqdm):
        def __init__(self, **options):
            super().__init__(**options | {"disable": False, "file": io.StringIO()})
            bars.append(self)

    interrupted(sales)
    monkeypatch.setattr(batch, "tqdm", Bar)
    run(sales, piece_bytes=100)
    assert 0 < bars[0].initial < bars[0].total
    assert (bars[0].n, bars[0].unit) == (bars[0].total, "B")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_run_killed_before_any_file_takes_its_place_goes_on_to_the_same_bytes(tmp_path):
    command = [sys.executable, str(TESTS / "killed_batches.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {"kills": 13, "same": 13, "gone_on": [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]}


MEASURING = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from small_model import SMALL_MODEL
from course_utils.deploy.batch import predict_files
predict_files(Path(sys.argv[2]), Path(sys.argv[2] + ".out.parquet"), SMALL_MODEL, piece_bytes=2**18)
lines = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def peak_megabytes(path):
    """How much memory a process of its own takes at most to predict a file."""
    command = [sys.executable, "-c", MEASURING, str(TESTS), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of the memory is read from Linux")
@pytest.mark.parametrize("kind", KINDS)
def test_ten_times_the_rows_take_hardly_more_memory(tmp_path, kind):
    few, many = (
        write(tmp_path / f"{n}{kind}", good_rows(n), rows_in_a_group=20_000) for n in (40_000, 400_000)
    )
    assert peak_megabytes(many) < peak_megabytes(few) + 20  # as numbers alone, the rows are 26 MB more
