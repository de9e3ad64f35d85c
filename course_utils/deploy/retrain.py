"""Shall the new model replace the one that serves? Judged on later rows, decided once, and written down.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.deploy.canonical import decode, encode
from course_utils.deploy.challenge import (
    PROMOTE,
    Comparison,
    compare_models,
    time_ordered_holdout,
    verdict_on,
)
from course_utils.deploy.durable import alone, write_whole
from course_utils.deploy.facts import Metric
from course_utils.deploy.freezing import training_data_hash
from course_utils.tuning import Fold
from course_utils.validation import as_design, as_target

REFUSE = "refuse"
FEWEST_ROWS = 100  # of a holdout: ten blocks of ten


class RetrainError(RuntimeError):
    """A decision that can no longer be carried out; the message says why."""


@dataclass(frozen=True)
class Decision:
    """What was decided on some data, and the whole story behind it.

    Attributes
    ----------
    data_sha256 : str, of all rows: X, y and time
    champion_sha256, challenger_sha256 : str; no challenger was made where the holdout was refused
    n_training : int, the rows of the challenger
    training_until, holdout_from, holdout_until : str, times
    comparison : Comparison or None
    verdict : "promote", "keep" or "refuse"
    reason, when : str
    """

    data_sha256: str
    champion_sha256: str
    challenger_sha256: str | None
    n_training: int
    training_until: str
    holdout_from: str
    holdout_until: str
    comparison: Comparison | None
    verdict: str
    reason: str
    when: str

    def __str__(self) -> str:
        figures = [] if self.comparison is None else [str(self.comparison)]
        return "\n".join([f"{self.verdict.upper()}: {self.reason}", *figures])


def data_hash(X, y, time) -> str:
    """Return the SHA-256 of rows and their times.

    Parameters
    ----------
    X, y, time
        As in `retrain`.

    Returns
    -------
    str
    """
    times = "\n".join(map(str, np.asarray(time).tolist()))
    return hashlib.sha256(f"{training_data_hash(X, y)}\n{times}".encode()).hexdigest()


def retrain(X, y, time, *, train, champion, registry, folder, when, who, champion_until=None, share=0.25):
    """Train a challenger on the earlier rows, compare it on the later ones, decide, and carry the decision out.

    Decides once: the decision is written into the folder under the hash of the data, and whoever comes again
    with the same data, tonight or at the same moment, gets that decision and trains nothing. Another recipe is
    no reason to ask the same rows again: who asks often enough gets a yes by chance. A run that was killed
    between deciding and promoting is carried to its end by the next. A promotion that was rolled back by hand
    stays rolled back.

    Parameters
    ----------
    X : (n, n_features)
    y : (n,)
    time : (n,)
        As in `time_ordered_holdout`.
    train : function
        train(X, y, until) -> (predict, sha256): fits the recipe to rows in the order of time, the last of
        which is of the time `until`, a text; adds the model to the registry; returns what predicts with it,
        and its hash.
    champion : function
        predict(X) -> (n,), of the model that serves.
    registry : Registry
        With current(), history() and promote(sha256, who=, when=, why=, metrics=).
    folder : pathlib.Path
        Of the decisions; not the registry's own, which has its own lock.
    when, who : str
        The date of the decision as ISO 8601 writes it; who asked for it.
    champion_until : a time, optional
        The last that the champion was trained on; no such row is in the holdout.
    share : float
        Of the rows, that are held out.

    Returns
    -------
    Decision

    Raises
    ------
    RetrainError
        No model serves yet, or another than the one that was compared.
    TypeError, ValueError
        Values that are no numbers, or shapes that do not match.

    Lesson: notebooks/08b_monitoring.ipynb
    """
    X = as_design(X)
    y, time = as_target(y, len(X)), np.asarray(time)
    if time.shape != y.shape:
        raise ValueError(f"time has shape {time.shape}; {y.shape} is needed, one time a row")
    path = Path(folder) / f"{data_hash(X, y, time)}.json"
    with alone(Path(folder)):
        if path.exists():
            decision = decode(Decision, path.read_bytes())
        else:
            fold = time_ordered_holdout(time, share=share, after=champion_until)
            decision = decide(X, y, time, fold, train, champion, _serving(registry), when=when)
            write_whole(path, encode(decision))
        carry_out(decision, registry, who=who, when=when)
    return decision


def decide(X, y, time, fold: Fold, train: Callable, champion, champion_sha256: str, *, when) -> Decision:
    """Return the decision on these rows; nothing is promoted yet, and nothing written but what `train` writes.

    Parameters
    ----------
    X, y, time : (n, n_features), (n,), (n,)
    fold : tuning.Fold
        The rows to train on, and the later ones to compare on, both in the order of time.
    train, champion : functions
        As in `retrain`.
    champion_sha256, when : str

    Returns
    -------
    Decision

    Lesson: notebooks/08b_monitoring.ipynb
    """
    comparison, challenger_sha256, until = None, None, str(time[fold.train[-1]].item())
    if len(fold.test) < FEWEST_ROWS:
        verdict = REFUSE
        reason = f"{len(fold.test)} rows that the champion has not seen; {FEWEST_ROWS} are needed to compare"
    else:
        challenger, challenger_sha256 = train(X[fold.train], y[fold.train], until)
        comparison = compare_models(champion, challenger, X[fold.test], y[fold.test])
        verdict, reason = verdict_on(comparison)
    held_out = time[fold.test].tolist() or [""]
    times = (until, str(held_out[0]), str(held_out[-1]))
    hashes = (data_hash(X, y, time), champion_sha256, challenger_sha256)
    return Decision(*hashes, len(fold.train), *times, comparison, verdict, reason, when)


def carry_out(decision: Decision, registry, *, who: str, when: str) -> bool:
    """Promote the challenger if that was decided and has not been done, and return whether it was.

    Parameters
    ----------
    decision : Decision
    registry : Registry
        As in `retrain`.
    who, when : str

    Returns
    -------
    bool

    Raises
    ------
    RetrainError
        Another model serves than the one that the challenger was compared with.

    Lesson: notebooks/08b_monitoring.ipynb
    """
    why = f"{decision.reason} (decision {decision.data_sha256})"
    if decision.verdict != PROMOTE or any(entry.why == why for entry in registry.history()):
        return False
    serving = _serving(registry)
    if serving != decision.champion_sha256:
        raise RetrainError(
            f"the challenger was compared with {decision.champion_sha256[:12]}, and {serving[:12]} serves now; "
            "nothing was promoted: decide again with new data, or promote by hand"
        )
    metrics = [Metric.of("mean squared error saved against the champion", decision.comparison.saved)]
    registry.promote(decision.challenger_sha256, who=who, when=when, why=why, metrics=metrics)
    return True


def _serving(registry) -> str:
    """Return the hash of the model that serves; RetrainError if there is none."""
    entry = registry.current()
    if entry is None:
        raise RetrainError("no model serves yet; promote the first one by hand")
    return entry.sha256
