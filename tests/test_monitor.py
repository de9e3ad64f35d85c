"""Tests of `course monitor`: when it rings, what it says, and the log that it reads."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from served import NOT_INHERITED
from small_service import promote

from course_utils import cli
from course_utils.deploy.artifact import predict
from course_utils.deploy.facts import Metric
from course_utils.deploy.prediction_log import PredictionLog, features_hash
from course_utils.deploy.registry import Registry

METRICS = (Metric("root mean squared error", 10.0, 9.0, 11.0, 0.95),)
MONTHS = [f"2009-{month:02}" for month in range(1, 7)]


class Folder:
    """A model whose error at training was 10, files of rows, and what the verb says of them."""

    def __init__(self, path, capsys):
        self.path, self._capsys = path, capsys
        self.sha256 = promote("models", metrics=METRICS, trained_until="2008-12")
        self.model = Registry("models").load(self.sha256)

    def rows(self, name, *, seed, larger=0.0, error=10.0, n=600):
        """Write rows around those of the training: months, features, and prices with an error; return X and y."""
        rng = np.random.default_rng(seed)
        X = np.column_stack([rng.normal(1500 + larger, 480, n).clip(1), rng.integers(1, 11, n)])
        y = predict(self.model, X) + rng.normal(0, error, n)
        lines = [
            f"{MONTHS[i * 6 // n]},{x[0]!r},{x[1]!r},{price!r}"
            for i, (x, price) in enumerate(zip(X.tolist(), y.tolist(), strict=True))
        ]
        self.write(name, "sold,living area,quality,price", *lines)
        return X, y

    def write(self, name, *lines):
        """Write a file."""
        (self.path / name).write_text("\n".join([*lines, ""]))

    def monitor(self, *arguments, code):
        """What the verb prints."""
        assert cli.main(["monitor", *arguments]) == code
        out, err = self._capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1) if code == 1 else err == ""
        return err if code == 1 else out

    def log(self, X, values, sha256=None):
        """Write predictions into the log beside the models."""
        log = PredictionLog(f"sqlite:///{self.path / 'models' / 'predictions.db'}", on_loss=pytest.fail)
        log.start()
        hashes = [features_hash(self.model.feature_names, row) for row in X]
        log.write("a request", sha256 or self.sha256, hashes, list(values))
        log.close()


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch):
    """The folder in which the verb is called."""
    for name in NOT_INHERITED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path, capsys)


def test_rows_and_an_error_as_at_training_are_quiet(folder):
    folder.rows("then.csv", seed=0)
    folder.rows("now.csv", seed=1)
    files = ["--reference", "then.csv", "--current", "now.csv", "--outcomes", "now.csv", "--time", "sold"]
    said = folder.monitor(*files, code=0)
    assert said.startswith(f"small houses, {folder.sha256[:12]}, trained until 2008-12\n")
    assert "0 alarm(s) in 3 comparisons" in said
    assert said.count("as at training") == 2
    assert said.splitlines()[-1] == "Quiet."


def test_a_column_that_has_moved_and_the_predictions_with_it_ring(folder):
    folder.rows("then.csv", seed=0)
    folder.rows("now.csv", seed=1, larger=300)
    said = folder.monitor("--reference", "then.csv", "--current", "now.csv", code=3)
    assert said.splitlines()[-1] == "ALARM: drift of living area; drift of prediction."


def test_the_latest_window_rings_and_an_old_one_does_not(folder):
    folder.rows("good.csv", seed=0, n=300)
    folder.rows("bad.csv", seed=1, n=300, error=20)
    good, bad = ((folder.path / name).read_text().splitlines() for name in ("good.csv", "bad.csv"))
    later = [line.replace("2009", "2010") for line in (*good[1:], *bad[1:])]
    folder.write("worse.csv", *good, *later[300:])
    folder.write("better.csv", *bad, *later[:300])
    args = ["--time", "sold", "--window", "12"]
    assert "ALARM: the error since 2010-01 is" in folder.monitor("--outcomes", "worse.csv", *args, code=3)
    assert "WORSE than at training" in folder.monitor("--outcomes", "better.csv", *args, code=0)


def test_what_the_service_predicted_is_found_by_its_features(folder):
    X, y = folder.rows("now.csv", seed=0, n=200)
    folder.log(X[:150], y[:150] + 30)
    folder.log(X, y, sha256="f" * 64)
    said = folder.monitor("--outcomes", "now.csv", "--log", code=3)
    assert "ALARM: the error since 20" in said
    assert "is 30 [30, 30]" in said
    assert "150 judged\noutcomes of what was never predicted: 50\n" in said


def test_outcomes_that_were_known_before_they_were_predicted_judge_nothing(folder):
    X, y = folder.rows("now.csv", seed=0, n=200)
    folder.log(X, y)
    said = folder.monitor("--outcomes", "now.csv", "--log", "--time", "sold", code=1)
    assert said == "course monitor: no prediction has an outcome yet; there is nothing to judge\n"


def test_predictions_in_the_log_are_compared_with_those_for_the_reference(folder):
    X, _ = folder.rows("then.csv", seed=0)
    folder.log(X, predict(folder.model, X))
    assert "0 alarm(s) in 1 comparisons" in folder.monitor("--reference", "then.csv", "--log", code=0)
    folder.log(X, predict(folder.model, X) + 40)
    assert "ALARM: drift of prediction." in folder.monitor("--reference", "then.csv", "--log", code=3)
    time.sleep(0.01)
    said = folder.monitor("--reference", "then.csv", "--log", "--days", "1e-9", code=1)
    assert "no prediction of" in said


def test_a_row_without_a_feature_or_a_price_is_not_judged(folder):
    folder.rows("now.csv", seed=0, n=100)
    lines = (folder.path / "now.csv").read_text().splitlines()
    folder.write("gaps.csv", *lines, "2009-06,1500,,200", "2009-06,1500,7,")
    said = folder.monitor("--outcomes", "gaps.csv", code=0)
    assert "predictions: 101\n   100 judged\n     1 wait for their outcome\n" in said


def test_the_same_is_told_to_programs(folder):
    folder.rows("then.csv", seed=0)
    folder.rows("now.csv", seed=1, error=20)
    folder.write("gap.csv", "living area,quality", *["1500,"] * 30)
    files = ["--outcomes", "now.csv", "--time", "sold", "--window", "6"]
    found = json.loads(
        folder.monitor("--reference", "then.csv", "--current", "gap.csv", *files, "--json", code=3)
    )
    assert (found["model"], found["alarm"], len(found["reasons"])) == (folder.sha256, True, 4)
    assert {change["name"]: change["p_value"] for change in found["drift"]}["quality"] is None
    assert [(window["from"], window["worse"]) for window in found["windows"]] == [("2009-01", True)]


def test_what_cannot_be_read_or_judged_is_said_in_one_line(folder):
    folder.rows("now.csv", seed=0)
    said = folder.monitor("--reference", "none.csv", "--current", "now.csv", code=1)
    assert said == "course monitor: none.csv: No such file or directory\n"
    folder.write("other.csv", "living area", "1")
    assert "other.csv has no column 'quality'" in folder.monitor("--outcomes", "other.csv", code=1)
    assert "there is no log sqlite:///" in folder.monitor("--outcomes", "now.csv", "--log", code=1)
    promote("models", 7, metrics=())
    assert "does not say what its root mean squared error" in folder.monitor("--outcomes", "now.csv", code=1)


@pytest.mark.parametrize(
    ("misuse", "complaint"),
    [
        ([], "--reference or --outcomes is needed"),
        (["--reference", "a.csv"], "--reference needs --current, or --log"),
        (["--outcomes", "a.csv", "--current", "a.csv"], "--current needs --reference"),
    ],
)
def test_misuse_is_answered_as_everywhere(misuse, complaint, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["monitor", *misuse])
    assert complaint in capsys.readouterr().err
