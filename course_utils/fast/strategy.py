"""Which way is taken for which data: decided here and nowhere else, by counting multiplications.

One pass over X costs n p multiplications, and reads all of X from memory; that is what a solver waits for. The
products of all columns with each other cost n p^2, at several times the speed, since a product of matrices uses each
number many times while it is at hand. So:

one problem; the first that applies
    dense and plain, few columns    from kink to kink, by their products, in one call (by_products); if that
                                    proves too little, as below
    dense and plain                 a path of more columns than rows, or one lam of few numbers: from kink to kink,
                                    without products (by_columns, wide_homotopy); likewise
    sparse                          gather nothing: a product of two columns costs what a step of descent costs
                                    (sparse_columns)
    few numbers, or many rows       all columns at once: their products cost less than the passes they save
                                    (all_columns)
    otherwise                       gather columns as they are needed (working_set)
folds and resamples: many problems with the same columns
    few columns                     from kink to kink, by their products alone (gram_paths, homotopy); those of
                                    resamples one by one, or of very few columns all together (weighted_products)
    more columns than rows          resamples from kink to kink, from the rows that were drawn (wide_homotopy)
    otherwise                       each is one problem, as above
Between two penalties, all_columns and working_set go from kink to kink as well. What such a path leaves unproven is
solved for by sweeps.
"""

from __future__ import annotations

FEW = 15_000_000  # multiplications, for one penalty
NARROW = 64  # columns: however many rows they have, their products cost no more than five passes
FEW_FOR_A_PATH = 100_000_000  # the products serve all penalties
SMALL = 200_000  # numbers in X: the path to one lam takes less than the calls of another way; a copy is cheap
SEVERAL = 20  # penalties: between two of them, so few columns join that each can be met exactly
TALL = 2  # rows to a column
MANY = 400  # columns: forming their products takes as long as 20 to 35 passes over X, on one thread
WEAK = 0.03  # of the smallest lam whose solution is zero
COLUMNS_AT_ONCE = 300  # if most of them stay, sweeps are up to twice as fast; if few do, a path is
COLUMNS_FOR_KINKS = 400  # a path has about as many kinks as columns; each costs a pass over their products
COLUMNS_IN_PAIRS = 45  # with as many, both ways of `shares_one_product` take the same time


def takes_all_columns(n_samples: int, n_features: int, n_lams: int, share: float) -> bool:
    """Return whether the products of all columns with each other are formed at once.

    Parameters
    ----------
    n_samples, n_features : int
    n_lams : int
        Penalties that the products will serve.
    share : float
        Of the smallest lam whose solution is zero: the weakest penalty. A strong one needs few columns.

    Returns
    -------
    bool

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    cost = n_samples * n_features**2
    if n_features <= NARROW or cost <= (FEW if n_lams == 1 else FEW_FOR_A_PATH):
        return True
    needed = n_lams > 1 or share < WEAK
    return needed and n_features <= MANY and n_samples >= n_features


def goes_by_columns(n_samples: int, n_features: int, n_lams: int, share: float) -> bool:
    """Return whether the exact path is followed from the columns, without their products.

    Parameters
    ----------
    n_samples, n_features, n_lams : int
    share : float
        Of the smallest lam whose solution is zero: the weakest penalty. On the way to a weak one, nearly as many
        columns join as there are rows, if there are as many.

    Returns
    -------
    bool

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    if n_lams > 1:
        return n_samples < n_features and n_lams >= SEVERAL
    few_kinks = 2 * n_samples <= n_features or (share >= WEAK and n_samples < TALL * n_features)
    return n_samples * n_features <= SMALL and few_kinks


def goes_by_products(n_samples: int, n_features: int, n_lams: int, share: float) -> bool:
    """Return whether a path is followed from its top by the products of all columns, in one compiled call.

    442 x 65, to a hundredth: 0.2 ms, against 0.4 with sweeps; 442 x 285, correlated: 2.4 against 4.

    Parameters
    ----------
    n_samples, n_features, n_lams : int
    share : float
        Of the smallest lam whose solution is zero: the weakest penalty.

    Returns
    -------
    bool

    Lesson: notebooks/10b_many_problems_at_once.ipynb
    """
    return n_features <= COLUMNS_AT_ONCE and takes_all_columns(n_samples, n_features, n_lams, share)


def goes_from_kink_to_kink(n_samples: int, n_features: int) -> bool:
    """Return whether many problems with the same columns are solved from their products alone."""
    return n_features <= COLUMNS_FOR_KINKS and n_features <= n_samples


def shares_one_product(n_features: int) -> bool:
    """Return whether the products of all resamples come from one product of counts and pairs of columns.

    With few columns one large product of matrices beats hundreds of small ones (four times at 10 columns); with
    many, the rows that a resample did not draw cost more (1.5 times at 200).
    """
    return n_features <= COLUMNS_IN_PAIRS


def follows_rows(n_samples: int, n_features: int) -> bool:
    """Return whether many problems with the same columns are followed from kink to kink without their products.

    With more columns than rows a product of two columns is not much dearer than to look it up, and most are never
    asked for: 200 x 1000, 50 penalties to a hundredth: 3 ms a resample, against 10 with the products of those gathered.
    """
    return n_samples < n_features
