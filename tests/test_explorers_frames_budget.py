"""Tests of course_utils.explorers.frames.budget and its picture: a diamond, a disc, and contours that turn."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from course_utils import objective, solvers
from course_utils.datasets import load_prostate
from course_utils.explorers.display import NEEDS_KERNEL, _still
from course_utils.explorers.frames.budget import TURNS, budget_frame, budget_problem, price_steps
from course_utils.explorers.views.budget import budget_explorer

MEN = load_prostate()
PAIR = (0, 4)  # lcavol and svi, as in the lesson
PROBLEM = budget_problem(MEN.X, MEN.y, feature_names=MEN.feature_names)
PRICES = price_steps(PROBLEM)


@pytest.fixture(scope="module")
def explorer():
    return budget_explorer(MEN.X, MEN.y, feature_names=MEN.feature_names, start=("lcavol", "svi"))


@pytest.fixture(scope="module")
def frames(explorer):
    """Every price and every turn of the lesson's pair, then every price of every pair (each with all turns)."""
    moves = {control.name: control.values for control in explorer.controls}
    settings = [(PAIR, lam, turn) for lam in moves["lam"] for turn in moves["turn"]]
    settings += [(pair, lam, 35) for pair in moves["pair"] for lam in moves["lam"]]
    return [budget_frame(PROBLEM, lam, pair=pair, turn=turn) for pair, lam, turn in settings]


@pytest.fixture(scope="module")
def drawn(explorer, frames):
    """(frame, picture) for each setting of the lesson's pair, and for every fifth of the others."""
    first_pair = len(PRICES) * len(TURNS)
    return [(frame, explorer.draw(frame)) for frame in frames[:first_pair] + frames[first_pair::5]]


def frame_at(lam, turn=0, *, pair=PAIR):
    return budget_frame(PROBLEM, lam, pair=pair, turn=turn)


def excess(frame, beta):
    """The loss above that of least squares."""
    offsets = beta - frame.least_squares
    return np.einsum("...i,ij,...j", offsets, frame.curvature, offsets) / 2


def data_of(frame):
    """Sixty rows with this curvature and these least squares, and some noise."""
    draws = np.random.default_rng(4).standard_normal((60, 3))
    basis = np.linalg.qr(draws - draws.mean(axis=0))[0] * np.sqrt(60)
    Z = basis[:, :2] @ np.linalg.cholesky(frame.curvature).T
    return Z, Z @ frame.least_squares + basis[:, 2]


def arrays_of(frame):
    found = dataclasses.asdict(frame)
    contours = found.pop("contours")
    return [np.asarray(value) for value in (*found.values(), *contours.values())]


def test_every_number_of_every_setting_is_finite(frames):
    for frame in frames:
        names, *numbers = arrays_of(frame)
        assert names.shape == (2,)
        assert all(np.isfinite(array).all() for array in numbers)


def test_every_touching_point_of_the_diamond_meets_the_conditions_of_the_minimum(frames):
    for frame in frames:
        Z, y = data_of(frame)
        if frame.price > 1e-9:
            assert objective.kkt_violation(Z, y, frame.lasso, y.mean(), frame.price) < 1e-10
        else:
            np.testing.assert_allclose(frame.lasso, frame.least_squares, rtol=1e-12)


@pytest.mark.parametrize("lam", [0.1, 0.3, 0.45, 0.8])
def test_before_the_turn_it_is_the_lasso_of_the_package(lam):
    frame = frame_at(lam)
    Z = (MEN.X - MEN.X.mean(axis=0)) / MEN.X.std(axis=0)
    package = solvers.coordinate_descent(Z[:, PAIR], MEN.y, lam, tol=1e-15)
    np.testing.assert_allclose(frame.lasso, package.beta, atol=1e-8)
    assert frame.price == pytest.approx(lam)


@pytest.mark.parametrize("turn", [-75, 20, 60])
def test_turned_data_have_the_same_lasso_at_the_turned_price(turn):
    frame = frame_at(0.3, turn)
    Z, y = data_of(frame)
    assert objective.duality_gap(Z, y, frame.lasso, y.mean(), frame.price) < 1e-12
    assert np.abs(frame.lasso).sum() == pytest.approx(frame.budget)
    np.testing.assert_allclose(
        solvers.coordinate_descent(Z, y, frame.price, tol=1e-15).beta, frame.lasso, atol=1e-7
    )


def test_no_point_of_a_walk_round_the_rims_has_a_smaller_loss(frames):
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    diamond = circle / np.abs(circle).sum(axis=1, keepdims=True)
    for frame in frames:
        assert excess(frame, frame.lasso) <= excess(frame, frame.budget * diamond).min() + 1e-12
        assert excess(frame, frame.ridge) <= excess(frame, frame.budget * circle).min() + 1e-12


def test_the_answer_on_the_disc_is_ridge_at_one_price(frames):
    for frame in frames:
        pulls = frame.curvature @ (frame.least_squares - frame.ridge)
        spent = np.linalg.norm(frame.ridge)
        assert spent <= frame.budget * (1 + 1e-9)
        np.testing.assert_allclose(pulls * spent, np.linalg.norm(pulls) * frame.ridge, atol=1e-8)


def test_the_budget_falls_as_the_price_rises_from_least_squares_to_nothing():
    found = [frame_at(lam) for lam in PRICES]
    assert (np.diff([frame.budget for frame in found]) < 0).all()
    assert found[0].budget == pytest.approx(np.abs(found[0].least_squares).sum())
    assert (found[-1].budget, found[-1].zeros) == (0, 2)


def test_a_turn_keeps_budget_least_squares_and_the_shape_of_the_ellipse():
    still, turned = frame_at(0.3), frame_at(0.3, 40)
    assert (turned.budget, *turned.least_squares) == (still.budget, *still.least_squares)
    np.testing.assert_allclose(*(np.linalg.eigvalsh(frame.curvature) for frame in (still, turned)))
    assert not np.allclose(turned.curvature, still.curvature)


def test_half_a_turn_is_no_turn():
    one, other = frame_at(0.3, -90), frame_at(0.3, 90)
    np.testing.assert_allclose(one.curvature, other.curvature, atol=1e-15)
    np.testing.assert_allclose(one.lasso, other.lasso, atol=1e-12)


def test_a_positive_turn_is_anticlockwise():
    steepest = [np.linalg.eigh(frame_at(0.3, turn).curvature)[1][:, 0] for turn in (0, 30)]
    angles = [np.degrees(np.arctan2(*vector[::-1])) % 180 for vector in steepest]
    assert angles[1] - angles[0] == pytest.approx(30)


def test_the_corner_holds_for_one_run_of_turns_that_grows_with_the_price():
    found = [frame_at(lam) for lam in PRICES[:-1]]
    assert all(0 <= np.sum(np.diff(frame.lasso_at_turns[:, 1] == 0)) <= 2 for frame in found)
    svi = [frame.rest[1] for frame in found]
    assert svi == sorted(svi)
    assert [lam for lam, degrees in zip(PRICES, svi, strict=False) if not degrees][-1] == 0.25


def test_the_rest_agrees_with_the_turns_shown_to_one_of_their_steps(frames):
    for frame in frames[:: len(TURNS)]:
        counted = 5 * np.sum(frame.lasso_at_turns[1:] == 0, axis=0)
        assert (np.abs(frame.rest - counted) < 5).all()
    assert frame_at(0.45).rest[1] == pytest.approx(94.7, abs=0.5)


def test_at_the_opening_price_the_turns_show_what_the_lesson_says():
    svi, age = frame_at(0.45), frame_at(0.45, pair=(0, 2))
    assert (svi.lasso_at_turns[TURNS <= 0, 1] == 0).all()
    assert (svi.lasso_at_turns[(TURNS > 0) & (TURNS < 90), 1] > 0).all()
    assert svi.rest[1] > 90
    assert 0 < svi.ridge_at_turns[:, 1].min() < 0.04
    assert np.sum(np.diff(np.sign(age.ridge_at_turns[:, 1])) != 0) == 2
    assert age.rest.tolist() == [0, 180]


def test_the_disc_that_holds_least_squares_does_not_bind_ridge(frames):
    for frame in frames:
        is_least_squares = np.allclose(frame.ridge, frame.least_squares, rtol=1e-9)
        assert frame.is_inside_disc == is_least_squares
    assert [frame_at(lam).is_inside_disc for lam in (0.15, 0.2)] == [True, False]


def test_beside_a_corner_one_coefficient_is_next_to_nothing_and_not_zero(frames):
    for frame in frames:
        smaller = np.abs(frame.lasso).min()
        assert frame.is_beside_corner == (0 < smaller < frame.budget / 100)
    assert frame_at(0.4, -85).is_beside_corner


def test_the_disc_never_rests_on_an_axis_while_the_budget_is_positive(frames):
    for frame in frames:
        assert (frame.ridge_at_turns != 0).all() == (frame.budget > 0)


def test_the_curves_pass_through_the_points_shown(frames):
    for frame in frames:
        (at,) = np.flatnonzero(frame.turn == TURNS)
        np.testing.assert_array_equal(frame.lasso_at_turns[at], frame.lasso)
        np.testing.assert_allclose(frame.ridge_at_turns[at], frame.ridge, rtol=1e-12)
        assert frame.zeros == np.sum(frame.lasso == 0)


def test_a_contour_holds_one_loss_and_surrounds_least_squares(frames):
    for frame in frames:
        for name, beta in (("lasso", frame.lasso), ("ridge", frame.ridge)):
            contour = frame.contours[name]
            np.testing.assert_allclose(excess(frame, contour), excess(frame, beta), rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(contour[:-1].mean(axis=0), frame.least_squares, atol=1e-12)


def test_axes_stand_still_and_hold_every_point(frames):
    first = {frame.names: frame.axes for frame in frames[::-1]}
    for frame in frames:
        np.testing.assert_array_equal(frame.axes, first[frame.names])
        np.testing.assert_allclose(*np.ptp(frame.axes, axis=1))
        for axes in (frame.axes, frame.axes_at_turns):
            for points in (frame.lasso_at_turns, frame.ridge_at_turns, frame.least_squares[None]):
                assert ((axes[:, 0] < points) & (points < axes[:, 1])).all()


def test_with_negative_coefficients_axes_and_answers_are_mirrored():
    mirrored = budget_problem(MEN.X * [-1, 1, 1, 1, -1, 1, 1, 1], MEN.y)
    there, here = budget_frame(mirrored, 0.3, pair=PAIR, turn=25), frame_at(0.3, 25)
    np.testing.assert_allclose(there.lasso, -here.lasso, atol=1e-12)
    np.testing.assert_allclose(there.axes, -here.axes[:, ::-1])
    np.testing.assert_allclose(there.axes_at_turns, -here.axes_at_turns[:, ::-1])


def test_the_same_setting_gives_the_same_frame():
    for one, other in zip(arrays_of(frame_at(0.3, 15)), arrays_of(frame_at(0.3, 15)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_units_of_the_columns_change_nothing_and_those_of_y_only_the_scale():
    scaled = budget_problem(MEN.X * [1e6, 1, 1, 1, 1e-4, 1, 1, 1] + 3, 1000 * MEN.y)
    frame = budget_frame(scaled, 450, pair=PAIR, turn=20)
    np.testing.assert_allclose(frame.lasso, 1000 * frame_at(0.45, 20).lasso, rtol=1e-9)
    assert price_steps(scaled)[:3] == (0, 50, 100)


def test_a_pair_that_says_nothing_about_y_has_a_frame():
    X = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    frame = budget_frame(budget_problem(X, [3, 3, -3, -3]), 0.5, pair=(1, 2), turn=30)
    assert frame.zeros == 2
    assert np.ptp(frame.axes, axis=1) == pytest.approx(1.7)


TWO = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 4.5]])


@pytest.mark.parametrize(
    ("X", "y", "names", "message"),
    [
        (TWO[:, :1], [1, 2, 3, 4], None, "X has 1 column"),
        (TWO, [1, 2, 3], None, "y has shape"),
        (TWO, [1, 2, 3, 4], ["a"], "named a; at least two"),
        (TWO, [1, 2, 3, 4], ["a", "a"], "a name of its own"),
        (TWO[:, [0, 0]], [1, 2, 3, 4], ["a", "b"], "a and b say the same"),
        (TWO * [1, 0], [1, 2, 3, 4], None, "constant column"),
        (TWO, [2, 2, 2, 2], None, "no column of X varies with y"),
    ],
)
def test_data_without_two_columns_to_compare_are_refused(X, y, names, message):
    with pytest.raises(ValueError, match=message):
        budget_problem(X, y, feature_names=names)


@pytest.mark.parametrize("pair", [(0, 0), (0, 8), (0,), (0, 1, 2)])
def test_a_pair_that_is_none_is_refused(pair):
    with pytest.raises(ValueError, match="two different columns from 0 to 7"):
        frame_at(0.1, pair=pair)


def test_a_negative_price_is_refused():
    with pytest.raises(ValueError, match=r"lam is -0\.1; a finite number that is not negative"):
        frame_at(-0.1)


def test_the_lesson_opens_at_a_corner_near_the_budget_of_its_figure(explorer):
    start = explorer.frame(**explorer.start)
    assert (start.names, start.turn, start.zeros) == (("lcavol", "svi"), 0, 1)
    assert start.budget == pytest.approx(0.4, abs=0.02)


def test_a_turn_moves_the_touching_point_from_corner_to_edge(explorer):
    shown = [explorer.picture(**explorer.start | {"turn": turn}) for turn in (-45, 0, 5)]
    assert ["corner" in picture.says for picture in shown] == [True, True, False]
    for picture, words in ((shown[0], "at a corner"), (shown[2], "on an edge")):
        assert f">Diamond: touched {words}<" in "".join(picture.pieces)


def test_each_sentence_is_of_one_setting(drawn):
    said = {(frame.names, frame.lam, frame.turn): picture.says for frame, picture in drawn}
    assert len(set(said.values())) == len(said)


def test_the_sentence_counts_the_zeros_of_the_frame(drawn):
    for frame, picture in drawn:
        verb = "is" if frame.zeros == 1 else "are"
        assert f"{frame.zeros} of 2 coefficient" in picture.says
        assert re.search(rf"coefficients? {verb} zero", picture.says)
        assert all(
            name in picture.says for name, beta in zip(frame.names, frame.lasso, strict=True) if beta == 0
        )


def test_the_titles_on_the_right_say_how_long_the_lasso_is_zero(explorer):
    wanted = {0.0: ["never", "never"], 0.45: ["never", "95° of 180°"], 0.85: ["every turn"] * 2}
    for lam, words in wanted.items():
        pieces = "".join(explorer.picture(**explorer.start | {"lam": lam}).pieces)
        assert re.findall(">LASSO zero: ([^<]+)<", pieces) == words


def test_the_sentence_gives_the_price_of_the_budget_after_the_turn(explorer):
    said = explorer.picture(**explorer.start | {"turn": -90}).says
    assert said.startswith("Price 0.45 before the turn, 0.15 after −90°; budget 0.39. At a corner: ")
    assert explorer.picture(**explorer.start).says.startswith("Price 0.45, budget 0.39, no turn. At a corner")


def test_no_sentence_writes_numbers_as_a_machine(drawn):
    assert not any(re.search(r"\de[-−+]?\d", picture.says) for _, picture in drawn)


def test_the_sentence_says_where_a_budget_does_not_bind(drawn):
    for frame, picture in drawn:
        assert ("LASSO and ridge are least squares" in picture.says) == (frame.lam == 0)
        assert ("inside the disc" in picture.says) == (frame.is_inside_disc and frame.lam > 0)
        assert ("just beside a corner" in picture.says.lower()) == (frame.is_beside_corner and frame.lam > 0)


def test_dots_on_one_place_are_all_seen(explorer):
    pieces = "".join(explorer.picture(**explorer.start | {"lam": 0.0}).pieces)
    found = re.findall(r'<circle cx="(\S+)" cy="(\S+)" r="(\S+)" fill="(\S+)"', pieces)[:3]
    assert len({dot[:2] for dot in found}) == 1
    assert [float(dot[2]) for dot in found] == sorted({float(dot[2]) for dot in found}, reverse=True)
    assert found[0][3] == "#FFFFFF"


def test_a_key_says_what_the_colours_are(drawn):
    assert all(">Blue: diamond, LASSO, its ellipse. Green: disc" in "".join(p.pieces) for _, p in drawn)


def test_tiny_units_are_written_with_powers_of_ten():
    explorer = budget_explorer(MEN.X[:, PAIR], MEN.y * 1e-6)
    assert "budget 3.9·10⁻⁷" in explorer.picture(**explorer.start).says


def test_a_sentence_fits_two_lines(drawn):
    assert max(len(picture.says) for _, picture in drawn) <= 170


def test_the_still_picture_is_small(explorer, drawn):
    stored = [len(_still(explorer, picture, NEEDS_KERNEL).encode()) for _, picture in drawn]
    assert 4_000 < max(stored) < 30_000


def test_two_columns_of_a_frame_need_no_choice_of_a_pair():
    explorer = budget_explorer(pd.DataFrame(TWO, columns=["wide", "tall"]), [1, 3, 2, 5])
    assert [control.name for control in explorer.controls] == ["lam", "turn"]
    assert "(tall)" in explorer.picture(**explorer.start).says


def test_twenty_columns_of_any_scale_are_drawn():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 20)) * np.logspace(-4, 6, 20)
    explorer = budget_explorer(
        X, 1e5 - X[:, 3] * 1e3 + rng.standard_normal(40), start=["column 3", "column 5"]
    )
    assert len(explorer.controls[0].values) == 190
    assert all(explorer.picture(**explorer.start | {"turn": turn}).says for turn in (-90, 45))


@pytest.mark.parametrize("start", [("lcavol", "lcavol"), ("lcavol", "x"), ("lcavol",)])
def test_a_start_that_names_no_two_columns_is_refused(start):
    with pytest.raises(ValueError, match="two of the names lcavol, lweight"):
        budget_explorer(MEN.X, MEN.y, feature_names=MEN.feature_names, start=start)


def test_without_a_corner_it_opens_in_the_middle():
    X = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    explorer = budget_explorer(X, [2, 0, 0, -2])
    prices = explorer.controls[0].values
    assert explorer.start == {"lam": prices[len(prices) // 2], "turn": 0}
