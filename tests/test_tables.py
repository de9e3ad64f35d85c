"""Tests of course_utils.deploy.tables: columns by name from CSV and Parquet, and what is wrong with a file."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from course_utils.deploy.tables import TableError, column_names, read_rows, written_alike

SALES = "sold,area,price,note\n2009-02,100,20,x\n2009-01,,30,y\n"


def written(folder, text, name="sales.csv"):
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def stored(folder, **columns):
    """A Parquet file of these columns."""
    parquet.write_table(pyarrow.table(columns), folder / "sales.parquet")
    return folder / "sales.parquet"


def test_columns_are_found_by_name_and_an_empty_cell_is_missing(tmp_path):
    rows = read_rows([written(tmp_path, SALES)], ["price", "area"], target="area", time="sold")
    np.testing.assert_array_equal(rows.X, [[20.0, 100.0], [30.0, np.nan]])
    np.testing.assert_array_equal(rows.y, [100.0, np.nan])
    assert rows.time.tolist() == ["2009-02", "2009-01"]


def test_csv_and_parquet_of_the_same_rows_are_the_same(tmp_path):
    binary = stored(tmp_path, area=[100, None], sold=["2009-02", "2009-01"], price=[20.0, 30.0])
    files = ([written(tmp_path, SALES)], [binary])
    csv, other = (read_rows(file, ["area"], target="price", time="sold") for file in files)
    np.testing.assert_array_equal(csv.X, other.X)
    np.testing.assert_array_equal(csv.y, other.y)
    np.testing.assert_array_equal(csv.time, other.time)


def test_several_files_follow_each_other(tmp_path):
    later = written(tmp_path, "price,area\n5,6\n", "later.csv")
    rows = read_rows([written(tmp_path, SALES), later], ["price"])
    assert rows.X.tolist() == [[20.0], [30.0], [5.0]]
    assert (rows.y, rows.time) == (None, None)


def test_rows_are_put_in_the_order_of_time(tmp_path):
    rows = read_rows([written(tmp_path, SALES)], ["price"], target="price", time="sold").in_order_of_time()
    assert (rows.X.tolist(), rows.y.tolist()) == ([[30.0], [20.0]], [30.0, 20.0])
    assert rows.time.tolist() == ["2009-01", "2009-02"]


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([datetime.date(2009, 1, 31)], "2009-01-31"),
        ([datetime.datetime(2009, 1, 31, 12)], "2009-01-31 12:00:00.000000"),
        ([2009], "2009"),
    ],
)
def test_dates_and_times_of_parquet_become_texts(tmp_path, values, first):
    assert read_rows([stored(tmp_path, a=[1.0], t=values)], ["a"], time="t").time.tolist() == [first]


FAULTS = [
    ("area\n1\n", r"sales.csv has no column 'price'; it has area"),
    ("price,price\n1,2\n", r"sales.csv has 2 columns called 'price'; it has price, price"),
    ("price,sold\n1,2009\ncheap,2009\n", r"In column 'price': Row #3: .* invalid value 'cheap'"),
    ("price,sold\n1,2009\n2\n", r"cannot be read: .*Expected 2 columns, got 1"),
    ("price,sold\n-inf,2009\n", r"column 'price', holds 1 infinite value"),
    ("price,sold\n", r"has no row; one or more are needed"),
    ("", r"sales.csv cannot be read: Empty CSV"),
    ("price,sold\n1,\n", r"row 1 has '' in the column 'sold'; a time as 2026-11 or 2026-11-21 is needed"),
    ("price,sold\n1,5\n", r"row 1 has '5' in the column 'sold'"),
    ("price,sold\n1,2009-01\n1,2009-01-05\n", r"row 2 has '2009-01-05'.*written like '2009-01' is needed"),
]


@pytest.mark.parametrize(("text", "complaint"), FAULTS, ids=[fault[1][:40] for fault in FAULTS])
def test_a_file_that_does_not_hold_what_is_wanted_is_refused(tmp_path, text, complaint):
    with pytest.raises(TableError, match=complaint):
        read_rows([written(tmp_path, text)], ["price"], time="sold")


def test_a_gap_is_refused_where_all_values_are_needed(tmp_path):
    file = [written(tmp_path, SALES)]
    assert read_rows(file, ["price"], gaps=False).X.tolist() == [[20.0], [30.0]]
    with pytest.raises(
        TableError, match=r"row 2 has no 'area', and 1 row\(s\) have a gap; all values are needed"
    ):
        read_rows(file, ["price"], target="area", gaps=False)


def test_what_is_no_number_in_parquet_is_refused(tmp_path):
    with pytest.raises(TableError, match="'x' as a scalar of type double"):
        read_rows([stored(tmp_path, a=["x"])], ["a"])
    with pytest.raises(TableError, match=r"column 'a', holds list.*; double is needed"):
        read_rows([stored(tmp_path, a=[[1.0]])], ["a"])


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(TableError, match=r"sales.xls ends in .xls; one of .csv and .parquet is needed"):
        column_names(written(tmp_path, "", "sales.xls"))
    with pytest.raises(TableError, match=r"sales.parquet cannot be read: "):
        column_names(written(tmp_path, "price", "sales.parquet"))


def test_times_of_one_way_of_writing_sort_like_times():
    assert written_alike("2009-01", "2010-12")
    assert not written_alike("2009-01", "2009-01-05")
