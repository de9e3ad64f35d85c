"""Calls a library on a problem as the library likes it, and says what it took and what gap it reached."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from scipy import sparse

from benchmarks.solvers.libraries import Way
from benchmarks.solvers.measuring import AT_LEAST, timed
from benchmarks.solvers.problems import Problem, simulated, text_like
from benchmarks.solvers.verifying import verified_gap

AGAIN = 3  # a short trial is made again, and the quickest counts


class Caller:
    """Calls libraries on one problem with X as each wants it, none of them for its first time."""

    _warm: ClassVar[set] = set()

    def __init__(self, problem: Problem):
        self.problem = problem
        is_sparse = sparse.issparse(problem.X)
        self.layouts = {False: problem.X, True: problem.X if is_sparse else np.ascontiguousarray(problem.X)}
        small = text_like(60, 80, 5, density=0.1, seed=0) if is_sparse else simulated(60, 40, 5)
        self.small = Problem(*small(), problem.fit_intercept)

    def call(self, way: Way, lams, tol: float) -> Callable:
        """Return the call to be timed, without arguments."""
        self._warm_up(way, len(lams))
        X, y = self.layouts[way.rows_first], self.problem.y
        return partial(way.solve, X, y, lams, tol, self.problem.fit_intercept)

    def attempt(self, way: Way, lams, tol: float) -> tuple[float, float]:
        """Return the seconds that one way takes at a tolerance, and its largest gap."""
        call = self.call(way, lams, tol)
        seconds, betas = timed(call)
        if seconds < AT_LEAST:
            seconds = min(timed(call)[0] for _ in range(AGAIN))
        return seconds, self.worst_gap(betas, lams)

    def worst_gap(self, betas, lams) -> float:
        """Return the largest gap of several solutions; NaN if there are not as many as lams."""
        X, y, fit_intercept = self.problem.X, self.problem.y, self.problem.fit_intercept
        if len(betas) != len(lams):
            return math.nan
        pairs = zip(betas, lams, strict=True)
        return float(np.max([verified_gap(X, y, *pair, fit_intercept=fit_intercept) for pair in pairs]))

    def _warm_up(self, way: Way, n_lams: int) -> None:
        kind = (way, sparse.issparse(self.problem.X), self.problem.fit_intercept, n_lams > 1)
        if kind not in self._warm:
            self._warm.add(kind)
            X = self.small.X if kind[1] or not way.rows_first else np.ascontiguousarray(self.small.X)
            lams = self.small.lam_max / np.array([2.0, 4.0] if n_lams > 1 else [4.0])
            way.solve(X, self.small.y, lams, 1e-4, self.small.fit_intercept)


class Several:
    """Several problems of one kind, as one: their seconds together, and the largest of their gaps."""

    def __init__(self, problems: Sequence[Problem]):
        self._callers = [Caller(problem) for problem in problems]
        self.problem = problems[0]

    def attempt(self, way: Way, lams, tol: float) -> tuple[float, float]:
        """Return the seconds that one way takes at a tolerance for all of them, and its largest gap."""
        seconds, gaps = zip(*(caller.attempt(way, lams, tol) for caller in self._callers), strict=True)
        return sum(seconds), float(np.max(gaps))
