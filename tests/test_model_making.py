"""Tests of `course models train` and `course models example`: from rows to a model that can serve."""

from __future__ import annotations

import numpy as np
import pytest
from served import NOT_INHERITED
from small_service import promote

from course_utils import cli
from course_utils.cli import model_making
from course_utils.deploy import houses
from course_utils.deploy.freezing import training_data_hash
from course_utils.deploy.registry import Registry

TOLD = ["--target", "price", "--time", "sold", "--name", "huts", "--purpose", "A test."]
UNITS = [
    "--unit",
    "area=square feet",
    "--unit",
    "rooms=rooms = doors",
    "--unit",
    "price=thousands of dollars",
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with the sales of 150 huts, the latest first."""
    for name in NOT_INHERITED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    area, rooms = rng.uniform(100, 900, 150), rng.integers(1, 6, 150)
    price = 0.1 * area + 5 * rooms + rng.normal(0, 3, 150)
    lines = [
        f"{2020 - i // 30},{a},{r},{p}" for i, (a, r, p) in enumerate(zip(area, rooms, price, strict=True))
    ]
    (tmp_path / "huts.csv").write_text("\n".join(["sold,area,rooms,price", *lines, ""]))
    return tmp_path


def train(capsys, *arguments, code=0):
    """What `course models train` prints."""
    assert cli.main(["models", "train", "huts.csv", *TOLD, *arguments]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) if code else err == ""
    return err if code else out


def test_a_model_of_ones_own_rows_is_made_and_does_not_serve_yet(capsys):
    said = train(capsys, *UNITS, "--limit", "rooms=1:12")
    (sha256,) = Registry("models").models()
    model = Registry("models").load(sha256)
    assert f"`course models promote {sha256[:12]} --why WHY` lets it serve" in said
    assert Registry("models").current() is None
    assert (model.name, model.feature_names, model.trained_until) == ("huts", ("area", "rooms"), "2020")
    assert (model.units, model.target_unit) == (("square feet", "rooms = doors"), "thousands of dollars")
    assert (model.accepted_low[1], model.accepted_high[1]) == (1, 12)
    assert (Registry("models").folder(sha256) / "pipeline.skops").is_file()


REFUSED = [
    (
        ["--unit", "area=square feet"],
        "units came for area; the target 'price' and one feature or more need one",
    ),
    (["--unit", "price=dollars"], "units came for price; the target"),
    ([*UNITS, "--unit", "area"], "--unit 'area' says nothing; COLUMN=UNIT is needed"),
    ([*UNITS, "--unit", "age=years"], "huts.csv has no column 'age'; it has sold, area, rooms, price"),
    ([*UNITS, "--limit", "rooms=many"], "the limit 'many' is no range; LOW:HIGH is needed, as 1:10"),
    ([*UNITS, "--limit", "rooms=2:4"], "row(s) have 'rooms' outside 2 to 4, the first "),
    ([*UNITS, "--limit", "age=2:4"], "--limit is given for 'age', which has no --unit: it is no feature"),
]


@pytest.mark.parametrize(("arguments", "complaint"), REFUSED, ids=[case[1][:30] for case in REFUSED])
def test_what_says_nothing_or_contradicts_the_rows_is_refused(arguments, complaint, capsys):
    assert complaint in train(capsys, *arguments, code=1)
    assert not Registry("models").models()


def test_rows_that_are_too_few_or_have_gaps_make_no_model(folder, capsys):
    lines = (folder / "huts.csv").read_text().splitlines()
    (folder / "huts.csv").write_text("\n".join([*lines, "2021,500,,60", ""]))
    assert "row 151 has no 'rooms'" in train(capsys, *UNITS, code=1)
    (folder / "huts.csv").write_text("\n".join([*lines[:91], ""]))
    assert "90 rows came; at least 100 are needed" in train(capsys, *UNITS, code=1)


def test_the_example_replaces_neither_a_model_nor_a_file(folder, capsys):
    promote("models")
    assert cli.main(["models", "example"]) == 1
    assert "serves from models; the example replaces no other model" in capsys.readouterr().err
    (folder / "sales_since_2009.csv").write_text("mine")
    assert cli.main(["models", "example", "--registry", "other"]) == 1
    assert "sales_since_2009.csv is there, and is something else; nothing was made" in capsys.readouterr().err
    assert not (folder / "other").exists()
    assert [path.name for path in folder.glob("sales*")] == ["sales_since_2009.csv"]


def test_the_example_is_made_once(folder, capsys):
    sales = houses.house_sales(until=model_making.UNTIL)
    promote(folder / "models", training_data_sha256=training_data_hash(sales.X, sales.y))
    for _ in range(2):
        assert cli.main(["models", "example", "--into", str(folder)]) == 0
        assert "the model of lesson 08, serves already from" in capsys.readouterr().out
    assert len(Registry(folder / "models").history()) == 1


def test_the_sales_in_the_files_are_the_sales_bit_by_bit(folder):
    from course_utils.deploy.tables import read_rows

    sales = houses.house_sales(first="2010-07")
    (folder / "sales.csv").write_text(model_making._as_csv(sales))
    rows = read_rows([folder / "sales.csv"], houses.FEATURES, target="price", time=model_making.TIME)
    np.testing.assert_array_equal(rows.X, sales.X)
    np.testing.assert_array_equal(rows.y, sales.y)
    assert rows.time.tolist() == sales.time.tolist()
