"""Tests of course_utils.explorers.frames.steps and of its picture: ISTA on two columns, step by step."""

from __future__ import annotations

import collections
import dataclasses
import itertools

import numpy as np
import pytest

from course_utils import objective, solvers, style
from course_utils.datasets import load_prostate
from course_utils.explorers import display
from course_utils.explorers.frames.steps import LONGEST_RUN, RINGS, steps_frame, survey
from course_utils.explorers.views.steps import FACTORS, draw_steps, steps_explorer
from course_utils.scaling import fit_standardizer

MEN = load_prostate()
X, y = fit_standardizer(MEN.X).transform(MEN.X), MEN.y - MEN.y.mean()
PAIR, LAM = X[:, [0, 5]], 0.02  # those of the lesson
LANDSCAPE = survey(PAIR, y, LAM)


def frames():
    """Every frame of the lesson's explorer."""
    explorer = steps_explorer(PAIR, y, LAM, ("lcavol", "lcp"))
    return [explorer.frame(**setting) for setting in explorer.grid()]


def whole_run(factor, landscape=LANDSCAPE):
    return steps_frame(landscape, factor=factor, n_steps=LONGEST_RUN)


def test_the_numbers_of_every_setting_are_finite():
    assert all(np.isfinite(frame.betas).all() and np.isfinite(frame.height).all() for frame in frames())


def test_the_gap_proves_the_minimum_of_the_map():
    best = LANDSCAPE.valley.best
    assert LANDSCAPE.valley.gap <= 1e-12
    assert objective.duality_gap(PAIR, y, best, y.mean() - PAIR.mean(axis=0) @ best, LAM) <= 1e-12


def test_heights_are_the_objective_above_its_minimum():
    lowest = objective.lasso_objective(PAIR, y, LANDSCAPE.valley.best, 0, LAM)
    for factor in FACTORS:
        run = whole_run(factor)
        values = np.array([objective.lasso_objective(PAIR, y, beta, 0, LAM) for beta in run.betas])
        np.testing.assert_allclose(run.height, values - lowest, rtol=1e-9, atol=1e-13)


def test_the_step_of_one_over_l_is_ista_of_the_package():
    with pytest.warns(solvers.ConvergenceWarning):
        package = solvers.ista(PAIR, y, LAM, tol=1e-12, max_iter=LONGEST_RUN)
    np.testing.assert_allclose(whole_run(1.0).betas[-1], package.beta, rtol=1e-12)
    assert LANDSCAPE.walk[-1] == whole_run(1.0).height[-1]


@pytest.mark.parametrize("n_steps", [0, 1, 7])
def test_a_run_so_far_is_the_beginning_of_the_longer_one(n_steps):
    for factor in FACTORS:
        frame = steps_frame(LANDSCAPE, factor=factor, n_steps=n_steps)
        np.testing.assert_array_equal(frame.betas, whole_run(factor).betas[: n_steps + 1])


@pytest.mark.parametrize("factor", [factor for factor in FACTORS if factor <= 2])
def test_up_to_two_over_l_the_objective_never_rises_and_the_path_stays_on_the_map(factor):
    assert all(
        (frame.n_risen, frame.left_map, frame.left_view) == (0, None, None)
        for frame in frames()
        if frame.factor == factor
    )


def test_between_one_and_two_over_l_there_is_a_faster_step_and_a_short_one_creeps():
    creeping, walking, faster = (whole_run(factor).height[-1] for factor in (0.2, 1.0, 1.5))
    assert faster < walking / 100
    assert creeping > walking * 100


def test_at_one_point_nine_over_l_a_step_ends_about_three_quarters_as_high():
    kept = whole_run(1.9).height[2:] / whole_run(1.9).height[1:-1]
    assert kept.min() > 0.6
    assert kept.max() < 0.85


@pytest.mark.parametrize(("columns", "lam"), [([0, 5], 0.02), ([0, 4], 0.1)])
def test_at_two_over_l_the_swing_comes_in_until_it_crosses_no_axis_and_stays(columns, lam):
    valley = survey(X[:, columns], y, lam).valley
    run = valley.run(2.0, 1000)
    heights = valley.height(run)
    assert heights[24] < heights[1] / 2
    assert heights[-1] > 0.01
    np.testing.assert_allclose(heights[-9:], heights[-1], rtol=1e-6)
    assert (run[500:] > -1e-9).all()


def test_at_two_over_l_the_run_swings_and_beyond_it_rises():
    swinging, risen = whole_run(2.0), [whole_run(factor).n_risen for factor in (2.05, 2.1, 2.5)]
    assert swinging.height[-1] > 1e-2
    assert min(risen) >= LONGEST_RUN - 2
    assert risen[1:] == [LONGEST_RUN, LONGEST_RUN]


def test_beyond_two_over_l_each_step_lands_on_the_other_side_of_the_valley():
    steepest = np.linalg.eigh(LANDSCAPE.valley.hessian)[1][:, -1]
    sides = np.sign((whole_run(2.5).betas - LANDSCAPE.valley.best) @ steepest)
    assert (sides[1:] == -sides[:-1]).all()


def test_where_the_toll_throws_a_column_out_a_step_beyond_two_over_l_comes_home():
    run = whole_run(2.1, survey(X[:, [0, 2]], y, 0.1))
    assert run.betas[-1, 1] == 0
    assert run.n_risen == 0
    assert 1e-8 < run.height[-1] < 1e-7  # nearly home after two dozen steps


def fates(lam):
    """Where 2.1/L takes each pair of the eight columns: home, into a swing that stays, or away."""
    valleys = [survey(X[:, pair], y, lam).valley for pair in itertools.combinations(range(8), 2)]
    hessians, wishes = (np.array([getattr(v, name) for v in valleys]) for name in ("hessian", "wish"))
    step = 2.1 / np.array([[valley.lipschitz] for valley in valleys])
    betas = np.zeros((28, 2))
    for _ in range(1200):
        arrival = betas - step * (np.einsum("kij,kj->ki", hessians, betas) - wishes)
        betas = np.sign(arrival) * np.maximum(np.abs(arrival) - step * lam, 0)
    heights = [float(valley.height(beta)) for valley, beta in zip(valleys, betas, strict=True)]
    return collections.Counter("home" if h < 1e-9 else "swing" if h < 1 else "lost" for h in heights)


def test_beyond_two_over_l_most_pairs_swing_at_the_old_price_and_nearly_all_are_lost_at_the_low_one():
    assert fates(0.1) == {"swing": 24, "home": 4}
    assert fates(0.02) == {"lost": 27, "swing": 1}


def test_a_zero_is_an_exact_one_where_the_path_stands_on_a_kink():
    dropping = survey(X[:, [0, 2]], y, 0.1)
    creeping = [steps_frame(dropping, factor=0.2, n_steps=n_steps) for n_steps in range(LONGEST_RUN + 1)]
    assert (creeping[0].n_zero, creeping[-1].n_zero) == (2, 1)
    for frame in [*frames(), *creeping]:
        assert frame.n_zero == np.sum(frame.betas[-1] == 0)


@pytest.mark.parametrize("columns", [[0, 5], [0, 2], [6, 7], [0, 0]])
def test_each_ring_lies_at_one_height_and_the_last_but_one_runs_through_the_start(columns):
    landscape = survey(X[:, columns], y, 0.05)
    start = landscape.valley.height(np.zeros(2))
    for share, ring in zip(RINGS, landscape.rings, strict=True):
        np.testing.assert_allclose(landscape.valley.height(ring), share * start, rtol=1e-9)
    assert RINGS[-2] == 1


def test_an_iterate_far_off_the_map_is_not_drawn_and_is_said_to_be_gone():
    run = whole_run(2.5)
    far = np.abs(run.betas).max(axis=1) > 100
    assert np.isnan(run.path[far]).all()
    assert np.isfinite(run.path[:5]).all()
    assert (run.left_map, run.left_view) == (4, 8)


def test_the_path_left_the_map_at_the_first_step_from_which_it_never_came_back():
    low, high = LANDSCAPE.box.T
    for frame in frames():
        is_on_map = ((low <= frame.betas) & (frame.betas <= high)).all(axis=1)
        is_in_view = frame.height <= LANDSCAPE.heights[1]
        for left, is_there in ((frame.left_map, is_on_map), (frame.left_view, is_in_view)):
            assert (left is None) == is_there[-1]
            assert left is None or (is_there[left - 1] and not is_there[left:].any())


def test_the_same_setting_gives_the_same_frame():
    for first, second in zip(frames(), frames(), strict=True):
        np.testing.assert_array_equal(first.betas, second.betas)
        np.testing.assert_array_equal(first.height, second.height)


@pytest.mark.parametrize(
    ("columns", "lam", "message"),
    [
        ([0, 1, 2], 0.1, "3 column.s.; two are needed"),
        ([0], 0.1, "1 column.s.; two are needed"),
        ([0, 5], 5.0, "both coefficients are best at zero.*below 0.843"),
        ([0, 5], -1.0, "not negative"),
        ([0, 5], 0, "lam is 0"),
    ],
)
def test_columns_and_prices_that_make_no_map_are_refused(columns, lam, message):
    with pytest.raises(ValueError, match=message):
        survey(X[:, columns], y, lam)


@pytest.mark.parametrize(
    ("factor", "n_steps", "name"), [(0, 1, "factor"), (np.inf, 1, "factor"), (1.0, -1, "n_steps")]
)
def test_steps_that_cannot_be_taken_are_refused(factor, n_steps, name):
    with pytest.raises(ValueError, match=name):
        steps_frame(LANDSCAPE, factor=factor, n_steps=n_steps)


@pytest.fixture(scope="module")
def explorer():
    return steps_explorer(PAIR, y, LAM, ("lcavol", "lcp"))


@pytest.fixture(scope="module")
def pictures(explorer):
    return [explorer.picture(**setting) for setting in explorer.grid()]


def test_pictures_that_differ_say_different_things(pictures):
    assert len({found.says for found in pictures}) == len({found.pieces for found in pictures})
    assert len({found.says for found in pictures}) == len(FACTORS) * (LONGEST_RUN + 1)


def test_the_sentence_counts_zeros_and_rises_as_the_frame_does(pictures):
    for frame, found in zip(frames(), pictures, strict=True):
        assert f"{frame.n_zero} of 2 coefficients {'is' if frame.n_zero == 1 else 'are'} zero" in found.says
        assert (f"left the map at step {frame.left_map}" in found.says) == (frame.left_map is not None)
        assert (f"F its panel at step {frame.left_view}" in found.says) == (frame.left_view is not None)
        assert frame.n_steps == 0 or ("never risen" in found.says) == (frame.n_risen == 0)
        assert len(found.says) <= 165


def test_one_rise_and_one_zero_are_written_in_the_singular(explorer):
    assert "F has risen once" in explorer.picture(factor=2.1, n_steps=1).says
    assert "1 of 2 coefficients is zero" in explorer.picture(factor=1.9, n_steps=8).says


def test_f_alone_may_leave_its_panel():
    frame = dataclasses.replace(whole_run(1.0), left_view=9)
    assert draw_steps(("lcavol", "lcp"), frame).says.endswith("zero. F left its panel at step 9.")


def test_it_opens_before_the_first_step_and_names_the_length_of_that_step(explorer):
    assert explorer.start == {"factor": 1.0, "n_steps": 0}
    for factor in FACTORS:
        opened = explorer.picture(factor=factor, n_steps=0)
        assert f">F before a step of {factor:g}/L<" in "".join(opened.pieces)
        assert opened.says.startswith(f"No step of length {factor:g}/L taken yet")


def test_there_is_an_orange_dot_in_both_panels_hollow_where_it_is_beyond_the_edge(pictures):
    for frame, found in zip(frames(), pictures, strict=True):
        is_beyond = (frame.left_map is not None, frame.left_view is not None or frame.is_home)
        dots = [piece for piece in found.pieces if "<circle" in piece and style.CONTRAST in piece]
        assert tuple('fill="#FFFFFF"' in dot for dot in dots) == is_beyond


def test_the_height_of_the_start_is_drawn_in_every_picture(pictures):
    assert all("".join(found.pieces).count(">start<") == 1 for found in pictures)


def test_all_pictures_together_are_small(explorer, pictures):
    assert len(display._page(explorer, pictures, pictures[0]).encode()) < 310_000


def test_any_two_columns_of_any_scale_can_be_shown():
    for columns in ([0, 2], [4, 7], [2, 3], [0, 0]):
        explorer = steps_explorer(MEN.X[:, columns], MEN.y, 0.01)
        assert explorer.picture(factor=2.5, n_steps=LONGEST_RUN).says.startswith("Step 24 of length 2.5/L")


def test_names_come_from_a_frame_of_pandas_or_are_given_for_both_columns():
    frame = load_prostate(as_frame=True)[["lcavol", "lcp"]]
    assert "lcavol and lcp" in steps_explorer(frame, y, LAM).title
    with pytest.raises(ValueError, match=r"holds 3 name.s.; two are needed"):
        steps_explorer(PAIR, y, LAM, MEN.feature_names[:3])
