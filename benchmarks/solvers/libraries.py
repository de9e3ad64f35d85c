"""How each library is called: the same problem, the ways that it offers, and the layout of X that it likes.

    (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1

Every function takes (X, y, lams, tol, fit_intercept) and returns one row of coefficients for each lam, strong to weak;
for one lam, lams has one entry. Nothing is imported before it is called: the course's own environment has none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

OURS = "course_utils.fast"
EVER = 1_000_000  # iterations: no library shall stop for their number
STEPS = 20  # penalties on the way to one lam, for libraries that are made for paths


@dataclass(frozen=True)
class Way:
    """One way to call a library.

    Attributes
    ----------
    library, how : its name, and what is particular about this way.
    solve : (X, y, lams, tol, fit_intercept) -> (n_lams, n_features).
    suits : (n_samples, n_features, is_sparse) -> whether it can be meant for such an X.
    rows_first : whether it wants a dense X in C order, and copies any other.
    """

    library: str
    how: str
    solve: Callable
    suits: Callable[[int, int, bool], bool] = lambda n_samples, n_features, is_sparse: True
    rows_first: bool = False


def few_dense_columns(n_samples: int, n_features: int, is_sparse: bool) -> bool:
    """Whether the products of all columns are worth having."""
    return not is_sparse and n_features <= min(n_samples, 1000)


def dense(n_samples: int, n_features: int, is_sparse: bool) -> bool:
    """Whether X is dense."""
    return not is_sparse


def ours(X, y, lams, tol, fit_intercept):
    """One lam with course_utils.fast."""
    from course_utils.fast.lasso import lasso

    return lasso(X, y, lams[-1], tol=tol, fit_intercept=fit_intercept).beta[None]


def our_path(X, y, lams, tol, fit_intercept):
    """A path with course_utils.fast."""
    from course_utils.fast.path import lasso_path

    return lasso_path(X, y, lams, tol=tol, fit_intercept=fit_intercept).betas


def sklearn(X, y, lams, tol, fit_intercept, precompute=False):
    """scikit-learn's estimator."""
    from sklearn.linear_model import Lasso

    options = {"fit_intercept": fit_intercept, "max_iter": EVER, "precompute": precompute}
    return Lasso(alpha=lams[-1], tol=tol, **options).fit(X, y).coef_[None]


def sklearn_gram(X, y, lams, tol, fit_intercept):
    """The same, told to compute the products of all columns first."""
    return sklearn(X, y, lams, tol, fit_intercept, precompute=True)


def sklearn_path(X, y, lams, tol, fit_intercept, precompute=False):
    """scikit-learn's path; an intercept means that the data are centred first, as its LassoCV does."""
    from sklearn.linear_model import lasso_path

    if fit_intercept:
        X, y = X - X.mean(axis=0), y - y.mean()
    return lasso_path(X, y, alphas=lams, tol=tol, max_iter=EVER, precompute=precompute)[1].T


def sklearn_gram_path(X, y, lams, tol, fit_intercept):
    """The same with the products of all columns."""
    return sklearn_path(X, y, lams, tol, fit_intercept, precompute=True)


def celer(X, y, lams, tol, fit_intercept, p0=10):
    """celer's estimator."""
    from celer import Lasso

    options = {"fit_intercept": fit_intercept, "max_iter": 1000, "max_epochs": EVER, "p0": p0}
    return Lasso(alpha=lams[-1], tol=tol, **options).fit(X, y).coef_[None]


def celer_wide(X, y, lams, tol, fit_intercept):
    """The same from a working set of 100."""
    return celer(X, y, lams, tol, fit_intercept, p0=100)


def celer_path(X, y, lams, tol, fit_intercept):
    """celer's path."""
    from celer import celer_path

    if fit_intercept:
        X, y = X - X.mean(axis=0), y - y.mean()
    options = {"tol": tol, "max_iter": 1000, "max_epochs": EVER}
    return celer_path(X, y, pb="lasso", alphas=lams, **options)[1].T


def skglm(X, y, lams, tol, fit_intercept):
    """skglm's estimator: working sets and Anderson acceleration."""
    from skglm import Lasso

    options = {"fit_intercept": fit_intercept, "max_iter": 1000, "max_epochs": EVER}
    return Lasso(alpha=lams[-1], tol=tol * np.sqrt(y @ y / len(y)), **options).fit(X, y).coef_[None]


def skglm_gram(X, y, lams, tol, fit_intercept, greedy=False):
    """skglm's solver in Gram space, for centred data."""
    from skglm.penalties import L1
    from skglm.solvers import GramCD

    if fit_intercept:
        X, y = X - X.mean(axis=0), y - y.mean()
    options = {"fit_intercept": False, "max_iter": 20_000, "greedy_cd": greedy, "use_acc": not greedy}
    solver = GramCD(tol=tol * np.sqrt(y @ y / len(y)), **options)
    return solver.solve(X, y, None, L1(lams[-1]))[0][None]


def skglm_greedy(X, y, lams, tol, fit_intercept):
    """The same, always moving the coefficient that is furthest off."""
    return skglm_gram(X, y, lams, tol, fit_intercept, greedy=True)


def skglm_path(X, y, lams, tol, fit_intercept):
    """skglm's path: each penalty starts from the one before."""
    from skglm import Lasso

    options = {"fit_intercept": False, "max_iter": 1000, "max_epochs": EVER}
    if fit_intercept:
        X, y = X - X.mean(axis=0), y - y.mean()
    lasso = Lasso(tol=tol * np.sqrt(y @ y / len(y)), **options)
    return lasso.path(X, y, alphas=np.asarray(lams))[1].T


def adelie(X, y, lams, tol, fit_intercept):
    """adelie's path solver."""
    import adelie as ad
    from scipy import sparse

    design = ad.matrix.sparse(X, method="naive") if sparse.issparse(X) else X
    options = {"intercept": fit_intercept, "tol": tol, "max_iters": EVER, "early_exit": False}
    state = ad.grpnet(X=design, glm=ad.glm.gaussian(y=y), lmda_path=lams, progress_bar=False, **options)
    return state.betas.toarray()


def adelie_gram(X, y, lams, tol, fit_intercept):
    """adelie's solver for given products of columns, which are computed here."""
    import adelie as ad

    if fit_intercept:
        X, y = X - X.mean(axis=0), y - y.mean()
    n_samples = len(y)
    options = {"tol": tol, "max_iters": EVER, "early_exit": False, "progress_bar": False}
    products = np.asfortranarray(X.T @ X / n_samples)
    return ad.gaussian_cov(products, X.T @ y / n_samples, lmda_path=lams, **options).betas.toarray()


def python_glmnet(X, y, lams, tol, fit_intercept):
    """glmnet's Fortran, by its oldest wrapper."""
    from glmnet import ElasticNet

    options = {"standardize": False, "fit_intercept": fit_intercept, "n_splits": 0, "max_iter": 100 * EVER}
    return ElasticNet(alpha=1, lambda_path=lams, tol=tol, **options).fit(X, y).coef_path_.T


def glmstar(X, y, lams, tol, fit_intercept):
    """glmnet's algorithms in C++."""
    from benchmarks.solvers.apart import glmstar as package

    control = package().paths.fastnet.FastNetControl(thresh=tol, maxit=100 * EVER)
    options = {"fit_intercept": fit_intercept, "standardize": False, "control": control}
    return package().GaussNet(lambda_values=np.asarray(lams), **options).fit(X, y).coefs_


def skein(X, y, lams, tol, fit_intercept, screening="strong"):
    """skein-glm's path solver."""
    from skein_glm import ElasticNetPathRegressor

    options = {"fit_intercept": fit_intercept, "max_iter": EVER, "screening": screening}
    return ElasticNetPathRegressor(alpha=1.0, lambdas=np.asarray(lams), tol=tol, **options).fit(X, y).coefs_


def on_the_way(path: Callable) -> Callable:
    """Return a solver of one lam by a path solver: STEPS penalties lead there, and only the last row comes back."""

    def solve(X, y, lams, tol, fit_intercept):
        centred = y - y.mean() * fit_intercept
        first = np.abs(X.T @ centred).max() / len(y)
        return path(X, y, np.geomspace(first, lams[-1], STEPS), tol, fit_intercept)[-1:]

    return solve


OUR_WAY, OUR_PATH = Way(OURS, "", ours), Way(OURS, "", our_path)
ONE_LAM = (
    Way("scikit-learn", "", sklearn),
    Way("scikit-learn", "Gram", sklearn_gram, few_dense_columns),
    Way("celer", "", celer),
    Way("celer", "p0 = 100", celer_wide),
    Way("skglm", "", skglm),
    Way("skglm", "Gram", skglm_gram, few_dense_columns),
    Way("skglm", "Gram, greedy", skglm_greedy, few_dense_columns),
    Way("adelie", f"{STEPS} penalties on the way", on_the_way(adelie)),
    Way("adelie", "", adelie),
    Way("adelie", f"Gram, {STEPS} penalties on the way", on_the_way(adelie_gram), few_dense_columns),
    Way("python-glmnet", f"{STEPS} penalties on the way", on_the_way(python_glmnet)),
    Way("python-glmnet", "", python_glmnet),
    Way("glmstar", f"{STEPS} penalties on the way", on_the_way(glmstar)),
    Way("glmstar", "", glmstar),
    Way("skein-glm", "", skein, rows_first=True),
    Way("skein-glm", f"{STEPS} penalties on the way", on_the_way(skein), rows_first=True),
)
PATHS = (
    Way("scikit-learn", "", sklearn_path, dense),
    Way("scikit-learn", "Gram", sklearn_gram_path, few_dense_columns),
    Way("celer", "", celer_path, dense),
    Way("skglm", "", skglm_path, dense),
    Way("adelie", "", adelie),
    Way("adelie", "Gram", adelie_gram, few_dense_columns),
    Way("python-glmnet", "", python_glmnet),
    Way("glmstar", "", glmstar),
    Way("skein-glm", "", skein, rows_first=True),
)


def by_library(ways, n_samples: int, n_features: int, is_sparse: bool) -> Mapping[str, list[Way]]:
    """Return the ways that suit such an X, by library."""
    fitting: dict[str, list[Way]] = {}
    for way in ways:
        if way.suits(n_samples, n_features, is_sparse):
            fitting.setdefault(way.library, []).append(way)
    return fitting
