"""Cross-validation of a path on the same five folds and the same lams: ours, LassoCV, and a loop over each library.

    on the training rows of each fold: (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

A loop calls the library's path on the training rows and measures the error on the others, no more: it is the least that
a library's own cross-validation could do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import numpy as np
from tqdm.auto import tqdm

from benchmarks.solvers.at_best import ROOM, describe, known, libraries_for
from benchmarks.solvers.calibrating import MissedError
from benchmarks.solvers.calling import Caller, Several
from benchmarks.solvers.cells import when
from benchmarks.solvers.libraries import OUR_PATH, OURS, PATHS, Way
from benchmarks.solvers.measuring import Measured, is_far_behind, take_turns, timed
from benchmarks.solvers.problems import Problem, Scene, part
from course_utils.tuning import k_folds

N_FOLDS, N_LAMS, GAP = 5, 100, 1e-6
FEW_FEATURES = 100  # up to here LassoCV is taken with its own tolerance
DEFAULT, TIGHT = "LassoCV, its own tol", "LassoCV, tol 1e-6"


def table(scenes: list[Scene], *, rounds: int) -> list[dict]:
    """Measure every scene; return one entry each, ready for JSON."""
    return [_cell(scene, rounds) for scene in tqdm(scenes, desc="cells")]


def _cell(scene: Scene, rounds: int) -> dict:
    problem = scene.problem()
    folds = k_folds(len(problem.y), N_FOLDS)
    lams = np.geomspace(problem.lam_max, problem.lam_max / scene.divisors[0], N_LAMS)
    calls = {OURS: partial(our_curve, problem, lams, folds)}
    calls |= {
        name: partial(lasso_cv, problem, lams, folds, tol) for name, tol in ((DEFAULT, 1e-4), (TIGHT, GAP))
    }
    measured = {name: Measured(name) for name in calls}
    for library, one, call in _loops(problem, lams, folds):
        measured[library] = one
        if call is not None:
            calls[library] = call
    exact = exact_curve(problem, lams, folds)
    slow = _look_once(calls, measured, exact, lams)
    seconds = take_turns({name: call for name, call in calls.items() if name not in slow}, rounds=rounds)
    for name, took in (seconds | slow).items():
        measured[name].seconds = took
    about = {"scene": scene.name, "listed": scene.listed, "divisor": scene.divisors[0], "gap": GAP}
    against = DEFAULT if problem.X.shape[1] <= FEW_FEATURES else TIGHT
    rows = [asdict(one) for one in measured.values()]
    return about | when() | {"goal": scene.goal, "against": against, "contenders": rows}


def our_curve(problem: Problem, lams, folds) -> np.ndarray:
    """Return the mean error of every lam, with course_utils.fast."""
    from course_utils.fast.cross_validation import lasso_cv as ours

    return ours(problem.X, problem.y, lams, folds=folds, standardize=False, tol=GAP).mean_error


def lasso_cv(problem: Problem, lams, folds, tol: float) -> np.ndarray:
    """Return the mean error of every lam, with scikit-learn's LassoCV.

    Parameters
    ----------
    problem : Problem
    lams : (n_lams,)
    folds : sequence of Fold
    tol : float, its own
    """
    from sklearn.linear_model import LassoCV

    pairs = [(fold.train, fold.test) for fold in folds]
    fitted = LassoCV(alphas=lams, cv=pairs, tol=tol, max_iter=1_000_000).fit(problem.X, problem.y)
    return fitted.mse_path_.mean(axis=1)


def looped_curve(solve: Callable, X, y, folds) -> np.ndarray:
    """Return the mean error of every lam, by a loop over the folds.

    Parameters
    ----------
    solve : (X, y) -> (n_lams, n_features)
    X : (n_samples, n_features)
    y : (n_samples,)
    folds : sequence of Fold
    """
    errors = []
    for fold in folds:
        rows, target = X[fold.train], y[fold.train]
        betas = solve(rows, target)
        intercepts = target.mean() - betas @ rows.mean(axis=0)
        errors.append(np.mean((y[fold.test, None] - X[fold.test] @ betas.T - intercepts) ** 2, axis=0))
    return np.mean(errors, axis=0)


def exact_curve(problem: Problem, lams, folds) -> np.ndarray:
    """Return the mean error of every lam from solutions whose gap is verified to be tiny.

    Raises
    ------
    AssertionError
        One of them is not.
    """

    def solve(X, y):
        betas = OUR_PATH.solve(X, y, lams, GAP / 1000, True)
        assert Caller(Problem(X, y, True)).worst_gap(betas, lams) < GAP / 100
        return betas

    return looped_curve(solve, problem.X, problem.y, folds)


def _loops(problem: Problem, lams, folds):
    """Yield (library, what is measured, the call or None) with the best way of each on all training rows."""
    caller = Several([part(problem, fold.train) for fold in folds])
    ours, _ = caller.attempt(OUR_PATH, lams, GAP)
    for library in libraries_for(caller, PATHS, lams):
        one = Measured(f"{library.name}, looped")
        try:
            way, trial = library.best(GAP, ROOM * ours)
        except MissedError as error:
            one.missed, one.at_least = str(error), known(error.at_least)
            yield one.name, one, None
            continue
        one.setting, one.gap = describe(way, trial), trial.gap
        solve = partial(_solve, way, lams, trial.tol)
        yield one.name, one, partial(looped_curve, solve, caller_layout(problem, way), problem.y, folds)


def caller_layout(problem: Problem, way: Way):
    """Return X as a way wants it."""
    return np.ascontiguousarray(problem.X) if way.rows_first else problem.X


def _solve(way: Way, lams, tol, X, y):
    rows = X if way.rows_first else np.asfortranarray(X)
    return way.solve(rows, y, lams, tol, True)


def _look_once(calls, measured, exact, lams) -> dict[str, list[float]]:
    """Note how each curve agrees with the exact one; return the seconds of those that one run is enough for."""
    ours, slow = None, {}
    for name, call in calls.items():
        call() if ours is None else None  # the first call of ours may compile
        seconds, curve = timed(call)
        ours = seconds if ours is None else ours
        if is_far_behind(seconds, ours):
            slow[name] = [seconds]
        measured[name].note = agreement(curve, exact, lams)
    return slow


def agreement(curve, exact, lams) -> str:
    """Say whether a curve chooses the exact one's lam, and how far it is from that curve at most."""
    off = np.abs(curve / exact - 1).max()
    mine, right = lams[np.argmin(curve)], lams[np.argmin(exact)]
    chosen = "same lam" if mine == right else f"another lam, {mine / right:.3f} of the right one"
    return f"{chosen}, curve within {off:.0e}"
