"""A fit and the rows it was fitted to, made into an artifact: if they belong together.

Whether they do is not believed but computed: the duality gap of the coefficients on these rows is small only if they
minimise the objective there, with this lam. A ridge, an elastic net or other rows are refused.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version

import numpy as np

from course_utils import __version__
from course_utils.deploy.artifact import Artifact
from course_utils.deploy.contract import accepted_range
from course_utils.deploy.facts import ArtifactError, Metric, Spread
from course_utils.objective import duality_gap
from course_utils.validation import as_design, as_target

LARGEST_GAP = 1e-3  # scikit-learn's default tol leaves at most 2e-4, ours 1e-6


@dataclass(frozen=True, eq=False)
class Fit:
    """A LASSO on scaled columns: predicts ((X - mean) / scale) @ coefficients + intercept.

    Attributes
    ----------
    mean, scale, coefficients : (n_features,)
    intercept : float
    lam : float
    made_with : tuple of str, names of the packages whose versions are facts of the model
    """

    mean: np.ndarray
    scale: np.ndarray
    coefficients: np.ndarray
    intercept: float
    lam: float
    made_with: tuple[str, ...] = ("numpy", "scipy")

    @classmethod
    def ours(cls, standardizer, result) -> Fit:
        """Return what a `Standardizer` and the `SolverResult` on its columns amount to."""
        return cls(standardizer.mean, standardizer.scale, result.beta, result.intercept, result.lam)

    @classmethod
    def pipeline(cls, pipeline) -> Fit:
        """Return what a fitted scikit-learn pipeline of a StandardScaler and a Lasso or LassoCV amounts to."""
        kinds = [type(step).__name__ for _, step in pipeline.steps]
        if len(kinds) != 2 or kinds[0] != "StandardScaler" or kinds[1] not in ("Lasso", "LassoCV"):
            raise ArtifactError(
                f"the pipeline is {' and '.join(kinds)}; a StandardScaler and a Lasso are needed"
            )
        scaler, lasso = pipeline[0], pipeline[1]
        lam = lasso.alpha_ if kinds[1] == "LassoCV" else lasso.alpha
        mean = scaler.mean_ if scaler.with_mean else np.zeros(scaler.n_features_in_)
        scale = scaler.scale_ if scaler.with_std else np.ones(scaler.n_features_in_)
        return cls(mean, scale, lasso.coef_, lasso.intercept_, lam, ("numpy", "scipy", "scikit-learn"))


def freeze(
    fit: Fit,
    training,
    *,
    name: str,
    purpose: str,
    created: str,
    metrics: Sequence[Metric] = (),
    spread: Spread | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
    trained_until: str | None = None,
    pipeline_sha256: str | None = None,
) -> Artifact:
    """Return the artifact of a fit that minimises (1/2n) ||y - intercept - Z beta||^2 + lam ||beta||_1 on its rows.

    Parameters
    ----------
    fit : Fit
        `Fit.ours(standardizer, result)` or `Fit.pipeline(pipeline)`.
    training : datasets.Dataset
        The rows that were fitted, no others: X, y, feature_names, target_name, and the units of all of them.
    name, purpose : str
        What the model is called; what it is for, and what it is not for.
    created : str
        A date or a time as ISO 8601 writes it: no clock is read here.
    metrics : sequence of Metric
        Measured on rows that had no part in the fit.
    spread : Spread, optional
        What is added to a prediction to get its interval.
    limits : mapping of feature name -> (low, high), optional
        The range that is accepted of a feature, where something is known of it: a rating goes from 1 to 10. For the
        other features it is `contract.accepted_range` of what was seen.
    trained_until : str, optional
        The time of the last training row: what came later can judge the model.
    pipeline_sha256 : str, optional
        Of the pipeline file that is stored with the model.

    Returns
    -------
    Artifact

    Raises
    ------
    ArtifactError
        A gap above LARGEST_GAP; limits of an unknown feature, or that exclude training rows; facts that are none.
    TypeError, ValueError
        Rows that are not real and finite, or shapes that do not match.

    Lesson: notebooks/08_deployment.ipynb
    """
    X = as_design(training.X)
    low, high = X.min(axis=0).tolist(), X.max(axis=0).tolist()
    accepted = _accepted(training.feature_names, low, high, limits or {})
    return Artifact(
        **{"name": name, "purpose": purpose, "created": created, "n_samples": len(X)},
        **_names_and_units(training),
        **{"seen_low": tuple(low), "seen_high": tuple(high)},
        **{"accepted_low": accepted[0], "accepted_high": accepted[1]},
        **{part: tuple(getattr(fit, part).tolist()) for part in ("mean", "scale", "coefficients")},
        **{"intercept": float(fit.intercept), "lam": float(fit.lam), "gap": _small_gap(fit, X, training.y)},
        training_data_sha256=training_data_hash(X, training.y),
        **{"metrics": tuple(metrics), "spread": spread},
        **{"trained_until": trained_until, "pipeline_sha256": pipeline_sha256},
        versions=_versions(fit),
    )


def training_data_hash(X, y) -> str:
    """Return the SHA-256 of X and y: of their shape, then of their entries as little-endian float64, row by row."""
    X, y = np.asarray(X, dtype="<f8"), np.asarray(y, dtype="<f8")
    parts = (
        f"{X.shape} {y.shape}\n".encode("ascii"),
        X.tobytes(),
        y.tobytes(),
    )  # row by row, however they lie
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _small_gap(fit: Fit, X, y) -> float:
    Z = (X - fit.mean) / fit.scale
    gap = duality_gap(Z, as_target(y, len(X)), fit.coefficients, float(fit.intercept), float(fit.lam))
    if not gap <= LARGEST_GAP:
        raise ArtifactError(
            f"the relative duality gap on these rows is {gap:.2g}; at most {LARGEST_GAP} is needed. "
            f"The fit is no LASSO with lam = {float(fit.lam):g}, it was not finished, or it was fitted to other rows"
        )
    return float(gap)


def _names_and_units(training) -> dict:
    names, units = tuple(training.feature_names), training.units
    return {
        "feature_names": names,
        "units": tuple(units[name] for name in names),
        "target_name": training.target_name,
        "target_unit": units[training.target_name],
    }


def _accepted(names, low, high, limits) -> tuple[tuple[float, ...], tuple[float, ...]]:
    unknown = sorted(set(limits) - set(names))
    if unknown:
        raise ArtifactError(f"limits are given for {unknown[0]!r}, which is no feature")
    given = {name: (float(bounds[0]), float(bounds[1])) for name, bounds in limits.items()}
    ranges = [given.get(name) or accepted_range(*seen) for name, *seen in zip(names, low, high, strict=True)]
    return tuple(bounds[0] for bounds in ranges), tuple(bounds[1] for bounds in ranges)


def _versions(fit: Fit) -> tuple[str, ...]:
    made_with = [f"{package} {version(package)}" for package in fit.made_with]
    return (f"Python {python_version()}", f"course_utils {__version__}", *made_with)
