"""Tests of `course retrain`: one command, safe to run from cron."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from served import NOT_INHERITED
from small_service import promote

from course_utils import cli
from course_utils.deploy.decisions import decisions_folder, decisions_in
from course_utils.deploy.registry import Registry

MONTHS = [f"{year}-{month:02}" for year in (2008, 2009) for month in range(1, 13)]


class Folder:
    """A model of sales until 2008, later sales, and what the verb says."""

    def __init__(self, path, capsys):
        self.path, self._capsys, self.registry = path, capsys, Registry("models")
        self.first = promote("models", 180.9, trained_until="2008-12", coefficients=(30.0, 0.0))
        self.write("same.csv", shift=0.0)
        self.write("boom.csv", shift=50.0)

    def write(self, name, *, shift, months=MONTHS, n=480):
        """Write sales of these months, from 2009 on dearer by a shift."""
        rng, when = np.random.default_rng(0), [months[i * len(months) // n] for i in range(n)]
        X = np.column_stack([rng.normal(1500, 480, n).clip(1), rng.integers(1, 11, n)])
        later = np.array([month >= "2009" for month in when])
        y = 180.9 + 30 * (X[:, 0] - 1500) / 480 + shift * later + rng.normal(0, 10, n)
        rows = zip(when, X[:, 0].tolist(), X[:, 1].tolist(), y.tolist(), strict=True)
        lines = ["sold,living area,quality,price", *(",".join(map(str, row)) for row in rows)]
        (self.path / name).write_text("\n".join([*lines, ""]))

    def retrain(self, *arguments, code=0):
        """What the verb prints."""
        assert cli.main(["retrain", "--time", "sold", "--data", *arguments]) == code
        out, err = self._capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1) if code == 1 else err == ""
        return err if code == 1 else out

    def serving(self):
        """The version that serves."""
        return self.registry.current().sha256


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch):
    """The folder in which the verb is called."""
    for name in NOT_INHERITED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path, capsys)


def test_a_better_challenger_serves_and_says_until_when_it_was_trained(folder):
    said = folder.retrain("boom.csv", "--who", "cron")
    second = folder.serving()
    assert said.startswith("PROMOTE: the challenger saves ")
    assert "challenger made from 360 rows until 2009-06; held out: 2009-07 to 2009-12\n" in said
    assert said.endswith(f"\n{second[:12]} serves now, instead of {folder.first[:12]}.\n")
    assert folder.registry.load(second).trained_until == "2009-06"
    assert folder.registry.current().who == "cron"


def test_a_challenger_that_is_no_better_does_not(folder):
    said = folder.retrain("same.csv")
    assert said.startswith("KEEP: the challenger")
    assert said.endswith(f"\n{folder.first[:12]} serves now, as before.\n")
    assert folder.serving() == folder.first


def test_the_same_rows_are_decided_on_once_in_whatever_order_they_come(folder):
    folder.retrain("boom.csv")
    history, second = folder.registry.history(), folder.serving()
    head, *rows = (folder.path / "boom.csv").read_text().splitlines()
    months = [[row for row in rows if row.startswith(month)] for month in MONTHS]
    (folder.path / "turned.csv").write_text(
        "\n".join([head, *(row for part in months[::-1] for row in part), ""])
    )
    assert "on the same rows; nothing was made or compared again" in folder.retrain("turned.csv")
    assert (folder.registry.history(), folder.serving()) == (history, second)


def test_two_at_once_decide_once(folder):
    command = [sys.executable, "-m", "course_utils", "retrain", "--time", "sold", "--data", "boom.csv"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum("nothing was made or compared again" in text for text in said) == 1
    assert len(folder.registry.history()) == len(folder.registry.models()) == 2
    assert len(decisions_in(decisions_folder(folder.registry))) == 1


def test_what_was_decided_by_a_run_that_was_killed_is_carried_out_by_the_next(folder, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "promote", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        assert cli.main(["retrain", "--time", "sold", "--data", "boom.csv"]) == 130
    capsys.readouterr()
    assert folder.serving() == folder.first
    assert cli.main(["models", "collect"]) == 0
    assert capsys.readouterr().out.startswith("Removed 0 model(s)")
    assert f"serves now, instead of {folder.first[:12]}." in folder.retrain("boom.csv")


def test_rows_that_the_model_has_seen_judge_no_challenger(folder):
    folder.write("seen.csv", shift=0.0, months=MONTHS[:14])
    assert folder.retrain("seen.csv", code=1) == (
        "course retrain: 68 rows that the champion has not seen; 100 are needed to compare\n"
    )
    assert "PROMOTE" in folder.retrain("boom.csv", "--champion-until", "2008-11")


def test_the_next_question_holds_out_what_the_new_model_has_not_seen(folder):
    folder.retrain("boom.csv")
    folder.write("later.csv", shift=50.0, months=[*MONTHS, "2010-01", "2010-02", "2010-03"], n=540)
    assert "held out: 2009-07 to 2010-03\n" in folder.retrain("later.csv", "--share", "0.6")


def test_values_that_the_old_model_does_not_accept_are_told_of(folder):
    with (folder.path / "same.csv").open("a") as file:
        file.write("2009-12,6000,7,450\n")
    assert "that the model before does not accept: living area 1\n" in folder.retrain("same.csv")


def test_a_model_that_was_promoted_meanwhile_is_not_judged_by_the_wrong_comparison(folder, monkeypatch):
    from course_utils.deploy import recipe

    make = recipe.make_model
    promoted = lambda *args, **kwargs: promote("models", 7) and make(*args, **kwargs)  # noqa: E731
    monkeypatch.setattr(recipe, "make_model", promoted)
    said = folder.retrain("boom.csv", code=1)
    assert said == "course retrain: another model was promoted meanwhile; nothing was decided: ask again\n"
    assert decisions_in(decisions_folder(folder.registry)) == []


def test_without_the_end_of_training_nothing_is_decided(folder):
    folder.first = promote("models", 1)
    assert "does not say until when it was trained; --champion-until" in folder.retrain("boom.csv", code=1)
    said = folder.retrain("boom.csv", "--champion-until", "2008-12-31", code=1)
    assert "was trained until '2008-12-31', and these rows have times like '2008-01'" in said


def test_what_cannot_be_read_is_said_in_one_line(folder):
    assert folder.retrain("none.csv", code=1) == "course retrain: none.csv: No such file or directory\n"
    assert "has no column 'cost'" in folder.retrain("boom.csv", "--target", "cost", code=1)
    (folder.path / "gap.csv").write_text("sold,living area,quality,price\n2009-01,1500,,200\n")
    assert "row 481 has no 'quality', and 1 row(s) have a gap" in folder.retrain(
        "boom.csv", "gap.csv", code=1
    )
