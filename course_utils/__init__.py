"""Helpers of the course, in the order in which the lessons need them.

validation      checks X, y and lam once; every message says what came and what was wanted
datasets        bundled data and simulators
least_squares   ordinary least squares by QR, with its diagnostics
prox            the soft threshold
objective       the LASSO objective, its certificate, and the conversions of lambda
scaling         one ruler for all columns, and the way back to the original units
solvers         ista, fista and coordinate_descent, stopped by the duality gap
path            solutions for a whole grid of penalties
tuning          folds, cross-validated paths, and the rules that pick one penalty
evaluation      how good a prediction is, and how sure one can be: metrics, baselines, intervals, honest loops
resampling      what the lasso would have said of other samples: bootstrap, stability selection
fast            the compiled tier: the same lasso, its paths, folds and resamples, sooner (extra "fast")
estimators      the compiled tier with scikit-learn's interface
style           the look of the figures, and `show_figure`
plotting        the figures that several lessons draw
explorers       figures that can be moved
exercises       exercises that answer
grading         work that nobody has read, run in a sandbox and scored
lessons         the lessons as data: their list, their execution, their comparison, the learner's copies
cli             the verbs of `course`

Everywhere the objective is (1/2n)||y - intercept - X beta||^2 + lam ||beta||_1 with an unpenalised
intercept, so `lam` is scikit-learn's `alpha`. Importing this package imports nothing heavy.
"""

__version__ = "0.1.0"
