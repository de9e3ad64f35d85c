"""course_utils.estimators: scikit-learn's interface, its results within the gap, and its checks."""

import re
import warnings
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from scipy import sparse
from sklearn import config_context, linear_model
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from course_utils import estimators, resampling
from course_utils.datasets import load_diabetes
from course_utils.estimators import BootstrapLasso, ElasticNet, Lasso, LassoCV, StabilitySelection, linear
from course_utils.objective import duality_gap

DIABETES = load_diabetes()
X, y = DIABETES.X, DIABETES.y
WEIGHTS = np.random.default_rng(1).integers(0, 4, len(y)).astype(float)
NULL = y.var() / 2  # the objective of no feature
FRAME = pd.DataFrame(X, columns=DIABETES.feature_names)
DROP_INS = ["Lasso", "ElasticNet", "LassoCV"]


def ours_and_theirs(name, *data, **options):
    """The same fit by both, solved closely."""
    ours = getattr(estimators, name)(tol=1e-10, **options).fit(*data)
    theirs = getattr(linear_model, name)(tol=1e-10, max_iter=100_000, **options).fit(*data)
    return ours, theirs


@pytest.mark.parametrize(
    "kind", [np.array, np.ascontiguousarray, sparse.csr_array, sparse.csc_matrix, pd.DataFrame]
)
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize(
    "options",
    [{"fit_intercept": True}, {"fit_intercept": False}, {"positive": True}],
    ids=lambda options: "-".join(f"{name}={value}" for name, value in options.items()),
)
@pytest.mark.parametrize("name", ["Lasso", "ElasticNet"])
def test_a_fit_is_that_of_scikit_learn(name, options, weights, kind):
    ours, theirs = ours_and_theirs(name, kind(X), y, weights, alpha=0.3, **options)
    np.testing.assert_allclose(
        ours.coef_, theirs.coef_, rtol=1e-4, atol=1e-4
    )  # of coefficients of several hundred
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-6)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)
    assert type(ours.sparse_coef_) is type(theirs.sparse_coef_)


def test_the_dual_gap_is_in_the_units_of_the_objective():
    model = Lasso(0.3, tol=1e-2, max_iter=1).fit(X, y)
    gap = duality_gap(X, y, model.coef_, model.intercept_, 0.3)
    assert model.dual_gap_ == pytest.approx(gap * NULL, rel=1e-6, abs=1e-9)
    assert gap <= 2e-2


def test_the_tolerance_is_that_of_scikit_learn():
    with pytest.warns(ConvergenceWarning) as ours:
        Lasso(0.01, tol=1e-20).fit(X, y)
    with pytest.warns(ConvergenceWarning) as theirs:
        linear_model.Lasso(0.01, tol=1e-20).fit(X, y)
    ours, theirs = (re.search(r"tolerance: ([-\d.e]+\d)", str(told[0].message))[1] for told in (ours, theirs))
    assert float(ours) == pytest.approx(float(theirs) / len(y), rel=1e-3, abs=0)  # theirs is not divided by n


def test_every_target_is_fitted_by_itself():
    both = np.column_stack([y, np.log(y)])
    ours, theirs = ours_and_theirs("Lasso", X, both, alpha=0.02)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)
    assert ours.dual_gap_.shape == (2,)
    assert [type(passes) for passes in ours.n_iter_] == [int, int]
    np.testing.assert_array_equal(ours.coef_[1], Lasso(0.02, tol=1e-10).fit(X, np.log(y)).coef_)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("target", [y, y[:, None], np.column_stack([y, y])], ids=["one", "column", "two"])
def test_attributes_have_the_shapes_of_scikit_learn(target, fit_intercept):
    ours, theirs = ours_and_theirs("ElasticNet", X, target, alpha=0.3, fit_intercept=fit_intercept)
    for name in ("coef_", "intercept_", "dual_gap_", "n_iter_"):
        assert np.shape(getattr(ours, name)) == np.shape(getattr(theirs, name)), name
    assert ours.predict(X).shape == theirs.predict(X).shape


def test_single_precision_stays_single_precision():
    model = Lasso(0.3).fit(X.astype(np.float32), y)
    assert (model.coef_.dtype, model.intercept_.dtype, model.dual_gap_.dtype) == (np.float32,) * 3
    np.testing.assert_allclose(model.coef_, Lasso(0.3).fit(X, y).coef_, atol=0.01)


@pytest.mark.parametrize("order", ["C", "F"])
def test_x_is_read_where_it_lies_and_never_written(order, monkeypatch):
    seen, solve_each = [], linear.solve_each

    def watched(problems, *args, **options):
        seen.extend(problem.X for problem in problems)
        return solve_each(problems, *args, **options)

    monkeypatch.setattr(linear, "solve_each", watched)
    here = np.array(X, order=order)
    here.setflags(write=False)
    Lasso(0.3, copy_X=False).fit(here, y)
    assert np.shares_memory(seen[0], here)


def test_a_warm_start_has_nothing_left_to_do():
    model = Lasso(0.3, warm_start=True).fit(X, y)
    assert model.n_iter_ > 0
    assert model.fit(X, y).n_iter_ == 0
    assert model.set_params(warm_start=False).fit(X, y).n_iter_ > 0


def test_a_warm_start_from_other_columns_is_refused():
    with pytest.raises(ValueError, match=r"coef_ has shape \(10,\)"):
        Lasso(0.3, warm_start=True).fit(X, y).fit(X[:, :4], y)


def test_a_warm_start_from_coefficients_of_the_wrong_sign_finds_the_same():
    model = Lasso(0.3, tol=1e-10, warm_start=True).fit(X, y)
    assert model.coef_.min() < 0
    cold = Lasso(0.3, tol=1e-10, positive=True).fit(X, y)
    np.testing.assert_allclose(model.set_params(positive=True).fit(X, y).coef_, cold.coef_, atol=1e-4)


def test_names_of_a_frame_are_kept_and_others_are_refused():
    model = LassoCV(alphas=5).fit(FRAME, y)
    assert tuple(model.feature_names_in_) == DIABETES.feature_names
    assert model.n_features_in_ == 10
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(FRAME.rename(columns={"bmi": "weight"}))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
def test_without_a_price_least_squares_are_fitted_with_the_warning_of_scikit_learn(kind, weights):
    with pytest.warns(UserWarning, match="With alpha=0, this algorithm does not converge well"):
        model = Lasso(0).fit(kind(X), y, weights)
    expected = linear_model.LinearRegression().fit(X, y, weights)
    np.testing.assert_allclose(model.predict(X), expected.predict(X), rtol=1e-6)
    assert np.isnan(model.dual_gap_)
    assert model.n_iter_ == 0


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_without_a_price_on_sizes_ridge_is_fitted_and_proven(weights, kind, positive):
    model = ElasticNet(0.01, l1_ratio=0, positive=positive).fit(kind(X), y, weights)
    total = len(y) if weights is None else weights.sum()
    expected = linear_model.Ridge(0.01 * total, positive=positive, tol=1e-12).fit(X, y, weights)
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=1e-4, atol=1e-3)
    assert abs(model.dual_gap_) < 1e-8 * NULL


def test_the_gap_of_ridge_is_how_far_its_objective_may_still_fall():
    from course_utils.estimators import unpenalised

    centred, target = X - X.mean(axis=0), y - y.mean()
    best = ElasticNet(0.01, l1_ratio=0).fit(centred, target).coef_

    def objective(beta):
        return np.mean((target - centred @ beta) ** 2) / 2 + 0.005 * beta @ beta

    for beta in (np.zeros(10), 0.9 * best, best + 1):
        gap = unpenalised.ridge_gap(
            beta, centred.T @ (target - centred @ beta) / len(y), 0.01, positive=False
        )
        assert objective(beta) - objective(best) <= gap


def test_a_fit_that_is_not_proven_warns_with_the_class_of_scikit_learn_and_the_line_that_asked():
    with pytest.warns(
        ConvergenceWarning, match=r"Objective did not converge.*Duality gap: .*, tolerance: "
    ) as told:
        Lasso(0.01, tol=0, max_iter=1).fit(X, y)
    assert [warning.filename for warning in told] == [__file__]


@pytest.mark.filterwarnings("ignore:Objective did not converge:sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ["LassoCV", "BootstrapLasso", "StabilitySelection"])
def test_of_many_fits_those_that_are_not_proven_are_counted_once(name):
    with pytest.warns(ConvergenceWarning, match=r"\d+ of \d+ fits stopped above tol") as told:
        getattr(estimators, name)(tol=1e-30).fit(X, y)
    assert [warning.filename for warning in told if "fits" in str(warning.message)] == [__file__]


def test_the_fit_of_all_rows_counts_among_those_of_its_resamples():
    with pytest.warns(ConvergenceWarning) as told:
        BootstrapLasso(0.3, n_resamples=2, tol=1e-30, random_state=0).fit(X, y)
    assert "of 3 fits stopped above tol" in str(told[0].message)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ((X, None), ValueError, "target y is None"),
        ((X, sparse.csr_array(y[:, None])), TypeError, "y is a sparse csr matrix"),
        ((X, y[:5]), ValueError, r"y has shape \(5,\)"),
        ((X, np.zeros((len(y), 0))), ValueError, r"y has shape \(442, 0\)"),
        ((X, np.where(y > 200, np.nan, y)), ValueError, "y has .* NaN or infinite"),
        ((np.where(X > 0.1, np.inf, X), y), ValueError, "X contains infinity"),
        ((X, y, -WEIGHTS), ValueError, "sample_weight has the value"),
        ((X, y, WEIGHTS[:5]), ValueError, r"sample_weight has shape \(5,\)"),
        ((X, y, 0 * WEIGHTS), ValueError, "sample_weight is zero everywhere"),
    ],
)
@pytest.mark.parametrize("name", ["Lasso", "ElasticNet"])
def test_bad_data_are_named(name, data, error, message):
    with pytest.raises(error, match=message):
        getattr(estimators, name)(0.3).fit(*data)


def test_numbers_too_large_for_products_are_refused_in_the_words_of_scikit_learn():
    huge = np.finfo(float).max * np.random.default_rng(0).uniform(size=(10, 2))
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"non-finite parameter values|too large"):
        ElasticNet(0.1).fit(huge, np.arange(10.0) % 2)


def test_positive_least_squares_of_sparse_columns_are_refused():
    with (
        pytest.warns(UserWarning, match="alpha=0"),
        pytest.raises(TypeError, match="alpha above 0 is needed"),
    ):
        Lasso(0, positive=True).fit(sparse.csr_array(X), y)


FOLDS = list(KFold(4, shuffle=True, random_state=0).split(X))
REPEATED = [(np.repeat(train, 2)[:-3], test) for train, test in FOLDS]
MASKS = [tuple(np.isin(np.arange(len(y)), rows) for rows in fold) for fold in FOLDS]


@pytest.mark.parametrize(
    "options",
    [
        {"alphas": 20},
        {"alphas": 20, "fit_intercept": False},
        {"alphas": 20, "positive": True},
        {"alphas": [0.1, 3.0, 3.0, 0.5]},
        {"alphas": [0.0, 1.0, 0.0]},
        {"alphas": [0.0]},
        {"alphas": 1},
        {"alphas": 20, "eps": 0.05, "cv": REPEATED},
        {"alphas": 20, "eps": 0.05, "cv": MASKS},
        {"alphas": 20, "eps": 0.05, "cv": FOLDS[:1]},
    ],
    ids=lambda options: "-".join(options),
)
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
@pytest.mark.filterwarnings(
    "ignore:With alpha=0:UserWarning", "ignore:Coordinate descent with no reg:UserWarning"
)
@pytest.mark.filterwarnings("ignore:Objective did not converge:sklearn.exceptions.ConvergenceWarning")
def test_the_chosen_alpha_and_its_errors_are_those_of_scikit_learn(kind, weights, options):
    ours, theirs = ours_and_theirs("LassoCV", kind(X), y, weights, **options)
    np.testing.assert_allclose(ours.alphas_, theirs.alphas_, rtol=1e-10)
    np.testing.assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-5)
    assert ours.alpha_ == pytest.approx(theirs.alpha_, rel=1e-10)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-4)


def test_a_constant_column_is_no_obstacle_to_cross_validation():
    with_constant = np.column_stack([X, np.ones(len(y))])
    ours, theirs = ours_and_theirs("LassoCV", with_constant, y, alphas=10)
    np.testing.assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-6)
    assert ours.coef_[-1] == 0


def test_folds_of_several_jobs_are_those_of_one():
    with parallel_config(backend="threading"):
        one, two = (LassoCV(alphas=10, positive=True, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    np.testing.assert_array_equal(one.mse_path_, two.mse_path_)


def test_a_splitter_is_given_the_groups_if_routing_is_enabled():
    groups = np.arange(len(y)) % 7
    with config_context(enable_metadata_routing=True):
        model = LassoCV(alphas=5, cv=GroupKFold(3).set_split_request(groups=True)).fit(X, y, groups=groups)
    by_hand = LassoCV(alphas=5, cv=list(GroupKFold(3).split(X, y, groups))).fit(X, y)
    np.testing.assert_array_equal(model.mse_path_, by_hand.mse_path_)


class HeavyRows(KFold):
    """Tests the rows of weight, and trains on all others."""

    def split(self, X, y=None, groups=None, *, sample_weight=None):
        heavy = sample_weight > 1
        yield np.flatnonzero(~heavy), np.flatnonzero(heavy)


def test_a_splitter_that_asks_for_the_weights_is_given_them():
    with config_context(enable_metadata_routing=True):
        cv = HeavyRows().set_split_request(sample_weight=True)
        ours, theirs = ours_and_theirs("LassoCV", X, y, WEIGHTS, alphas=5, cv=cv)
    np.testing.assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-6)


@pytest.mark.parametrize("name", DROP_INS)
def test_a_pipeline_hands_weights_to_a_drop_in_that_asks_for_them(name):
    with config_context(enable_metadata_routing=True):
        model = make_pipeline(getattr(estimators, name)().set_fit_request(sample_weight=True))
        model.fit(X, y, sample_weight=WEIGHTS)
    by_hand, without = (getattr(estimators, name)().fit(X, y, weights) for weights in (WEIGHTS, None))
    np.testing.assert_array_equal(model[-1].intercept_, by_hand.intercept_)
    assert by_hand.intercept_ != without.intercept_


def test_extra_parameters_are_refused_without_routing():
    with pytest.raises(ValueError, match="only supported if enable_metadata_routing=True"):
        LassoCV().fit(X, y, groups=np.ones(len(y)))


@pytest.mark.parametrize("name", DROP_INS)
def test_a_drop_in_has_the_parameters_of_scikit_learn_and_is_one_of_its_kind(name):
    ours, theirs = getattr(estimators, name)(), getattr(linear_model, name)()
    assert ours.get_params() == theirs.get_params()
    assert isinstance(ours, type(theirs))
    with pytest.raises(ValueError, match="The 'tol' parameter of"):
        ours.set_params(tol=-1.0).fit(X, y)


def test_stability_selection_is_the_function_of_that_name():
    model = StabilitySelection(alphas=8, n_subsamples=20, threshold=0.8, random_state=3).fit(FRAME, y)
    rng = np.random.default_rng(3)
    expected = resampling.stability_selection(X, y, model.alphas_, n_subsamples=20, rng=rng, tol=1e-8)
    np.testing.assert_allclose(model.frequencies_, expected.frequencies, atol=0.05)
    np.testing.assert_array_equal(model.get_support(indices=True), expected.selected(0.8))
    assert model.error_bound_ == pytest.approx(expected.error_bound(0.8), rel=0.05)
    assert model.gaps_.max() <= 1e-6
    names = np.array(DIABETES.feature_names)[expected.selected(0.8)]
    np.testing.assert_array_equal(model.get_feature_names_out(), names)


def test_prices_of_stability_begin_where_no_standardised_column_is_left():
    scales = np.arange(1.0, 11.0)
    model = StabilitySelection(alphas=4, n_subsamples=2, random_state=0).fit(X * scales, y)
    top = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())) / len(y) / X.std(axis=0)
    np.testing.assert_allclose(model.alphas_, np.geomspace(top.max(), 0.1 * top.max(), 4))
    plain = StabilitySelection(alphas=[0.1, 0.5], n_subsamples=2, standardize=False, random_state=0).fit(X, y)
    np.testing.assert_array_equal(plain.alphas_, [0.5, 0.1])


@pytest.mark.parametrize(
    "estimator", [StabilitySelection(n_subsamples=9), BootstrapLasso(0.1, n_resamples=9)]
)
def test_a_constant_column_is_never_selected(estimator):
    with_constant = np.column_stack([np.ones(len(y)), X])
    with_constant[:, 4] = -3.0
    model = estimator.set_params(random_state=0).fit(with_constant, y)
    frequencies = getattr(model, "max_frequency_", getattr(model, "selection_frequency_", None))
    assert frequencies.shape == (11,)
    assert not frequencies[[0, 4]].any()
    assert frequencies[3] == 1  # bmi
    with pytest.raises(ValueError, match="every column of X"):
        estimator.fit(np.ones((20, 3)), np.arange(20.0))


def test_the_bootstrap_is_the_function_of_that_name():
    model = BootstrapLasso(0.3, n_resamples=20, random_state=3).fit(FRAME, y)
    rng = np.random.default_rng(3)
    options = {"n_resamples": 20, "rng": rng, "standardize": False, "tol": 1e-8}
    expected = resampling.bootstrap_lasso(X, y, [0.3], **options)
    np.testing.assert_allclose(model.coef_samples_, expected.betas[:, 0], atol=1.0)  # of several hundred
    np.testing.assert_allclose(model.intercept_samples_, expected.intercepts[:, 0], rtol=1e-4)
    np.testing.assert_allclose(model.interval(0.8), expected.interval(0.8)[:, 0], atol=1.0)
    np.testing.assert_allclose(model.selection_frequency_, expected.selection_frequency()[0], atol=0.05)


def test_the_bootstrap_predicts_with_the_coefficients_of_all_rows_and_proves_them():
    model = BootstrapLasso(0.3, n_resamples=2).fit(X, y)
    np.testing.assert_allclose(model.coef_, Lasso(0.3, tol=1e-10).fit(X, y).coef_, atol=0.1)
    np.testing.assert_allclose(model.predict(X), model.intercept_ + X @ model.coef_)
    gap = duality_gap(X, y, model.coef_, model.intercept_, 0.3)
    assert model.dual_gap_ == pytest.approx(gap * NULL, abs=1e-9)
    assert max(gap, *model.gaps_) <= 1e-6


def test_a_standardised_bootstrap_has_coefficients_in_the_units_of_x_and_is_proven_in_its_own():
    scales = np.arange(1.0, 11.0)
    plain = BootstrapLasso(6.0, n_resamples=5, standardize=True, random_state=0)
    wide = BootstrapLasso(6.0, n_resamples=5, standardize=True, random_state=0).fit(X * scales, y)
    np.testing.assert_allclose(wide.coef_samples_ * scales, plain.fit(X, y).coef_samples_, atol=0.1)
    np.testing.assert_allclose(wide.predict(X * scales), plain.predict(X), rtol=1e-6)
    assert 0 <= wide.dual_gap_ <= 1e-6 * NULL


@pytest.mark.parametrize("name", ["StabilitySelection", "BootstrapLasso"])
@pytest.mark.parametrize(
    "state", [7, np.random.RandomState(7), np.random.default_rng(7)], ids=lambda s: type(s).__name__
)
def test_whatever_says_where_randomness_begins_is_taken(name, state):
    first, second = (getattr(estimators, name)(random_state=deepcopy(state)).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(first.gaps_, second.gaps_)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (StabilitySelection(threshold=0.5), "threshold is 0.5; a number above 0.5"),
        (StabilitySelection(n_subsamples=1), "n_subsamples is 1"),
        (StabilitySelection(alphas=[1.0, -1.0]), r"alphas\[1\] == -1"),
        (StabilitySelection(alphas=[1.0, 1.0]), "do not fall"),
        (BootstrapLasso(0), "lam is 0"),
        (BootstrapLasso(n_resamples=1), "n_resamples is 1"),
        (BootstrapLasso(tol=0), "tol is 0"),
    ],
)
def test_a_bad_parameter_of_resampling_is_named(model, message):
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)


@pytest.mark.parametrize("level", [0, -0.5, 1.5])
def test_a_bad_level_is_named(level):
    with pytest.raises(ValueError, match=rf"level is {level}"):
        BootstrapLasso(n_resamples=2).fit(X, y).interval(level)


@pytest.mark.parametrize("name", ["StabilitySelection", "BootstrapLasso"])
def test_resampling_refuses_sparse_columns(name):
    with pytest.raises(TypeError, match="dense data is required"):
        getattr(estimators, name)().fit(sparse.csr_array(X), y)


def failures(estimator):
    """The names of the checks of scikit-learn that an estimator fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_skip=None, on_fail=None)
    assert len(results) > 40
    return {result["check_name"] for result in results if result["status"] == "failed"}


@pytest.mark.parametrize("name", DROP_INS)
def test_a_drop_in_fails_no_check_that_scikit_learns_own_passes(name):
    assert failures(getattr(estimators, name)()) <= failures(getattr(linear_model, name)())


@pytest.mark.parametrize("model", [StabilitySelection(n_subsamples=5), BootstrapLasso(n_resamples=5)])
def test_resampling_passes_all_checks_of_scikit_learn(model):
    assert failures(model) == set()
