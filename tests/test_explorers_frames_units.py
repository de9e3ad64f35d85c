import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from course_utils import datasets
from course_utils.explorers.frames.units import (
    TOLERANCE,
    factors_to_try,
    lams_to_try,
    prepare_units,
    reach_of_effects,
    units_frame,
)
from course_utils.explorers.views.units import draw_units, units_explorer
from course_utils.objective import duality_gap, kkt_violation, lam_max
from course_utils.solvers import coordinate_descent

COLUMNS = ["lot area", "overall quality", "year built", "basement area", "garage area", "living area"]


@pytest.fixture(scope="module")
def houses():
    """The table of lesson 03: six columns and the prices."""
    ames = datasets.load_ames()
    return np.column_stack([ames.column(name) for name in COLUMNS]), ames.y


@pytest.fixture(scope="module")
def problem(houses):
    return prepare_units(*houses, feature_names=COLUMNS)


@pytest.fixture(scope="module")
def explorer(houses):
    return units_explorer(*houses, feature_names=COLUMNS, target_unit="thousand $")


@pytest.fixture(scope="module")
def frames(explorer):
    """A frame for each of the three thousand settings of the lesson's explorer."""
    return [explorer.frame(**setting) for setting in explorer.grid()]


@pytest.fixture(scope="module")
def pictures(explorer, frames):
    return [explorer.draw(frame) for frame in frames]


def small_table(rng, n_columns=3):
    X = rng.standard_normal((40, n_columns))
    return X, X @ np.arange(1.0, n_columns + 1) + rng.standard_normal(40)


def beta_of(frame, X):
    """The coefficients and the intercept of a frame, for the columns as they are written in `X`."""
    beta = frame.effects / X.std(axis=0)
    return beta, beta @ X.mean(axis=0)


def rewritten(X, frame):
    factors = np.ones(X.shape[1])
    factors[frame.column] = frame.factor
    return X * factors


def as_fitted(X, frame):
    """The table that the frame's LASSO saw."""
    table = rewritten(X, frame)
    return (table - table.mean(axis=0)) / table.std(axis=0) if frame.standardised else table


def test_every_setting_gives_finite_effects_and_a_certificate(frames):
    assert all(np.isfinite(frame.effects).all() for frame in frames)
    assert max(frame.gap for frame in frames) <= TOLERANCE


def test_the_gap_of_the_small_problem_is_that_of_all_houses(houses, frames):
    for frame in frames[::331]:
        table = as_fitted(houses[0], frame)
        beta, shift = beta_of(frame, table)
        full = duality_gap(table, houses[1], beta, houses[1].mean() - shift, frame.lam)
        assert full == pytest.approx(frame.gap, abs=1e-11)


def test_the_conditions_of_the_minimum_hold_in_the_unit_used(houses, frames):
    for frame in frames[::331]:
        table = as_fitted(houses[0], frame)
        beta, shift = beta_of(frame, table)
        violation = kkt_violation(table, houses[1], beta, houses[1].mean() - shift, frame.lam)
        assert violation <= 1e-6 * lam_max(table, houses[1])


@pytest.mark.parametrize("factor", [1e-6, 2e-5, 1.0, 100.0])
@pytest.mark.parametrize("standardised", [False, True])
def test_scikit_learn_finds_the_same_effects(houses, problem, factor, standardised):
    frame = units_frame(problem, 0.5, column=0, factor=factor, standardised=standardised)
    table = as_fitted(houses[0], frame)
    library = Lasso(alpha=0.5, tol=1e-12, max_iter=100_000).fit(table, houses[1])
    np.testing.assert_allclose(frame.effects, library.coef_ * table.std(axis=0), atol=1e-5)


def test_with_one_ruler_nothing_moves_when_the_unit_changes(frames):
    ruled = [frame for frame in frames if frame.standardised]
    for lam in {frame.lam for frame in ruled}:
        found = {frame.effects.tobytes() for frame in ruled if frame.lam == lam}
        assert len(found) == 1


def test_the_larger_the_numbers_the_more_a_column_keeps(frames):
    for column in range(len(COLUMNS)):
        for lam in {frame.lam for frame in frames}:
            row = [f for f in frames if f.column == column and f.lam == lam and not f.standardised]
            kept = [f.effects[column] for f in sorted(row, key=lambda f: f.factor)]
            assert np.diff(kept).min() >= -1e-4


def test_small_enough_numbers_lose_everything_and_large_ones_next_to_nothing(problem):
    factors = factors_to_try(problem, 0.5)
    for column in range(len(COLUMNS)):
        paid = units_frame(problem, 0.5, column=column, factor=factors[0], standardised=False)
        free = units_frame(problem, 0.5, column=column, factor=factors[-1], standardised=False)
        assert paid.effects[column] == 0
        assert free.effects[column] > 0.95 * problem.least_squares[column]


@pytest.mark.parametrize(
    ("column", "falling"),
    [("lot area", {"overall quality", "year built"}), ("overall quality", {"lot area"})],
)
def test_without_a_column_the_bars_that_go_along_with_it_rise_and_the_rest_fall(problem, column, falling):
    j = COLUMNS.index(column)
    before = units_frame(problem, 0.5, column=j, factor=1.0, standardised=False)
    after = units_frame(problem, 0.5, column=j, factor=1e-6, standardised=False)
    fell = {name for name, change in zip(COLUMNS, after.effects - before.effects, strict=True) if change < 0}
    along = (problem.table.T @ problem.table / len(problem.target))[j] > 0.15
    assert fell == {column} | falling
    assert {name for name, is_along in zip(COLUMNS, along, strict=True) if not is_along} == falling


def test_the_brinks_of_the_lesson(problem):
    def left(column, factor, lam=0.5):
        return units_frame(problem, lam, column=column, factor=factor, standardised=False).effects[column]

    assert left(0, 1 / 50_000) > 0 == left(0, 1 / 100_000)
    assert left(1, 1 / 20) > 0 == left(1, 1 / 50)
    assert left(1, 1.0, lam=20.0) == 0 < 0.95 * problem.least_squares[1] < left(1, 100.0, lam=20.0)


def test_a_column_may_lose_what_it_does_not_pay(problem):
    frame = units_frame(problem, 100.0, column=0, factor=1.0, standardised=False)
    assert frame.charge < 0.02
    assert frame.effects[0] < 0.6 * problem.least_squares[0]


def test_the_charge_is_the_price_over_the_standard_deviation_that_the_lasso_sees(houses, frames):
    for frame in frames[::97]:
        spreads = as_fitted(houses[0], frame).std(axis=0)
        np.testing.assert_allclose(frame.spreads, spreads, rtol=1e-9)
        assert frame.charge == pytest.approx(frame.lam / spreads[frame.column])


def test_the_figure_of_the_lesson_is_met_in_acres_and_hectares(problem):
    acres = units_frame(problem, 0.5, column=0, factor=1 / 43_560, standardised=False)
    hectares = units_frame(problem, 0.5, column=0, factor=1 / 107_639, standardised=False)
    assert [round(f.effects[0], 2) for f in (acres, hectares)] == [3.52, 0.0]
    assert [round(f.effects[5], 2) for f in (acres, hectares)] == [26.69, 27.54]


def test_the_same_setting_gives_the_same_frame_and_changes_no_input(problem):
    spreads = problem.spreads.copy()
    setting = {"lam": 2.0, "column": 3, "factor": 0.02, "standardised": False}
    first, second = (units_frame(problem, **setting) for _ in range(2))
    np.testing.assert_array_equal(first.effects, second.effects)
    np.testing.assert_array_equal(problem.spreads, spreads)
    with pytest.raises(FrozenInstanceError):
        first.lam = 1.0


def test_the_unit_in_which_the_table_came_does_not_change_what_least_squares_says(rng):
    X, y = small_table(rng)
    there, here = prepare_units(X * [1e6, 1, 1e-6] + 5, y), prepare_units(X, y)
    np.testing.assert_allclose(there.least_squares, here.least_squares, rtol=1e-6)


def test_correlated_columns_are_certified_too():
    hitters = datasets.load_hitters()
    problem = prepare_units(hitters.X, hitters.y, feature_names=hitters.feature_names)
    for lam in (1e-3, 2.0, 100.0):
        for factor in (1e-6, 1.0, 1e3):
            assert units_frame(problem, lam, column=8, factor=factor, standardised=False).gap <= TOLERANCE


def test_correlated_columns_need_few_sweeps(monkeypatch):
    hitters, calls = datasets.load_hitters(), []
    problem = prepare_units(hitters.X, hitters.y)

    def counted(*arguments, **options):
        calls.append(options["max_iter"])
        return coordinate_descent(*arguments, **options)

    monkeypatch.setattr("course_utils.explorers.frames.units.coordinate_descent", counted)
    for column in range(19):
        units_frame(problem, 2.0, column=column, factor=1e-3, standardised=False)
    assert sum(calls) < 19 * 100


def test_where_the_signs_do_not_settle_coordinate_descent_has_the_last_word(problem, monkeypatch):
    monkeypatch.setattr("course_utils.explorers.frames.units._ROUNDS", 0)
    frame = units_frame(problem, 0.5, column=0, factor=1e-4, standardised=False)
    assert frame.gap <= TOLERANCE


def test_the_largest_price_leaves_nothing_of_standardised_columns(problem, frames):
    lams, start = lams_to_try(problem)
    ruled = [frame for frame in frames if frame.standardised and frame.lam == lams[-1]]
    assert {frame.n_zero for frame in ruled} == {len(COLUMNS)}
    assert (lams[0], lams[-1], start) == (0.1, 100.0, 0.5)


def test_no_bar_of_the_grid_leaves_its_axis(problem, frames):
    lams, start = lams_to_try(problem)
    low, high = reach_of_effects(problem, lams, factors=factors_to_try(problem, start))
    assert low <= min(frame.effects.min() for frame in frames)
    assert high >= max(frame.effects.max() for frame in frames)
    assert high <= 1.2 * max(frame.effects.max() for frame in frames)


def test_columns_of_any_scale_can_be_priced_out_and_spared(rng):
    X, y = small_table(rng)
    problem = prepare_units(X * [1e9, 1, 1e-7], 1e5 * y)
    lam = lams_to_try(problem)[1]
    factors = factors_to_try(problem, lam)
    out = units_frame(problem, lam, column=0, factor=factors[0], standardised=False)
    free = units_frame(problem, lam, column=2, factor=factors[-1], standardised=False)
    assert out.effects[0] == 0
    assert free.effects[2] > 0.99 * problem.least_squares[2]
    assert 1.0 in factors


def test_one_column_is_refused(rng):
    with pytest.raises(ValueError, match="X has 1 column; at least 2"):
        prepare_units(rng.standard_normal((9, 1)), rng.standard_normal(9))


def test_a_constant_target_is_refused(rng):
    with pytest.raises(ValueError, match="all 9 values of y are equal"):
        prepare_units(rng.standard_normal((9, 2)), np.ones(9))


def test_names_that_do_not_match_are_refused(rng):
    with pytest.raises(ValueError, match="feature_names has 3 names; X has 2 columns"):
        prepare_units(*small_table(rng, 2), feature_names=["a", "b", "c"])


def test_a_constant_column_is_refused(rng):
    X, y = small_table(rng)
    X[:, 1] = 7.0
    with pytest.raises(ValueError, match="constant column"):
        prepare_units(X, y)


@pytest.mark.parametrize("column", [-1, 6, 0.5])
def test_a_column_that_is_not_there_is_refused(problem, column):
    with pytest.raises(ValueError, match="column is"):
        units_frame(problem, 0.5, column=column, factor=1.0, standardised=False)


@pytest.mark.parametrize("factor", [0.0, -1.0, np.inf, np.nan])
def test_a_factor_that_is_not_positive_is_refused(problem, factor):
    with pytest.raises(ValueError, match="factor is"):
        units_frame(problem, 0.5, column=0, factor=factor, standardised=False)


def test_a_price_of_zero_is_refused(problem):
    with pytest.raises(ValueError, match="lam is 0"):
        units_frame(problem, 0.0, column=0, factor=1.0, standardised=False)


def test_each_setting_has_a_sentence_of_its_own_that_fits_two_lines(pictures):
    sentences = [picture.says for picture in pictures]
    assert len(set(sentences)) == len(sentences)
    assert max(map(len, sentences)) <= 170


def test_the_sentence_counts_the_effects_that_are_zero(frames, pictures):
    for frame, picture in zip(frames, pictures, strict=True):
        said = re.search(r"; (\d+) of 6 effects (is|are) zero\.$", picture.says)
        assert int(said[1]) == np.sum(frame.effects == 0)
        assert (said[2] == "is") == (said[1] == "1")


def test_the_sentence_calls_zero_only_what_is_zero(frames, pictures):
    for frame, picture in zip(frames, pictures, strict=True):
        assert ("Its effect is zero;" in picture.says) == (frame.effects[frame.column] == 0)
        assert " 0.0\u00a0%" not in picture.says


def test_the_sentence_says_what_is_paid_and_what_is_left(explorer):
    opening = (
        "At λ = 0.5, lot area as written (standard deviation 7,781) pays 0.000064 for a unit of effect. "
    )
    left = "Its effect is 98.9\u00a0% of least squares; 0 of 6 effects are zero."
    assert explorer.picture(**explorer.start).says == opening + left
    ruled = explorer.picture(**explorer.start | {"column": 1, "factor": 0.01, "standardised": True}).says
    assert ruled.startswith("At λ = 0.5, overall quality ÷ 100, standardised, pays 0.5 for a unit of effect.")


def test_a_turned_effect_is_called_so():
    hitters = datasets.load_hitters()
    explorer = units_explorer(hitters.X, hitters.y, feature_names=hitters.feature_names)
    says = {lam: explorer.picture(**explorer.start | {"lam": lam}).says for lam in (2.0, 1000.0)}
    assert "Its effect is 101.1\u00a0% of least squares; 1 of 19" in says[2.0]
    assert "Its effect is 9.8\u00a0% of least squares, with the opposite sign; 11 of 19" in says[1000.0]


def test_the_title_says_only_what_the_new_unit_did_to_the_charge(explorer, frames, pictures):
    as_written = {(f.column, f.lam): f.charge for f in frames if f.factor == 1 and not f.standardised}
    for frame, picture in zip(frames, pictures, strict=True):
        title = next(piece for piece in picture.pieces if "font-weight" in piece)
        before = as_written[frame.column, frame.lam]
        dearer, cheaper = frame.charge > before, frame.charge < before
        assert ("costs more" in title) == (dearer and not frame.standardised)
        assert ("costs less" in title) == (cheaper and not frame.standardised)


@pytest.mark.parametrize(
    ("factor", "first"), [(1.0, "7,781"), (2e-5, "0.16"), (1e-6, "0.0078"), (100, "778,067")]
)
def test_beside_each_bar_stands_its_standard_deviation(explorer, factor, first):
    drawn = "".join(explorer.picture(**explorer.start | {"factor": float(factor)}).pieces)
    assert re.findall(r">s = ([^<]*)<", drawn) == [first, "1.4", "30", "421", "214", "486"]
    ruled = explorer.picture(**explorer.start | {"factor": float(factor), "standardised": True})
    assert "".join(ruled.pieces).count(">s = 1<") == 6


def test_far_from_one_a_standard_deviation_is_written_with_a_power_of_ten(explorer):
    small = explorer.picture(**explorer.start | {"column": 1, "factor": 1e-6})
    assert any(">s = 1.4·10⁻⁶<" in piece for piece in small.pieces)


@pytest.mark.parametrize("meaning", ["chosen column", "lost", "least squares", "zero"])
def test_the_key_explains_each_mark_once(explorer, meaning):
    drawn = explorer.picture(**explorer.start)
    assert sum(f">{meaning}<" in piece for piece in drawn.pieces) == 1


def test_the_rewritten_column_stands_out_alone(explorer):
    drawn = explorer.picture(**explorer.start | {"column": 2})
    bars = [piece for piece in drawn.pieces if piece.startswith("<rect")]
    assert ["#D55E00" in bar for bar in bars] == [False, False, True, False, False, False]


def test_the_bars_are_as_long_as_the_effects_and_the_ticks_stand_at_least_squares(problem):
    frame = units_frame(problem, 0.5, column=1, factor=0.05, standardised=False)
    pieces = draw_units(frame, reach=(0.0, 40.0)).pieces
    lengths = [float(re.search(r'width="([\d.]+)"', piece)[1]) for piece in pieces if "<rect" in piece]
    np.testing.assert_allclose(np.divide(lengths, frame.effects), lengths[0] / frame.effects[0], rtol=1e-3)
    ticks = [float(piece.split('"')[1].split(",")[0]) for piece in pieces if 'stroke-width="2.4"' in piece]
    assert len(ticks) == 7  # the last is the key's
    zero = ticks[0] - problem.least_squares[0] * lengths[0] / frame.effects[0]
    np.testing.assert_allclose(
        np.subtract(ticks[:6], zero) / lengths[0], problem.least_squares / frame.effects[0], rtol=1e-3
    )


def test_with_one_ruler_a_new_unit_changes_nothing_in_the_picture(explorer):
    one, other = (
        explorer.picture(**explorer.start | {"standardised": True, "factor": f}) for f in (1e-6, 1.0)
    )
    assert one.pieces == other.pieces


@pytest.mark.parametrize("n_columns", [2, 20])
def test_any_table_of_two_to_twenty_columns_is_drawn(rng, n_columns):
    explorer = units_explorer(*small_table(rng, n_columns))
    corners = [(c.values[0], c.values[-1]) for c in explorer.controls]
    for column, factor in zip(*corners[:2], strict=True):
        drawn = explorer.picture(**explorer.start | {"column": column, "factor": factor})
        assert f"of {n_columns} effects" in drawn.says
        assert drawn.size[1] <= 400


def test_a_picture_is_light_enough_for_a_held_key(explorer, pictures):
    assert max(len(picture.svg(explorer.title)) for picture in pictures) < 5_000


def test_a_long_name_is_shortened_at_its_row_and_whole_in_the_sentence(rng):
    name = "a name that is much too long for a row"
    drawn = units_explorer(*small_table(rng, 2), feature_names=[name, "b"])
    first = drawn.picture(**drawn.start)
    assert not any(name in piece for piece in first.pieces)
    assert name in first.says


def test_the_axis_names_the_unit_of_the_target_where_it_is_known(problem):
    frame = units_frame(problem, 0.5, column=0, factor=1.0, standardised=False)
    for unit, label in (("thousand $", "deviation s (thousand $)<"), ("", "deviation s<")):
        assert any(label in piece for piece in draw_units(frame, reach=(0, 40), target_unit=unit).pieces)
