"""Which way is taken for which data: decided here and nowhere else, by counting multiplications.

One pass over X costs n p multiplications, and reads all of X from memory; that is what a solver waits for. The
products of all columns with each other cost n p^2, at several times the speed, since a product of matrices uses each
number many times while it is at hand. So:

few rows times columns      gather all columns at once: their products cost less than a few passes and decisions
otherwise                   gather columns as they are needed (working_set)
sparse                      gather nothing: of sparse columns a product costs what a step of descent costs
many problems, few columns  from kink to kink of the path, exactly (homotopy): the rows are not needed any more
"""

from __future__ import annotations

FEW = 5_000_000  # multiplications, for one penalty
FEW_FOR_A_PATH = 100_000_000  # the products serve all penalties
COLUMNS_FOR_KINKS = (
    400  # a path has about as many kinks as columns, and each costs a pass over their products
)


def gathers_all(n_samples: int, n_features: int, n_lams: int = 1) -> bool:
    """Return whether all columns are gathered at once, with the products of each with each.

    Parameters
    ----------
    n_samples, n_features : int
    n_lams : int
        Penalties that the products will serve.

    Returns
    -------
    bool

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    return n_samples * n_features**2 <= (FEW if n_lams == 1 else FEW_FOR_A_PATH)


def goes_from_kink_to_kink(n_samples: int, n_features: int) -> bool:
    """Return whether many problems with the same columns are solved from their products alone."""
    return n_features <= COLUMNS_FOR_KINKS and n_features <= n_samples


def shares_one_product(n_features: int) -> bool:
    """Return whether the products of all resamples come from one product of counts and pairs of columns.

    With few columns one large product of matrices beats hundreds of small ones (four times at 10 columns); with
    many, the rows that a resample did not draw cost more (1.5 times at 200). They meet at 40 to 50.
    """
    return n_features <= 45
