"""Tests of course_utils.deploy.batch_csv: a row is a line, and each counts as if it had come alone."""

from __future__ import annotations

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_utils.deploy.batch_csv import chunks, places, types


def read(path, piece_bytes=10**6, columns=("a", "b")):
    """Return all rows of a file by number, and the lines that are none."""
    rows, broken, before = {}, {}, 0
    for place in places(path, piece_bytes):
        (chunk,) = chunks(path, *place, columns, 0)
        values = chunk.columns.to_pylist()
        assert list(chunk.rows) == sorted(chunk.rows)
        rows |= {before + int(number): value for number, value in zip(chunk.rows, values, strict=True)}
        broken |= {before + number: text for number, text in chunk.broken.items()}
        before += chunk.n_rows
    return rows, broken


def written(folder, lines, header=b"a,b"):
    """Write a file of these lines; return its path."""
    (folder / "rows.csv").write_bytes(b"\n".join([header, *lines, b""]))
    return folder / "rows.csv"


LINES = [
    (b"1,2", {"a": b"1", "b": b"2"}),
    (b'"1","2"', {"a": b"1", "b": b"2"}),
    (b'"a ""b"", c",2', {"a": b'a "b", c', "b": b"2"}),
    (b'5" pipe,2', {"a": b'5" pipe', "b": b"2"}),
    (b"1,\r", {"a": b"1", "b": b""}),
    (b",", {"a": b"", "b": b""}),
    (b"", {"a": b"", "b": b""}),
    (b"\xff,\xfe", {"a": b"\xff", "b": b"\xfe"}),
    (b"1,2\x00", {"a": b"1", "b": b"2\x00"}),
    (b"1", None),
    (b"1,2,3", None),
    (b"\xff,2,3", None),
    (b'1,"2', None),
    (b'1,x","y', None),
    (b"1,2\r3,4", None),
    (b'1,"2\r"', None),
]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(("line", "expected"), LINES, ids=lambda value: repr(value)[:20])
def test_a_line_is_read_by_itself_wherever_it_stands(tmp_path, line, expected, at):
    lines = [b"1,2", b'"3",4']
    lines.insert(at, line)
    rows, broken = read(written(tmp_path, lines))
    assert rows.get(at + 1) == expected
    assert len(rows) + len(broken) == 3
    assert set(broken) == (set() if expected else {at + 1})


def test_the_last_line_needs_no_end(tmp_path):
    (tmp_path / "rows.csv").write_bytes(b"a,b\r\n1,2\r\n3,4")
    assert read(tmp_path / "rows.csv")[0] == {1: {"a": b"1", "b": b"2"}, 2: {"a": b"3", "b": b"4"}}


def test_a_text_with_a_line_end_inside_is_two_lines_that_are_no_rows(tmp_path):
    rows, broken = read(written(tmp_path, [b"1,2", b'3,"a', b'b",4,5', b"6,7"]))
    assert set(rows) == {1, 4}
    assert broken == {2: '3,"a', 3: 'b",4,5'}


PARTS = st.sampled_from([b"1", b"2.5", b",", b'"', b'""', b'"x"', b"\r", b"\xff", b" ", b"x"])


@given(st.lists(st.lists(PARTS, max_size=7).map(b"".join), max_size=9), st.integers(1, 30))
@example([b'1,"x"', b'1,x","y', b"1,2"], 1)
def test_how_the_file_is_cut_makes_no_difference(tmp_path_factory, lines, piece_bytes):
    path = written(tmp_path_factory.mktemp("cut"), lines)
    rows, broken = read(path)
    assert read(path, piece_bytes) == (rows, broken)
    assert sorted([*rows, *broken]) == list(range(1, len(lines) + 1))


@given(st.lists(st.lists(st.text('1", é', max_size=5), min_size=2, max_size=2), max_size=6))
def test_what_is_well_written_is_read_as_the_standard_library_reads_it(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("written") / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["a", "b"], *rows])
    found, broken = read(path)
    assert [[value.decode() for value in row.values()] for row in found.values()] == rows
    assert broken == {}


HEADERS = [(b"\xef\xbb\xbfa,b\r", ["a", "b"]), (b'"a","b c"', ["a", "b c"]), (b"", []), (b"a;b", ["a;b"])]


@pytest.mark.parametrize(("header", "names"), HEADERS)
def test_the_names_stand_in_the_first_line(tmp_path, header, names):
    assert [name for name, _ in types(written(tmp_path, [], header))] == names


def test_a_file_of_one_column_may_have_empty_lines(tmp_path):
    path = written(tmp_path, [b"1", b"", b"3"], header=b"a")
    assert [row["a"] for row in read(path, columns=["a"])[0].values()] == [b"1", b"", b"3"]


def test_pieces_are_whole_lines_and_together_the_whole_file(tmp_path):
    path = written(tmp_path, [b"1,2"] * 9)
    for piece_bytes in range(1, 50):
        found = places(path, piece_bytes)
        starts = [start for start, _ in found]
        assert starts == sorted(starts)
        assert sum(size for _, size in found) == 36
        assert all(size % 4 == 0 and size < piece_bytes + 4 for _, size in found)
