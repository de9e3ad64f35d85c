import cvxpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import approx_fprime, minimize
from sklearn.linear_model import Lasso

from course_utils.datasets import load_prostate
from course_utils.objective import (
    CentredProblem,
    budget_of,
    convert_penalty,
    duality_gap,
    kkt_violation,
    lam_max,
    lasso_objective,
    lipschitz_constant,
    smooth_gradient,
)
from course_utils.path import lam_for_budget
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

seeds = st.integers(0, 2**32 - 1)


def draw(seed, n_samples=20, n_features=5):
    """X with columns of mean about 3, two real signals, y of mean about 10."""
    rng = np.random.default_rng(seed)
    X = rng.normal(3.0, 1.0, (n_samples, n_features))
    y = 10.0 + 2.0 * X[:, 0] - X[:, -1] + rng.normal(size=n_samples)
    return X, y


def mostly_zero(seed, n_samples=20, n_features=30):
    rng = np.random.default_rng(seed)
    return np.where(
        rng.random((n_samples, n_features)) < 0.3, rng.normal(5.0, 1.0, (n_samples, n_features)), 0
    )


def minimise_independently(X, y, loss_weight, weights):
    """Minimise loss_weight * RSS + sum_j weights_j |beta_j| with scipy; beta is a difference of two parts."""
    n_features = X.shape[1]

    def cost_and_gradient(z):
        beta = z[:n_features] - z[n_features:-1]
        residual = y - z[-1] - X @ beta
        slope = -2 * loss_weight * X.T @ residual
        cost = loss_weight * residual @ residual + weights @ (z[:n_features] + z[n_features:-1])
        return cost, np.concatenate([slope + weights, weights - slope, [-2 * loss_weight * residual.sum()]])

    bounds = [(0, None)] * (2 * n_features) + [(None, None)]
    start = np.zeros(2 * n_features + 1)
    options = {"maxiter": 10**5, "maxfun": 10**6, "ftol": 0.0, "gtol": 1e-12, "maxcor": 30}
    z = minimize(cost_and_gradient, start, jac=True, bounds=bounds, method="L-BFGS-B", options=options).x
    return z[:n_features] - z[n_features:-1], z[-1]


# One test a convention: an independent solver, in that convention, lands on the course's minimum.


@pytest.mark.parametrize(("convention", "loss_weight"), [("rss", 1.0), ("half_rss", 0.5)])
def test_the_solution_in_another_convention_is_the_solution_here_after_conversion(convention, loss_weight):
    X, y = draw(0)
    beta, intercept = minimise_independently(X, y, loss_weight, np.full(5, 12.0))
    lam = convert_penalty(12.0, n_samples=20, source=convention, target="course")
    assert 0 < np.count_nonzero(beta) < 5
    assert kkt_violation(X, y, beta, intercept, lam) < 1e-5


def test_the_alpha_of_scikit_learn_is_lam():
    X, y = draw(0)
    alpha = convert_penalty(0.3, n_samples=20, source="course", target="scikit-learn")
    model = Lasso(alpha=alpha, tol=1e-14, max_iter=10**6).fit(X, y)
    assert kkt_violation(X, y, model.coef_, model.intercept_, 0.3) < 1e-8


def test_the_lambda_of_glmnet_is_lam_on_columns_divided_by_their_population_deviation():
    X, y = draw(0)
    X = X * [1, 10, 100, 1, 0.1]
    scale = X.std(axis=0)
    lam = convert_penalty(0.3, n_samples=20, source="glmnet", target="course")
    beta, intercept = minimise_independently(X / scale, y, 1 / 40, np.full(5, lam))
    in_glmnet_units = beta / scale
    weighted = lasso_objective(X, y, in_glmnet_units, intercept, 0) + 0.3 * scale @ np.abs(in_glmnet_units)
    X_scaled = (X - X.mean(axis=0)) / scale
    assert kkt_violation(X_scaled, y, beta, y.mean(), lam) < 1e-5
    assert weighted == pytest.approx(lasso_objective(X_scaled, y, beta, y.mean(), lam), rel=1e-9)


def test_scaling_y_as_glmnet_does_inside_changes_nothing_after_scaling_back():
    X, y = draw(0)
    X, scale = X / X.std(axis=0), y.std()
    model = Lasso(alpha=0.3 / scale, tol=1e-14, max_iter=10**6).fit(X, y / scale)
    lam = convert_penalty(0.3, n_samples=20, source="glmnet", target="course")
    assert kkt_violation(X, y, model.coef_ * scale, model.intercept_ * scale, lam) < 1e-8


@given(st.floats(1e-6, 1e6), st.integers(1, 10**6), seeds)
def test_converting_there_and_back_changes_nothing(lam, n_samples, seed):
    source, target = np.random.default_rng(seed).choice(["course", "rss", "half_rss", "glmnet"], 2)
    there = convert_penalty(lam, n_samples=n_samples, source=source, target=target)
    assert convert_penalty(there, n_samples=n_samples, source=target, target=source) == pytest.approx(lam)


def test_an_unknown_convention_is_named():
    with pytest.raises(ValueError, match="convention 'ridge' is unknown; one of"):
        convert_penalty(1.0, n_samples=5, source="course", target="ridge")


@pytest.mark.parametrize("n_samples", [0, -3, 2.5, True, "5"])
def test_the_number_of_samples_of_a_conversion_is_checked(n_samples):
    with pytest.raises(ValueError, match=r"n_samples is .* positive integer"):
        convert_penalty(1.0, n_samples=n_samples, source="course", target="rss")


def test_the_penalised_minimum_is_also_the_minimum_within_its_budget():
    X, y = draw(1)
    model = Lasso(alpha=0.3, tol=1e-14, max_iter=10**6).fit(X, y)
    budget = budget_of(model.coef_)
    rng = np.random.default_rng(2)
    others = rng.laplace(size=(200, 5))
    others *= budget / np.abs(others).sum(axis=1, keepdims=True)
    others = np.concatenate([others, model.coef_ + 0.01 * (others - model.coef_)])
    losses = [lasso_objective(X, y, b, (y - X @ b).mean(), 0) for b in others]
    assert min(losses) >= lasso_objective(X, y, model.coef_, model.intercept_, 0)


# A third witness: cvxpy, an interior-point method that shares nothing with ours. Its dual values are the
# certificate: a constraint a == b or a <= b has the dual value nu that multiplies (a - b) in the Lagrangian.

WITNESS = {"solver": "CLARABEL", "tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}


def penalised_by_cvxpy(X, y, lam):
    """Return the minimum, its beta and its dual point n nu, where nu belongs to y - b0 - X b == residual."""
    beta, intercept, residual = cvxpy.Variable(X.shape[1]), cvxpy.Variable(), cvxpy.Variable(len(y))
    definition = y - intercept - X @ beta == residual
    cost = cvxpy.sum_squares(residual) / (2 * len(y)) + lam * cvxpy.norm1(beta)
    minimum = cvxpy.Problem(cvxpy.Minimize(cost), [definition]).solve(**WITNESS)
    return minimum, beta.value, len(y) * definition.dual_value


def within_budget_by_cvxpy(X, y, budget, loss_weight):
    """Minimise loss_weight * RSS subject to ||beta||_1 <= budget; return beta and the budget's dual value."""
    beta, intercept = cvxpy.Variable(X.shape[1]), cvxpy.Variable()
    rule = cvxpy.norm1(beta) <= budget
    loss = loss_weight * cvxpy.sum_squares(y - intercept - X @ beta)
    cvxpy.Problem(cvxpy.Minimize(loss), [rule]).solve(**WITNESS)
    return beta.value, float(rule.dual_value)


def prostate():
    data = load_prostate()
    return fit_standardizer(data.X).transform(data.X), data.y


def wide():
    return draw(3, n_samples=20, n_features=40)


@pytest.fixture(
    params=[(prostate, 0.3), (prostate, 0.03), (wide, 0.3), (wide, 0.05)],
    ids=["prostate, strong", "prostate, weak", "wide, strong", "wide, weak"],
)
def solved(request):
    """X, y, lam, our solution, and the objective of the model without features."""
    make, fraction = request.param
    X, y = make()
    lam = fraction * lam_max(X, y)
    return X, y, lam, coordinate_descent(X, y, lam, tol=1e-12), np.var(y) / 2


def dual_value_of_the_certificate(X, y, beta, lam, null):
    """The D of the docstring of duality_gap: P minus the gap."""
    intercept = y.mean() - X.mean(axis=0) @ beta
    return lasso_objective(X, y, beta, intercept, lam) - null * duality_gap(X, y, beta, intercept, lam)


def test_cvxpy_finds_the_same_minimum(solved):
    X, y, lam, ours, null = solved
    minimum, beta, _ = penalised_by_cvxpy(X, y, lam)
    assert minimum == pytest.approx(lasso_objective(X, y, ours.beta, ours.intercept, lam), abs=1e-8 * null)
    np.testing.assert_allclose(ours.beta, beta, atol=1e-6)


def test_the_dual_values_of_cvxpy_are_our_residuals(solved):
    X, y, lam, ours, _ = solved
    theta = penalised_by_cvxpy(X, y, lam)[2]
    np.testing.assert_allclose(theta, y - ours.intercept - X @ ours.beta, atol=1e-6)


def test_the_dual_point_of_cvxpy_satisfies_the_constraints_that_the_certificate_states(solved):
    X, y, lam, ours, _ = solved
    theta = penalised_by_cvxpy(X, y, lam)[2]
    slack = lam - np.abs(X.T @ theta) / len(y)
    assert slack.min() >= -1e-8 * lam
    assert np.abs(slack[ours.beta != 0]).max() <= 1e-6 * lam
    assert abs(theta.sum()) < 1e-8


def test_the_dual_objective_of_cvxpy_is_the_minimum_and_the_dual_value_of_our_certificate(solved):
    X, y, lam, ours, null = solved
    minimum, _, theta = penalised_by_cvxpy(X, y, lam)
    centred = y - y.mean()
    dual = (centred @ centred - np.sum((centred - theta) ** 2)) / (2 * len(y))
    assert dual == pytest.approx(minimum, abs=1e-8 * null)
    certified = dual_value_of_the_certificate(X, y, ours.beta, lam, null)
    assert certified == pytest.approx(dual, abs=1e-8 * null)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_short_of_the_minimum_the_certificate_promises_less_than_cvxpy_knows(solved, share):
    X, y, lam, ours, null = solved
    minimum = penalised_by_cvxpy(X, y, lam)[0]
    certified = dual_value_of_the_certificate(X, y, share * ours.beta, lam, null)
    assert certified < minimum - 1e-8 * null


@pytest.mark.parametrize("convention", ["course", "half_rss", "rss"])
def test_lam_is_the_dual_value_of_the_budget_in_every_convention(solved, convention):
    X, y, lam, ours, _ = solved
    loss_weight = {"course": 1 / (2 * len(y)), "half_rss": 0.5, "rss": 1.0}[convention]
    beta, price = within_budget_by_cvxpy(X, y, budget_of(ours.beta), loss_weight)
    expected = convert_penalty(lam, n_samples=len(y), source="course", target=convention)
    assert price == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(ours.beta, beta, atol=1e-6)


@pytest.mark.parametrize("make", [prostate, lambda: draw(4)], ids=["prostate", "simulated"])
@pytest.mark.parametrize("share", [0.2, 0.8])
def test_lam_for_budget_is_the_price_that_cvxpy_puts_on_the_budget(make, share):
    X, y = make()
    budget = share * budget_of(np.linalg.lstsq(X - X.mean(axis=0), y, rcond=None)[0])
    price = within_budget_by_cvxpy(X, y, budget, 1 / (2 * len(y)))[1]
    assert lam_for_budget(X, y, budget) == pytest.approx(price, rel=1e-6)


def test_a_budget_that_does_not_bind_has_no_price():
    X, y = prostate()
    least_squares = np.linalg.lstsq(X, y - y.mean(), rcond=None)[0]
    beta, price = within_budget_by_cvxpy(X, y, 2 * budget_of(least_squares), 1 / (2 * len(y)))
    assert price == pytest.approx(0, abs=1e-8)
    np.testing.assert_allclose(beta, least_squares, atol=1e-6)


def test_the_objective_by_hand():
    assert lasso_objective([[1.0], [2.0]], [1.0, 4.0], [1.0], 0.5, 3.0) == (0.25 + 2.25) / 4 + 3.0


def test_the_budget_by_hand():
    assert budget_of([2, -3, 0.5, 0, -1]) == 6.5


@given(seeds)
def test_the_gradient_is_the_slope_of_the_loss(seed):
    X, y = draw(seed)
    beta = np.random.default_rng(seed).normal(size=5)
    slope = approx_fprime(beta, lambda b: lasso_objective(X, y, b, 1.0, 0), 1e-6)
    np.testing.assert_allclose(smooth_gradient(X, y, beta, 1.0), slope, atol=1e-3)


@pytest.mark.parametrize("shape", [(20, 5), (5, 20), (20, 1)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_lipschitz_constant_is_the_largest_squared_singular_value_over_n(shape, fit_intercept):
    X, _ = draw(3, *shape)
    centred = X - X.mean(axis=0) if fit_intercept else X
    expected = np.linalg.norm(centred, 2) ** 2 / shape[0]
    for form in (X, sparse.csc_matrix(X)):
        assert lipschitz_constant(form, fit_intercept=fit_intercept) == pytest.approx(expected, rel=1e-12)


def test_the_lipschitz_constant_of_a_matrix_of_zeros_is_zero():
    assert lipschitz_constant(np.zeros((4, 3))) == 0.0
    assert lipschitz_constant(sparse.csc_matrix((4, 3))) == 0.0


@given(seeds)
def test_the_gradient_changes_at_most_l_times_as_fast_as_beta(seed):
    X, y = draw(seed)
    a, b = np.random.default_rng(seed).normal(size=(2, 5))
    change = np.linalg.norm(smooth_gradient(X, y, a) - smooth_gradient(X, y, b))
    assert change <= lipschitz_constant(X, fit_intercept=False) * np.linalg.norm(a - b) * (1 + 1e-12)


@given(seeds)
def test_lam_max_is_the_smallest_penalty_with_no_feature(seed):
    X, y = draw(seed)
    zero, top = np.zeros(5), lam_max(X, y)
    assert kkt_violation(X, y, zero, y.mean(), top) <= 1e-12
    assert kkt_violation(X, y, zero, y.mean(), 0.999 * top) > 1e-4 * top


def test_lam_max_without_an_intercept_centres_nothing():
    X, y = draw(4)
    assert lam_max(X, y, fit_intercept=False) == pytest.approx(np.abs(X.T @ y).max() / 20, rel=1e-14)


def test_kkt_violation_sees_a_wrong_sign():
    X, y = np.array([[1.0], [-1.0]]), np.array([1.0, -1.0])
    # x'r / n = 1 - beta, so lam = 0.5 has its minimum at beta = 0.5
    assert kkt_violation(X, y, [0.5], 0.0, 0.5) == 0.0
    # at beta = -0.5 the correlation 1.5 should be -0.5
    assert kkt_violation(X, y, [-0.5], 0.0, 0.5) == 2.0


def test_kkt_violation_sees_a_wrong_intercept_if_one_was_fitted():
    X, y = np.array([[1.0], [-1.0]]), np.array([1.0, -1.0])
    assert kkt_violation(X, y, [0.5], 0.25, 0.5) == 0.25
    assert kkt_violation(X, y, [0.5], 0.25, 0.5, fit_intercept=False) == 0.0


@given(seeds, st.floats(0.01, 0.99), st.booleans())
def test_weak_duality_the_gap_bounds_the_distance_to_the_minimum(seed, fraction, fit_intercept):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y, fit_intercept=fit_intercept)
    best = Lasso(alpha=lam, tol=1e-14, max_iter=10**6, fit_intercept=fit_intercept).fit(X, y)
    beta = np.random.default_rng(seed).normal(size=5)
    intercept = y.mean() - X.mean(axis=0) @ beta if fit_intercept else 0.0
    excess = lasso_objective(X, y, beta, intercept, lam)
    excess -= lasso_objective(X, y, best.coef_, best.intercept_, lam)
    null = (y - y.mean() * fit_intercept) @ (y - y.mean() * fit_intercept) / 40
    gap = duality_gap(X, y, beta, intercept, lam, fit_intercept=fit_intercept)
    assert gap >= excess / null * (1 - 1e-9)


@given(seeds, st.floats(0.01, 0.99))
def test_the_gap_vanishes_at_the_minimum(seed, fraction):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y)
    best = Lasso(alpha=lam, tol=1e-14, max_iter=10**6).fit(X, y)
    assert duality_gap(X, y, best.coef_, best.intercept_, lam) < 1e-10


def test_the_gap_counts_a_wrong_intercept():
    X, y = draw(5)
    lam = lam_max(X, y)
    assert duality_gap(X, y, np.zeros(5), y.mean(), lam) < 1e-14
    expected = 1.0 / y.var()
    assert duality_gap(X, y, np.zeros(5), y.mean() + 1.0, lam) == pytest.approx(expected, rel=1e-12)


@given(seeds)
def test_an_intercept_that_is_given_is_only_a_new_origin_of_y(seed):
    X, y = draw(seed)
    beta = np.random.default_rng(seed).normal(size=5)
    given = duality_gap(X, y + 3.0, beta, 3.0, 0.2, fit_intercept=False)
    assert given == pytest.approx(duality_gap(X, y, beta, 0.0, 0.2, fit_intercept=False), rel=1e-9)


@given(seeds, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_the_relative_gap_does_not_depend_on_the_unit_or_origin_of_y(seed, unit, origin):
    X, y = draw(seed)
    beta = np.random.default_rng(seed).normal(size=5)
    gap = duality_gap(X, y, beta, 0.5, 0.2)
    moved = duality_gap(X, unit * y + origin, unit * beta, unit * 0.5 + origin, unit * 0.2)
    assert moved == pytest.approx(gap, rel=1e-6)


def test_the_gap_of_a_constant_target_is_zero_or_infinite():
    X, _ = draw(6)
    y = np.full(20, 0.1)
    assert duality_gap(X, y, np.zeros(5), 0.1, 0.2) == 0.0
    assert duality_gap(X, y, np.ones(5), 0.1, 0.2) == np.inf


@given(seeds, st.booleans())
def test_sparse_and_dense_agree_on_everything(seed, fit_intercept):
    X = mostly_zero(seed)
    y, beta = np.random.default_rng(seed).normal(size=(2, 30))
    y = y[:20]
    for measure in (lasso_objective, kkt_violation, duality_gap):
        dense, csc = measure(X, y, beta, 0.3, 0.2), measure(sparse.csc_matrix(X), y, beta, 0.3, 0.2)
        assert csc == pytest.approx(dense, rel=1e-12)
    dense = CentredProblem.of(X, y, fit_intercept=fit_intercept)
    csc = CentredProblem.of(sparse.csc_matrix(X), y, fit_intercept=fit_intercept)
    for measure in ("squared_norms", "lipschitz", "lam_max"):
        np.testing.assert_allclose(getattr(csc, measure), getattr(dense, measure), rtol=1e-10)


@given(seeds, st.booleans())
def test_the_centred_problem_certifies_what_duality_gap_certifies(seed, fit_intercept):
    X, y = draw(seed)
    beta = np.random.default_rng(seed).normal(size=5)
    for form in (X, sparse.csc_matrix(X)):
        problem = CentredProblem.of(form, y, fit_intercept=fit_intercept)
        intercept = problem.intercept(beta)
        objective = lasso_objective(X, y, beta, intercept, 0.2)
        gap = duality_gap(X, y, beta, intercept, 0.2, fit_intercept=fit_intercept)
        assert problem.certify(beta, 0.2) == pytest.approx((objective, gap), rel=1e-10)


def test_a_sparse_matrix_with_an_entry_stored_twice_counts_both():
    twice = sparse.csc_matrix(
        (np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1]), np.array([0, 3])), shape=(2, 1)
    )
    assert lipschitz_constant(twice, fit_intercept=False) == (3.0**2 + 4.0**2) / 2
    assert twice.nnz == 3


BAD_POINTS = [
    ({"X": [[1.0], [np.nan]]}, ValueError, "X has 1 value.* NaN"),
    ({"X": [["a"], ["b"]]}, TypeError, "X has dtype"),
    ({"X": [[1.0]]}, ValueError, r"X has 1 row"),
    ({"y": [1.0, np.inf]}, ValueError, "y has 1 value.* infinite"),
    ({"y": [1.0, 2.0, 3.0]}, ValueError, r"y has shape \(3,\)"),
    ({"beta": [1.0, 2.0]}, ValueError, r"beta has shape \(2,\); \(1,\), one value for each column"),
    ({"beta": [[1.0]]}, ValueError, r"beta has shape \(1, 1\)"),
    ({"beta": [np.nan]}, ValueError, "beta has values that are NaN"),
    ({"beta": [1j]}, TypeError, "beta has dtype complex"),
    ({"intercept": np.nan}, ValueError, "intercept is nan"),
    ({"lam": -1.0}, ValueError, "lam is -1.0"),
    ({"lam": np.nan}, ValueError, "lam is nan"),
    ({"lam": [1.0, 2.0]}, TypeError, "lam is .* one real number"),
]


@pytest.mark.parametrize("measure", [lasso_objective, kkt_violation, duality_gap])
@pytest.mark.parametrize(("change", "error", "message"), BAD_POINTS)
def test_each_bad_argument_has_its_own_message(measure, change, error, message):
    good = {"X": [[1.0], [2.0]], "y": [1.0, 2.0], "beta": [1.0], "intercept": 0.0, "lam": 1.0}
    with pytest.raises(error, match=message):
        measure(**(good | change))


def test_the_certificate_needs_a_positive_penalty():
    with pytest.raises(ValueError, match=r"lam is 0.*fit_least_squares"):
        duality_gap([[1.0], [2.0]], [1.0, 2.0], [1.0], 0.0, 0)
