"""The solvers of `course_utils.fast` with scikit-learn's interface, for pipelines, grids and pandas frames.

linear            Lasso and ElasticNet, in the place of scikit-learn's
unpenalised       where no absolute value is left: least squares and ridge
cross_validated   LassoCV, in the place of scikit-learn's
prices            which prices are compared
varying           columns that are constant are left out
convergence       what is not proven is said in scikit-learn's class of warning
fold_errors       errors on rows that a fit has not seen, for all that scikit-learn allows
stability         StabilitySelection, a transformer that selects
bootstrap         BootstrapLasso, coefficients and how much they move

Needs numba, of the extra "fast".
"""

from course_utils.estimators.bootstrap import BootstrapLasso
from course_utils.estimators.cross_validated import LassoCV
from course_utils.estimators.linear import ElasticNet, Lasso
from course_utils.estimators.stability import StabilitySelection

__all__ = ["BootstrapLasso", "ElasticNet", "Lasso", "LassoCV", "StabilitySelection"]
