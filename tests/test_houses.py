"""course_utils.deploy.houses: the sales of lesson 08 and the invented boom."""

import numpy as np
import pytest

from course_utils.datasets import load_ames
from course_utils.deploy.houses import BOOMING, FEATURES, LIMITS, boom, house_sales


@pytest.fixture(scope="module")
def sales():
    return house_sales()


def test_the_sales_are_those_of_ames_in_the_order_of_time(sales):
    ames = load_ames()
    assert sorted(sales.y) == sorted(ames.y)
    assert (np.sort(sales.time) == sales.time).all()
    assert sorted(sales.dataset.column("lot area")) == sorted(ames.column("lot area"))


def test_a_sale_keeps_its_month_its_neighbourhood_and_its_price(sales):
    raw = load_ames(as_frame=True)
    raw = raw[raw["Gr Liv Area"] <= 4000]
    expected = {(f"{row[0]}-{row[1]:02}", *row[2:]) for row in raw[COLUMNS].itertuples(index=False)}
    living_area = sales.dataset.column("living area")
    rows = zip(sales.time, sales.neighbourhood, living_area, 1000 * sales.y, strict=True)
    assert {(time, where, area, round(price)) for time, where, area, price in rows} == expected


COLUMNS = ["Yr Sold", "Mo Sold", "Neighborhood", "Gr Liv Area", "SalePrice"]


def test_the_units_are_of_the_features_and_the_price(sales):
    assert sales.dataset.feature_names == FEATURES
    assert set(sales.dataset.units) == {*FEATURES, "price"}


def test_no_house_is_outside_the_limits(sales):
    for name, (low, high) in LIMITS.items():
        assert low <= sales.dataset.column(name).min() <= sales.dataset.column(name).max() <= high


def test_a_stretch_of_months_holds_its_first_and_its_last():
    stretch = house_sales("2008-11", "2009-02")
    assert sorted(set(stretch.time)) == ["2008-11", "2008-12", "2009-01", "2009-02"]
    assert len(stretch.X) == len(stretch.y) == len(stretch.neighbourhood)


def test_a_boom_changes_prices_there_and_then_and_nothing_else(sales):
    after = boom(sales)
    dearer = after.y != sales.y
    np.testing.assert_array_equal(dearer, (sales.time >= "2009-01") & np.isin(sales.neighbourhood, BOOMING))
    np.testing.assert_allclose(after.y[dearer], 1.3 * sales.y[dearer], rtol=1e-15)
    assert after.X is sales.X
