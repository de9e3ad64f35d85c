"""Paths of bootstrap resamples: ours beside a loop over the path function of each library.

    on the rows of each resample: (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

A loop takes the rows of a resample out of X, and calls. All loops see the rows that ours has drawn, but only the first
few: their time is scaled to all, and the table says how many they were.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import numpy as np
from tqdm.auto import tqdm

from benchmarks.solvers.at_best import ROOM, describe, known, libraries_for
from benchmarks.solvers.calibrating import MissedError
from benchmarks.solvers.calling import Caller, Several
from benchmarks.solvers.cells import when
from benchmarks.solvers.libraries import EVER, OUR_PATH, OURS, PATHS, Way
from benchmarks.solvers.measuring import Measured, take_turns
from benchmarks.solvers.problems import Problem, Scene, part

N_RESAMPLES, N_LAMS, GAP = 200, 50, 1e-6
WITNESS = "a loop over lasso_path"  # of scikit-learn, as one would write it
LOOP_SECONDS = 0.6  # of a round of a loop
CALIBRATED, MOST = 3, 50  # resamples of a loop: it gets its tolerance on the first of them
VERIFIED = 20  # resamples whose every lam is verified


def table(scenes: list[Scene], *, rounds: int) -> list[dict]:
    """Measure every scene; return one entry each, ready for JSON."""
    return [_cell(scene, rounds) for scene in tqdm(scenes, desc="cells")]


def _cell(scene: Scene, rounds: int) -> dict:
    problem = scene.problem()
    lams = np.geomspace(problem.lam_max, problem.lam_max / scene.divisors[0], N_LAMS)
    result = our_bootstrap(problem, lams)
    one = Measured(
        OURS, f"tol {GAP:.0e}", verified_of_all(problem, lams, result.betas[:VERIFIED], result.rows)
    )
    measured, calls, scale = {OURS: one}, {OURS: partial(our_bootstrap, problem, lams)}, {OURS: 1.0}
    for other, call, n_resamples in _loops(problem, lams, result.rows):
        measured[other.name] = other
        if call is not None:
            calls[other.name], scale[other.name] = call, N_RESAMPLES / n_resamples
    measured[WITNESS], calls[WITNESS], n_resamples = _plain_loop(problem, lams, result.rows)
    scale[WITNESS] = N_RESAMPLES / n_resamples
    for name, took in take_turns(calls, rounds=rounds).items():
        measured[name].seconds = [scale[name] * seconds for seconds in took]
    about = {"scene": scene.name, "listed": scene.listed, "divisor": scene.divisors[0], "gap": GAP}
    rows = [asdict(one) for one in measured.values()]
    return about | when() | {"goal": scene.goal, "against": WITNESS, "contenders": rows}


def our_bootstrap(problem: Problem, lams):
    """Return the result of course_utils.fast, from the same seed each time."""
    from course_utils.fast.bootstrap import bootstrap_lasso

    options = {"n_resamples": N_RESAMPLES, "rng": np.random.default_rng(0), "standardize": False}
    return bootstrap_lasso(problem.X, problem.y, lams, tol=GAP, **options)


def verified_of_all(problem: Problem, lams, betas, rows) -> float:
    """Return the largest gap over some resamples and all lams.

    Parameters
    ----------
    problem : Problem
    lams : (n_lams,)
    betas : (n_resamples, n_lams, n_features)
    rows : (at least n_resamples, n_samples)
    """
    drawn = (part(problem, chosen) for chosen in rows[: len(betas)])
    return max(Caller(one).worst_gap(path, lams) for one, path in zip(drawn, betas, strict=True))


def looped(way: Way, X, y, rows, lams, tol) -> None:
    """Solve the paths of some resamples, one after the other.

    Parameters
    ----------
    way : Way
    X : (n_samples, n_features)
    y : (n_samples,)
    rows : (n_resamples, n_samples)
    lams : (n_lams,)
    tol : float
    """
    for chosen in rows:
        Z = X[chosen] if way.rows_first else np.asfortranarray(X[chosen])
        way.solve(Z, y[chosen], lams, tol, True)


def plain_path(X, y, lams, tol, fit_intercept):
    """scikit-learn's path with nothing but a tolerance; it has no intercept, so the data are centred."""
    from sklearn.linear_model import lasso_path

    return lasso_path(X - X.mean(axis=0), y - y.mean(), alphas=lams, tol=tol, max_iter=EVER)[1].T


def _plain_loop(problem: Problem, lams, rows):
    """Return (what is measured, the call, of how many resamples) of the loop that the goal is about."""
    way = Way(WITNESS, "", plain_path, rows_first=True)
    seconds, gap = Several([part(problem, chosen) for chosen in rows[:CALIBRATED]]).attempt(way, lams, GAP)
    n_resamples = _how_many(seconds / CALIBRATED)
    one = Measured(WITNESS, f"tol {GAP:.0e}", gap, note=f"{n_resamples} resamples, scaled")
    X = np.ascontiguousarray(problem.X)
    return one, partial(looped, way, X, problem.y, rows[:n_resamples], lams, GAP), n_resamples


def _how_many(seconds: float) -> int:
    return int(np.clip(LOOP_SECONDS / seconds, CALIBRATED, MOST))


def _loops(problem: Problem, lams, rows):
    """Yield (what is measured, the call or None, of how many resamples), with the best way on the first few."""
    caller = Several([part(problem, chosen) for chosen in rows[:CALIBRATED]])
    ours, _ = caller.attempt(OUR_PATH, lams, GAP)
    for library in libraries_for(caller, PATHS, lams):
        one = Measured(f"{library.name}, looped")
        try:
            way, trial = library.best(GAP, ROOM * ours)
        except MissedError as error:
            one.missed, one.at_least = str(error), known(error.at_least * N_RESAMPLES / CALIBRATED)
            yield one, None, 0
            continue
        n_resamples = _how_many(trial.seconds / CALIBRATED)
        one.setting, one.gap, one.note = describe(way, trial), trial.gap, f"{n_resamples} resamples, scaled"
        X = np.ascontiguousarray(problem.X) if way.rows_first else problem.X
        yield one, partial(looped, way, X, problem.y, rows[:n_resamples], lams, trial.tol), n_resamples
