"""Claims of lesson 03, scaling: whom the penalty punishes when units differ."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Lasso, lasso_path
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from claims import claim
from course_utils.datasets import LARGEST_ORDINARY_HOUSE, load_ames, load_hitters, load_prostate
from course_utils.least_squares import fit_least_squares
from course_utils.objective import lam_max
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

COLUMNS = ("lot area", "overall quality", "year built", "basement area", "garage area", "living area")
SQUARE_FEET_OF_AN_ACRE, SQUARE_FEET_OF_A_HECTARE = 43_560, 107_639


def six_columns():
    """Return six columns of the houses of Ames, the lot first, and the prices in thousands of dollars."""
    houses = load_ames()
    return np.column_stack([houses.column(name) for name in COLUMNS]), houses.y


def effects(X, y, lam):
    """Return the LASSO coefficients times the standard deviations of their columns."""
    return Lasso(alpha=lam, tol=1e-10, max_iter=100_000).fit(X, y).coef_ * X.std(axis=0)


def lot_in_units_of(square_feet, X):
    """Return X with the lot area, its first column, in another unit."""
    return X / [square_feet, 1, 1, 1, 1, 1]


def weighted_coordinate_descent(X, y, lam, weights, n_rounds=2000):
    """Minimise RSS / 2n + lam sum_j w_j |b_j| for centred X and y, one coefficient after the other."""
    beta, residual = np.zeros(X.shape[1]), y.copy()
    curvatures = np.mean(X**2, axis=0)
    for _ in range(n_rounds):
        for j, curvature in enumerate(curvatures):
            pull = X[:, j] @ residual / len(y) + curvature * beta[j]
            new = soft_threshold(pull, lam * weights[j]) / curvature
            residual += X[:, j] * (beta[j] - new)
            beta[j] = new
    return beta


@claim(
    "28",
    statement="Features on larger scales are penalised more heavily.",
    verdict="wrong",
    right="It is the other way round. A small number needs a large coefficient to add the same dollars, and "
    "the penalty charges for coefficients: one unit of effect is charged λ divided by the standard "
    "deviation of the column. A lot in square feet, the largest numbers, keeps nearly all that least "
    "squares gives it; in acres it loses about half at λ = 0.5, in hectares all.",
    lesson="03",
    section="Small numbers need large coefficients",
    box=True,
    note="The collection has .830 and .937 for simulated units 1 and 1000 and 0 for .001: the same order.",
)
def the_smallest_numbers_pay_most():
    """One lot in three units: what the LASSO at λ = 0.5 leaves of its effect, and the charge for a single column."""
    X, y = six_columns()
    least = fit_least_squares(X, y).beta[0] * X[:, 0].std()
    feet, acres, hectares = (
        effects(lot_in_units_of(unit, X), y, 0.5)[0]
        for unit in (1, SQUARE_FEET_OF_AN_ACRE, SQUARE_FEET_OF_A_HECTARE)
    )
    assert feet > 0.98 * least
    assert 0.4 * least < acres < 0.6 * least
    assert hectares == 0
    lot = X[:, [0]] / SQUARE_FEET_OF_AN_ACRE
    alone = fit_least_squares(lot, y).beta[0] * lot.std()
    np.testing.assert_allclose(effects(lot, y, 2.0)[0], soft_threshold(alone, 2.0 / lot.std()), rtol=1e-6)


@claim(
    "29",
    statement="Features with small numbers may be eliminated unfairly.",
    verdict="true",
    right="Yes: a unit that makes the numbers small makes every unit of effect dear. It contradicts the "
    "sentence, often in the same text, that large scales are penalised more.",
    lesson="03",
    section="Small numbers need large coefficients",
)
def small_numbers_are_thrown_out():
    """The lot in hectares is out at a penalty at which the same lot in square feet is in."""
    X, y = six_columns()
    assert effects(X, y, 0.5)[0] != 0
    assert effects(lot_in_units_of(SQUARE_FEET_OF_A_HECTARE, X), y, 0.5)[0] == 0


def area_and_age():
    """Return living area and age of the houses of Ames, raw, and the prices."""
    raw = load_ames(as_frame=True)
    raw = raw[raw["Gr Liv Area"] <= LARGEST_ORDINARY_HOUSE]
    age = raw["Yr Sold"] - raw["Year Built"]
    return np.column_stack([raw["Gr Liv Area"], age]).astype(float), raw["SalePrice"].to_numpy() / 1000


@claim(
    "30",
    statement="Without scaling, square feet dominate the penalty over age, because their numbers are larger.",
    verdict="wrong",
    right="The column with the large numbers evades the penalty. At λ = 30 on raw columns the living area "
    "keeps all that least squares gives it, and age loses a little; after standardising, at the same λ, "
    "the area has lost half. One number λ is two penalties before and after scaling: compare at equal "
    "shares of `lam_max`, or tune each.",
    lesson="03",
    section="The same number is another penalty",
    box=True,
    note="The collection has 136.04 and -28.52 raw, 105.7 and 0 standardised, for other rows; the pattern is "
    "the same.",
)
def one_lam_is_two_penalties():
    """Living area and age at λ = 30, raw and standardised, beside least squares."""
    X, y = area_and_age()
    Z = fit_standardizer(X).transform(X)
    least = fit_least_squares(X, y).beta * X.std(axis=0)
    raw, scaled = effects(X, y, 30), effects(Z, y, 30)
    assert raw[0] >= least[0]
    assert 0.9 < raw[1] / least[1] < 1
    assert 0.45 < scaled[0] / least[0] < 0.55
    assert lam_max(X, y) > 100 * lam_max(Z, y)


@claim(
    "31",
    statement="Years of experience and age need scaling as well, though both are years.",
    verdict="true",
    right="Yes. The charge goes by the spread, not by the name of the unit: times at bat in a career spread "
    "more than fifteen times as widely as times at bat in a season, and are charged that much less in "
    "raw numbers.",
    lesson="03",
    section="Nineteen columns of a baseball card",
)
def one_unit_and_two_spreads():
    """The standard deviations of AtBat and CAtBat, both in times at bat."""
    players = load_hitters()
    assert players.column("CAtBat").std() > 15 * players.column("AtBat").std()


@claim(
    "33",
    statement="Scaling before a LASSO is always necessary, it is not negotiable.",
    verdict="imprecise",
    right="It is a good default, for columns whose units are accidents. Where all columns share one "
    "meaningful unit, as spectra do, a small spread may mean much noise beside little signal, "
    "and standardising turns it up: in a simulation built to show it, the error of the standardised fit is "
    "more than twice as large, and much of that remains without the columns that are noise alone.",
    lesson="03",
    section="How it fails: one unit for all",
    box=True,
)
def standardising_turns_up_the_noise():
    """Ten draws of thirty spectra with sixty wavelengths, each at its best penalty, measured without noise."""
    rng = np.random.default_rng(33)
    substances = np.array([np.exp(-((np.arange(60) - centre) ** 2) / 8) for centre in (12, 24, 46)])

    def measure(n_mixtures):
        amounts = rng.uniform(0, 1, (n_mixtures, 3))
        spectra = amounts @ substances + 0.01 * rng.standard_normal((n_mixtures, 60))
        return spectra, 3 * amounts[:, 0] - 2 * amounts[:, 1]

    def smallest_error(S, y, S_test, y_test, scale):
        centre = S.mean(axis=0)
        betas = lasso_path((S - centre) / scale, y - y.mean(), eps=1e-3, alphas=40, max_iter=50_000)[1]
        return np.mean((y_test[:, None] - y.mean() - (S_test - centre) / scale @ betas) ** 2, axis=0).min()

    absorbing = substances.max(axis=0) > 0.01
    errors = np.zeros((10, 3))
    for draw in errors:
        S, y = measure(30)
        test = measure(300)
        y = y + 0.2 * rng.standard_normal(30)
        S_seen, seen = S[:, absorbing], (test[0][:, absorbing], test[1])
        draw[:] = (
            smallest_error(S, y, *test, 1.0),
            smallest_error(S, y, *test, S.std(axis=0)),
            smallest_error(S_seen, y, *seen, S_seen.std(axis=0)),
        )
    as_measured, standardised, without_silent = errors.mean(axis=0)
    assert standardised > 2 * as_measured
    assert standardised > without_silent > 1.5 * as_measured


@claim(
    "34",
    statement="After scaling, the selection no longer depends on the scale of the features.",
    verdict="true",
    right="Yes, for a change of unit or origin of single columns, since standardising forgets both. It still "
    "depends on the choice of the scaler, and on which columns there are: a sum and a difference in "
    "place of two columns are another question.",
    lesson="03",
    section="Build it: one ruler for all",
)
def standardising_forgets_the_unit():
    """Six columns in drawn units and origins, standardised: the same effects; two columns mixed: others."""
    X, y = six_columns()
    rng = np.random.default_rng(34)
    elsewhere = X * 10.0 ** rng.uniform(-3, 3, 6) + rng.uniform(-5, 5, 6)
    mixed = X.copy()
    mixed[:, 3], mixed[:, 4] = X[:, 3] + X[:, 4], X[:, 3] - X[:, 4]
    ours, theirs, others = (
        effects(StandardScaler().fit_transform(table), y, 5.0) for table in (X, elsewhere, mixed)
    )
    np.testing.assert_allclose(theirs, ours, atol=1e-6)
    assert np.abs(others[[0, 1, 2, 5]] - ours[[0, 1, 2, 5]]).max() > 0.01


@claim(
    "35",
    statement="To standardise, subtract the mean and divide by the standard deviation.",
    verdict="true",
    right="Yes, but there are two: scikit-learn divides the sum of squares by n, R's `scale` by n - 1. The "
    "same λ is then another penalty, by the factor √((n - 1)/n), which matters only to whoever "
    "reproduces digits. ESL's table 3.3 needs both: n - 1 on all 97 men for the unit printed, and "
    "standardising again the 67 men who are fitted.",
    lesson="03",
    section="Which standard deviation?",
)
def the_factor_between_two_standard_deviations():
    """Equal predictions after multiplying λ by the factor, not before; the coefficients of ESL to three digits."""
    players = load_hitters()
    n = len(players.y)

    def predictions(ddof, lam):
        Z = fit_standardizer(players.X, ddof=ddof).transform(players.X)
        fit = coordinate_descent(Z, players.y, lam, tol=1e-12, max_iter=50_000)
        return fit.intercept + Z @ fit.beta

    same, other = predictions(1, 20 * np.sqrt((n - 1) / n)), predictions(1, 20)
    np.testing.assert_allclose(same, predictions(0, 20), rtol=1e-4)
    assert np.abs(other - same).max() > 0.01
    men, training = load_prostate(), load_prostate(split="train")
    assert len(men.y) == 97
    assert len(training.y) == 67
    X = fit_standardizer(men.X, ddof=1).transform(training.X)
    again = fit_standardizer(X)
    fit = coordinate_descent(again.transform(X), training.y, 0.2091, tol=1e-12)
    printed = again.coefficients_in_original_units(fit.beta, fit.intercept)
    assert np.round(printed.beta, 3).tolist() == [0.533, 0.169, 0, 0.002, 0.094, 0, 0, 0]
    assert round(printed.intercept, 3) == 2.468


@claim(
    "47",
    statement="Even after scaling, features keep a different inherent variability and are not on exactly the same "
    "scale.",
    verdict="wrong",
    right="After standardising every standard deviation is 1, by definition. What differs still is the shape "
    "of the columns and their correlations, which no scaling of single columns changes.",
    lesson="03",
    section="Build it: one ruler for all",
)
def every_standard_deviation_is_one():
    """Standard deviations, and correlations before and after three scalers, on the Hitters columns."""
    X = load_hitters().X
    np.testing.assert_allclose(StandardScaler().fit_transform(X).std(axis=0), 1, rtol=1e-12)
    for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler()):
        scaled = np.corrcoef(scaler.fit_transform(X), rowvar=False)
        np.testing.assert_allclose(scaled, np.corrcoef(X, rowvar=False), atol=1e-10)


@claim(
    "49",
    statement="A coefficient is the change of the prediction for a one-unit increase of its feature.",
    verdict="imprecise",
    right="Of the feature as it was fitted. After standardising one unit is one standard deviation; divide "
    "the coefficient by it to speak of square feet, and let the intercept pay for the means.",
    lesson="03",
    section="Build it: one ruler for all",
)
def one_unit_is_one_standard_deviation():
    """One standard deviation, and one square foot, more in one column of one house."""
    X, y = six_columns()
    scaler = StandardScaler().fit(X)
    model = Lasso(alpha=0.5, tol=1e-10).fit(scaler.transform(X), y)

    def gain(more):
        house = X[[0]] + [more, 0, 0, 0, 0, 0]
        return (model.predict(scaler.transform(house)) - model.predict(scaler.transform(X[[0]])))[0]

    np.testing.assert_allclose(gain(X[:, 0].std()), model.coef_[0], rtol=1e-9)
    np.testing.assert_allclose(gain(1), model.coef_[0] / scaler.scale_[0], rtol=1e-6)
    assert not np.isclose(gain(1), model.coef_[0])


@claim(
    "97",
    statement="A distance in metres is penalised more heavily than the same distance in kilometres, since its "
    "numbers are larger.",
    verdict="wrong",
    right="It is the kilometres that pay, a thousand times as much for the same effect.",
    lesson="03",
    section="Small numbers need large coefficients",
)
def kilometres_pay():
    """One distance and one other feature, with the distance in metres and in kilometres."""
    rng = np.random.default_rng(97)
    metres = rng.uniform(0, 5000, 200)
    other = rng.standard_normal(200)
    y = metres / 1000 + other + 0.1 * rng.standard_normal(200)
    in_metres = effects(np.column_stack([metres, other]), y, 0.5)[0]
    in_kilometres = effects(np.column_stack([metres / 1000, other]), y, 0.5)[0]
    least = fit_least_squares(np.column_stack([metres, other]), y).beta[0] * metres.std()
    assert in_kilometres < in_metres
    # what the other column keeps differs as well, so that the ratio of the losses is a thousand only nearly
    np.testing.assert_allclose(least - in_kilometres, 0.5 / (metres.std() / 1000), rtol=0.2)


@claim(
    "98",
    statement="Instead of standardising, one can give each coefficient its own penalty weight.",
    verdict="true",
    right="Yes, and it is not another method: with each column's standard deviation as its weight the two "
    "fits are the same to all digits. To scale is to set weights.",
    lesson="03",
    section="A price for each column",
)
def weights_are_a_scaling():
    """Weighted coordinate descent on raw columns against a fit on standardised ones, mapped back."""
    X, y = six_columns()
    ruler = fit_standardizer(X)
    fit = coordinate_descent(ruler.transform(X), y, 8.0, tol=1e-14)
    mapped = ruler.coefficients_in_original_units(fit.beta).beta
    weighted = weighted_coordinate_descent(X - X.mean(axis=0), y - y.mean(), 8.0, ruler.scale, n_rounds=200)
    np.testing.assert_allclose(weighted * ruler.scale, mapped * ruler.scale, atol=1e-9)
