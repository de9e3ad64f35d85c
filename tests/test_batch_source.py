"""Tests of course_utils.deploy.batch_source: what is read at all, and everything that is wrong told at once."""

from __future__ import annotations

import pyarrow as pa
import pytest
from small_batch import good_rows, write

from course_utils.deploy.batch_source import BatchError, open_source

FEATURES = ("living area", "quality")


def test_every_fault_of_the_columns_is_told_at_once(tmp_path):
    table = pa.table({"quality": ["5"], "lot": [1]})
    with pytest.raises(BatchError) as caught:
        open_source(write(tmp_path / "sales.parquet", table), FEATURES, ["id"])
    assert str(caught.value).split("; ") == [
        "the column 'living area' is missing",
        "the column 'quality' holds string, not numbers",
        "the column 'id' is missing",
    ]


NO_NUMBERS = [True, "5", b"5", [5], {"a": 5}, None]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_a_parquet_column_of_another_type_is_refused(tmp_path, value):
    path = write(tmp_path / "sales.parquet", pa.table({"quality": [value], "living area": [1500.0]}))
    with pytest.raises(BatchError, match=r"^the column 'quality' holds .*, not numbers$"):
        open_source(path, FEATURES)


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint64(), pa.float16(), pa.float32(), pa.decimal128(5, 2)], ids=str
)
def test_numbers_of_every_kind_are_read(tmp_path, kind):
    path = write(
        tmp_path / "sales.parquet", pa.table({"x": pa.array([5, None]).cast(pa.float64()).cast(kind)})
    )
    source = open_source(path, ["x"])
    (chunk,) = source.pieces(100)[0].chunks(["x"], 100)
    assert chunk.columns["x"].type == kind
    assert chunk.columns["x"].cast(pa.float64()).to_pylist() == [5.0, None]


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("quality,living area,quality\n1,2,3\n", encoding="utf-8")
    with pytest.raises(BatchError, match="the column 'quality' is there 2 times"):
        open_source(path, FEATURES)


def test_a_fault_that_many_files_share_is_told_once(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.csv", good_rows(2).drop_columns(["id"] if name == "a" else ["quality"]))
    with pytest.raises(BatchError) as caught:
        open_source(tmp_path, FEATURES, ["id"])
    assert str(caught.value) == (
        "the column 'id' is missing in a.csv; the column 'quality' is missing in b.csv and 1 other files"
    )


def test_a_kept_column_is_of_one_type_in_all_files(tmp_path):
    write(tmp_path / "a.parquet", good_rows(2))
    write(tmp_path / "b.csv", good_rows(2))
    with pytest.raises(
        BatchError, match=r"the column 'id' holds string, and int64 in the first file in b\.csv"
    ):
        open_source(tmp_path, FEATURES, ["id"])


STRANGERS = ["rest.csv.gz", "notes.txt", "more"]


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_table_in_a_folder_is_not_passed_over(tmp_path, name):
    write(tmp_path / "a.csv", good_rows(2))
    (tmp_path / name).mkdir()
    with pytest.raises(
        BatchError, match=rf"holds {name}; a folder of \.csv and \.parquet files alone is needed"
    ):
        open_source(tmp_path, FEATURES)


def test_hidden_files_and_those_of_other_programs_are_no_tables(tmp_path):
    write(tmp_path / "a.csv", good_rows(2))
    for name in (".DS_Store", "_SUCCESS", ".a.csv.crc"):
        (tmp_path / name).touch()
    assert [path.name for path in open_source(tmp_path, FEATURES).paths] == ["a.csv"]


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(BatchError, match=r"is a folder without \.csv and \.parquet files"):
        open_source(tmp_path, FEATURES)


def test_a_file_that_is_not_there_is_named(tmp_path):
    for name in ("x.csv", "x.parquet"):
        with pytest.raises(FileNotFoundError, match=name):
            open_source(tmp_path / name, FEATURES)
    with pytest.raises(BatchError, match=r"x\.tsv ends in \.tsv; \.csv and \.parquet files are read"):
        open_source(tmp_path / "x.tsv", FEATURES)


def test_what_only_claims_to_be_parquet_is_refused(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"quality,living area\n")
    with pytest.raises(BatchError, match=r"x\.parquet cannot be read: Parquet magic bytes not found"):
        open_source(tmp_path / "x.parquet", FEATURES)


def test_a_file_that_comes_into_the_folder_is_noticed(tmp_path):
    write(tmp_path / "a.csv", good_rows(2))
    source = open_source(tmp_path, FEATURES)
    assert [file.name for file in source.files()] == ["a.csv"]
    write(tmp_path / "b.csv", good_rows(2))
    with pytest.raises(BatchError, match="files came into"):
        source.files()


def test_a_name_with_a_dot_is_a_name(tmp_path):
    path = write(tmp_path / "a.parquet", pa.table({"a": [1.0], "a.b": [2.0]}))
    (piece,) = open_source(path, ["a.b", "a"]).pieces(100)
    (chunk,) = piece.chunks(["a.b", "a"], 100)
    assert chunk.columns.to_pydict() == {"a.b": [2.0], "a": [1.0]}
