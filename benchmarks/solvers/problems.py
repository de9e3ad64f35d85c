"""What is solved: shapes that the issue of this tier lists, and shapes that nothing was tuned on.

All is drawn by the course's simulator from a seed, or is real data. Columns of a simulated X are correlated as
rho^|j - k|; a signal is five times as strong as its noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course_utils.datasets import load_diabetes, load_riboflavin, simulate_sparse_regression

SIGNAL_TO_NOISE = 5.0


@dataclass(frozen=True, eq=False)
class Problem:
    """X in Fortran order or CSC, y, and whether an intercept belongs to the model."""

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray
    fit_intercept: bool

    @property
    def lam_max(self) -> float:
        """The smallest lam without a feature."""
        y = self.y - self.y.mean() * self.fit_intercept
        return float(np.abs(self.X.T @ y).max() / len(y))


def part(problem: Problem, rows) -> Problem:
    """Return the problem of some of its rows, with an intercept."""
    return Problem(np.asfortranarray(problem.X[rows]), problem.y[rows], True)


@dataclass(frozen=True)
class Scene:
    """A problem that is made when it is needed.

    Attributes
    ----------
    name : what tables call it.
    make : () -> (X, y).
    goal : how many times as fast as the best library we want to be there.
    divisors : the penalties, as divisors of lam_max.
    listed : whether the issue of this tier lists it; the others are there to see what was tuned.
    fit_intercept : whether an intercept belongs to the model; listed problems have a centred y instead.
    """

    name: str
    make: Callable[[], tuple]
    goal: float
    divisors: tuple[int, ...] = (10, 100)
    listed: bool = True
    fit_intercept: bool = False

    def problem(self) -> Problem:
        """Make it."""
        X, y = self.make()
        return Problem(X, y if self.fit_intercept else y - y.mean(), self.fit_intercept)


def simulated(n_samples, n_features, n_nonzero, correlation=0.0, *, seed=0) -> Callable[[], tuple]:
    """Return a maker of a simulated regression.

    Parameters
    ----------
    n_samples, n_features, n_nonzero : int
    correlation : float
        Of neighbouring columns.
    seed : int
    """

    def make():
        noise = np.sqrt(n_nonzero / SIGNAL_TO_NOISE)
        options = {"rng": np.random.default_rng(seed), "noise": noise, "correlation": correlation}
        data = simulate_sparse_regression(n_samples, n_features, n_nonzero, **options)
        return np.asfortranarray(data.X), data.y

    return make


def polynomial_diabetes(degree: int) -> Callable[[], tuple]:
    """Return a maker of all products of the diabetes measures up to a degree, standardised."""

    def make():
        from sklearn.preprocessing import PolynomialFeatures, StandardScaler

        data = load_diabetes()
        products = PolynomialFeatures(degree, include_bias=False).fit_transform(20 * data.X)
        return np.asfortranarray(StandardScaler().fit_transform(products)), data.y

    return make


def text_like(n_samples, n_features, n_nonzero, *, density, seed) -> Callable[[], tuple]:
    """Return a maker of a CSC matrix of positive entries in random places.

    Parameters
    ----------
    n_samples, n_features, n_nonzero : int
    density : float
        Share of the entries that are not zero.
    seed : int
    """

    def make():
        rng = np.random.default_rng(seed)
        X = sparse.random(n_samples, n_features, density, format="csc", random_state=rng)
        X.data = np.abs(rng.standard_normal(X.nnz)) + 0.1
        beta = np.zeros(n_features)
        beta[rng.choice(n_features, n_nonzero, replace=False)] = rng.standard_normal(n_nonzero)
        fitted = X @ beta
        return X, fitted + rng.standard_normal(n_samples) * fitted.std() / np.sqrt(SIGNAL_TO_NOISE)

    return make


def heavy_tailed(n_samples, n_features, n_nonzero, *, seed) -> Callable[[], tuple]:
    """Return a maker of columns and noise from Student's t with three degrees of freedom.

    Parameters
    ----------
    n_samples, n_features, n_nonzero : int
    seed : int
    """

    def make():
        rng = np.random.default_rng(seed)
        X = np.asfortranarray(rng.standard_t(3, (n_samples, n_features)))
        fitted = X[:, :n_nonzero] @ rng.standard_normal(n_nonzero)
        return X, fitted + rng.standard_t(3, n_samples) * fitted.std() / np.sqrt(SIGNAL_TO_NOISE)

    return make


def riboflavin() -> tuple:
    """Return the expression of 4,088 genes in 71 samples, and what they make."""
    data = load_riboflavin()
    return np.asfortranarray(data.X), data.y


def _unlisted(name, make, divisors=(10, 100)) -> Scene:
    return Scene(name, make, 1.0, divisors, listed=False, fit_intercept=True)


ALL_THREE = (10, 50, 100)
SCENES = (
    Scene("500 x 10000, rho 0.5", simulated(500, 10_000, 100, 0.5), 1.3),
    Scene("1000 x 5000, rho 0.95", simulated(1000, 5000, 100, 0.95), 1.3),
    Scene("10000 x 200, rho 0.5", simulated(10_000, 200, 40, 0.5), 1.0, ALL_THREE),
    Scene("diabetes, degree 1", polynomial_diabetes(1), 1.0),
    Scene("diabetes, degree 2", polynomial_diabetes(2), 1.0),
    Scene("diabetes, degree 3", polynomial_diabetes(3), 2.0),
    Scene("sparse 5000 x 50000", text_like(5000, 50_000, 300, density=0.005, seed=1), 1.0, ALL_THREE),
    Scene("20 x 5", simulated(20, 5, 2), 1.0, fit_intercept=True),
    Scene("50 x 20", simulated(50, 20, 5, 0.5), 1.0, fit_intercept=True),
    _unlisted("1000 x 5000, rho 0.95, seed 11", simulated(1000, 5000, 40, 0.95, seed=11)),
    _unlisted("2000 x 2000, rho 0.9", simulated(2000, 2000, 50, 0.9, seed=12)),
    _unlisted("500 x 1000, rho -0.8", simulated(500, 1000, 30, -0.8, seed=13)),
    _unlisted("300 x 3000, heavy tails", heavy_tailed(300, 3000, 20, seed=14)),
    _unlisted("100 x 50000", simulated(100, 50_000, 10, seed=15)),
    _unlisted("50000 x 50", simulated(50_000, 50, 10, 0.3, seed=16)),
    _unlisted("riboflavin, 71 x 4088", riboflavin),
    _unlisted(
        "sparse 2000 x 10000, 2 %", text_like(2000, 10_000, 100, density=0.02, seed=17), divisors=(10, 50)
    ),
)


def _path(scene: Scene, goal: float) -> Scene:
    return Scene(scene.name, scene.make, goal, (100,), scene.listed, scene.fit_intercept)


_NAMED = {scene.name: scene for scene in SCENES}
PATH_SCENES = (
    Scene("200 x 2000, rho 0.5", simulated(200, 2000, 30, 0.5, seed=7), 2.0, (100,)),
    Scene("5000 x 100, rho 0.5", simulated(5000, 100, 20, 0.5, seed=8), 2.0, (100,)),
    *(_path(_NAMED[f"diabetes, degree {degree}"], 2.0) for degree in (1, 2, 3)),
    _path(_NAMED["10000 x 200, rho 0.5"], 2.0),
    _path(_NAMED["20 x 5"], 2.0),
    *(_path(_NAMED[name], 1.0) for name in ("500 x 1000, rho -0.8", "300 x 3000, heavy tails", "50000 x 50")),
    _path(_NAMED["riboflavin, 71 x 4088"], 1.0),
)


def _with_intercept(scene: Scene, goal: float, *, listed: bool) -> Scene:
    return Scene(scene.name, scene.make, goal, (100,), listed, fit_intercept=True)


_PATHS_NAMED = {scene.name: scene for scene in PATH_SCENES}
CV_SCENES = (
    *(
        _with_intercept(_PATHS_NAMED[name], goal, listed=True)
        for name, goal in (
            ("diabetes, degree 1", 10.0),
            ("5000 x 100, rho 0.5", 10.0),
            ("10000 x 200, rho 0.5", 5.0),
            ("diabetes, degree 3", 5.0),
            ("200 x 2000, rho 0.5", 5.0),
        )
    ),
    _with_intercept(
        Scene("1000 x 50, rho 0.9", simulated(1000, 50, 10, 0.9, seed=21), 0.0), 10.0, listed=False
    ),
    _with_intercept(_PATHS_NAMED["300 x 3000, heavy tails"], 5.0, listed=False),
    _with_intercept(_PATHS_NAMED["20 x 5"], 10.0, listed=False),
)
BOOTSTRAP_SCENES = (
    _with_intercept(_PATHS_NAMED["diabetes, degree 1"], 300.0, listed=True),
    _with_intercept(
        Scene("1000 x 100, rho 0.5", simulated(1000, 100, 15, 0.5, seed=3), 0.0), 10.0, listed=True
    ),
    _with_intercept(
        Scene("200 x 1000, rho 0.5", simulated(200, 1000, 15, 0.5, seed=4), 0.0), 40.0, listed=True
    ),
    _with_intercept(Scene("300 x 30, rho 0.9", simulated(300, 30, 8, 0.9, seed=22), 0.0), 1.0, listed=False),
)
