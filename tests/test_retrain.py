"""course_utils.deploy.retrain: one decision for one set of data, whatever happens on the way."""

import threading

import numpy as np
import pytest
from small_model import small_model

from course_utils.deploy import artifact
from course_utils.deploy.canonical import decode, encode
from course_utils.deploy.registry import Registry
from course_utils.deploy.retrain import Decision, RetrainError, carry_out, data_hash, retrain

TODAY = "2026-11-21"


def houses(n_rows=600, boom=50.0):
    """Two columns, prices around 200, and months; in the last two thirds a boom."""
    rng, month = np.random.default_rng(0), np.sort(np.arange(n_rows) % 60)
    X = rng.standard_normal((n_rows, 2))
    return X, 200 + 30 * X[:, 0] + boom * (month >= 20) + 10 * rng.standard_normal(n_rows), month


class Shop:
    """A registry in which a model of 200 serves, and a recipe that predicts the mean of its training rows."""

    def __init__(self, folder):
        self.registry, self.folder, self.trained = Registry(folder / "registry"), folder / "decisions", 0
        self.champion = self.add(200.0)
        self.registry.promote(self.champion, who="a test", when=TODAY, why="the first")

    def add(self, intercept):
        return self.registry.add(small_model(intercept))

    def train(self, X, y, until):
        self.trained += 1
        mean = float(y.mean())
        return (lambda X: np.full(len(X), mean)), self.add(mean)

    def retrain(self, data, **options):
        options = {"train": self.train, "champion": lambda X: np.full(len(X), 200.0), **options}
        told = {"when": TODAY, "who": "cron"}
        return retrain(*data, registry=self.registry, folder=self.folder, **told, **options)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def test_a_better_challenger_serves_and_the_registry_knows_why(shop):
    decision = shop.retrain(houses())
    entry = shop.registry.current()
    assert decision.verdict == "promote"
    assert entry.sha256 == decision.challenger_sha256 != shop.champion
    assert decision.reason in entry.why
    assert decision.data_sha256 in entry.why
    assert entry.metrics[0].low == decision.comparison.low > 0


def test_a_challenger_that_is_not_better_does_not_serve(shop):
    decision = shop.retrain(houses(boom=0))
    assert decision.verdict == "keep"
    assert shop.registry.current().sha256 == shop.champion


def test_the_record_tells_the_whole_story(shop):
    X, y, month = houses()
    decision = shop.retrain((X, y, month))
    assert decision.champion_sha256 == shop.champion
    assert (decision.n_training, decision.comparison.n_rows) == (450, 150)
    assert (decision.training_until, decision.holdout_from, decision.holdout_until) == ("44", "45", "59")
    assert decision.data_sha256 == data_hash(X, y, month)
    assert str(decision).startswith("PROMOTE: the challenger saves")
    assert decode(Decision, (shop.folder / f"{decision.data_sha256}.json").read_bytes()) == decision


def test_the_same_data_are_decided_once(shop):
    once, again = shop.retrain(houses()), shop.retrain(houses())
    assert again == once
    assert shop.trained == 1
    assert len(shop.registry.history()) == 2


def test_two_runs_at_the_same_moment_decide_once(shop):
    decisions = []
    runs = [threading.Thread(target=lambda: decisions.append(shop.retrain(houses()))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(decisions) == 4
    assert len(set(decisions)) == shop.trained == 1
    assert len(shop.registry.history()) == 2


def test_a_run_killed_before_it_promoted_is_carried_to_its_end(shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "promote", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            shop.retrain(houses())
    assert shop.registry.current().sha256 == shop.champion
    decision = shop.retrain(houses())
    assert shop.registry.current().sha256 == decision.challenger_sha256
    assert shop.trained == 1


def test_what_was_rolled_back_by_hand_stays_rolled_back(shop):
    shop.retrain(houses())
    shop.registry.rollback(who="a person", when=TODAY, why="complaints")
    shop.retrain(houses())
    assert shop.registry.current().sha256 == shop.champion


def test_other_data_are_another_decision(shop):
    X, y, month = houses()
    shop.retrain((X, y, month))
    assert len({data_hash(X, y, month), data_hash(X + 1, y, month), data_hash(X, y, month + 1)}) == 3
    shop.retrain((X, y + 1, month))
    assert shop.trained == 2


def test_nothing_is_promoted_over_a_model_that_was_not_compared(shop):
    decision = shop.retrain(houses(boom=0))
    other = shop.add(777.0)
    shop.registry.promote(other, who="a person", when=TODAY, why="by hand")
    changed = Decision(**{**vars(decision), "verdict": "promote"})
    with pytest.raises(RetrainError, match=f"{other[:12]} serves now; nothing was promoted"):
        carry_out(changed, shop.registry, who="cron", when=TODAY)
    assert shop.registry.current().sha256 == other


def test_too_few_later_rows_are_refused_before_anything_is_trained(shop):
    decision = shop.retrain(houses(), champion_until=55)
    assert decision.verdict == "refuse"
    assert decision.reason == "40 rows that the champion has not seen; 100 are needed to compare"
    assert (shop.trained, decision.comparison, decision.challenger_sha256) == (0, None, None)


def test_a_champion_that_has_seen_all_rows_is_kept(shop):
    decision = shop.retrain(houses(), champion_until=59)
    assert decision.verdict == "refuse"
    assert decision.holdout_from == ""


def test_a_decision_comes_back_bit_by_bit(shop):
    decision = shop.retrain(houses())
    assert decode(Decision, encode(decision)) == decision


def test_the_challenger_trains_on_the_earlier_rows_alone(shop):
    X, y, month = houses()
    seen = []
    shop.retrain((X, y, month), train=lambda *rows: seen.append(rows) or shop.train(*rows))
    np.testing.assert_array_equal(seen[0][0], X[month < 45])
    np.testing.assert_array_equal(seen[0][1], y[month < 45])


def test_a_stored_model_can_be_the_champion(shop):
    model = shop.registry.load(shop.champion)
    decision = shop.retrain(houses(), champion=lambda X: artifact.predict(model, X))
    X, y, month = houses()
    later = month >= 45
    expected = np.sqrt(np.mean((y[later] - artifact.predict(model, X[later])) ** 2))
    assert decision.comparison.champion_error == pytest.approx(expected)


def test_without_a_model_that_serves_there_is_nothing_to_compare_with(shop, tmp_path):
    shop.registry = Registry(tmp_path / "empty")
    with pytest.raises(RetrainError, match="no model serves yet; promote the first one by hand"):
        shop.retrain(houses())


def test_a_time_is_needed_for_each_row(shop):
    X, y, month = houses()
    with pytest.raises(ValueError, match=r"time has shape \(599,\); \(600,\) is needed, one time a row"):
        shop.retrain((X, y, month[1:]))
