"""Claims of lesson 05, Choosing lambda."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.stats import loguniform
from sklearn.linear_model import Lasso, LassoCV, lasso_path
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from claims import claim
from course_utils.datasets import load_hitters, simulate_sparse_regression
from course_utils.objective import lam_max
from course_utils.path import lam_grid

FIVE_FOLDS = KFold(5, shuffle=True, random_state=0)
TYPED = [10, 1, 0.1, 0.01, 0.001]


def salaries():
    """Return X (scaled over all players), y in thousands of dollars, and a grid of fifty penalties."""
    players = load_hitters()
    Z = StandardScaler().fit_transform(players.X)
    return Z, players.y, lam_grid(Z, players.y, n_lams=50)


@cache
def search():
    """Return a fitted grid search over a pipeline, on twenty penalties."""
    players, (_, _, lams) = load_hitters(), salaries()
    pipeline = make_pipeline(StandardScaler(), Lasso(tol=1e-6, max_iter=100_000))
    grid = {"lasso__alpha": lams[5:25]}
    return GridSearchCV(pipeline, grid, cv=FIVE_FOLDS, scoring="neg_mean_squared_error").fit(
        players.X, players.y
    )


def errors_by_penalty(seed):
    """Return the errors on many new rows of fits to sixty rows, for no feature, a middle penalty and almost none."""
    data = simulate_sparse_regression(5060, 40, 4, rng=np.random.default_rng(seed), noise=2.0)
    X, y = data.X[:60], data.y[:60]
    errors, zeros = [], []
    for share in (1.0, 0.2, 1e-4):
        model = Lasso(alpha=share * lam_max(X, y), max_iter=100_000).fit(X, y)
        errors.append(np.mean((data.y[60:] - model.predict(data.X[60:])) ** 2))
        zeros.append(np.sum(model.coef_ == 0))
    return errors, zeros


@claim(
    "54",
    statement="α is the main hyperparameter of the LASSO.",
    verdict="true",
    right="It is the only number that changes the minimum, once the columns are on one scale. Two switches pose "
    "another problem (`fit_intercept`, `positive`); the other arguments decide how a solver gets there, and when.",
    lesson="05",
    section="Eight ways to hide a third of the players",
)
def no_other_argument_moves_the_minimum():
    """The players' LASSO with other settings of the solver, with a switch of the problem, with another penalty."""
    Z, y, lams = salaries()

    def beta(lam, **settings):
        return Lasso(alpha=lam, tol=1e-12, max_iter=100_000, **settings).fit(Z, y).coef_

    reference = beta(lams[20])
    for settings in ({"selection": "random", "random_state": 0}, {"precompute": True}, {"warm_start": True}):
        np.testing.assert_allclose(beta(lams[20], **settings), reference, atol=1e-3)
    assert np.abs(beta(lams[21]) - reference).max() > 0.1
    assert np.abs(beta(lams[20], positive=True) - reference).max() > 0.1


@claim(
    "56",
    statement="A penalty that is too strong underfits, one that is too weak overfits.",
    verdict="true",
    right="With few rows and many columns both ends predict worse than the middle. With many rows for few columns "
    "the weak end may do little harm: there is not much to overfit.",
    lesson="05",
    section="Eight ways to hide a third of the players",
)
def both_ends_predict_worse_than_the_middle():
    """Ten draws of sixty rows and forty columns, of which four matter, judged on five thousand new rows."""
    for seed in range(10):
        (strong, middle, weak), _ = errors_by_penalty(seed)
        assert middle < strong
        assert middle < weak
    Z, y, lams = salaries()
    error = LassoCV(alphas=lams, cv=FIVE_FOLDS, max_iter=100_000).fit(Z, y).mse_path_.mean(axis=1)
    assert error[-1] < 1.1 * error.min() < error[0]


@claim(
    "106",
    statement="L1 can underfit if the penalty is too strong.",
    verdict="true",
    right="At `lam_max` every coefficient is zero, and the model predicts the average.",
    lesson="05",
    section="Eight ways to hide a third of the players",
)
def at_lam_max_nothing_is_left():
    """The players' LASSO at lam_max, against the prediction of the mean."""
    Z, y, lams = salaries()
    model = Lasso(alpha=lams[0] * (1 + 1e-9)).fit(Z, y)
    np.testing.assert_allclose(model.predict(Z), y.mean(), rtol=1e-12)
    assert Lasso(alpha=lams[20]).fit(Z, y).score(Z, y) > 0.4


@claim(
    "118",
    statement="Too much sparsity hurts.",
    verdict="true",
    right="A model that is made sparser than the truth leaves out features that matter, and predicts worse.",
    lesson="05",
    section="Eight ways to hide a third of the players",
)
def the_sparsest_model_is_not_the_best():
    """Zeros and errors on new rows for three penalties, ten draws."""
    for seed in range(10):
        (strong, middle, _), (zeros_strong, zeros_middle, _) = errors_by_penalty(seed)
        assert zeros_strong > zeros_middle
        assert strong > middle


@claim(
    "58",
    statement="K-fold cross-validation: divide the training data into K folds, fit to K − 1 of them, measure on the "
    "last, in turn; average; refit the best to all training data.",
    verdict="true",
    right="So it is, if everything that is learnt from the data is learnt inside the folds: the scale of the columns "
    "too, and above all any selection of columns. A pipeline does that if the folds lie around it, as in a grid "
    "search; those of a `LassoCV` that is its last step lie inside, behind the scaler.",
    lesson="05",
    section="Build it",
)
def the_recipe_by_hand_is_that_of_the_library():
    """The five errors of one penalty by hand, scaler inside, against those that a grid search stores."""
    players, found = load_hitters(), search()
    lam = found.best_params_["lasso__alpha"]
    for k, (train, test) in enumerate(FIVE_FOLDS.split(players.X)):
        scaler = StandardScaler().fit(players.X[train])
        model = Lasso(alpha=lam, tol=1e-6, max_iter=100_000)
        model.fit(scaler.transform(players.X[train]), players.y[train])
        error = np.mean((players.y[test] - model.predict(scaler.transform(players.X[test]))) ** 2)
        np.testing.assert_allclose(
            error, -found.cv_results_[f"split{k}_test_score"][found.best_index_], rtol=1e-9
        )
    Z, y, lams = salaries()
    last_step = make_pipeline(StandardScaler(), LassoCV(alphas=lams[5:10], cv=FIVE_FOLDS)).fit(players.X, y)[
        -1
    ]
    scaled_before = LassoCV(alphas=lams[5:10], cv=FIVE_FOLDS).fit(Z, y)
    np.testing.assert_allclose(last_step.mse_path_, scaled_before.mse_path_, rtol=1e-9)


@claim(
    "61",
    statement="The scoring is `neg_mean_squared_error` because the search maximises.",
    verdict="true",
    right="The largest negative error is the smallest error; change the sign before you report it.",
    lesson="05",
    section="Handshake",
)
def the_largest_score_is_the_smallest_error():
    """The stored scores of a grid search."""
    scores = search().cv_results_["mean_test_score"]
    assert (scores < 0).all()
    assert search().best_score_ == scores.max()
    assert search().best_index_ == np.argmin(-scores)


@claim(
    "62",
    statement="`best_estimator_` is the model that performed best during cross-validation.",
    verdict="imprecise",
    right="It is none of the models that performed during cross-validation. The winning penalty is fitted once more, "
    "to all the rows it was given.",
    lesson="05",
    section="What best_estimator_ is",
    box=True,
)
def the_best_estimator_is_a_refit_to_all_rows():
    """Coefficients of best_estimator_, of a fit to all players, and of the five fits in the folds."""
    players, found = load_hitters(), search()

    def beta(rows):
        scaler = StandardScaler().fit(players.X[rows])
        model = Lasso(alpha=found.best_params_["lasso__alpha"], tol=1e-6, max_iter=100_000)
        return model.fit(scaler.transform(players.X[rows]), players.y[rows]).coef_

    best = found.best_estimator_[-1].coef_
    np.testing.assert_allclose(best, beta(np.arange(len(players.y))), rtol=1e-9)
    for train, _ in FIVE_FOLDS.split(players.X):
        assert np.abs(best - beta(train)).max() > 1


@claim(
    "60",
    statement="Grid search tries all combinations, randomised search samples some of them.",
    verdict="true",
    right="For the LASSO's one penalty there is a third way, and it is cheaper than both: a path, whose fits begin "
    "where the last one ended (`LassoCV`, `lasso_path`).",
    lesson="05",
    section="What best_estimator_ is",
)
def a_path_saves_most_of_the_sweeps():
    """What the two searches tried, and the sweeps of fifty fits from zero and along the path."""
    Z, y, lams = salaries()
    assert len(search().cv_results_["params"]) == 20
    distribution = {"alpha": loguniform(lams[-1], lams[0])}
    drawn = RandomizedSearchCV(Lasso(max_iter=100_000), distribution, n_iter=4, cv=FIVE_FOLDS, random_state=0)
    assert len(drawn.fit(Z, y).cv_results_["params"]) == 4
    from_zero = sum(Lasso(alpha=lam, max_iter=100_000).fit(Z, y).n_iter_ for lam in lams)
    walker = Lasso(warm_start=True, max_iter=100_000)
    along = sum(walker.set_params(alpha=lam).fit(Z, y).n_iter_ for lam in lams)
    assert along < from_zero / 2


@claim(
    "57",
    statement="A grid from 0.001 to 10 is a sensible choice for α.",
    verdict="imprecise",
    right="α has the units of the target, so the numbers mean nothing by themselves. Begin at "
    "`lam_max = max |X'(y − mean y)| / n`, from which on everything is zero, and go down by a factor.",
    lesson="05",
    section="Where the grid begins",
    box=True,
)
def a_typed_grid_depends_on_the_unit_of_the_target():
    """The best of five typed penalties for the players' salaries in dollars, thousands and millions."""
    Z, y, lams = salaries()
    kept = {}
    for unit, size in (("dollars", 1000), ("thousands", 1), ("millions", 0.001)):
        found = LassoCV(alphas=TYPED, cv=FIVE_FOLDS, max_iter=100_000).fit(Z, size * y)
        kept[unit] = (found.alpha_, np.count_nonzero(found.coef_))
    assert kept["dollars"][0] == kept["thousands"][0] == max(TYPED) > kept["millions"][0]
    assert kept["dollars"][1] > 2 * kept["thousands"][1]
    assert lams[0] > 25 * max(TYPED)
    np.testing.assert_allclose(lam_max(Z, 1000 * y), 1000 * lams[0])


def errors_scaled(X, y, lams, *, inside):
    """Return the cross-validated error of every penalty, with the scaler inside or before the folds."""
    errors, Z = [], StandardScaler().fit_transform(X)
    for train, test in FIVE_FOLDS.split(X):
        scaler = StandardScaler().fit(X[train])
        Z_fold = scaler.transform(X) if inside else Z
        centre, mean = Z_fold[train].mean(axis=0), y[train].mean()
        betas = lasso_path(Z_fold[train] - centre, y[train] - mean, alphas=lams, max_iter=100_000)[1]
        errors.append(np.mean((y[test, None] - mean - (Z_fold[test] - centre) @ betas) ** 2, axis=0))
    return np.mean(errors, axis=0)


@claim(
    "59",
    statement="A grid search on training data that were scaled beforehand leaks, and its result cannot be trusted.",
    verdict="imprecise",
    right="The scaler belongs inside the folds, but what it leaks is little: for the players, and for seventy rows of "
    "five columns, the lowest error moves by less than 1 %, and not always down. The leak that matters is a "
    "selection of columns that has seen the target.",
    lesson="05",
    section="The numbers in the book",
    note="The notes' quartiles for thirty heavy-tailed rows were not repeated.",
)
def the_scalers_leak_is_small_and_goes_both_ways():
    """The lowest errors with the scaler inside and before the folds: players, and fifteen draws of seventy rows."""
    players, (_, _, lams) = load_hitters(), salaries()
    inside, before = (errors_scaled(players.X, players.y, lams, inside=i).min() for i in (True, False))
    assert abs(inside / before - 1) < 0.01
    ratios = []
    for seed in range(15):
        data = simulate_sparse_regression(70, 5, 2, rng=np.random.default_rng(seed), noise=2.0)
        grid = lam_grid(data.X, data.y, n_lams=20)
        low = [errors_scaled(data.X, data.y, grid, inside=i).min() for i in (True, False)]
        ratios.append(low[0] / low[1])
    assert np.abs(np.array(ratios) - 1).max() < 0.01
    assert min(ratios) < 1 < max(ratios)


@claim(
    "c05-1",
    statement="Cross-validation finds the optimal penalty.",
    verdict="imprecise",
    right="It finds a penalty whose error is near the lowest, and not the same one with every shuffle: on a flat floor "
    "the choices of sixteen shuffles of the same players differ by more than a factor of 20, and their "
    "errors, averaged over the shuffles, by a few per cent.",
    lesson="05",
    section="How it fails",
    box=True,
)
def the_shuffle_moves_the_choice_and_hardly_the_error():
    """Sixteen shuffles of the players, each with its LassoCV."""
    Z, y, lams = salaries()
    curves = [
        LassoCV(alphas=lams, cv=KFold(5, shuffle=True, random_state=seed), max_iter=100_000)
        .fit(Z, y)
        .mse_path_.mean(axis=1)
        for seed in range(16)
    ]
    chosen = np.argmin(curves, axis=1)
    assert lams[chosen.min()] > 20 * lams[chosen.max()]
    floor = np.mean(curves, axis=0)[chosen.min() : chosen.max() + 1]
    assert floor.max() < 1.03 * floor.min()
