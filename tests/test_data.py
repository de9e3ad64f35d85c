"""The bundled files: each is the file its entry in data/README.md describes."""

import csv
import gzip
import hashlib
import io
import re
from pathlib import Path

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


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_of_a_gpl_package_keeps_its_notice(name):
    licence = re.search(r"^- \*\*Licence\*\*: (.*?)(?=^- \*\*)", ENTRIES[name], re.M | re.S).group(1)
    assert not re.search("GPL", licence) or re.search(r"Notice: \"[^\"]*License: GPL", licence)


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_lists_the_columns_of_the_file_with_unit_and_meaning(name):
    columns = columns_in_entry(name)
    assert [column for column, _, _ in columns] == columns_in_file(name)
    assert all(unit.strip() and meaning.strip() for _, unit, meaning in columns)


@pytest.mark.parametrize("name", ENTRIES)
def test_the_script_an_entry_names_is_there_and_names_the_source(name):
    script = re.search(r"\*\*Made by\*\*: `(scripts/\S+\.py)`", ENTRIES[name]).group(1)
    source = re.search(r"`data/(\S+)`", ENTRIES[name]).group(1)
    assert source in (DATA / script).read_text("utf-8")


def test_git_leaves_the_bytes_of_the_files_alone():
    assert "* -text" in (DATA / ".gitattributes").read_text().splitlines()
