"""Tests of problem set 1: the numbers in its texts are those of its data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from course_utils import datasets
from course_utils.least_squares import fit_least_squares, residual_autocorrelation, variance_inflation_factors
from course_utils.lessons.catalogue import ROOT
from course_utils.path import lasso_path
from course_utils.prox import soft_threshold

NOTEBOOK = ROOT / "instructor" / "source" / "ps1" / "ps1.ipynb"


def text_of(cell_id):
    """The source of a cell."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == cell_id)


def printed(values, digits):
    """Numbers as the texts write them, with a minus sign for a hyphen."""
    return [f"{value:.{digits}f}".replace("-", "−") for value in np.ravel(values)]


@pytest.fixture(scope="module")
def economy():
    """The three series, as they are, and the unemployment rate."""
    data = datasets.load_macrodata()
    return np.column_stack([data.column(name) for name in ("realgdp", "pop", "tbilrate")]), data.y


@pytest.fixture(scope="module")
def standardised(economy):
    """The three series at mean 0 and standard deviation 1."""
    X = economy[0]
    return (X - X.mean(axis=0)) / X.std(axis=0)


def test_the_least_squares_sheet_of_the_memo_is_that_of_the_data(economy):
    X, y = economy
    fit = fit_least_squares(X, y)
    groups = np.array_split(fit.residuals[np.argsort(fit.fitted)], 5)
    alone, beside = (100 * beta[0] for beta in (fit_least_squares(X[:, [0]], y).beta, fit.beta))
    sheet = [f"{number} percentage" for number in printed([alone, beside], 3)]
    sheet += printed(variance_inflation_factors(X)[0], 1)
    sheet += printed([residual_autocorrelation(fit.residuals, 1)[0], 2 / np.sqrt(len(y))], 3)
    sheet += [", ".join(printed([group.mean() for group in groups], 2))]
    assert [number for number in sheet if number not in text_of("memo-text")] == []


def test_the_lasso_sheet_of_the_memo_is_that_of_the_data(economy, standardised):
    strong, weak = lasso_path(standardised, economy[1], [0.1, 0.01], tol=1e-12).betas
    assert f"| λ = 0.1 | 0 | 0 | {strong[2]:.3f} |" in text_of("memo-text")
    assert not strong[:2].any()
    assert f"| λ = 0.01 | {' | '.join(printed(weak, 3))} |" in text_of("memo-text")


def test_the_two_programs_are_the_solution_and_the_threshold_of_least_squares(economy, standardised):
    solution = lasso_path(standardised, economy[1], [0.1], tol=1e-12).betas[0]
    recipe = soft_threshold(fit_least_squares(standardised, economy[1]).beta, 0.1)
    assert f"(0, 0, {solution[2]:.4f})" in text_of("q4-text")
    assert f"({', '.join(f'{value:.4f}' for value in recipe)})" in text_of("q4-text")


def test_least_squares_spends_what_question_6_says(economy, standardised):
    norm = np.abs(fit_least_squares(standardised, economy[1]).beta).sum()
    assert f"spends {norm:.1f} on the three" in text_of("q6-text")
