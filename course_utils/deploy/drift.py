"""Has the world moved since training? Two tables compared column by column, and alarms that can be believed.

A change rings if it is more than chance, Holm's correction over everything tested, and large enough to matter.
Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real

import numpy as np
from scipy import stats

from course_utils.deploy.changes import Change, DriftReport
from course_utils.deploy.stability_index import (
    ChanceLimits,
    bin_counts,
    population_stability_index,
    psi_edges,
)
from course_utils.validation import as_count, names_of, require_rng

FEWEST_ROWS = 20  # with fewer values a comparison is not made
FEW_DISTINCT = 30  # up to so many distinct values, ties make the test visibly timid


def drift_report(
    reference,
    current,
    *,
    rng,
    feature_names=None,
    predictions=None,
    level=0.05,
    min_effect=0.1,
    min_missing=0.05,
    n_bins=10,
    n_draws=5000,
) -> DriftReport:
    """Compare the rows of today with the rows of training, column by column.

    Values are compared by the two-sample Kolmogorov-Smirnov test, shares of missing values by Fisher's exact
    test. All p-values go through Holm's correction together: if nothing has changed and the rows are
    independent of each other, the whole report rings with a probability of at most `level`. Rows that are
    alike (sales of one street, one machine's minutes) are worth fewer than they count, and ring more often.

    With many rows every trifle is significant: so an alarm also needs an effect that matters. With few rows a
    large effect may be chance: so it also needs the test.

    Parameters
    ----------
    reference : (n_reference, n_features) array or pandas frame
        NaN is a missing value.
    current : (n_current, n_features)
    rng : numpy.random.Generator
        Draws what chance does to the population stability index.
    feature_names : sequence of str, optional
        If not given, the names of the frame, or "column 0", "column 1", ...
    predictions : (array (n_reference,), array (n_current,)), optional
        What the model said of both, compared like a column.
    level : float between 0 and 1
    min_effect : float between 0 and 1
        An effect on values that matters: 0.1 says that some threshold exists which a tenth of the rows have
        crossed. For a bell curve that moves, it is a quarter of a standard deviation.
    min_missing : float between 0 and 1
        A difference of the shares of missing values that matters.
    n_bins : int
        Bins of the population stability index.
    n_draws : int
        Draws behind each of its limits.

    Returns
    -------
    DriftReport

    Raises
    ------
    TypeError, ValueError
        Tables that are not numbers or do not have the same columns, an infinite value, no row, no generator.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    require_rng(rng)
    for name, share in {"level": level, "min_effect": min_effect, "min_missing": min_missing}.items():
        _require_share(share, name)
    columns = _columns(reference, current, feature_names, predictions)
    n_bins, n_draws = as_count(n_bins, "n_bins", 2), as_count(n_draws, "n_draws")
    limits = ChanceLimits(level=level / len(columns), n_draws=n_draws, rng=rng)
    values = [_with_psi(_compare_values(*column), column, n_bins, limits) for column in columns]
    missing = [change for column in columns if (change := _compare_missing(*column))]
    adjusted = holm([change.p_value for change in values + missing])
    needed = [min_effect] * len(values) + [min_missing] * len(missing)
    judged = [
        replace(change, p_adjusted=float(p), significant=bool(p < level), large=bool(change.effect >= enough))
        for change, p, enough in zip(values + missing, adjusted, needed, strict=True)
    ]
    return DriftReport(tuple(judged), level)


def holm(p_values) -> np.ndarray:
    """Return Holm's adjusted p-values, (n,): the k-th smallest of n is multiplied by n - k + 1, and never falls.

    Whoever rejects where they are below a level makes one false rejection or more with a probability of at
    most that level, however the tests depend on each other. NaN is no test: it is not counted and stays NaN.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p_values.shape, np.nan)
    order = np.argsort(p_values)[: np.sum(~np.isnan(p_values))]  # NaN sorts last
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(factors * p_values[order]))
    return adjusted


def _compare_values(name: str, reference: np.ndarray, current: np.ndarray) -> Change:
    reference, current = _present(reference), _present(current)
    change = Change(name, len(reference), len(current), remark=_remark(reference, current))
    if min(len(reference), len(current)) < FEWEST_ROWS:
        return change
    # "exact" takes long and gives up with a warning; at 20 rows and more the limit law is close
    test = stats.ks_2samp(reference, current, method="asymp")
    spread = reference.std() if np.ptp(reference) > 0 else np.nan
    shift = (current.mean() - reference.mean()) / spread
    return replace(change, effect=float(test.statistic), p_value=float(test.pvalue), shift=float(shift))


def _with_psi(change: Change, column, n_bins: int, limits: ChanceLimits) -> Change:
    reference, current = map(_present, column[1:])
    if np.isnan(change.p_value) or np.ptp(reference) == 0:
        return change
    edges = psi_edges(reference, n_bins)
    limit = limits.limit(bin_counts(reference, edges), len(current))
    return replace(change, psi=population_stability_index(reference, current, n_bins=n_bins), psi_limit=limit)


def _compare_missing(name: str, reference: np.ndarray, current: np.ndarray) -> Change | None:
    """Return the comparison of the shares of missing values; None if nothing is missing in either."""
    gone = [int(np.isnan(values).sum()) for values in (reference, current)]
    sizes = [len(reference), len(current)]
    if not any(gone):
        return None
    table = [gone, [size - missing for size, missing in zip(sizes, gone, strict=True)]]
    then, now = (missing / size for missing, size in zip(gone, sizes, strict=True))
    return Change(
        f"{name} missing",
        *sizes,
        effect=abs(now - then),
        p_value=float(stats.fisher_exact(table).pvalue),
        remark=f"{then:.1%} then, {now:.1%} now",
    )


def _remark(reference: np.ndarray, current: np.ndarray) -> str:
    """What is peculiar about a column, in words."""
    for values, when in ((reference, "in the reference"), (current, "now")):
        if len(values) == 0:
            return f"no value {when}: all are missing"
        if len(values) < FEWEST_ROWS:
            return f"{len(values)} values {when}, and {FEWEST_ROWS} are needed"
    if np.ptp(reference) == 0:
        same = np.ptp(current) == 0 and current[0] == reference[0]
        return f"always {reference[0]:g} in the reference, {'and' if same else 'not'} now"
    n_distinct = len(np.unique(reference))
    if n_distinct <= FEW_DISTINCT:
        return f"{n_distinct} distinct values: p is an upper bound"
    return ""


def _present(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


def _columns(reference, current, feature_names, predictions) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return (name, values then, values now) of every column, the predictions last."""
    names_then, names_now = names_of(reference), names_of(current)
    if names_then and names_now and names_then != names_now:
        raise ValueError(
            f"the reference has the columns {', '.join(names_then)}; current has {', '.join(names_now)}"
        )
    reference, current = _table(reference, "reference"), _table(current, "current")
    if reference.shape[1] != current.shape[1]:
        raise ValueError(f"the reference has {reference.shape[1]} columns and current has {current.shape[1]}")
    numbered = [f"column {j}" for j in range(reference.shape[1])]
    names = feature_names if feature_names is not None else names_then or names_now or numbered
    if len(names) != reference.shape[1]:
        raise ValueError(f"{len(names)} feature names were given for {reference.shape[1]} columns")
    columns = list(zip(names, reference.T, current.T, strict=True))
    return columns if predictions is None else [*columns, _predictions(predictions, reference, current)]


def _predictions(predictions: Sequence, reference, current) -> tuple[str, np.ndarray, np.ndarray]:
    then, now = (np.asarray(values, dtype=np.float64) for values in predictions)
    if then.shape != (len(reference),) or now.shape != (len(current),):
        raise ValueError(
            f"predictions have shapes {then.shape} and {now.shape}; ({len(reference)},) and ({len(current)},) "
            "are needed, one value a row"
        )
    return "prediction", then, now


def _table(values, name: str) -> np.ndarray:
    """Return a float64 table in which NaN stands for missing."""
    options = {"na_value": np.nan} if hasattr(values, "to_numpy") else {}
    try:
        table = values.to_numpy(np.float64, **options) if options else np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as refusal:
        raise TypeError(
            f"{name} holds something that is no number ({refusal}); real numbers are needed"
        ) from None
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(
            f"{name} has shape {table.shape}; (n_rows, n_features) is needed, one or more of each"
        )
    if np.isinf(table).any():
        raise ValueError(
            f"{name} has {np.isinf(table).sum()} infinite value(s); NaN stands for a missing one"
        )
    return table


def _require_share(value, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < 1:
        raise ValueError(f"{name} is {value!r}; a number between 0 and 1 is needed")
