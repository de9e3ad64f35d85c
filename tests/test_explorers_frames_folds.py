"""The cross-validation whose folds come in one by one: frames over the whole grid of the lesson, and pictures."""

from __future__ import annotations

import dataclasses
import re
import warnings

import numpy as np
import pytest

from course_utils import datasets, style, tuning
from course_utils.explorers import display
from course_utils.explorers.frames.folds import folds_frame, folds_in_order
from course_utils.explorers.views.folds import draw_folds, folds_explorer
from course_utils.path import lam_grid
from course_utils.scaling import fit_standardizer


def cross_validated(n_lams, folds):
    players = datasets.load_hitters()
    lams = lam_grid(fit_standardizer(players.X).transform(players.X), players.y, n_lams=n_lams)
    return tuning.cross_validate_path(players.X, players.y, lams, folds=folds, tol=1e-4), folds


def folds_of_the_lesson(n_samples=263):
    rng = np.random.default_rng(5)
    for _ in range(8):  # the lesson first hides eight thirds
        rng.permutation(n_samples)
    parts = np.array_split(rng.permutation(n_samples), 5)
    return [tuning.Fold(np.setdiff1d(np.arange(n_samples), part), part) for part in parts]


@pytest.fixture(scope="module")
def run():
    return cross_validated(50, folds_of_the_lesson())


@pytest.fixture(scope="module")
def data(run):
    return folds_in_order(*run)


@pytest.fixture(scope="module")
def pictures(run):
    explorer = folds_explorer(*run, unit=1000.0, ylabel="squared error (10⁹ dollars²)")
    settings = list(explorer.grid())
    return (
        settings,
        [explorer.frame(**setting) for setting in settings],
        [explorer.picture(**setting) for setting in settings],
    )


def test_the_lesson_has_a_setting_for_every_fold_and_penalty_and_one_more_for_all(pictures, data):
    settings, _, _ = pictures
    assert len(settings) == 6 * 50
    assert [setting["lam"] for setting in settings[:50]] == data.lams.tolist()


def test_an_error_is_missing_only_where_no_fold_is_held_out_and_a_spread_only_for_one_fold(pictures):
    settings, frames, _ = pictures
    for setting, frame in zip(settings, frames, strict=True):
        assert np.isnan(frame.fold_error) == (setting["held_out"] is None)
        assert np.isnan(frame.standard_error) == (frame.n_seen == 1)
        assert frame.mean > 0


def test_the_mean_so_far_is_the_average_of_the_errors_seen_so_far(run, data):
    cv, _ = run
    for lam in cv.lams:
        seen = [folds_frame(data, lam, held_out=k) for k in range(5)]
        running = np.cumsum([frame.fold_error for frame in seen]) / np.arange(1, 6)
        np.testing.assert_allclose([frame.mean for frame in seen], running, rtol=1e-12)


def test_the_spread_so_far_is_the_deviation_of_the_folds_seen_over_the_root_of_their_number(run, data):
    errors = run[0].fold_errors
    for k in range(1, 5):
        spread = np.sqrt(((errors[: k + 1] - errors[: k + 1].mean(axis=0)) ** 2).sum(axis=0) / k / (k + 1))
        np.testing.assert_allclose(data.standard_errors[k], spread, rtol=1e-12)


def test_the_last_fold_ends_where_the_whole_cross_validation_does(run, data):
    cv, _ = run
    np.testing.assert_array_equal(data.means[-1], cv.mean_error)
    np.testing.assert_array_equal(data.standard_errors[-1], cv.standard_error)
    assert data.choices[-1] == tuning.best_lam(cv)
    assert data.simple_choices[-1] == tuning.one_standard_error_lam(cv)


def test_every_choice_is_the_lowest_point_of_its_curve(data):
    for k in range(5):
        assert data.favourites[k] == data.lams[data.errors[k].argmin()]
        assert data.choices[k] == data.lams[data.means[k].argmin()]
    assert data.choices[0] == data.favourites[0]


def test_what_lies_within_one_standard_error_begins_and_ends_within_it_and_not_later(data):
    for k in range(1, 5):
        best = data.means[k].argmin()
        within = data.means[k] <= data.means[k, best] + data.standard_errors[k, best]
        assert data.simple_choices[k] == data.lams[within].max()
        assert data.weakest_alike[k] == data.lams[within].min()


def test_a_favourite_on_the_edge_of_the_grid_is_called_so(data):
    on_weak_edge = [edge == "weak" for edge in data.edges]
    assert on_weak_edge == (data.favourites == data.lams[-1]).tolist()
    assert any(on_weak_edge)
    assert not all(on_weak_edge)


def test_a_fold_trains_on_all_the_others_and_never_on_itself(data):
    np.testing.assert_array_equal(data.trained, 1 - np.eye(5))


def test_folds_in_order_of_time_train_on_the_past_alone():
    forward = folds_in_order(*cross_validated(5, tuning.forward_folds(263, 4)))
    np.testing.assert_array_equal(forward.trained, np.tril(np.ones((4, 4)), -1))


def test_the_same_setting_gives_the_same_frame_and_changes_no_input(run, data):
    before = run[0].fold_errors.copy()
    first, second = (folds_frame(data, data.lams[7], held_out=2) for _ in range(2))
    for field in dataclasses.fields(first)[1:]:
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))
    assert first.data is data
    np.testing.assert_array_equal(run[0].fold_errors, before)


def test_a_penalty_off_the_grid_and_a_fold_too_many_are_refused(data):
    with pytest.raises(ValueError, match=r"lam is 1\.0; one of the 50 penalties"):
        folds_frame(data, 1.0, held_out=0)
    with pytest.raises(ValueError, match="held_out is 5; a fold from 0 to 4 is needed, or None"):
        folds_frame(data, data.lams[0], held_out=5)


def test_a_cross_validation_with_other_folds_or_none_is_refused(run):
    cv, folds = run
    with pytest.raises(
        ValueError, match=r"folds has test parts of \[53, 53\] rows and cv of \[53, 53, 53, 52, 52\]"
    ):
        folds_in_order(cv, folds[:2])
    with pytest.raises(TypeError, match="cv is of type ndarray; what cross_validate_path returns"):
        folds_in_order(cv.fold_errors, folds)
    with pytest.raises(TypeError, match="folds holds something else than Fold"):
        folds_in_order(cv, [(fold.train, fold.test) for fold in folds])


def test_more_folds_than_rows_of_the_picture_and_a_unit_of_nothing_are_refused(run):
    with pytest.raises(ValueError, match="cv has 11 folds; at most 10 can be shown"):
        folds_explorer(*cross_validated(2, tuning.k_folds(263, 11)))
    with pytest.raises(ValueError, match="unit is 0; a positive number is needed"):
        folds_explorer(*run, unit=0)


def test_in_the_lesson_no_choice_stays_when_another_fold_comes_in(data):
    assert len(set(data.favourites)) == 4  # two folds share the edge of the grid
    assert len(set(data.choices)) == 5
    assert data.favourites.max() / data.favourites.min() > 200


def test_choosing_an_edge_on_the_way_warns_nobody(run):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert folds_in_order(*run).choices[1] == run[0].lams[-1]


def test_every_picture_has_a_sentence_of_its_own_that_fits_two_lines(pictures):
    says = [picture.says for picture in pictures[2]]
    assert len(set(says)) == len(says)
    assert max(map(len, says)) <= 176


def test_the_sentence_gives_the_error_of_its_frame_in_the_unit_of_the_axis(pictures):
    for frame, picture in zip(*pictures[1:], strict=True):
        shown = frame.mean if frame.held_out is None else frame.fold_error
        written = float(re.search(r"error is ([\d.]+[\d])", picture.says)[1])
        assert written == pytest.approx(shown / 1000, rel=5e-3)


def test_the_sentence_names_the_unit_and_what_stands_behind_the_plus_or_minus(pictures):
    for frame, picture in zip(*pictures[1:], strict=True):
        assert picture.says.count("10⁹ dollars²") == 1
        written = re.search(r"± [\d.]+ \(one standard error; 10⁹ dollars²\)", picture.says)
        assert (written is not None) == (frame.n_seen > 1) == ("±" in picture.says)


def test_errors_without_a_unit_are_told_without_brackets(data):
    first, last = (draw_folds(folds_frame(data, data.lams[0], held_out=k)).says for k in (0, 4))
    assert "(" not in first
    assert last.endswith("(one standard error).")


def test_a_choice_shows_under_the_marks_of_the_penalty_that_is_moved_to_it(run, data):
    drawn = folds_explorer(*run).picture(held_out=None, lam=data.choices[-1]).pieces
    at_choice = [piece for piece in drawn if "<circle" in piece and style.CHOICE in piece][-1]
    place = re.search(r'cx="[\d.]+" cy="[\d.]+"', at_choice)[0]
    mine = [piece for piece in drawn if place in piece and style.ESTIMATE in piece][-1]
    green, blue = (float(re.search(r' r="([\d.]+)"', piece)[1]) for piece in (at_choice, mine))
    assert green > blue
    assert drawn.index(at_choice) < drawn.index(mine)
    assert line_width(drawn, style.CHOICE) > 2 * line_width(drawn, style.TRUTH)


def line_width(drawn, colour) -> float:
    return float(re.search(rf'<polyline [^>]*stroke="{colour}" stroke-width="([\d.]+)"', "".join(drawn))[1])


def test_the_title_says_of_what_and_the_slider_which_line(pictures, run):
    for frame, picture in zip(*pictures[1:], strict=True):
        title = ">Within one standard error of the lowest: λ 1" in "".join(picture.pieces)
        assert title == (frame.n_seen > 1)
    assert folds_explorer(*run).controls[1].label == "penalty λ (black line)"


def test_one_block_is_held_out_unless_all_are_in(pictures):
    for frame, picture in zip(*pictures[1:], strict=True):
        drawn = "".join(picture.pieces)
        assert drawn.count(">held out<") == (frame.held_out is not None)
        assert drawn.count(">training<") == (0 if frame.held_out is None else 4)


def test_the_mean_and_its_band_are_drawn_once_two_folds_are_in(pictures):
    for frame, picture in zip(*pictures[1:], strict=True):
        drawn = "".join(picture.pieces)
        assert (f">mean of {frame.n_seen}<" in drawn) == (frame.n_seen > 1)
        assert (">one standard error<" in drawn) == (frame.n_seen > 1)


def test_the_axes_stand_still_while_everything_else_moves(pictures):
    ticks = {
        tuple(piece for piece in picture.pieces if 'font-size="12"' in piece or piece.startswith("<path"))
        for picture in pictures[2]
    }
    assert len(ticks) == 1


def test_no_curve_or_band_leaves_the_axes(pictures):
    for picture in pictures[2]:
        drawn = "".join(picture.pieces)
        curves = drawn[drawn.rindex("<svg") :]
        top, height = (float(re.search(rf' {name}="([\d.]+)"', curves)[1]) for name in ("y", "height"))
        heights = [float(found) for found in re.findall(r"[\d.]+,(-?[\d.]+)", curves)]
        assert top <= min(heights)
        assert max(heights) <= top + height


def test_the_stored_figure_is_small(pictures, run):
    explorer = folds_explorer(*run, unit=1000.0)
    stored = display._page(explorer, pictures[2], pictures[2][0])
    assert len(stored.encode()) < 300_000


def test_without_a_unit_errors_are_told_in_a_power_of_a_thousand_that_the_axis_names(run):
    picture = folds_explorer(*run).picture(held_out=None, lam=run[0].lams[0])
    assert f"the error is {run[0].mean_error[0] / 1000:.0f}" in picture.says
    assert ">squared error (10³)<" in "".join(picture.pieces)


def test_penalties_too_long_for_the_table_are_left_out_of_it(run):
    cv = dataclasses.replace(run[0], lams=run[0].lams * 1e-6)
    drawn = "".join(folds_explorer(cv, run[1]).picture(held_out=4, lam=cv.lams[0]).pieces)
    assert ">alone<" not in drawn
    table = "".join(folds_explorer(*run).picture(held_out=4, lam=run[0].lams[0]).pieces)
    assert ">alone<" in table


@pytest.mark.parametrize(("n_folds", "n_lams", "size"), [(2, 80, 1e-5), (10, 2, 1.0), (3, 4, 1e6)])
def test_other_numbers_of_folds_and_penalties_and_other_scales_can_be_shown(n_folds, n_lams, size):
    rng = np.random.default_rng(0)
    X, folds = rng.normal(size=(40, 2)), tuning.k_folds(40, n_folds)
    y = size * (X[:, 0] + rng.normal(size=40))
    lams = lam_grid(fit_standardizer(X).transform(X), y, n_lams=n_lams)
    explorer = folds_explorer(tuning.cross_validate_path(X, y, lams, folds=folds), folds)
    says = [explorer.picture(**setting).says for setting in explorer.grid()]
    assert len(set(says)) == (n_folds + 1) * min(n_lams, 60)
