"""Claims of lesson 02, the mathematics of the LASSO."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from claims import claim
from course_utils.datasets import load_prostate
from course_utils.least_squares import fit_least_squares
from course_utils.objective import convert_penalty, lam_max, lasso_objective
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

LAM = 0.1


def men():
    """Return the standardised prostate data."""
    data = load_prostate()
    return fit_standardizer(data.X).transform(data.X), data.y - data.y.mean()


def lasso(X, y, lam=LAM):
    """Return the LASSO coefficients, to rounding."""
    return coordinate_descent(X, y, lam, tol=1e-13).beta


def ridge(X, y, lam=LAM):
    """Return the minimum of RSS / 2n + lam ||beta||^2 / 2."""
    return np.linalg.solve(X.T @ X / len(y) + lam * np.eye(X.shape[1]), X.T @ y / len(y))


def loss(X, y, beta):
    return lasso_objective(X, y, beta, 0, 0)


def survivors(wishes, share):
    """Return how many coefficients of each row survive a budget of share times its L1 norm."""
    sizes = -np.sort(-np.abs(wishes), axis=1)
    spent_when_it_goes = np.cumsum(sizes, axis=1) - np.arange(1, sizes.shape[1] + 1) * sizes
    return np.sum(spent_when_it_goes < share * sizes.sum(axis=1, keepdims=True), axis=1)


@claim(
    "1",
    statement="LASSO means least absolute shrinkage and selection operator: it shrinks coefficients, and it selects "
    "features.",
    verdict="true",
    right="Yes. The penalty makes the sum of the absolute coefficients smaller than that of least squares, and makes "
    "some of them exactly zero.",
    lesson="02",
    section="Two ways to charge",
)
def it_shrinks_and_selects():
    """The L1 norm and the zeros of the LASSO and of least squares on the prostate data."""
    X, y = men()
    least, beta = fit_least_squares(X, y).beta, lasso(X, y)
    assert np.abs(beta).sum() < np.abs(least).sum()
    assert np.any(beta == 0)
    assert np.all(least != 0)


@claim(
    "71",
    statement="The most common ways to sparsity are L1 and L2 regularisation.",
    verdict="wrong",
    right="L2 makes coefficients small and no model sparse. On the prostate data the square leaves every coefficient "
    "alive even at prices far above the one at which the absolute value has made all of them zero.",
    lesson="02",
    section="Two ways to charge",
)
def the_square_makes_nothing_sparse():
    """Both penalties at prices up to a hundred times lam_max."""
    X, y = men()
    top = lam_max(X, y)
    assert not np.any(lasso(X, y, 1.001 * top))
    assert all(np.all(ridge(X, y, factor * top) != 0) for factor in (0.01, 1, 100))


@claim(
    "70",
    statement="A model is sparse if a significant fraction of its parameters is exactly zero, and then it is easier to "
    "read, to store and to measure for.",
    verdict="true",
    right="Yes, and exactly is the word: a feature whose coefficient is zero need not be measured, one whose "
    "coefficient is small must be.",
    lesson="02",
    section="Two ways to charge",
)
def features_with_zeros_need_not_be_measured():
    """The predictions of the LASSO, and of ridge with its smallest coefficient, without the column."""
    X, y = men()
    for beta, same in ((lasso(X, y), True), (ridge(X, y), False)):
        j = np.argmin(np.abs(beta))
        without = np.where(np.arange(len(beta)) == j, 0.0, X)
        assert np.array_equal(without @ beta, X @ beta) is same


@claim(
    "12",
    statement="The L1 norm of (2, -3, 0.5, 0, -1) is 6.5.",
    verdict="true",
    right="Yes: it is the sum of the absolute values, 6.5. The intercept does not count.",
    lesson="02",
    section="A price on every unit",
)
def the_sum_of_the_sizes():
    """The sum, and the objective of a model without loss, which does not feel its intercept."""
    beta = np.array([2, -3, 0.5, 0, -1])
    assert np.abs(beta).sum() == 6.5
    X, intercept = np.eye(5), 9.0
    assert lasso_objective(X, X @ beta + intercept, beta, intercept, 1) == 6.5


@claim(
    "10",
    statement="The LASSO minimises J = RSS + λ ||β||₁.",
    verdict="convention",
    right="It is one of the conventions. Divide RSS by 2n, as scikit-learn and this course do, and the same problem "
    "has the price λ / 2n; the same number for λ is then another problem.",
    lesson="02",
    section="A price on every unit",
)
def two_conventions_one_problem():
    """The minimum of RSS + λ ||β||₁ beats its neighbours only with the converted price."""
    X, y = men()
    lam_rss = 20.0

    def rss_and_price(beta):
        return np.sum((y - X @ beta) ** 2) + lam_rss * np.abs(beta).sum()

    converted = lasso(X, y, convert_penalty(lam_rss, n_samples=len(y), source="rss", target="course"))
    best = rss_and_price(converted)
    steps = np.random.default_rng(2).normal(scale=0.01, size=(200, 8))
    assert all(rss_and_price(converted + step) > best for step in steps)
    assert rss_and_price(lasso(X, y, lam_rss)) > 1.5 * best


@claim(
    "102",
    statement="L1 regularisation adds a penalty equal to the absolute value of the magnitude of the coefficients.",
    verdict="imprecise",
    right="It adds λ times the sum of the absolute values of all coefficients.",
    lesson="02",
    section="A price on every unit",
)
def a_multiple_of_a_sum():
    """What the objective holds beyond the loss, for two prices and coefficients of both signs."""
    X, y = men()
    beta = np.array([1.0, -2.0, 0, 0, 0, 0, 0, 0.5])
    for lam in (0.1, 0.7):
        np.testing.assert_allclose(lasso_objective(X, y, beta, 0, lam) - loss(X, y, beta), lam * 3.5)


@claim(
    "103",
    statement="L1 regularisation adds the absolute value of the loss to the loss.",
    verdict="wrong",
    right="A loss is its own absolute value: the sum would be a multiple of it, least squares would minimise it, and "
    "no coefficient would move. What is added is λ times the sum of the absolute values of the coefficients.",
    lesson="02",
    section="A price on every unit",
    box=True,
)
def a_multiple_of_the_loss_has_the_same_minimum():
    """loss + λ |loss| at least squares, at the LASSO, and at points around least squares."""
    X, y = men()

    def charged(beta):
        return loss(X, y, beta) + LAM * abs(loss(X, y, beta))

    least = fit_least_squares(X, y).beta
    steps = np.random.default_rng(2).normal(scale=0.01, size=(200, 8))
    assert all(charged(least) < charged(least + step) for step in steps)
    assert charged(least) < charged(lasso(X, y))
    assert np.all(least != 0)


@claim(
    "104",
    statement="L1 regularisation adds the weights to the loss.",
    verdict="imprecise",
    right="It adds a multiple of their absolute values. With their signs, a negative weight would lower the sum: the "
    "minimum would make weights more negative, and none of them zero.",
    lesson="02",
    section="A price on every unit",
)
def signed_weights_make_no_zeros():
    """The minimum of loss + λ sum(β): its weights have a lower sum and a lower least one, and no zero."""
    X, y = men()
    least = fit_least_squares(X, y).beta
    signed = np.linalg.solve(X.T @ X / len(y), X.T @ y / len(y) - LAM)
    assert np.all(signed != 0)
    assert signed.sum() < least.sum()
    assert signed.min() < least.min() < 0


@claim(
    "15",
    statement="To make the objective small, the LASSO must reduce both the RSS and the penalty.",
    verdict="wrong",
    right="At the minimum one can only be had for the other: along the path the loss falls exactly as the L1 norm "
    "rises. λ is the rate of exchange.",
    lesson="02",
    section="What the price buys",
    box=True,
)
def one_part_pays_for_the_other():
    """Loss and L1 norm at twenty falling prices, and their rate of exchange between neighbouring ones."""
    X, y = men()
    lams = np.geomspace(0.8, 0.01, 20)
    betas = [lasso(X, y, lam) for lam in lams]
    losses, norms = np.array([loss(X, y, beta) for beta in betas]), np.abs(betas).sum(axis=1)
    assert np.all(np.diff(losses) < 0)
    assert np.all(np.diff(norms) > 0)
    rates = -np.diff(losses) / np.diff(norms)
    assert np.all((lams[1:] < rates) & (rates < lams[:-1]))


@claim(
    "69",
    statement="The penalty makes models sparse because it penalises the magnitude of the coefficients.",
    verdict="imprecise",
    right="The square penalises magnitude too, and makes no zero. A penalty that still has a slope at zero makes them: "
    "zero is then the minimum for a whole range of data.",
    lesson="02",
    section="The kink",
)
def a_slope_at_zero_is_needed():
    """Two hundred wishes, each under both penalties: how many end at zero, by search on a grid that holds it."""
    b = np.linspace(-2, 2, 4001)
    wishes = np.random.default_rng(2).uniform(-1, 1, size=200) + 0.0005
    at_zero = {
        name: np.mean([np.abs(b[np.argmin((b - z) ** 2 / 2 + 0.5 * price)]) < 1e-9 for z in wishes])
        for name, price in (("size", np.abs(b)), ("square", b**2))
    }
    assert 0.4 < at_zero["size"] < 0.6
    assert at_zero["square"] < 0.02


@claim(
    "73",
    statement="The gradient of L2 is linear in the weight; that of L1 is constant, and discontinuous at zero.",
    verdict="true",
    right="Yes, in size: the slope of |b| is the sign of b. At zero it has no derivative, and "
    "every slope between those on its two sides is a subgradient.",
    lesson="02",
    section="The kink",
)
def slopes_of_both_penalties():
    """Difference quotients away from zero, and lines through the kink that stay below the curve."""
    b, step = np.array([-2.0, -0.1, 0.1, 2.0]), 1e-6
    np.testing.assert_allclose((np.abs(b + step) - np.abs(b - step)) / (2 * step), np.sign(b))
    np.testing.assert_allclose(((b + step) ** 2 - (b - step) ** 2) / (2 * step), 2 * b)
    grid = np.linspace(-1, 1, 201)
    touches = {slope: bool(np.all(slope * grid <= np.abs(grid))) for slope in (-1.1, -1, 0, 0.5, 1, 1.1)}
    assert touches == {-1.1: False, -1: True, 0: True, 0.5: True, 1: True, 1.1: False}


@claim(
    "16",
    statement="Ridge never makes a coefficient exactly zero.",
    verdict="imprecise",
    right="At a price picked at random, yes. A coefficient that changes its sign as the price rises is zero on the "
    "way, and at no price nearby. It rests at zero only if its column has nothing at all to say, such as one that is "
    "orthogonal to y and to all the others.",
    lesson="02",
    section="The kink",
)
def ridge_rarely_makes_zeros():
    """Two hundred draws, a coefficient that crosses zero, and one column that is orthogonal to everything."""
    rng = np.random.default_rng(2)
    for _ in range(200):
        X = rng.normal(size=(30, 5))
        assert np.all(ridge(X, X[:, 0] + rng.normal(size=30)) != 0)
    X = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert all(ridge(X, 3 * X[:, 0], lam)[1] == 0 for lam in (0.01, 1, 100))
    data, y = men()
    age = 2
    crossing = brentq(lambda lam: ridge(data, y, lam)[age], 0.1, 10, xtol=1e-14)
    assert abs(ridge(data, y, crossing)[age]) < 1e-12
    assert ridge(data, y, 0.99 * crossing)[age] < -1e-5 < 1e-5 < ridge(data, y, 1.01 * crossing)[age]


@claim(
    "81",
    statement="The contours of the loss are concentric; the L2 budget is a circle, the L1 budget a diamond with "
    "corners on the axes.",
    verdict="true",
    right="Yes: the contours are ellipses around least squares, of one shape, round only if the columns do not overlap "
    "and have one scale.",
    lesson="02",
    section="Diamond and circle",
)
def contours_are_ellipses():
    """The loss at points of one ellipse around least squares, and of two twice as far; the corner of the diamond."""
    X, y = men()
    pair = X[:, [0, 4]]
    centre = np.linalg.lstsq(pair, y, rcond=None)[0]
    angle = np.linspace(0, 2 * np.pi, 50)
    values, vectors = np.linalg.eigh(pair.T @ pair)
    ellipse = (vectors / np.sqrt(values)) @ [np.cos(angle), np.sin(angle)]
    for size in (0.5, 1.0):
        losses = [loss(pair, y, centre + size * point) for point in ellipse.T]
        assert np.ptp(losses) < 1e-12
    assert values[1] > 1.5 * values[0]


@claim(
    "83",
    statement="It is extremely unlikely that the contours touch the circle of L2 exactly on an axis.",
    verdict="true",
    right="Yes: a point on an axis is a point of the circle like any other. No draw of ten thousand ends there.",
    lesson="02",
    section="Diamond and circle",
)
def the_circle_is_not_touched_on_an_axis():
    """Ten thousand directions of least squares with round contours: the nearest points of the circle."""
    wishes = np.random.default_rng(2).normal(size=(10_000, 2))
    touching = wishes / np.linalg.norm(wishes, axis=1, keepdims=True)
    assert np.all(touching != 0)
    assert np.mean(survivors(wishes, 0.5) == 1) > 0.3


@claim(
    "82",
    statement="The contours are far more likely to touch a corner of the diamond than a flat edge.",
    verdict="imprecise",
    right="In two dimensions it depends on the budget. In more, solutions lie on faces with some zeros: for half the "
    "budget of least squares a corner is a matter of two or three columns, and with twenty it hardly ever happens.",
    lesson="02",
    section="Corners, edges, faces",
    box=True,
    note="The collection has .700 and .466 in two dimensions. With round contours and the optimum uniform in a square "
    "of side 6 outside the unit diamond the probability is 8/17 = .471; with half the budget it is .410.",
)
def corners_need_few_columns_or_a_tight_budget():
    """Random directions with round contours: the share of draws that end at a corner."""
    rng = np.random.default_rng(2)
    for share in (0.1, 0.5, 0.9):
        at_corner = np.mean(survivors(rng.normal(size=(20_000, 2)), share) == 1)
        assert abs(at_corner - (1 - 4 / np.pi * np.arctan(share))) < 0.015
    five, twenty = (survivors(rng.normal(size=(20_000, count)), 0.5) for count in (5, 20))
    assert np.mean(five == 1) < 0.03
    assert np.mean(twenty == 1) == 0
    assert np.mean(twenty < 20) == 1


@claim(
    "94",
    statement="The L1 penalty prefers a smaller L1 norm, that is, a sparser solution.",
    verdict="wrong",
    right="They are two things: (0.5, 0.5) has the norm 1 and no zero, (1.5, 0) has the norm 1.5 and one. On the "
    "prostate data ridge at λ = 1 has a smaller L1 norm than the LASSO at λ = 0.05, and no zero.",
    lesson="02",
    section="How it fails",
    box=True,
)
def a_smaller_norm_with_fewer_zeros():
    """Two vectors, and two fits of the prostate data."""
    small, large = np.array([0.5, 0.5]), np.array([1.5, 0])
    assert (np.abs(small).sum(), np.sum(small == 0), np.abs(large).sum(), np.sum(large == 0)) == (
        1,
        0,
        1.5,
        1,
    )
    X, y = men()
    dense, sparse = ridge(X, y, 1.0), lasso(X, y, 0.05)
    assert np.abs(dense).sum() < np.abs(sparse).sum()
    assert np.sum(dense == 0) < np.sum(sparse == 0)


@claim(
    "c02-1",
    statement="To fit the LASSO, take λ off each least squares coefficient and stop at zero.",
    verdict="imprecise",
    right="That is right for columns that do not overlap and are scaled to mean square 1. Where they overlap, the pull "
    "on a coefficient depends on the others, and the recipe misses the minimum.",
    lesson="02",
    section="How it fails",
)
def the_recipe_needs_columns_that_do_not_overlap():
    """The recipe on the prostate columns, and on orthogonal mixtures of them."""
    X, y = men()
    recipe = soft_threshold(fit_least_squares(X, y).beta, LAM)
    assert lasso_objective(X, y, recipe, 0, LAM) > 1.02 * lasso_objective(X, y, lasso(X, y), 0, LAM)
    mixtures = np.linalg.qr(X)[0] * np.sqrt(len(y))
    np.testing.assert_allclose(soft_threshold(mixtures.T @ y / len(y), LAM), lasso(mixtures, y), atol=1e-9)
