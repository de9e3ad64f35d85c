"""What was predicted, joined to what became known later; and how many predictions have no outcome, and why.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

# What became of a prediction.
JUDGED, LATE = "judged", "late"
WAITING, MISSING = "waiting", "missing"
CONTRADICTED, KNOWN_BEFORE, REPEATED = "contradicted", "known before", "repeated"
IN_WORDS = {
    JUDGED: "judged",
    LATE: "judged late",
    WAITING: "wait for their outcome",
    MISSING: "waited too long: no outcome",
    CONTRADICTED: "with outcomes that contradict each other",
    KNOWN_BEFORE: "made after the outcome was known",
    REPEATED: "repeat an earlier one",
}


@dataclass(frozen=True, eq=False)
class Log:
    """What was written down: predictions as they were made, or outcomes as they became known.

    Attributes
    ----------
    key : (n,) what a prediction and its outcome have in common, and no other pair has
    time : (n,) float, in any unit, the same for both logs
    value : (n,) float; an outcome of NaN is no outcome
    """

    key: np.ndarray
    time: np.ndarray
    value: np.ndarray

    def __post_init__(self):
        key, time, value = np.asarray(self.key), *map(_as_floats, (self.time, self.value))
        if key.ndim != 1 or not key.shape == time.shape == value.shape:
            raise ValueError(
                f"key, time and value have shapes {key.shape}, {time.shape}, {value.shape}; one length is needed"
            )
        if not np.isfinite(time).all():
            raise ValueError("time holds NaN or infinity; every entry of a log was made at some time")
        for field, array in {"key": key, "time": time, "value": value}.items():
            object.__setattr__(self, field, array)

    def entries(self, until: float) -> list[tuple]:
        """Return (key, time, value) of what was written until then, in the order of time."""
        order = np.argsort(self.time, kind="stable")
        known = order[self.time[order] <= until]
        return list(
            zip(self.key[known].tolist(), self.time[known].tolist(), self.value[known].tolist(), strict=True)
        )


@dataclass(frozen=True, eq=False)
class JoinedOutcomes:
    """Predictions with their outcomes, in the order in which they were predicted, and what became of the others.

    Attributes
    ----------
    time, predicted, y : (n,), of the predictions that can be judged
    fates : dict of str -> int, adds up to all predictions
    n_unasked : int, outcomes of what was never predicted
    """

    time: np.ndarray
    predicted: np.ndarray
    y: np.ndarray
    fates: dict[str, int]
    n_unasked: int

    def __str__(self) -> str:
        lines = [f"predictions: {sum(self.fates.values())}"]
        lines += [f"{count:6} {IN_WORDS[fate]}" for fate, count in self.fates.items() if count]
        return "\n".join([*lines, f"outcomes of what was never predicted: {self.n_unasked}"])


def join_outcomes(predictions: Log, outcomes: Log, *, now: float, patience: float) -> JoinedOutcomes:
    """Give each prediction its outcome, as far as it is known now, and count what has none.

    Of several predictions with one key the first counts: it is what was promised. The same outcome told twice
    is one outcome; two different ones are set aside, because nothing here says which is right. What was
    predicted after its outcome was known is no prediction.

    Parameters
    ----------
    predictions, outcomes : Log
    now : float
        What was written later is not looked at.
    patience : float
        How long after a prediction its outcome is waited for. One that comes later is used and counted as
        late. Houses that sell late are other houses: many late or missing outcomes make the error of the
        rest a poor witness.

    Returns
    -------
    JoinedOutcomes

    Lesson: notebooks/08b_monitoring.ipynb
    """
    asked = predictions.entries(now)
    first = {key: (time, value) for key, time, value in reversed(asked)}
    known: dict = {}
    for key, time, value in outcomes.entries(now):
        if not math.isnan(value):
            known.setdefault(key, []).append((time, value))
    fates = {key: _fate(time, known.get(key, []), now, patience) for key, (time, _) in first.items()}
    rows = [(*first[key], known[key][0][1]) for key, fate in fates.items() if fate in (JUDGED, LATE)]
    time, predicted, y = np.array(sorted(rows)).reshape(-1, 3).T
    counts = Counter(fates.values()) + Counter({REPEATED: len(asked) - len(first)})
    n_unasked = len(known.keys() - first.keys())
    return JoinedOutcomes(time, predicted, y, {fate: counts[fate] for fate in IN_WORDS}, n_unasked)


def _fate(predicted_at: float, outcomes: list[tuple[float, float]], now: float, patience: float) -> str:
    """What became of a prediction; the outcomes of its key are (time, value) in the order of time."""
    if not outcomes:
        return WAITING if now - predicted_at <= patience else MISSING
    if len({value for _, value in outcomes}) > 1:
        return CONTRADICTED
    if outcomes[0][0] < predicted_at:
        return KNOWN_BEFORE
    return JUDGED if outcomes[0][0] - predicted_at <= patience else LATE


def _as_floats(values) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)
