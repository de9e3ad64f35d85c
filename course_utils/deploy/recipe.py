"""How a model of a registry is made, so that it can be made again from newer rows.

A standard scaler and a LASSO. The penalty is chosen by forward folds of the earlier four fifths of the rows; the last
fifth, on which the model so chosen has not been fitted, says how good it is; then all rows are fitted once more.
Needs skops, of the extra "deploy": the pipeline is stored beside the model.
Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from sklearn.linear_model import Lasso
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.datasets import Dataset
from course_utils.deploy.artifact import Artifact, content_hash, predict
from course_utils.deploy.facts import Metric, Spread
from course_utils.deploy.freezing import Fit, freeze
from course_utils.deploy.pipeline_file import pipeline_to_bytes
from course_utils.deploy.registry import Registry
from course_utils.evaluation import (
    bootstrap_interval,
    conformal_interval,
    mean_absolute_error,
    root_mean_squared_error,
)
from course_utils.tuning import cross_validate_path, forward_folds

FEWEST_ROWS = 100
JUDGED_SHARE = 0.2  # of the rows, the last in time: they say how good the model is
N_FOLDS = 5
TOL = 1e-9  # scikit-learn's, of the coefficients
METRICS = {
    "root mean squared error": root_mean_squared_error,
    "mean absolute error": mean_absolute_error,
}


@dataclass(frozen=True)
class Recipe:
    """What is wanted of a model, apart from rows.

    Attributes
    ----------
    name, purpose : str
    feature_names : (n_features,) texts, in the order of the columns
    target_name : str
    units : mapping of name -> unit, of all features and the target
    limits : mapping of feature name -> (low, high)
        The range in which the model answers, where something is known of it; rows outside widen it.
    """

    name: str
    purpose: str
    feature_names: tuple[str, ...]
    target_name: str
    units: Mapping[str, str]
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Artifact) -> Recipe:
        """Return the recipe of a model that is there: the same features, the same contract."""
        names, low, high = model.feature_names, model.accepted_low, model.accepted_high
        units = dict(zip((*names, model.target_name), (*model.units, model.target_unit), strict=True))
        limits = dict(zip(names, zip(low, high, strict=True), strict=True))
        return cls(model.name, model.purpose, names, model.target_name, units, limits)

    def rows(self, X, y) -> Dataset:
        """Return X and y as rows of this recipe."""
        return Dataset(X, y, self.feature_names, self.target_name, dict(self.units), self.name)


@dataclass(frozen=True, eq=False)
class Made:
    """A model, and the content of the pipeline file that belongs to it."""

    model: Artifact
    pipeline: bytes

    def add_to(self, registry: Registry) -> str:
        """Store both in a registry and return the hash of the model; it serves only once it is promoted."""
        return registry.add(self.model, self.pipeline)


def make_model(recipe: Recipe, X, y, *, created: str, trained_until: str) -> Made:
    """Fit (1/2n) ||y - intercept - Z beta||^2 + lam ||beta||_1 on scaled columns Z, and freeze what came out.

    Parameters
    ----------
    recipe : Recipe
    X : (n, n_features), in the order of time
    y : (n,)
    created : str
        A date or a time as ISO 8601 writes it: no clock is read here.
    trained_until : str
        The time of the last row.

    Returns
    -------
    Made

    Raises
    ------
    ValueError
        Fewer than 100 rows, values that are no real numbers, or shapes that do not match.
    ArtifactError
        Facts that are none; skops is not installed.

    Lesson: notebooks/08b_monitoring.ipynb
    """
    if len(X) < FEWEST_ROWS:
        raise ValueError(
            f"{len(X)} rows came; at least {FEWEST_ROWS} are needed to make a model and to judge it"
        )
    earlier = round((1 - JUDGED_SHARE) * len(X))
    lam = _chosen_lam(X[:earlier], y[:earlier])
    judged = _fitted(X[:earlier], y[:earlier], lam).predict(X[earlier:])
    pipeline = _fitted(X, y, lam)
    content = pipeline_to_bytes(pipeline)
    model = freeze(
        Fit.pipeline(pipeline),
        recipe.rows(X, y),
        **{"name": recipe.name, "purpose": recipe.purpose, "created": created},
        **{"metrics": _metrics(y[earlier:], judged), "spread": _spread(y[earlier:], judged)},
        limits=_widened(recipe.limits, recipe.feature_names, X),
        **{"trained_until": trained_until, "pipeline_sha256": content_hash(content)},
    )
    return Made(model, content)


def challenger(recipe: Recipe, registry: Registry, *, created: str) -> Callable:
    """Return the function that `retrain` wants: it fits rows, adds the model, and says how to predict with it.

    Parameters
    ----------
    recipe : Recipe
        `Recipe.of(champion)` for a challenger like the champion.
    registry : Registry
    created : str
        As in `make_model`.

    Returns
    -------
    function
        train(X, y, until) -> (predict, sha256)

    Lesson: notebooks/08b_monitoring.ipynb
    """

    def train(X, y, until: str) -> tuple[Callable, str]:
        made = make_model(recipe, X, y, created=created, trained_until=until)
        return partial(predict, made.model), made.add_to(registry)

    return train


def _chosen_lam(X, y) -> float:
    """Return the lam of the smallest error. The weak end of the grid is an answer too: it is almost least squares."""
    cv = cross_validate_path(X, y, folds=forward_folds(len(X), N_FOLDS))
    return float(cv.lams[np.argmin(cv.mean_error)])


def _fitted(X, y, lam: float) -> Pipeline:
    return make_pipeline(StandardScaler(), Lasso(alpha=lam, tol=TOL)).fit(X, y)


def _metrics(y, predicted) -> tuple[Metric, ...]:
    # a generator of its own: the same rows have the same metrics
    measured = {
        name: bootstrap_interval(y, predicted, metric=metric, rng=np.random.default_rng(0))
        for name, metric in METRICS.items()
    }
    return tuple(Metric.of(name, interval) for name, interval in measured.items())


def _spread(y, predicted) -> Spread:
    intervals = conformal_interval(y, predicted, predicted[:1])
    return Spread(-intervals.half_width, intervals.half_width, intervals.level)


def _widened(limits: Mapping, names: tuple[str, ...], X) -> dict[str, tuple[float, float]]:
    """Return the limits, so wide that no training row is outside."""
    seen = dict(zip(names, zip(X.min(axis=0).tolist(), X.max(axis=0).tolist(), strict=True), strict=True))
    return {
        name: (min(low, seen[name][0]), max(high, seen[name][1])) if name in seen else (low, high)
        for name, (low, high) in limits.items()
    }
