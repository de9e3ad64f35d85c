"""Which tolerance a library needs: the loosest one, in quarters of a decade, whose verified gap is small enough.

Each library measures its own convergence in its own way, so that equal tolerances are nothing to compare. The search
goes in whole decades, and then in quarters: nobody has to solve much better than was asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

QUARTERS = 4
LOOSEST, TIGHTEST = 1 * QUARTERS, 22 * QUARTERS  # 0.1 to 1e-22: some compare squares


@dataclass(frozen=True)
class Trial:
    """What one tolerance costs, and the gap that it gives."""

    tol: float
    seconds: float
    gap: float


class MissedError(Exception):
    """A library does not reach the gap; the message says how near it came.

    Parameters
    ----------
    message : str
    at_least : float
        The seconds that a longer search would have ended above; infinite if no tolerance is left.
    """

    def __init__(self, message: str, at_least: float = math.inf):
        super().__init__(message)
        self.at_least = at_least


class Calibration:
    """The tolerances of one library on one problem, found once for several gaps.

    Parameters
    ----------
    attempt : function
        tol -> (seconds, verified gap).
    start : float
        The tolerance to try first; a good guess saves trials and changes nothing else.
    """

    def __init__(self, attempt: Callable[[float], tuple[float, float]], *, start: float = 1e-4):
        self._attempt, self._start = attempt, round(-QUARTERS * math.log10(start))
        self._trials: dict[int, Trial] = {}

    def find(self, target: float, *, hopeless: float = math.inf, coarse: float = math.inf) -> Trial:
        """Return the trial at the loosest tolerance with a gap of at most target.

        Parameters
        ----------
        target : float
        hopeless : float
            Seconds: when a trial that misses the gap takes so long, no tighter one follows.
        coarse : float
            Seconds: when a trial that reaches the gap takes so long, something near is fine enough.

        Raises
        ------
        MissedError
            No tolerance reaches the gap, or none before it was hopeless.
        """
        tight = self._tight_enough(target, hopeless, coarse)
        if not self._is_near(tight, target, coarse):
            tight = self._between(self._too_loose(tight, target), tight, target)
        self._start = tight
        return self._trials[tight]

    @property
    def start(self) -> float:
        """The tolerance that was found last, or the one to try first."""
        return 10.0 ** (-self._start / QUARTERS)

    def _tight_enough(self, target: float, hopeless: float, coarse: float) -> int:
        """Go from loose to tight until a tolerance reaches the gap, by as much as the gap is too wide."""
        tight = self._start
        while tight <= TIGHTEST:
            trial = self._trial(tight)
            if trial.gap <= target:
                return tight
            if trial.seconds > hopeless:
                raise MissedError(f"still at gap {trial.gap:.1e} after {trial.seconds:.2g} s", trial.seconds)
            tight += max(1 if trial.seconds > coarse else QUARTERS, _quarters_between(target, trial.gap))
        best = min(self._trials.values(), key=lambda one: math.inf if math.isnan(one.gap) else one.gap)
        raise MissedError(f"at best gap {best.gap:.1e}, in {best.seconds:.2g} s")

    def _is_near(self, tight: int, target: float, coarse: float) -> bool:
        """Whether a trial that reaches the gap is so slow, and so little tighter, that no other follows."""
        trial = self._trials[tight]
        return trial.seconds > coarse and trial.gap > target / 10

    def _too_loose(self, tight: int, target: float) -> int:
        """Return the tightest tolerance that is known to miss the gap, or find one."""
        missed = [
            quarters
            for quarters, trial in self._trials.items()
            if quarters < tight and not trial.gap <= target
        ]
        if missed:
            return max(missed)
        loose = tight
        while loose >= LOOSEST and self._trial(loose).gap <= target:
            loose -= max(QUARTERS, _quarters_between(self._trial(loose).gap, target))
        return max(loose, LOOSEST - 1)

    def _between(self, loose: int, tight: int, target: float) -> int:
        """Halve what lies between a tolerance that is too loose and one that is tight enough."""
        while tight - loose > 1:
            middle = (tight + loose) // 2
            if self._trial(middle).gap <= target:
                tight = middle
            else:
                loose = middle
        return tight

    def _trial(self, quarters: int) -> Trial:
        if quarters not in self._trials:
            tol = 10.0 ** (-quarters / QUARTERS)
            self._trials[quarters] = Trial(tol, *self._attempt(tol))
        return self._trials[quarters]


def _quarters_between(small: float, large: float) -> int:
    """Return how many quarters of a decade lie between two gaps, 12 at most; 0 if one is no number."""
    if not 0 < small < large < math.inf:
        return 0
    return min(3 * QUARTERS, math.ceil(QUARTERS * math.log10(large / small)))
