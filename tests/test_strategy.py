"""course_utils.fast.strategy: a way is chosen by counting multiplications; whichever is taken, the answer is one."""

import numpy as np
import pytest

from course_utils.fast import lasso as solving
from course_utils.fast.all_columns import AllColumns
from course_utils.fast.lasso import lasso, work_on
from course_utils.fast.problem import Problem
from course_utils.fast.strategy import (
    follows_rows,
    goes_by_products,
    goes_from_kink_to_kink,
    takes_all_columns,
)
from course_utils.fast.working_set import WorkingSet


@pytest.mark.parametrize(
    ("n_samples", "n_features", "n_lams", "share", "expected"),
    [
        (20, 5, 1, 0.1, True),
        (442, 285, 100, 0.01, True),
        (10_000, 200, 1, 0.1, False),  # a strong penalty needs few of the columns
        (10_000, 200, 1, 0.01, True),
        (10_000, 200, 100, 0.1, True),
        (50_000, 50, 1, 0.1, True),  # however many rows
        (442, 285, 1, 0.01, True),
        (442, 285, 1, 0.1, False),
        (500, 10_000, 1, 0.01, False),
        (500, 10_000, 100, 0.01, False),
        (1_000_000, 1_000, 100, 0.01, False),
    ],
)
def test_all_columns_are_taken_where_they_are_few_or_rows_are_many(
    n_samples, n_features, n_lams, share, expected
):
    assert takes_all_columns(n_samples, n_features, n_lams, share) is expected


def test_many_problems_are_followed_by_products_where_columns_are_few_and_by_rows_where_they_are_many():
    assert goes_from_kink_to_kink(442, 10)
    assert not goes_from_kink_to_kink(200, 1000)
    assert follows_rows(200, 1000)
    assert not follows_rows(1000, 200)


def test_one_call_is_enough_for_few_columns_whose_products_are_wanted_anyway():
    assert goes_by_products(442, 10, 1, 0.1)
    assert goes_by_products(442, 285, 100, 0.01)
    assert not goes_by_products(442, 285, 1, 0.1)
    assert not goes_by_products(1000, 350, 100, 0.01)


@pytest.mark.parametrize(("all_at_once", "place"), [(True, AllColumns), (False, WorkingSet)])
def test_the_choice_is_made_in_one_place(monkeypatch, all_at_once, place):
    monkeypatch.setattr(solving, "takes_all_columns", lambda *shape: all_at_once)
    problem = Problem.of(np.eye(4), np.arange(4.0))
    assert type(work_on(problem, (0.1,), 1e-6)) is place


def test_single_precision_never_goes_by_products():
    X = np.eye(4, dtype=np.float32)
    assert type(work_on(Problem.of(X, np.arange(4.0)), (0.1,), 1e-6)) is WorkingSet


@pytest.mark.parametrize("shape", [(30, 60), (120, 20)])
def test_both_ways_lead_to_one_answer(monkeypatch, shape):
    rng = np.random.default_rng(0)
    X, y, found = rng.standard_normal(shape), rng.standard_normal(shape[0]), []
    for all_at_once in (True, False):
        monkeypatch.setattr(solving, "takes_all_columns", lambda *_, way=all_at_once: way)
        found.append(lasso(X, y, 0.05, tol=1e-12))
    np.testing.assert_allclose(found[0].beta, found[1].beta, atol=1e-6)
