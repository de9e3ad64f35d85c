import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.linear_model import lars_path

from course_utils.objective import budget_of, duality_gap, lam_max
from course_utils.path import PathEvent, PathResult, lam_for_budget, lam_grid, lasso_path
from course_utils.solvers import ConvergenceWarning, coordinate_descent, fista, ista

seeds = st.integers(0, 2**32 - 1)


def draw(seed, n_samples=30, n_features=6):
    rng = np.random.default_rng(seed)
    X = rng.normal(1.0, 1.0, (n_samples, n_features)) + 0.5 * rng.normal(size=(n_samples, 1))
    return X, 7.0 + X[:, :3] @ [2.0, -1.0, 0.5] + rng.normal(size=n_samples)


def path_of(*betas, feature_names=None):
    """A path with these betas at lam = 3, 2, 1."""
    n = len(betas)
    lams = np.arange(n, 0.0, -1.0)
    zeros = np.zeros(n)
    return PathResult(lams, np.array(betas, float), zeros, zeros, zeros.astype(int), feature_names)


# Reference


@pytest.fixture(scope="module")
def diabetes_path():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    # 150 lams over three decades: neighbours differ by 4.7 %, the closest two events by 7.1 %
    return lasso_path(X, y, lam_grid(X, y, n_lams=150, ratio=1e-3), tol=1e-10, solver=fista)


def test_features_enter_the_diabetes_path_in_the_order_of_r_lars(diabetes_path):
    order = [("-" if e.kind == "leaves" else "+") + e.name for e in diabetes_path.entry_order()]
    assert order == ["+bmi", "+s5", "+bp", "+s3", "+sex", "+s6", "+s1", "+s4", "+s2", "+age", "-s3", "+s3"]


def test_the_diabetes_grid_separates_every_event(diabetes_path):
    lams = [event.lam for event in diabetes_path.entry_order()]
    assert len(set(lams)) == len(lams)


def test_the_coefficients_at_the_seventh_step_of_r_lars():
    # in R's output to three decimals; its copy of the data is rounded, which moves the second decimal
    X, y = load_diabetes(return_X_y=True)
    published = [0, -197.757, 522.265, 297.160, -103.946, 0, -223.926, 0, 514.749, 54.768]
    lam = lars_path(X, y - y.mean(), method="lasso")[0][7]
    beta = coordinate_descent(X, y, lam, tol=1e-14).beta
    np.testing.assert_allclose(beta, published, atol=0.01)


def test_the_diabetes_path_is_that_of_the_exact_homotopy(diabetes_path):
    X, y = load_diabetes(return_X_y=True)
    knots, _, betas = lars_path(X, y - y.mean(), method="lasso")
    for lam, beta in zip(diabetes_path.lams[::10], diabetes_path.betas[::10], strict=True):
        exact = [np.interp(lam, knots[::-1], b[::-1]) for b in betas]
        np.testing.assert_allclose(beta, exact, atol=0.1)


@pytest.mark.parametrize("solver", [ista, fista, coordinate_descent])
def test_every_solver_walks_the_same_path(solver):
    X, y = draw(0)
    reference = lasso_path(X, y, tol=1e-12)
    np.testing.assert_allclose(lasso_path(X, y, tol=1e-12, solver=solver).betas, reference.betas, atol=1e-5)


# Laws


@given(seed=seeds, fit_intercept=st.booleans())
def test_every_solution_of_a_path_is_certified(seed, fit_intercept):
    X, y = draw(seed)
    path = lasso_path(
        X, y, lam_grid(X, y, n_lams=10, fit_intercept=fit_intercept), fit_intercept=fit_intercept
    )
    gaps = [
        duality_gap(X, y, beta, intercept, lam, fit_intercept=fit_intercept)
        for lam, beta, intercept in zip(path.lams, path.betas, path.intercepts, strict=True)
    ]
    np.testing.assert_allclose(gaps, path.gaps, atol=1e-11)
    assert max(gaps) <= 1e-6 + 1e-11


@given(seeds)
def test_the_l1_norm_never_falls_along_the_path(seed):
    X, y = draw(seed)
    path = lasso_path(X, y, lam_grid(X, y, n_lams=20), tol=1e-10)
    norms = np.abs(path.betas).sum(axis=1)
    assert (np.diff(norms) >= -1e-5).all()


def test_warm_starts_save_iterations():
    X, y = load_diabetes(return_X_y=True)
    lams = lam_grid(X, y, n_lams=50, ratio=0.01)
    cold = [coordinate_descent(X, y, lam).n_iter for lam in lams]
    assert lasso_path(X, y, lams).n_iters.sum() < 0.9 * sum(cold)


@given(seeds)
def test_the_first_lam_of_the_grid_has_the_zero_solution_and_the_next_does_not(seed):
    X, y = draw(seed)
    path = lasso_path(X, y, lam_grid(X, y)[:2])
    assert not path.betas[0].any()
    assert path.betas[1].any()


def test_the_grid_falls_in_equal_ratios_from_lam_max():
    X, y = draw(1)
    lams = lam_grid(X, y, n_lams=7, ratio=0.01)
    assert lams[0] == lam_max(X, y)
    np.testing.assert_allclose(lams[1:] / lams[:-1], 0.01 ** (1 / 6), rtol=1e-12)


@given(seeds, st.floats(0.02, 0.98))
def test_lam_for_budget_spends_the_budget(seed, share):
    X, y = draw(seed)
    budget = share * budget_of(coordinate_descent(X, y, 1e-3 * lam_max(X, y)).beta)
    spent = budget_of(coordinate_descent(X, y, lam_for_budget(X, y, budget), tol=1e-12).beta)
    assert spent == pytest.approx(budget, rel=1e-3)


def test_a_sparse_path_is_the_dense_path():
    X, y = draw(2)
    X[np.abs(X) < 1.0] = 0.0
    dense, csc = lasso_path(X, y), lasso_path(sparse.csc_matrix(X), y, lam_grid(X, y))
    np.testing.assert_allclose(csc.betas, dense.betas, atol=1e-8)


# Events


def test_entries_and_exits_are_told_in_order():
    events = path_of([0, 0], [1, 0], [0, 2]).entry_order()
    assert events == (
        PathEvent(0, "0", 2.0, "enters"),
        PathEvent(0, "0", 1.0, "leaves"),
        PathEvent(1, "1", 1.0, "enters"),
    )


def test_a_feature_nonzero_from_the_start_enters_at_the_first_lam():
    assert path_of([1.0], [2.0]).entry_order() == (PathEvent(0, "0", 2.0, "enters"),)


def test_a_change_of_sign_is_an_exit_and_an_entry():
    kinds = [event.kind for event in path_of([0], [1], [-1]).entry_order()]
    assert kinds == ["enters", "leaves", "enters"]


def test_an_event_reads_as_a_sentence():
    assert str(path_of([0, 0], [0, 1], feature_names=("a", "b")).entry_order()[0]) == "b enters at lam = 1"


# Boundaries


def test_the_names_of_a_frame_are_kept():
    X, y = draw(3)
    path = lasso_path(pd.DataFrame(X, columns=list("abcdef")), y)
    assert path.feature_names == tuple("abcdef")
    assert path.entry_order()[0].name in "abcdef"


def test_the_shapes_of_a_path():
    path = lasso_path(*draw(4), [0.5, 0.1, 0.01])
    assert path.betas.shape == (3, 6)
    assert path.lams.shape == path.intercepts.shape == path.gaps.shape == path.n_iters.shape == (3,)


def test_a_path_out_of_iterations_warns_once_and_points_at_the_caller():
    X, y = load_diabetes(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match=r"[2-9] of 10 lams stopped above tol") as caught:
        path = lasso_path(X, y, lam_grid(X, y, n_lams=10), max_iter=3)
    assert len(caught) == 1
    assert f"gap is {path.gaps.max():.1e}" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_a_path_is_silent_unless_asked(capfd):
    lasso_path(*draw(5), [0.5, 0.1])
    assert capfd.readouterr() == ("", "")


def test_showing_the_progress_changes_no_result():
    X, y = draw(5)
    np.testing.assert_array_equal(lasso_path(X, y, progress=True).betas, lasso_path(X, y).betas)


@pytest.mark.parametrize("lams", [[0.1, 0.2], [0.2, 0.2], [0.3, 0.1, 0.2]])
def test_lams_that_do_not_fall_are_refused(lams):
    with pytest.raises(ValueError, match="sort them from strong to weak"):
        lasso_path(*draw(6), lams)


@pytest.mark.parametrize("lams", [0.1, [], [[0.2, 0.1]]])
def test_lams_must_be_a_list_of_penalties(lams):
    with pytest.raises(ValueError, match=r"lams has shape .* one dimension"):
        lasso_path(*draw(6), lams)


@pytest.mark.parametrize(
    ("lams", "error", "message"),
    [
        ([0.1, 0.0], ValueError, "lam is 0; .*fit_least_squares"),
        ([0.1, -1.0], ValueError, "lam is -1.0"),
        ([np.nan], ValueError, "lam is nan"),
        (["strong", "weak"], TypeError, "lam is .*strong"),
    ],
)
def test_each_lam_is_checked(lams, error, message):
    with pytest.raises(error, match=message):
        lasso_path(*draw(6), lams)


@pytest.mark.parametrize("n_lams", [1, 0, -2, 2.5, True, "many"])
def test_the_size_of_a_grid_is_checked(n_lams):
    with pytest.raises(ValueError, match=r"n_lams is .* integer of at least 2"):
        lam_grid(*draw(7), n_lams=n_lams)


@pytest.mark.parametrize("ratio", [0, 1, -0.5, 2.0, np.nan, "small"])
def test_the_ratio_of_a_grid_is_checked(ratio):
    with pytest.raises(ValueError, match=r"ratio is .* between 0 and 1"):
        lam_grid(*draw(7), ratio=ratio)


def test_a_constant_target_has_no_grid():
    X, _ = draw(8)
    with pytest.raises(ValueError, match="lam_max is 0: no column of X varies with y"):
        lam_grid(X, np.full(30, 0.1))


@pytest.mark.parametrize("budget", [0, -1.0, np.nan, np.inf, "all"])
def test_a_budget_is_a_positive_number(budget):
    with pytest.raises(ValueError, match=r"budget is .* positive number"):
        lam_for_budget(*draw(9), budget)


def test_a_budget_that_does_not_bind_has_no_lam():
    with pytest.raises(ValueError, match="so it hardly binds"):
        lam_for_budget(*draw(9), 1e3)
