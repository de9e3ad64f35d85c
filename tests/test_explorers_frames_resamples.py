"""The explorer of the bootstrap: its numbers are bootstrap_lasso's, over the whole grid, and its picture says so."""

from __future__ import annotations

import re

import numpy as np
import pytest

from course_utils import datasets
from course_utils.explorers.frames.resamples import (
    prepare_resamples,
    resample_betas,
    resamples_frame,
    sample_betas,
    widest_effects,
)
from course_utils.explorers.views.resamples import SHORTEST_BAR, resamples_explorer
from course_utils.objective import duality_gap
from course_utils.resampling import bootstrap_lasso
from course_utils.scaling import fit_standardizer

MEN = datasets.load_prostate()
PREPARED = prepare_resamples(MEN.X, MEN.y, (0.5, 0.1, 0.02), n_resamples=40, rng=np.random.default_rng(70))


def explorer(X=MEN.X, y=MEN.y, names=MEN.feature_names, *, lam=0.1, draws=70):
    return resamples_explorer(X, y, names, lam=lam, rng=np.random.default_rng(draws))


@pytest.fixture(scope="module")
def lesson():
    """The lesson's explorer, and each setting with its frame and its picture."""
    found = explorer()
    frames = [(setting, found.frame(**setting)) for setting in found.grid()]
    return found, [(setting, frame, found.draw(frame)) for setting, frame in frames]


@pytest.fixture(scope="module")
def reference(lesson):
    """What the package's bootstrap finds for the same draws and prices."""
    lams = lesson[0].controls[1].values
    return bootstrap_lasso(MEN.X, MEN.y, lams, n_resamples=100, rng=np.random.default_rng(70), tol=1e-10)


def at_price(reference, lam):
    return int(np.flatnonzero(reference.lams == lam)[0])


def test_every_number_of_the_whole_grid_is_finite(lesson):
    numbers = [[*f.effects, *f.own_effects, *f.frequencies, f.n_same, f.n_lists] for _, f, _ in lesson[1]]
    assert len(numbers) == 700
    assert np.isfinite(numbers).all()


def test_the_rows_are_those_that_the_bootstrap_draws(reference):
    prepared = prepare_resamples(MEN.X, MEN.y, [0.1], n_resamples=100, rng=np.random.default_rng(70))
    np.testing.assert_array_equal(prepared.rows, reference.rows)


def test_the_coefficients_of_every_setting_are_those_of_the_bootstrap(lesson, reference):
    found = np.array([frame.effects / MEN.X.std(axis=0) for _, frame, _ in lesson[1]])
    # about 1e-3 of the largest: the square root of the tolerance on the gap
    np.testing.assert_allclose(found.reshape(reference.betas.shape), reference.betas, atol=2e-3)


def test_the_frequencies_of_every_setting_are_those_of_the_bootstrap(lesson, reference):
    for setting, frame, _ in lesson[1]:
        kept = reference.betas[: setting["n_drawn"], at_price(reference, setting["lam"])] != 0
        np.testing.assert_array_equal(frame.frequencies, kept.mean(axis=0))


def test_the_sample_beside_them_is_the_fit_to_the_sample(lesson, reference):
    for setting, frame, _ in lesson[1]:
        whole = reference.whole_betas[at_price(reference, setting["lam"])] * MEN.X.std(axis=0)
        np.testing.assert_allclose(frame.own_effects, whole, atol=1e-3)
        np.testing.assert_array_equal(frame.on_list, whole != 0)


def test_lists_are_counted_one_resample_at_a_time(lesson):
    for lam in lesson[0].controls[1].values:
        seen, own_came_back = set(), 0
        for _, frame, _ in (found for found in lesson[1] if found[0]["lam"] == lam):
            seen.add(tuple(frame.effects != 0))
            own_came_back += tuple(frame.effects != 0) == tuple(frame.on_list)
            assert (frame.n_lists, frame.n_same) == (len(seen), own_came_back)


def test_every_resample_misses_the_list_by_the_decisions_that_differ(lesson):
    for lam in lesson[0].controls[1].values:
        missed_by = np.zeros(9, int)
        for _, frame, _ in (found for found in lesson[1] if found[0]["lam"] == lam):
            missed_by[frame.differs.sum()] += 1
            np.testing.assert_array_equal(frame.missed_by, missed_by)


@pytest.mark.parametrize("lam", PREPARED.lams)
def test_each_refit_has_a_certificate_on_columns_in_its_own_standard_deviations(lam):
    for b, rows in enumerate(PREPARED.rows):
        X, y = MEN.X[rows], MEN.y[rows]
        scaler = fit_standardizer(X)
        beta = resample_betas(PREPARED, lam, b=b) * scaler.scale
        assert duality_gap(scaler.transform(X), y, beta, y.mean(), lam) <= 1e-6


def test_left_out_are_the_rows_that_were_never_drawn():
    for n_drawn, rows in enumerate(PREPARED.rows, start=1):
        missing = set(range(97)) - set(rows.tolist())
        assert resamples_frame(PREPARED, 0.1, n_drawn=n_drawn).n_left_out == len(missing)


def test_same_values_twice_give_the_same_frame_in_whatever_order_they_are_asked():
    other = prepare_resamples(MEN.X, MEN.y, PREPARED.lams, n_resamples=40, rng=np.random.default_rng(70))
    for lam in other.lams:
        for n_drawn in (40, 1, 17):
            first, second = (resamples_frame(drawn, lam, n_drawn=n_drawn) for drawn in (PREPARED, other))
            np.testing.assert_array_equal(first.effects, second.effects)
            np.testing.assert_array_equal(first.frequencies, second.frequencies)


def test_what_is_kept_for_the_next_question_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        resample_betas(PREPARED, 0.1, b=0)[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        sample_betas(PREPARED, 0.1)[0] = 1


def test_other_units_change_neither_the_frequencies_nor_the_effects():
    factors = np.array([1000, 1, 0.01, 1, 1, 50, 1, 3])
    drawn = prepare_resamples(MEN.X * factors, MEN.y, [0.1], n_resamples=40, rng=np.random.default_rng(70))
    here, there = (resamples_frame(found, 0.1, n_drawn=40) for found in (PREPARED, drawn))
    np.testing.assert_array_equal(here.frequencies, there.frequencies)
    np.testing.assert_allclose(here.effects, there.effects, atol=1e-9)


def test_a_column_that_does_not_vary_in_a_resample_is_zero_there():
    X = np.eye(6)[:, :2]
    drawn = prepare_resamples(X, np.arange(6.0), [0.01], n_resamples=40, rng=np.random.default_rng(0))
    constant = np.array([np.ptp(X[rows], axis=0) == 0 for rows in drawn.rows])
    assert constant.any()
    assert constant.all(axis=1).any()
    betas = np.array([resample_betas(drawn, 0.01, b=b) for b in range(40)])
    assert (betas[constant] == 0).all()
    assert (betas[~constant] != 0).any()


def test_the_axis_holds_every_coefficient_of_the_lesson(lesson):
    low, high = lesson[0].draw.keywords["limits"]
    effects = np.array([[*frame.effects, *frame.own_effects] for _, frame, _ in lesson[1]])
    assert low <= effects.min() < 0 < effects.max() <= high


def test_the_axis_has_room_for_zero_where_all_coefficients_are_negative():
    drawn = prepare_resamples(MEN.X[:, :1], -MEN.y, [0.1], n_resamples=5, rng=np.random.default_rng(0))
    low, high = widest_effects(drawn)
    assert low < 0 == high


@pytest.mark.parametrize("n_drawn", [0, 41, 2.5])
def test_a_number_of_resamples_that_were_not_drawn_is_refused(n_drawn):
    with pytest.raises((TypeError, ValueError), match="n_drawn is"):
        resamples_frame(PREPARED, 0.1, n_drawn=n_drawn)


def test_a_price_that_was_not_prepared_is_refused():
    with pytest.raises(ValueError, match=r"lam is 0\.3; one of the prices \(0\.5, 0\.1, 0\.02\)"):
        resamples_frame(PREPARED, 0.3, n_drawn=1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"names": ["a", "b"]}, "feature_names has 2 entries; 8 are needed"),
        ({"X": np.random.default_rng(0).normal(size=(97, 21)), "names": range(21)}, "at most 20 have room"),
        ({"X": np.where(np.arange(8) == 2, 1, MEN.X)}, "constant"),
        ({"y": MEN.y[1:]}, "y has shape"),
        ({"lam": 0}, "lam is 0; a positive penalty"),
        ({"lam": 50}, "lam is 50; a smaller one is needed"),
    ],
)
def test_columns_that_do_not_fit_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changed)


def test_a_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(TypeError, match="a generator is needed"):
        resamples_explorer(MEN.X, MEN.y, MEN.feature_names, lam=0.1, rng=70)


def test_a_price_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match=r"lam is '0\.1' of type str; one real number is needed"):
        explorer(lam="0.1")


def test_the_sentence_differs_between_any_two_settings_and_is_short(lesson):
    said = [picture.says for *_, picture in lesson[1]]
    assert len(set(said)) == len(said)
    assert max(map(len, said)) <= 170


def test_the_sentence_counts_what_the_frame_counts(lesson):
    numbers = re.compile(r"(\d) of 8 columns.* lacks (\d+) of 97 rows, keeps (\d). So far (\d+) list")
    for _, frame, picture in lesson[1]:
        said = [int(number) for number in numbers.search(picture.says).groups()]
        kept = [np.count_nonzero(effects) for effects in (frame.own_effects, frame.effects)]
        assert said == [kept[0], frame.n_left_out, kept[1], frame.n_lists]
        assert picture.says.endswith(f", {frame.missed_by[1]} missed it by one, {frame.missed_by[2]} by two.")
        times = {0: "has not come back yet", 1: "came back once", 2: "came back twice"}
        assert times.get(frame.n_same, f"came back {frame.n_same} times") in picture.says


def test_one_list_and_one_column_are_singular(lesson):
    first = lesson[0].picture(**lesson[0].start)
    assert "So far 1 list; the sample's has not come back yet, 0 missed it by one, 1 by two." in first.says
    alone = explorer(MEN.X[:, :1], names=["lcavol"]).picture(n_drawn=3, lam=0.1)
    assert "1 of 1 column;" in alone.says
    assert alone.says.endswith("came back 3 times, 0 missed it by one.")


KEY_TOP = 330  # pixels: the key stands below the panels


def dots(picture, paint, *, key=False):
    """How many dots have this paint, in the key or above it."""
    heights = re.findall(rf'<circle [^>]*cy="([\d.]+)"[^>]*{paint}', "".join(picture.pieces))
    return sum((float(height) > KEY_TOP) == key for height in heights)


def filled(colour):
    return f'fill="{colour}"'


def ring(colour):
    return f'fill="#FFFFFF" stroke="{colour}"'


def bars_of(picture):
    """The colour and the width of each bar: those of the coefficients first, then those of the shares."""
    pieces = "".join(picture.pieces)
    return [
        (colour, float(width))
        for width, colour in re.findall(r'<rect .*?width="([\d.]+)".*?fill="([^"]+)"', pieces)
    ]


def test_a_ring_is_what_drops_out_and_a_warm_dot_what_comes_in(lesson):
    for _, frame, picture in lesson[1]:
        assert dots(picture, ring("#D55E00")) == np.sum(frame.on_list & frame.differs)
        assert dots(picture, filled("#D55E00")) == np.sum(~frame.on_list & frame.differs)


def test_the_sample_has_a_dark_dot_for_each_column_of_its_list(lesson):
    for _, frame, picture in lesson[1]:
        assert dots(picture, filled("#1A1A1A")) == frame.on_list.sum()


def test_the_title_says_how_many_decisions_differ_and_the_last_row_whether_the_list_is_another(lesson):
    for _, frame, picture in lesson[1]:
        n_differ, pieces = frame.differs.sum(), "".join(picture.pieces)
        assert f">{n_differ} of 8 differ{'s' if n_differ == 1 else ''}<" in pieces
        assert (">another<" in pieces, ">same<" in pieces) == (n_differ > 0, n_differ == 0)


def test_a_warm_colour_means_another_decision_wherever_it_stands(lesson):
    for _, frame, picture in lesson[1]:
        bars = bars_of(picture)
        came_in = np.sum(~frame.on_list & frame.differs)
        assert sum(colour == "#D55E00" for colour, _ in bars) == came_in
        shares = [colour for colour, _ in bars[np.count_nonzero(frame.effects) :]]
        assert set(shares) <= {"#B4B4B4", "#1A1A1A"}


def test_a_column_that_is_kept_has_a_bar_that_can_be_seen(lesson):
    smallest = []
    for _, frame, picture in lesson[1]:
        n_kept = np.count_nonzero(frame.effects)
        bars = [width for colour, width in bars_of(picture) if colour in {"#0072B2", "#D55E00"}]
        assert len(bars) == n_kept
        smallest.append(min(bars))
    assert min(smallest) == pytest.approx(SHORTEST_BAR, abs=0.02)


def test_a_negative_coefficient_has_its_bar_on_the_left_of_zero(lesson):
    for _, frame, picture in lesson[1]:
        starts = [float(x) for x in re.findall(r'<rect x="([\d.]+)"', "".join(picture.pieces))]
        starts = starts[: np.count_nonzero(frame.effects)]  # the first, of lcavol, is never negative
        assert sum(x < starts[0] for x in starts) == np.sum(frame.effects < 0)


def test_every_mark_of_the_picture_is_explained_once(lesson):
    marks = (*map(filled, ("#1A1A1A", "#0072B2", "#D55E00", "#B4B4B4")), *map(ring, ("#D55E00", "#1A1A1A")))
    texts = ("kept", "left out", "kept: the sample leaves it out", "left out: the sample keeps it")
    for _, _, picture in lesson[1]:
        assert [dots(picture, mark, key=True) for mark in marks] == [1] * 6
        for text in (*texts, "the sample&#x27;s coefficient", "exactly zero"):
            assert "".join(picture.pieces).count(f">{text}<") == 1


def test_nothing_but_the_axis_of_the_key_lies_below_the_edge(lesson):
    picture = lesson[1][0][2]
    down = [float(y) for y in re.findall(r'd="M [\d.]+ ([\d.]+) H', "".join(picture.pieces))]
    assert sorted(down)[-1] > picture.size[1] > KEY_TOP > sorted(down)[-2]
    texts = re.findall(r'<text x="[\d.]+" y="([\d.]+)"', "".join(picture.pieces))
    assert max(map(float, texts)) < picture.size[1] - 4


def test_the_last_bar_is_as_long_as_the_whole_list_is_frequent(lesson):
    for _, frame, picture in lesson[1]:
        pieces = "".join(picture.pieces)
        zero, full = (
            float(re.findall(rf'x="([\d.]+)"[^>]*"middle"[^>]*>{n}</text>', pieces)[-1]) for n in (0, 100)
        )
        *_, last = re.findall(r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"[^>]*fill="([^"]+)"', pieces)
        wanted = (full - zero) * frame.n_same / frame.n_drawn
        assert (last[2] == "#1A1A1A") == (frame.n_same > 0)
        assert frame.n_same == 0 or (float(last[0]), float(last[1])) == pytest.approx(
            (zero, wanted), abs=0.02
        )


def test_only_marks_and_numbers_move_so_the_axes_stand_still(lesson):
    still = [
        {piece for piece in picture.pieces if piece.startswith("<path") or 'font-size="12"' in piece}
        for *_, picture in lesson[1]
    ]
    assert all(pieces == still[0] for pieces in still)
    assert len(still[0]) > 20


def test_the_axes_stand_still_where_no_column_is_sure_too():
    rng = np.random.default_rng(5)
    noise = explorer(rng.normal(size=(40, 3)), rng.normal(size=40), "abc", lam=0.1)
    settings = [{"n_drawn": n_drawn, "lam": lam} for n_drawn in (3, 30) for lam in noise.controls[1].values]
    assert any(noise.frame(**setting).frequencies.max() < 1 for setting in settings)
    still = [
        [piece for piece in noise.picture(**setting).pieces if 'font-size="12"' in piece]
        for setting in settings
    ]
    assert all(pieces == still[0] for pieces in still)


def test_the_prices_are_round_and_the_readers_own_stands_among_them():
    prices = explorer().controls[1]
    assert prices.texts == ("0.5", "0.3", "0.2", "0.1", "0.07", "0.04", "0.02")
    assert prices.start == 0.1


def test_a_picture_is_small(lesson):
    assert max(len(picture.svg("a title")) for *_, picture in lesson[1]) < 12_000


@pytest.mark.parametrize("n_features", [1, 2, 20])
def test_the_reader_may_bring_few_columns_or_many_of_any_scale(n_features):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(50, n_features)) * 10.0 ** rng.integers(-3, 4, size=n_features)
    names = [f"a_name_that_is_very_long_{j}" for j in range(n_features)]
    y = 1e4 * (X[:, 0] / X[:, 0].std() + rng.normal(size=50))
    shown = explorer(X, y, names, lam=1000).picture(n_drawn=2, lam=1000)
    assert f"of {n_features} column" in shown.says
    assert sum(">a_name_that_is_…<" in piece for piece in shown.pieces) == n_features
    assert shown.size[1] >= max(330, 76 + 15 * (n_features + 1))  # a row needs 15 pixels


def test_fewer_decisions_bring_the_list_back_more_often():
    three = explorer(MEN.X[:, [0, 1, 4]], names=["lcavol", "lweight", "svi"]).frame(n_drawn=100, lam=0.1)
    eight = explorer().frame(n_drawn=100, lam=0.1)
    assert (three.n_same, eight.n_same) == (100, 13)
