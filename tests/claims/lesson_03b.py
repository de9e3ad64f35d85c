"""Claims of lesson 03b: rare, sparse and categorical columns, and what may look at the test rows."""

from __future__ import annotations

import numpy as np
from scipy import sparse, stats
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Lasso, LinearRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from claims import claim
from course_utils.datasets import load_ames, load_hitters
from course_utils.objective import lam_max
from course_utils.scaling import fit_standardizer

COLUMNS = ("lot area", "overall quality", "year built", "basement area", "garage area", "living area")


def houses_with_a_pool_column():
    """Return six columns of the houses of Ames, a seventh for having a pool, and the prices."""
    houses = load_ames()
    pool = houses.column("pool area") > 0
    return np.column_stack([*(houses.column(name) for name in COLUMNS), pool]), houses.y


def share_at_which_the_last_column_enters(X, y):
    """Return the largest share of lam_max, on a grid, at which the last column has a coefficient."""
    for share in np.geomspace(0.1, 1e-4, 40):
        if Lasso(alpha=share * lam_max(X, y), tol=1e-8).fit(X, y).coef_[-1] != 0:
            return share
    return 0.0


def letters(rng, n_letters=300, n_words=300, matters=(5, 60, 200)):
    """Return the length of drawn letters beside their word counts, sparse, and a target of a few words."""
    frequency = 1 / np.arange(10, n_words + 10)
    lengths = np.exp(rng.normal(5, 0.6, n_letters)).astype(int)
    counts = np.array([rng.multinomial(length, frequency / frequency.sum()) for length in lengths])
    y = counts[:, matters] @ np.array([1.0, -1.0, 1.0]) + rng.standard_normal(n_letters)
    return sparse.csc_matrix(np.column_stack([lengths, counts]).astype(float)), y


def first_columns_that_include(wanted, X, y):
    """Return the columns in use at the first penalty, falling, at which all those wanted are."""
    for lam in lam_max(X, y) * np.geomspace(1, 1e-3, 40):
        used = set(np.flatnonzero(Lasso(alpha=lam, tol=1e-6, max_iter=10_000).fit(X, y).coef_))
        if wanted <= used:
            return used
    return set(range(X.shape[1]))


@claim(
    "32",
    statement="Word counts beside the length of the document, or genes beside age, must be standardised.",
    verdict="imprecise",
    right="Scaled, yes: raw, the length is nearly free and is kept though it says nothing. But divided and "
    "not centred: subtracting a mean fills a sparse table. No other model results, since the intercept "
    "does the centring.",
    lesson="03b",
    section="Words beside lengths, genes beside genes",
)
def divided_and_not_centred():
    """Simulated letters: columns in use when the words that matter are in; sparse fit against a centred one."""
    rng = np.random.default_rng(32)
    X, y = letters(rng)
    scaled = sparse.csc_matrix(fit_standardizer(X, center=False).transform(X))
    wanted = {6, 61, 201}
    assert 0 in first_columns_that_include(wanted, X, y)
    assert 0 not in first_columns_that_include(wanted, scaled, y)
    assert scaled.nnz == X.nnz
    centred = scaled.toarray() - scaled.toarray().mean(axis=0)
    assert np.mean(centred != 0) > 0.99
    fits = [Lasso(alpha=0.2, tol=1e-12, max_iter=10_000).fit(table, y).coef_ for table in (scaled, centred)]
    np.testing.assert_allclose(*fits, atol=1e-8)


@claim(
    "36",
    statement="Use RobustScaler when there are outliers.",
    verdict="imprecise",
    right="Its scale is robust and the fit is not: the wrong value stays in the column, with its leverage, "
    "and one typed lot among all houses of Ames takes more than three quarters of the effect. And a "
    "column whose middle half is a single value, as in 9 of the 31 columns of Ames, is not scaled at "
    "all.",
    lesson="03b",
    section="A ruler of length zero",
    box=True,
    note="The collection has a rare dummy with effects .225 (standard), 0 and 0, simulated: the same "
    "pattern.",
)
def a_robust_scale_is_no_robust_fit():
    """Two zeros too many in one lot: the interquartile range and the worth of a lot; columns of width 0."""
    X, y = houses_with_a_pool_column()
    typo = X.copy()
    typo[np.flatnonzero(X[:, 0] == 10_000)[0], 0] = 1_000_000
    scales, worths = [], []
    for table in (X, typo):
        scaler = RobustScaler()
        fit = Lasso(alpha=2, tol=1e-8).fit(scaler.fit_transform(table), y)
        scales.append(scaler.scale_[0])
        worths.append(fit.coef_[0] / scaler.scale_[0])
    assert abs(scales[1] / scales[0] - 1) < 0.01
    assert worths[1] < 0.25 * worths[0]
    columns = load_ames().X
    low, high = np.percentile(columns, [25, 75], axis=0)
    assert (np.sum(low == high), columns.shape[1]) == (9, 31)
    np.testing.assert_array_equal(RobustScaler().fit(columns).scale_[low == high], 1)


@claim(
    "37",
    statement="MinMaxScaler may be used instead of standardising; compare.",
    verdict="true",
    right="It may, and it is another model. It leaves a column of zeros and ones as it is, so that a rare one "
    "pays by its raw numbers: a pool in Ames comes in at less than half the share of lam_max at which it "
    "does with the standard scaler.",
    lesson="03b",
    section="Eleven pools",
)
def min_max_keeps_the_pool_out_for_longer():
    """The share of lam_max at which the pool enters, after the two scalers."""
    X, y = houses_with_a_pool_column()
    standard, min_max = (
        share_at_which_the_last_column_enters(scaler.fit_transform(X), y)
        for scaler in (StandardScaler(), MinMaxScaler())
    )
    assert 0 < min_max < 0.5 * standard


def change_of_error_by_scaling_outside(n_players, n_draws):
    """Return, in per cent, how much scaling before the folds changes the error, for drawn players."""
    players, model, changes = load_hitters(), Lasso(alpha=20, max_iter=10_000), []
    for draw in range(n_draws):
        rows = np.random.default_rng(draw).permutation(len(players.y))[:n_players]
        X, y = players.X[rows], players.y[rows]
        how = {"cv": KFold(5), "scoring": "neg_mean_squared_error"}
        inside = cross_val_score(make_pipeline(StandardScaler(), model), X, y, **how).mean()
        outside = cross_val_score(model, StandardScaler().fit_transform(X), y, **how).mean()
        changes.append(100 * (outside / inside - 1))
    return np.array(changes)


@claim(
    "38",
    statement="Split the data first, then fit the scaler on the training rows only.",
    verdict="true",
    right="Yes: rows that judge a model should have no part in it, and a pipeline does it in one line. The "
    "means alone could not leak, since the intercept takes them up; the deviations can.",
    lesson="03b",
    section="What may the ruler see?",
)
def means_do_not_leak_and_deviations_do():
    """Predictions for test rows with means, then deviations, of all rows in place of the training rows'."""
    players = load_hitters()
    train, test = np.arange(200), np.arange(200, 263)
    means = players.X[train].mean(axis=0), players.X.mean(axis=0)
    deviations = players.X[train].std(axis=0), players.X.std(axis=0)

    def predictions(mean, deviation):
        Z = (players.X - mean) / deviation
        return Lasso(alpha=20, tol=1e-10, max_iter=100_000).fit(Z[train], players.y[train]).predict(Z[test])

    honest = predictions(means[0], deviations[0])
    np.testing.assert_allclose(predictions(means[1], deviations[0]), honest, rtol=1e-6)
    assert np.abs(predictions(means[0], deviations[1]) - honest).max() > 1


@claim(
    "c03b-1",
    statement="Fitting the scaler before the split invalidates the evaluation.",
    verdict="imprecise",
    right="It is wrong to do and, with rows enough, of little consequence: with all 263 players of the "
    "Hitters table the cross-validated error changes by less than 2 % in every draw. With 20 players it "
    "changes by several per cent on average.",
    lesson="03b",
    section="What may the ruler see?",
    box=True,
)
def the_leak_of_a_scaler_is_small():
    """Errors of five folds with the scaler inside and outside, for 263 and for 20 players."""
    assert np.abs(change_of_error_by_scaling_outside(263, n_draws=5)).max() < 2
    assert np.abs(change_of_error_by_scaling_outside(20, n_draws=8)).mean() > 4


@claim(
    "51",
    statement="A selected feature is not thereby a significant one, and least squares p-values after selection "
    "are not valid.",
    verdict="true",
    right="Yes. The strongest of a hundred columns of pure noise has a least squares p-value below 0.05 "
    "nearly always, where it should be one time in twenty.",
    lesson="03b",
    section="What may the ruler see?",
)
def the_strongest_noise_looks_significant():
    """The p-value of the best correlated of a hundred noise columns, sixty rows, two hundred draws."""
    rng = np.random.default_rng(51)
    p_values, any_column = [], []
    for _ in range(200):
        X, y = rng.standard_normal((60, 100)), rng.standard_normal(60)
        strongest = np.argmax(np.abs((X - X.mean(axis=0)).T @ (y - y.mean())) / X.std(axis=0))
        p_values.append(stats.pearsonr(X[:, strongest], y).pvalue)
        any_column.append(stats.pearsonr(X[:, 0], y).pvalue)
    assert np.mean(np.array(p_values) < 0.05) > 0.95
    assert np.mean(np.array(any_column) < 0.05) < 0.12


@claim(
    "c03b-2",
    statement="Cross-validation protects: an R² measured on held-out rows shows that the chosen features mean "
    "something.",
    verdict="wrong",
    right="Only if the choice was made inside the folds. On pure noise, with ten of a thousand columns chosen "
    "on all rows first, the mean R² of five folds is positive; with the choice inside it is negative.",
    lesson="03b",
    section="What may the ruler see?",
    box=True,
    note="The collection has +.20 and -.81 for a design that it does not state. The lesson, a LASSO with λ = "
    "0.02 on 60 rows and 1,000 columns, 10 kept, has 0.37 and -0.42; the check takes least squares. The "
    "signs stayed in all designs tried.",
)
def noise_predicts_noise_if_it_was_chosen_outside():
    """Five draws of noise: R² by five folds with the columns chosen outside and inside."""
    rng = np.random.default_rng(52)
    keep, model = SelectKBest(f_regression, k=10), LinearRegression()
    scores = []
    for _ in range(5):
        X, y = rng.standard_normal((60, 1000)), rng.standard_normal(60)
        how = {"cv": KFold(5), "scoring": "r2"}
        outside = cross_val_score(model, keep.fit_transform(X, y), y, **how).mean()
        scores.append([outside, cross_val_score(make_pipeline(keep, model), X, y, **how).mean()])
    outside, inside = np.mean(scores, axis=0)
    assert outside > 0.1
    assert inside < -0.1
