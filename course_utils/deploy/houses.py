"""The house sales of lesson 08 in the order of time, and an invented boom that makes a model stale.

Lesson: notebooks/08b_monitoring.ipynb
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from course_utils.datasets import LARGEST_ORDINARY_HOUSE, Dataset, load_ames

FEATURES = (
    *("living area", "overall quality", "overall condition", "basement area", "garage area", "lot area"),
    *("year built", "fireplaces"),
)
# What is known of a feature beyond the rows that were seen.
LIMITS = {"overall quality": (1.0, 10.0), "overall condition": (1.0, 10.0), "fireplaces": (0.0, 6.0)}
BOOMING = ("NridgHt", "Somerst", "StoneBr")


@dataclass(frozen=True, eq=False)
class HouseSales:
    """Sales in the order of time.

    Attributes
    ----------
    dataset : datasets.Dataset, the FEATURES of n houses and their prices in thousands of dollars
    time : (n,) texts, the months of the sales, "2008-05", in rising order
    neighbourhood : (n,) texts
    """

    dataset: Dataset
    time: np.ndarray
    neighbourhood: np.ndarray

    @property
    def X(self) -> np.ndarray:
        """The features, (n, n_features)."""
        return self.dataset.X

    @property
    def y(self) -> np.ndarray:
        """The prices in thousands of dollars, (n,)."""
        return self.dataset.y

    def between(self, first: str, until: str) -> HouseSales:
        """Return the sales of the months from first to until, both included."""
        return self._rows((self.time >= first) & (self.time <= until))

    def _rows(self, rows) -> HouseSales:
        dataset = replace(self.dataset, X=self.X[rows], y=self.y[rows])
        return HouseSales(dataset, self.time[rows], self.neighbourhood[rows])


def house_sales(first: str = "2006-01", until: str = "2010-07") -> HouseSales:
    """Return the sales of `load_ames` in the order of time, months from first to until included.

    Within a month they stand as in the file: the day of a sale is not known.
    """
    ames, raw = load_ames(), load_ames(as_frame=True)
    names, columns = ames.feature_names, [ames.feature_names.index(name) for name in FEATURES]
    year, month = (ames.X[:, names.index(name)].astype(int) for name in ("year sold", "month sold"))
    units = {name: ames.units[name] for name in (*FEATURES, ames.target_name)}
    dataset = replace(ames, X=ames.X[:, columns], feature_names=FEATURES, units=units)
    time = np.array([f"{y}-{m:02}" for y, m in zip(year, month, strict=True)])
    # the rows that load_ames keeps, in its order
    neighbourhood = raw.loc[raw["Gr Liv Area"] <= LARGEST_ORDINARY_HOUSE, "Neighborhood"].to_numpy(dtype=str)
    return (
        HouseSales(dataset, time, neighbourhood)._rows(np.argsort(time, kind="stable")).between(first, until)
    )


def boom(sales: HouseSales, *, since: str = "2009-01", factor: float = 1.3, where=BOOMING) -> HouseSales:
    """Return the same sales with an invented boom: since a month, prices in some neighbourhoods times a factor.

    The houses are what they were; only what is paid for them changes. Ames had no such boom.

    Parameters
    ----------
    sales : HouseSales
    since : str
        The first month of the boom.
    factor : float
        What a price there is multiplied by.
    where : collection of texts
        The neighbourhoods.

    Returns
    -------
    HouseSales

    Lesson: notebooks/08b_monitoring.ipynb
    """
    dearer = (sales.time >= since) & np.isin(sales.neighbourhood, where)
    prices = np.where(dearer, factor * sales.y, sales.y)
    return replace(sales, dataset=replace(sales.dataset, y=prices))
