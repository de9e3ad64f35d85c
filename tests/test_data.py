"""The bundled files: each is the file its entry in data/README.md describes."""

import csv
import gzip
import hashlib
import io
import re
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
CHECKSUMS = dict(reversed(line.split()) for line in (DATA / "checksums.sha256").read_text().splitlines())
ENTRIES = dict(
    re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", (DATA / "README.md").read_text("utf-8"), re.M | re.S)
)
ABOUT_THE_DATA = {"README.md", "checksums.sha256", ".gitattributes"}


def columns_in_entry(name):
    return re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", ENTRIES[name], re.M)


def columns_in_file(name):
    """The columns of a table, the arrays of an archive of arrays."""
    if name.endswith(".npz"):
        return np.load(DATA / name, allow_pickle=False).files
    content = (DATA / name).read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    return next(csv.reader(io.StringIO(text.decode("utf-8"))))


def test_every_file_has_a_checksum_and_an_entry_and_nothing_else_is_there():
    files = {path.name for path in DATA.iterdir() if path.is_file()} - ABOUT_THE_DATA
    assert files == set(CHECKSUMS) == set(ENTRIES)
    assert {path.name for path in DATA.iterdir() if path.is_dir()} == {"scripts"}


@pytest.mark.parametrize("name", CHECKSUMS)
def test_file_has_the_checksum_that_both_lists_give(name):
    digest = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
    assert digest == CHECKSUMS[name]
    assert f"- **sha256**: `{digest}`" in ENTRIES[name]


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("field", ["Content", "Origin", "Carried by", "Licence", "Made by", "Take care"])
def test_entry_says_where_the_file_is_from_and_on_which_terms(name, field):
    assert re.search(rf"^- \*\*{field}\*\*: \S.{{20,}}", ENTRIES[name], re.M)


# what a licence is called -> the words of its notice that an entry must keep
NOTICES = {
    "under GPL": r"Notice: \"[^\"]*(License: GPL|GNU GENERAL PUBLIC LICENSE)[^\"]*\"",
    "under a BSD": r"(?s)  > Redistribution and use in source and binary forms.* SUCH DAMAGE\.",
    "public domain": r"Notice[^\"]*\"This is public domain\.\"",
}


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_keeps_the_notice_of_its_licence(name):
    licence = re.search(r"^- \*\*Licence\*\*: (.*?)(?=^- \*\*)", ENTRIES[name], re.M | re.S).group(1)
    (notice,) = [words for called, words in NOTICES.items() if called in licence]
    assert re.search(notice, licence)


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_lists_the_columns_of_the_file_with_unit_and_meaning(name):
    columns = columns_in_entry(name)
    assert [column for column, _, _ in columns] == columns_in_file(name)
    assert all(unit.strip() and meaning.strip() for _, unit, meaning in columns)


@pytest.mark.parametrize("name", ENTRIES)
def test_the_script_an_entry_names_is_there_and_names_the_source(name):
    script = re.search(r"\*\*Made by\*\*: `(scripts/\S+\.py)`", ENTRIES[name]).group(1)
    source = re.search(r"\*\*Carried by\*\*: [^`]*`([^`]+)`", ENTRIES[name]).group(1)
    assert PurePosixPath(source).name in (DATA / script).read_text("utf-8")


def test_git_leaves_the_bytes_of_the_files_alone():
    assert "* -text" in (DATA / ".gitattributes").read_text().splitlines()
