"""Claims of lesson 04, ISTA from scratch."""

from __future__ import annotations

import numpy as np

from claims import claim
from course_utils.datasets import load_prostate, simulate_sparse_regression
from course_utils.objective import lam_max, lasso_objective, lipschitz_constant, smooth_gradient
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

LAM = 0.1


def men():
    """Return the standardised prostate data."""
    data = load_prostate()
    return fit_standardizer(data.X).transform(data.X), data.y - data.y.mean()


def ista(X, y, *, n_steps, lam=LAM, stretch=1.0, threshold=None):
    """Return all iterates of ISTA with step stretch/L; its threshold is step · lam if none is given."""
    step = stretch / lipschitz_constant(X, fit_intercept=False)
    beta = np.zeros((n_steps + 1, X.shape[1]))
    for k in range(n_steps):
        arrival = beta[k] - step * smooth_gradient(X, y, beta[k])
        beta[k + 1] = soft_threshold(arrival, step * lam if threshold is None else threshold)
    return beta


def hard_run():
    """Return the iterates of ISTA where neighbouring columns resemble each other."""
    data = simulate_sparse_regression(50, 100, 5, rng=np.random.default_rng(4), correlation=0.95)
    X, y = fit_standardizer(data.X).transform(data.X), data.y - data.y.mean()
    return ista(X, y, n_steps=3000, lam=0.02 * lam_max(X, y))


@claim(
    "74",
    statement="L1 gives exact zeros because the penalty keeps its full slope down to zero and stops there "
    "abruptly.",
    verdict="imprecise",
    right="The kink makes zero the minimum for a whole range of slopes of the loss. A method has to use "
    "that: steps along the slope jump over zero and never stand on it, while the soft threshold lands "
    "on it.",
    lesson="04",
    section="Going downhill",
)
def subgradient_steps_never_land_on_zero():
    """Two thousand subgradient steps, and two hundred of ISTA, on the prostate data."""
    X, y = men()
    beta = np.zeros(8)
    for _ in range(2000):
        beta = beta - 0.1 * (smooth_gradient(X, y, beta) + LAM * np.sign(beta))
    assert np.sum(beta == 0) == 0
    assert np.sum(np.abs(beta) < 0.05) >= 3
    assert np.sum(ista(X, y, n_steps=200)[-1] == 0) == 3


@claim(
    "85",
    statement="ISTA is a gradient step followed by the soft threshold, again and again.",
    verdict="true",
    right="Yes, with the threshold step · λ: a short step pays the price of a short way. With the threshold "
    "λ and the step 1/L it converges as well, to the solution for the penalty λL.",
    lesson="04",
    section="Build it",
)
def the_threshold_belongs_to_the_step():
    """ISTA with both thresholds, against the solutions for λ and for λL."""
    X, y = men()
    steepness = lipschitz_constant(X, fit_intercept=False)
    for threshold, solved in ((None, LAM), (LAM, LAM * steepness)):
        found = ista(X, y, n_steps=500, threshold=threshold)[-1]
        np.testing.assert_allclose(found, coordinate_descent(X, y, solved, tol=1e-12).beta, atol=1e-6)


@claim(
    "86",
    statement="Weights that fall into the dead zone stay there, so that only the important features survive.",
    verdict="imprecise",
    right="They may leave it again: when other coefficients change, the arrival of this one changes too. The "
    "zeros settle near the end, and what survives is what this penalty keeps, important or not.",
    lesson="04",
    section="How it fails",
    box=True,
)
def coefficients_come_to_life_again():
    """How often a coefficient that was zero, alive and zero again comes to life once more along one run of ISTA."""
    alive = hard_run() != 0
    arrivals = np.sum(~alive[:-1] & alive[1:], axis=0)
    assert np.sum(arrivals > 1) >= 10
    assert (alive[-200:] == alive[-1]).all()


@claim(
    "105",
    statement="Once L1 has pushed a parameter to zero, it stays zero for the rest of the training.",
    verdict="wrong",
    right="It depends on the method, and no method promises it. Plain subgradient steps leave, as a rule, no "
    "parameter at exactly zero; with the soft threshold zeros are exact, and a parameter can leave "
    "zero and come back to it.",
    lesson="04",
    section="How it fails",
)
def zeros_are_left_again():
    """A coefficient of ISTA that was exactly zero, then was not; a stochastic subgradient run without any zero."""
    run = hard_run()
    was_zero_after_life = np.cumsum(run != 0, axis=0)[:-1] * (run[:-1] == 0) > 0
    assert np.any(was_zero_after_life & (run[1:] != 0))
    X, y = men()
    rng, beta = np.random.default_rng(0), np.full(8, 0.1)
    for row in rng.integers(len(y), size=2000):
        beta = beta - 0.01 * (X[row] * (X[row] @ beta - y[row]) + LAM * np.sign(beta))
    assert np.all(beta != 0)


@claim(
    "c04-1",
    statement="ISTA sets to zero every coefficient that is smaller than λ.",
    verdict="wrong",
    right="The dead zone reaches step · λ to each side of zero, and it acts on the arrival of each step, not "
    "on the final coefficient. The solution can hold coefficients much smaller than λ, and smaller "
    "than step · λ.",
    lesson="04",
    section="Build it",
    box=True,
)
def a_small_coefficient_survives():
    """The smallest living coefficient of the solution, and the objective that the threshold λ ends with."""
    X, y = men()
    right, wrong = ista(X, y, n_steps=500)[-1], ista(X, y, n_steps=500, threshold=LAM)[-1]
    smallest = np.abs(right[right != 0]).min()
    assert smallest < LAM / lipschitz_constant(X, fit_intercept=False) < LAM
    assert lasso_objective(X, y, wrong, 0, LAM) > 1.1 * lasso_objective(X, y, right, 0, LAM)


@claim(
    "c04-2",
    statement="ISTA diverges for every step above 2/L.",
    verdict="imprecise",
    right="It may, and nothing is promised there. On the prostate data a step of 2.1/L arrives at the "
    "minimum and one of 2.5/L flies apart: L measures the steepest curvature of all columns, and near "
    "the solution only those with a coefficient count.",
    lesson="04",
    section="How long a step?",
    box=True,
)
def a_step_beyond_the_limit_can_arrive():
    """A hundred steps of 2.1/L and of 2.5/L on the prostate data, against the minimum."""
    X, y = men()
    minimum = lasso_objective(X, y, coordinate_descent(X, y, LAM, tol=1e-12).beta, 0, LAM)
    arrived, lost = (ista(X, y, n_steps=100, stretch=stretch)[-1] for stretch in (2.1, 2.5))
    assert lasso_objective(X, y, arrived, 0, LAM) < minimum + 1e-9
    assert lasso_objective(X, y, lost, 0, LAM) > 1e6 * minimum
