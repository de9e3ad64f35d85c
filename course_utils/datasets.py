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

# in the order of the design matrix of the ISLP lab; categories as 0 or 1
HITTERS_UNITS = {
    "AtBat": "at bats in 1986",
    "Hits": "hits in 1986",
    "HmRun": "home runs in 1986",
    "Runs": "runs in 1986",
    "RBI": "runs batted in, 1986",
    "Walks": "walks in 1986",
    "Years": "years",
    "CAtBat": "at bats in career",
    "CHits": "hits in career",
    "CHmRun": "home runs in career",
    "CRuns": "runs in career",
    "CRBI": "runs batted in, career",
    "CWalks": "walks in career",
    "League_N": "0 or 1",
    "Division_W": "0 or 1",
    "PutOuts": "put outs in 1986",
    "Assists": "assists in 1986",
    "Errors": "errors in 1986",
    "NewLeague_N": "0 or 1",
    "salary": "thousands of dollars",
}

ADVERTISING_UNITS = {
    "TV": "thousands of dollars",
    "radio": "thousands of dollars",
    "newspaper": "thousands of dollars",
    "sales": "thousands of units",
}

MACRODATA_UNITS = {
    "realgdp": "billions of 2005 dollars",
    "realcons": "billions of 2005 dollars",
    "realinv": "billions of 2005 dollars",
    "realgovt": "billions of 2005 dollars",
    "realdpi": "billions of 2005 dollars",
    "cpi": "index, 1982-84 = 100",
    "m1": "billions of dollars",
    "tbilrate": "percent",
    "pop": "millions",
    "unemp": "percent",
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
    return _from_columns(
        rows,
        PROSTATE_UNITS,
        "Prostate cancer data of Stamey et al. (1989), with the training and test rows of ESL",
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


def load_hitters(*, as_frame: bool = False):
    """Salaries of 1987 of 263 baseball players, with what they did in 1986 and in their careers.

    X has 19 features, in the order of the design matrix of the ISLP lab; the categories are columns of 0
    and 1: League_N and NewLeague_N (National League), Division_W (west). y is the salary in thousands of
    dollars.

    59 of the 322 players have no salary and are left out. They are not a random sample: they had 71 hits in
    1986 on average, the others 108. A model learns what the 263 are paid; what it says of players like
    the 59 is a guess, and a relation between performance and salary may look weaker or stronger than
    it is among all 322.

    Parameters
    ----------
    as_frame : bool
        Give the raw frame instead, untouched: 322 rows, 20 columns, gaps as NaN, text as text.

    Returns
    -------
    Dataset or pandas.DataFrame

    Raises
    ------
    DataFileError
        The bundled file is missing or damaged.

    References
    ----------
    James, Witten, Hastie, Tibshirani and Taylor (2023), An Introduction to Statistical Learning with
    Applications in Python (ISLP), section 6.5.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    raw = _read_bundled("Hitters.csv")
    if as_frame:
        return raw
    paid = raw.dropna(subset="Salary")
    paid = paid.assign(
        League_N=paid["League"] == "N",
        Division_W=paid["Division"] == "W",
        NewLeague_N=paid["NewLeague"] == "N",
    ).rename(columns={"Salary": "salary"})
    return _from_columns(
        paid, HITTERS_UNITS, "Baseball players of 1986 whose salary of 1987 is known, from StatLib"
    )


def load_advertising(*, as_frame: bool = False):
    """Sales of a product in 200 markets, with what was spent on advertising it on TV, radio and newspapers.

    X holds TV, radio and newspaper in thousands of dollars, y the sales in thousands of units. The book
    that made the data known names neither product nor source, nor says how the budgets were decided.

    Parameters
    ----------
    as_frame : bool
        Give the raw frame instead: 200 rows, 4 columns.

    Returns
    -------
    Dataset or pandas.DataFrame

    Raises
    ------
    DataFileError
        The bundled file is missing or damaged.

    References
    ----------
    James, Witten, Hastie and Tibshirani (2013), An Introduction to Statistical Learning (ISL), table 3.4.

    Lesson: notebooks/06_honest_evaluation.ipynb
    """
    raw = _read_bundled("Advertising.csv")
    if as_frame:
        return raw
    return _from_columns(raw, ADVERTISING_UNITS, "Advertising budgets and sales in 200 markets, from ISL")


def load_riboflavin(*, as_frame: bool = False):
    """How fast bacteria make riboflavin (vitamin B2), with the expression of 4,088 genes in 71 samples.

    X is the logarithm of the expression, a column for each probe set (named as its gene, then `_at`,
    `_r_at` or the like); y is the logarithm of the production rate. The values are stored in 32 bits, which
    rounds them by at most 5e-7, and given in 64.

    The 71 samples come from 28 fermentations, each sampled two to four times: rows are not independent.
    With 4,088 columns and 71 rows, X has no full column rank.

    Parameters
    ----------
    as_frame : bool
        Give a frame instead: the target `log production rate`, then the 4,088 columns.

    Returns
    -------
    Dataset or pandas.DataFrame

    Raises
    ------
    DataFileError
        The bundled file is missing or damaged.

    References
    ----------
    Bühlmann, Kalisch and Meier (2014), High-dimensional statistics with a view toward applications in
    biology, Annual Review of Statistics and Its Application 1.

    Lesson: notebooks/07_bootstrap_and_stability.ipynb
    """
    with np.load(io.BytesIO(_checked_bytes("riboflavin.npz")), allow_pickle=False) as stored:
        X, y = stored["X"].astype(np.float64), stored["y"].astype(np.float64)
        genes = tuple(stored["names"].tolist())
    if as_frame:
        import pandas as pd

        return pd.DataFrame(np.column_stack([y, X]), columns=["log production rate", *genes])
    return Dataset(
        X=X,
        y=y,
        feature_names=genes,
        target_name="log production rate",
        units=dict.fromkeys(genes, "log expression") | {"log production rate": "log rate"},
        description="Riboflavin production and gene expression of Bacillus subtilis, data of DSM",
    )


def load_macrodata(*, as_frame: bool = False):
    """Unemployment in the United States, 203 quarters from 1959 to 2009, with nine economic series.

    The rows are in time order, and a row resembles its neighbours: do not shuffle them into folds. X holds
    realgdp, realcons, realinv, realgovt, realdpi (real output, consumption, investment, government,
    disposable income), cpi (prices), m1 (money), tbilrate (interest) and pop (population) as they stood in
    the same quarter as y, the unemployment rate in percent. `infl` and `realint` are left out: they are
    calculated from `cpi` and `tbilrate`.

    Parameters
    ----------
    as_frame : bool
        Give the raw frame instead: 203 rows, 14 columns, with `year` and `quarter`.

    Returns
    -------
    Dataset or pandas.DataFrame

    Raises
    ------
    DataFileError
        The bundled file is missing or damaged.

    Lesson: notebooks/05_choosing_lambda.ipynb
    """
    raw = _read_bundled("macrodata.csv")
    if as_frame:
        return raw
    return _from_columns(
        raw, MACRODATA_UNITS, "The economy of the United States by quarter, 1959-2009, from FRED"
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


def _from_columns(frame, units: dict[str, str], description: str) -> Dataset:
    """Return the columns of a frame that have a unit, the last of them as the target."""
    *features, target = units
    return Dataset(
        X=frame[features].to_numpy(np.float64),
        y=frame[target].to_numpy(np.float64),
        feature_names=tuple(features),
        target_name=target,
        units=dict(units),
        description=description,
    )


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
