"""Rows for the small model, in files: good ones and bad ones, and what a batch makes of them."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from small_model import SMALL_MODEL

from course_utils.deploy.batch import predict_files


def good_rows(n, seed=0):
    """Rows that the small model accepts, with an id and a column that nobody needs, in another order than its own."""
    rng = np.random.default_rng(seed)
    columns = {"note": ["x"] * n, "quality": rng.integers(1, 11, n), "id": np.arange(n) + 100}
    return pa.table(columns | {"living area": rng.uniform(0, 5700, n).round(1)})


def write(path, table, rows_in_a_group=4):
    """Write a table as CSV or Parquet; return the path."""
    if path.suffix == ".parquet":
        parquet.write_table(table, path, row_group_size=rows_in_a_group)
        return path
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows(zip(*table.to_pydict().values(), strict=True))
    return path


def run(path, out=None, *, keep=("id",), **options):
    """Predict a file with the small model; return the result, and both tables as lists of dicts."""
    result = predict_files(path, out or path.parent / "out.parquet", SMALL_MODEL, keep=keep, **options)
    return result, *(parquet.read_table(file).to_pylist() for file in result.outputs.values())
