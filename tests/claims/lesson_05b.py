"""Claims of lesson 05b, What the minimum hides."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LassoCV

from claims import claim
from course_utils.datasets import load_diabetes, load_macrodata, simulate_sparse_regression
from course_utils.path import lam_grid
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer
from course_utils.tuning import cross_validate_path, edge_of_grid, forward_folds, k_folds, refit


@claim(
    "c05b-1",
    statement="Cross-validation finds the features that matter.",
    verdict="wrong",
    right="It finds the penalty that predicts, and that one keeps false features too: to shrink the true coefficients "
    "little, it must let chance in. The penalty that really predicts best does the same. What the list is good for "
    "is sieving: strong true features are on it.",
    lesson="05b",
    section="Forty lists with a known answer",
    box=True,
)
def the_best_predicting_penalty_keeps_chance_columns():
    """Twelve draws of fifty columns, five of them true: what LassoCV keeps, and what the best on new rows keeps."""
    for seed in range(12):
        draw = simulate_sparse_regression(2100, 50, 5, rng=np.random.default_rng(seed))
        is_true, X_new, y_new = draw.beta_true != 0, draw.X[100:], draw.y[100:]
        found = LassoCV(alphas=30, cv=5, max_iter=100_000).fit(draw.X[:100], draw.y[:100])
        betas = found.path(draw.X[:100], draw.y[:100] - draw.y[:100].mean(), alphas=found.alphas_)[1]
        best = betas[:, np.argmin(np.mean((y_new[:, None] - y_new.mean() - X_new @ betas) ** 2, axis=0))]
        for beta in (found.coef_, best):
            assert (beta[is_true] != 0).all()
            assert np.sum(beta[~is_true] != 0) >= 1


@claim(
    "55",
    statement="As α grows, bias rises and variance falls.",
    verdict="imprecise",
    right="The bias of a coefficient rises. The variance of the whole fit falls where most columns go out; that of a "
    "coefficient which stays far from zero does not, and with columns that differ from sample to sample it "
    "rises, because the shrinkage differs too.",
    lesson="05b",
    section="Build it",
    note="The notes' table over α (0.148 0.105 0.120 0.143) is of a design that they do not give; the same turn is "
    "shown here with one column, whose solution is a formula.",
)
def the_variance_of_a_large_coefficient_does_not_fall():
    """One column and one coefficient of 5: four thousand samples of twenty rows, fixed column and drawn ones."""
    rng = np.random.default_rng(0)
    columns, noise = rng.standard_normal((4000, 20)), rng.standard_normal((4000, 20))

    def estimates(x, lam):
        y = 5 * x + noise
        return soft_threshold(np.mean(x * y, axis=1), lam) / np.mean(x**2, axis=1)

    def fixed(lam):
        return estimates(np.broadcast_to(columns[0], columns.shape), lam)

    assert 5 - fixed(2.0).mean() > 5 - fixed(0.5).mean() > 0
    np.testing.assert_allclose(fixed(2.0).var(), fixed(0.5).var(), rtol=1e-9)
    assert estimates(columns, 2.0).var() > 2 * estimates(columns, 0.5).var()


@claim(
    "c05b-2",
    statement="The weaker the penalty, the better the prediction: the error falls all the way.",
    verdict="wrong",
    right="It falls to the end of the grid that was tried. A minimum at the weak end is no minimum: lay a longer grid, "
    "and if the error still falls, no penalty is needed.",
    lesson="05b",
    section="The edge of a grid",
    box=True,
    note="Which published course reads a law into such an edge could not be found in the notes.",
)
def a_longer_grid_ends_the_law_of_the_short_one():
    """The diabetes patients, five folds, a grid down to a tenth of lam_max and one down to a thousandth."""
    patients = load_diabetes(scaled=False)
    Z, folds = (
        fit_standardizer(patients.X).transform(patients.X),
        k_folds(442, 5, rng=np.random.default_rng(0)),
    )
    short, long = (
        cross_validate_path(
            patients.X, patients.y, lam_grid(Z, patients.y, n_lams=n, ratio=r), folds=folds, tol=1e-4
        )
        for n, r in ((10, 0.1), (30, 0.001))
    )
    assert (np.diff(short.mean_error) < 0).all()
    assert edge_of_grid(short) == "weak"
    assert edge_of_grid(long) is None


@claim(
    "18",
    statement="The LASSO assumes independent errors.",
    verdict="imprecise",
    right="The fit does not: it minimises the same function whatever the errors are. What assumes it is the judgement: "
    "shuffled folds, standard errors, intervals. For rows in order, test on what comes later.",
    lesson="05b",
    section="Rows that come in order",
    box=True,
)
def shuffled_folds_promise_what_the_future_does_not_keep():
    """Unemployment by quarter: the error promised by shuffled and by forward folds, and that of the next ten years."""
    economy = load_macrodata()
    X, y, X_next, y_next = economy.X[:163], economy.y[:163], economy.X[163:], economy.y[163:]
    lams = lam_grid(fit_standardizer(X).transform(X), y, n_lams=10, ratio=0.01)
    promised, kept = {}, {}
    for name, folds in (
        ("shuffled", k_folds(163, 5, rng=np.random.default_rng(0))),
        ("forward", forward_folds(163, 5)),
    ):
        cv = cross_validate_path(X, y, lams, folds=folds, tol=1e-3)
        model = refit(X, y, lams[cv.mean_error.argmin()], tol=1e-4)
        promised[name] = cv.mean_error.min()
        kept[name] = np.mean((y_next - model.intercept - X_next @ model.beta) ** 2)
    assert kept["shuffled"] > 4 * promised["shuffled"]
    assert kept["forward"] < 4 * promised["forward"]
