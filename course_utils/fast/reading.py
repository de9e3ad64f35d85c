"""Rows, read once, in pieces that the cache holds, and what remains of them: the sums of products of their numbers.

With z = [x - shift, y - shift, 1], times the root of the row's weight, the sum of zz' has the products of all columns
with each other and with y, the sums of the columns in its last column, and what the rows weigh in its last corner.
The shift, something near the mean, keeps digits that the means would take with them when they are taken off.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course_utils.fast.look import refuse

PIECE = 2**18  # numbers that are read at a time: what the cache holds
NEAR = 500  # rows whose mean is near enough


@dataclass(frozen=True, eq=False)
class Reading:
    """X, an array of floats or a CSC matrix, and y, read in pieces of rows z = root [x - shift, y - shift, 1].

    root has the square roots of the weights of the rows; None stands for weights of one.
    """

    X: np.ndarray | sparse.csc_matrix
    y: np.ndarray
    shift: np.ndarray
    root: np.ndarray | None = None

    @classmethod
    def of(cls, X, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Reading:
        """Read with a shift near the means, those of some rows; ValueError if X holds what is not finite."""
        some = np.arange(0, len(y), -(-len(y) // NEAR))
        shift = cls(X, y, np.zeros(X.shape[1] + 1)).mean(some)
        if not np.isfinite(shift).all():
            refuse(X)
        return cls(X, y, shift, None if sample_weight is None else np.sqrt(sample_weight))

    def pieces(self, rows: np.ndarray) -> Iterator[np.ndarray]:
        """Yield z of some rows, (a few rows, n_features + 2), in the order in memory of X."""
        p, columnwise = self.X.shape[1], sparse.issparse(self.X) or self.X.flags.f_contiguous
        for piece in _pieces(rows, max(1, PIECE // (p + 2))):
            z = np.empty((len(piece), p + 2), order="F" if columnwise else "C")
            np.subtract(self._take(piece), self.shift[:-1], out=z[:, :-2])
            np.subtract(self.y[piece], self.shift[-1], out=z[:, -2])
            z[:, -1] = 1.0
            if self.root is not None:
                z *= self.root[piece, None]
            yield z

    def _take(self, rows: np.ndarray) -> np.ndarray:
        if sparse.issparse(self.X):
            return self.X[rows].toarray()
        if self.X.flags.c_contiguous:
            return self.X.take(rows, axis=0)
        return self.X.T.take(rows, axis=1).T  # a choice of rows in Fortran order would copy all of X first

    def that_weigh(self, rows: np.ndarray) -> np.ndarray:
        """Return those of some rows that weigh something."""
        return rows if self.root is None else rows[self.root[rows] > 0.0]

    def mean(self, rows: np.ndarray) -> np.ndarray:
        """Return the means of the columns and of y, above the shift."""
        with np.errstate(over="ignore", invalid="ignore"):
            totals = sum(z[:, -1] @ z for z in self.pieces(rows))
            return totals[:-1] / totals[-1]

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Return the sum of zz' over some rows, (n_features + 2, n_features + 2)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return sum(z.T @ z for z in self.pieces(rows))


def _pieces(rows: np.ndarray, length: int) -> Iterator[np.ndarray]:
    return (rows[start : start + length] for start in range(0, len(rows), length))
