"""Tests of what is particular to assignment 2: the numbers of the memo that question 8 hands out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from course_utils import datasets, objective, solvers
from course_utils.prox import soft_threshold

SOURCE = Path(__file__).resolve().parent.parent / "instructor" / "source" / "ps2" / "ps2.ipynb"
MG_PER_MMOL = np.array([1, 1, 1, 1, 38.67, 38.67, 38.67, 1, 1, 18.02])
ROWS = {
    "body mass index": 2,
    "cholesterol": 4,
    "LDL": 5,
    "HDL": 6,
    "cholesterol ratio": 7,
    "log triglycerides": 8,
}
LAM = 2.0


@pytest.fixture(scope="module")
def memo():
    """The text of question 8."""
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(SOURCE.read_text("utf-8"))["cells"]}
    return cells["ps2-q8-text"]


@pytest.fixture(scope="module")
def clinic():
    """The table as Boston writes it."""
    return datasets.load_diabetes(scaled=False)


def written(effect):
    """An effect as the memo writes it."""
    return "0" if effect == 0 else f"{effect:.1f}".replace("-", "−")


def test_the_effects_in_the_memo_are_those_of_the_two_fits(memo, clinic):
    effects = []
    for table in (clinic.X, clinic.X / MG_PER_MMOL):
        fit = solvers.coordinate_descent(table, clinic.y, LAM, tol=1e-8)
        effects.append(fit.beta * table.std(axis=0))
    for name, j in ROWS.items():
        assert f"| {name} | {written(effects[0][j])} | {written(effects[1][j])} |" in memo


def test_the_run_in_the_memo_stopped_where_it_says(memo, clinic):
    X, y = clinic.X - clinic.X.mean(axis=0), clinic.y - clinic.y.mean()
    step, beta, movement, taken = 1 / objective.lipschitz_constant(X), np.zeros(10), np.inf, 0
    while movement >= 0.01:
        moved = soft_threshold(beta - step * objective.smooth_gradient(X, y, beta), step * LAM)
        beta, movement, taken = moved, np.abs(moved - beta).max(), taken + 1
    gap = objective.duality_gap(X, y, beta, 0, LAM)
    mass = beta[2] * X[:, 2].std()
    for phrase in (f"{taken} steps", f"{mass:.1f} for the body", f"was {step:.4f}", f"zero, {gap:.2f}"):
        assert phrase in memo
