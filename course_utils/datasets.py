"""Bundled data sets and simulators: each gives a Dataset, or the raw pandas frame with as_frame=True."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.validation import require_rng

_MEND = "To mend it, in the folder of the course run: python3 course.py doctor"
DATA = Path(__file__).resolve().parent.parent / "data"

LARGEST_ORDINARY_HOUSE = 4000  # square feet of living area; De Cock advises to set larger houses aside

# raw name -> (readable name, unit)
AMES_COLUMNS = {
    "Lot Area": ("lot area", "square feet"),
    "Overall Qual": ("overall quality", "rating 1-10"),
    "Overall Cond": ("overall condition", "rating 1-10"),
    "Year Built": ("year built", "year"),
    "Year Remod/Add": ("year remodelled", "year"),
    "Mas Vnr Area": ("masonry veneer area", "square feet"),
    "BsmtFin SF 1": ("finished basement area", "square feet"),
    "BsmtFin SF 2": ("second finished basement area", "square feet"),
    "Bsmt Unf SF": ("unfinished basement area", "square feet"),
    "Total Bsmt SF": ("basement area", "square feet"),
    "1st Flr SF": ("first floor area", "square feet"),
    "2nd Flr SF": ("second floor area", "square feet"),
    "Low Qual Fin SF": ("low quality area", "square feet"),
    "Gr Liv Area": ("living area", "square feet"),
    "Bsmt Full Bath": ("basement full bathrooms", "rooms"),
    "Bsmt Half Bath": ("basement half bathrooms", "rooms"),
    "Full Bath": ("full bathrooms", "rooms"),
    "Half Bath": ("half bathrooms", "rooms"),
    "Bedroom AbvGr": ("bedrooms", "rooms"),
    "Kitchen AbvGr": ("kitchens", "rooms"),
    "TotRms AbvGrd": ("rooms", "rooms"),
    "Fireplaces": ("fireplaces", "fireplaces"),
    "Garage Cars": ("garage capacity", "cars"),
    "Garage Area": ("garage area", "square feet"),
    "Wood Deck SF": ("wood deck area", "square feet"),
    "Open Porch SF": ("open porch area", "square feet"),
    "Enclosed Porch": ("enclosed porch area", "square feet"),
    "3Ssn Porch": ("three-season porch area", "square feet"),
    "Screen Porch": ("screen porch area", "square feet"),
    "Pool Area": ("pool area", "square feet"),
    "Misc Val": ("value of extras", "dollars"),
    "Mo Sold": ("month sold", "month 1-12"),
    "Yr Sold": ("year sold", "year"),
}
# Each is a sum or difference of three columns that stay, in every row.
AMES_REDUNDANT = ("Bsmt Unf SF", "1st Flr SF")

PROSTATE_UNITS = {
    "lcavol": "log cm³",
    "lweight": "log g",
    "age": "years",
    "lbph": "log cm²",
    "svi": "0 or 1",
    "lcp": "log cm",
    "gleason": "score",
    "pgg45": "percent",
    "lpsa": "log ng/ml",
}

DIABETES_UNITS = {
    "age": "years",
    "sex": "code 1 or 2",
    "bmi": "kg/m²",
    "bp": "mm Hg",
    "s1": "as recorded",
    "s2": "as recorded",
    "s3": "as recorded",
    "s4": "ratio",
    "s5": "log scale",
    "s6": "as recorded",
}


@dataclass(frozen=True)
class Dataset:
    """Data ready to fit: X float64 (n_samples, n_features), y float64 (n_samples,), names, units.

    `units` has an entry for every feature and for the target; only simulators know `beta_true`.
    """

    X: np.ndarray
    y: np.ndarray
    feature_names: tuple[str, ...]
    target_name: str
    units: dict[str, str]
    description: str
    beta_true: np.ndarray | None = None

    def column(self, name: str) -> np.ndarray:
        """Return the column of X called `name`, shape (n_samples,)."""
        if name not in self.feature_names:
            raise KeyError(f"no feature is called {name!r}; the features are {', '.join(self.feature_names)}")
        return self.X[:, self.feature_names.index(name)]


class DataFileError(RuntimeError):
    """A bundled data file is missing or is not the file that was bundled."""


def load_ames(*, as_frame: bool = False, redundant: bool = False):
    """Sale prices of houses in Ames, Iowa, 2006 to 2010, with their numeric descriptions.

    X holds 31 numeric columns of the 2,925 houses with at most 4,000 square feet of living area: De Cock
    advises to set the five larger ones aside (three are part sales, two are simply unusual).
    y is the price in thousands of dollars.

    What was left out, and why: `Order` and `PID` identify a row; `MS SubClass` is a code, not a quantity;
    `Lot Frontage` (490 gaps) and `Garage Yr Blt` (159, a house without a garage has no such year) have
    true gaps. In the columns kept, a gap stands for an absent basement, and is 0. The same is done for 23
    houses whose veneer and 1 whose garage were not recorded: 24 zeros that are a guess.
    `unfinished basement area` and `first floor area` are left out because other columns give them exactly:

        basement area = finished + second finished + unfinished
        living area   = first floor + second floor + low quality

    so that the default X has full column rank.

    Parameters
    ----------
    as_frame : bool
        Give the raw frame instead, untouched: 2,930 rows, 82 columns, gaps as NaN, text as text.
    redundant : bool
        Keep those two columns as well: 33 columns of rank 31, to see what exact dependence does.

    Returns
    -------
    Dataset or pandas.DataFrame

    Raises
    ------
    DataFileError
        The bundled file is missing or damaged.

    References
    ----------
    De Cock (2011), "Ames, Iowa: Alternative to the Boston Housing Data as an End of Semester Regression
    Project", Journal of Statistics Education 19(3).

    Lesson: notebooks/01_least_squares.ipynb
    """
    raw = _read_bundled(
        "ames_raw.csv.gz",
        compression="gzip",
        dtype={"PID": str, "MS SubClass": str},  # codes whose leading zeros count
        keep_default_na=False,  # "None" is a kind of masonry veneer, not a gap
        na_values=[""],
    )
    if as_frame:
        return raw
    ordinary = raw[raw["Gr Liv Area"] <= LARGEST_ORDINARY_HOUSE]
    kept = [name for name in AMES_COLUMNS if redundant or name not in AMES_REDUNDANT]
    return Dataset(
        X=ordinary[kept].fillna(0).to_numpy(np.float64),
        y=ordinary["SalePrice"].to_numpy(np.float64) / 1000,
        feature_names=tuple(AMES_COLUMNS[name][0] for name in kept),
        target_name="price",
        units=dict(AMES_COLUMNS[name] for name in kept) | {"price": "thousands of dollars"},
        description="House sales in Ames, Iowa, 2006-2010: numeric columns, houses up to 4,000 square feet",
    )


def load_prostate(*, split: str | None = None, as_frame: bool = False):
    """Prostate-specific antigen and eight clinical measures of 97 men about to have their prostate removed.

    The features are lcavol, lweight, age, lbph, svi, lcp, gleason, pgg45 (data/README.md says what each
    is); y is lpsa. Values are as measured: nothing is standardised.

    Parameters
    ----------
    split : None, "train" or "test"
        All 97 rows, or one side of the split of ESL: 67 rows to train, 30 to test.
    as_frame : bool
        Give the raw frame instead, with its `train` column (the rows of `split`, if one is given).

    Returns
    -------
    Dataset or pandas.DataFrame

    Raises
    ------
    ValueError
        `split` is none of the three.
    DataFileError
        The bundled file is missing or damaged.

    References
    ----------
    Stamey et al. (1989), Journal of Urology 141(5); Hastie, Tibshirani and Friedman (2009), The Elements
    of Statistical Learning (ESL), table 3.3.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    if split not in (None, "train", "test"):
        raise ValueError(f"split is {split!r}; None, 'train' or 'test' is needed")
    raw = _read_bundled("prostate.csv")
    rows = raw if split is None else raw[raw["train"] == (split == "train")]
    if as_frame:
        return rows
    features = [name for name in PROSTATE_UNITS if name != "lpsa"]
    return Dataset(
        X=rows[features].to_numpy(np.float64),
        y=rows["lpsa"].to_numpy(np.float64),
        feature_names=tuple(features),
        target_name="lpsa",
        units=dict(PROSTATE_UNITS),
        description="Prostate cancer data of Stamey et al. (1989), with the training and test rows of ESL",
    )


def load_diabetes(*, scaled: bool = True, as_frame: bool = False):
    """scikit-learn's diabetes data: 442 patients, ten measures, disease progression a year later.

    Parameters
    ----------
    scaled : bool
        As scikit-learn's default: each column centred and of unit length. False gives the values measured.
    as_frame : bool
        Give scikit-learn's frame instead, target included.

    Returns
    -------
    Dataset or pandas.DataFrame

    References
    ----------
    Efron, Hastie, Johnstone and Tibshirani (2004), "Least Angle Regression", Annals of Statistics 32(2).

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    from sklearn.datasets import load_diabetes as load_from_sklearn

    if as_frame:
        return load_from_sklearn(scaled=scaled, as_frame=True).frame
    bunch = load_from_sklearn(scaled=scaled)
    units = {name: "unit length" if scaled else unit for name, unit in DIABETES_UNITS.items()}
    return Dataset(
        X=bunch.data.astype(np.float64),
        y=bunch.target.astype(np.float64),
        feature_names=tuple(bunch.feature_names),
        target_name="progression",
        units=units | {"progression": "score"},
        description="Diabetes data of Efron et al. (2004), as scikit-learn bundles them",
    )


def simulate_sparse_regression(
    n_samples: int,
    n_features: int,
    n_nonzero: int,
    *,
    rng: np.random.Generator,
    noise: float = 1.0,
    correlation: float = 0.0,
    signal: float = 1.0,
) -> Dataset:
    """Draw y = X beta_true + noise in which only n_nonzero features, evenly spread, matter.

        corr(x_j, x_k) = correlation^|j - k|,    |beta_true_j| = signal with alternating signs, or 0

    Parameters
    ----------
    n_samples, n_features, n_nonzero : int
        Rows, columns, and how many of the columns have a coefficient other than 0.
    rng : numpy.random.Generator
        Source of the randomness.
    noise : float
        Standard deviation of the noise; every feature has standard deviation 1.
    correlation : float
        Correlation of neighbouring features, between -1 and 1.
    signal : float
        Size of the coefficients that are not 0.

    Returns
    -------
    Dataset
        With `beta_true` of shape (n_features,).

    Raises
    ------
    TypeError
        `rng` is not a generator.
    ValueError
        n_nonzero exceeds n_features, the correlation is not inside (-1, 1), or noise is negative.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    require_rng(rng)
    if not 0 <= n_nonzero <= n_features:
        raise ValueError(f"n_nonzero is {n_nonzero}; a number from 0 to n_features = {n_features} is needed")
    if not -1 < correlation < 1:
        raise ValueError(f"correlation is {correlation}; a number between -1 and 1 is needed")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is {noise}; a standard deviation that is not negative is needed")
    X = _autoregressive_columns(rng.standard_normal((n_samples, n_features)), correlation)
    beta_true = np.zeros(n_features)
    matters = np.linspace(0, n_features - 1, n_nonzero).round().astype(int)
    beta_true[matters] = signal * (-1.0) ** np.arange(n_nonzero)
    names = tuple(f"x{j}" for j in range(n_features))
    return Dataset(
        X=X,
        y=X @ beta_true + noise * rng.standard_normal(n_samples),
        feature_names=names,
        target_name="y",
        units=dict.fromkeys((*names, "y"), "none"),
        description=f"Simulated: {n_nonzero} of {n_features} features matter",
        beta_true=beta_true,
    )


def _autoregressive_columns(innovations: np.ndarray, correlation: float) -> np.ndarray:
    """x_j = correlation * x_{j-1} + sqrt(1 - correlation^2) * e_j, so that every column has variance 1."""
    X = innovations.copy()
    for j in range(1, X.shape[1]):
        X[:, j] = correlation * X[:, j - 1] + np.sqrt(1 - correlation**2) * innovations[:, j]
    return X


def _read_bundled(name: str, **read_csv_options):
    import pandas as pd

    return pd.read_csv(io.BytesIO(_checked_bytes(name)), **read_csv_options)


def _checked_bytes(name: str) -> bytes:
    path = DATA / name
    if not path.is_file():
        raise DataFileError(f"{path} is missing. {_MEND}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _bundled_checksums().get(name):
        raise DataFileError(f"{path} is not the file that was bundled (its sha256 differs). {_MEND}")
    return content


def _bundled_checksums() -> dict[str, str]:
    path = DATA / "checksums.sha256"
    if not path.is_file():
        raise DataFileError(f"{path} is missing. {_MEND}")
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {name: digest for digest, name in pairs}
