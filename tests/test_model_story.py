"""A model from its making to its rollback, by the verbs, with a service that answers all the while."""

from __future__ import annotations

import csv
import shutil

import pytest
from served import NOT_INHERITED, served, until

from course_utils import cli
from course_utils.deploy.logged import read_predictions
from course_utils.deploy.registry import Registry

pytestmark = pytest.mark.service
BEFORE, LATER, BOOM = "sales_until_2008.csv", "sales_since_2009.csv", "sales_since_2009_boom.csv"


class Shop:
    """A folder in which `course models example` was called, and what the verbs say there."""

    def __init__(self, folder, capsys):
        self.folder, self.registry, self._capsys = folder, Registry(folder / "models"), capsys

    def course(self, verb, *arguments):
        """Run a verb on the models of the folder; return its exit code and what it printed."""
        files = [str(self.folder / word) if word.endswith(".csv") else word for word in arguments]
        code = cli.main([verb, *files, "--registry", str(self.registry.root)])
        return code, self._capsys.readouterr().out

    def serving(self):
        """The version that serves by the registry."""
        return self.registry.current().sha256

    def records(self, name):
        """The rows of a file as the service wants them, without those that its contract refuses."""
        model = self.registry.load(self.serving())
        with (self.folder / name).open(newline="") as file:
            rows = [{name: float(row[name]) for name in model.feature_names} for row in csv.DictReader(file)]
        accepted = model.contract.accepts([list(row.values()) for row in rows]).all(axis=1)
        return [row for row, good in zip(rows, accepted, strict=True) if good]


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """A folder with lesson 08's model and sales."""
    folder = tmp_path_factory.mktemp("example")
    assert cli.main(["models", "example", "--into", str(folder), "--registry", str(folder / "models")]) == 0
    return folder


@pytest.fixture
def shop(example, tmp_path, capsys, monkeypatch):
    """A shop of one's own, as `course models example` leaves it."""
    for name in NOT_INHERITED:
        monkeypatch.delenv(name, raising=False)
    return Shop(shutil.copytree(example, tmp_path / "shop"), capsys)


def test_a_boom_is_noticed_learned_and_taken_back_while_the_service_answers(shop):
    first, log = shop.serving(), f"sqlite:///{shop.registry.root / 'predictions.db'}"
    with served(shop.registry.root, shop.folder) as service:
        records = shop.records(BOOM)
        asked = service.client.post("/v1/predict_batch", json={"records": records}).json()
        assert {asked["model_version"], service.ask()["model_version"]} == {first}
        until(lambda: len(read_predictions(log).value) == len(records) + 1, shop.folder)
        code, said = shop.course("monitor", "--outcomes", BOOM, "--log")
        assert (code, "ALARM: the error since" in said, "WORSE than at training" in said) == (3, True, True)
        code, said = shop.course("retrain", "--data", BEFORE, BOOM, "--time", "sold")
        assert (code, said.startswith("PROMOTE: the challenger saves")) == (0, True)
        until(lambda: service.ask()["model_version"] == shop.serving() != first, shop.folder)
        assert shop.course("models", "rollback", "--why", "the boom was invented")[0] == 0
        until(lambda: service.ask()["model_version"] == first, shop.folder)
        assert service.stop() == 0


def test_the_sales_without_a_boom_are_quiet_and_change_no_model(shop):
    first = shop.serving()
    rows = ["--reference", BEFORE, "--current", LATER, "--outcomes", LATER, "--time", "sold"]
    code, said = shop.course("monitor", *rows)
    assert (code, said.splitlines()[-1]) == (0, "Quiet.")
    code, said = shop.course("retrain", "--data", BEFORE, LATER, "--time", "sold")
    assert (code, said.startswith("KEEP: ")) == (0, True)
    assert shop.serving() == first
