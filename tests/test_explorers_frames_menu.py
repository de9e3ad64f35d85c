import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import lasso_path as sklearn_path

from course_utils import datasets, objective
from course_utils.explorers.display import _page
from course_utils.explorers.frames.menu import MOST, menu_frame, prepare_menu
from course_utils.explorers.views.menu import draw_menu, menu_explorer
from course_utils.path import lam_grid
from course_utils.scaling import fit_standardizer

HIGHLIGHT = ("lcavol", "svi", "lcp", "age")


def standardised(data):
    return fit_standardizer(data.X).transform(data.X), data.y - data.y.mean(), data.feature_names


@pytest.fixture(scope="module")
def men():
    return standardised(datasets.load_prostate())


@pytest.fixture(scope="module")
def menu(men):
    return prepare_menu(*men)


@pytest.fixture(scope="module")
def explorer(men):
    X, y, _ = men
    return menu_explorer(*men, lams=lam_grid(X, y, n_lams=50)[:34], highlight=HIGHLIGHT)


@pytest.fixture(scope="module")
def frames(explorer):
    return [explorer.frame(**setting) for setting in explorer.grid()]


@pytest.fixture(scope="module")
def pictures(explorer):
    return [explorer.picture(**setting) for setting in explorer.grid()]


def numbers_of(frame):
    return [frame.beta, frame.correlations, frame.shown, frame.alive, frame.edge, frame.widest]


# The numbers


def test_every_price_satisfies_the_kkt_conditions(men, menu):
    X, y, _ = men
    for lam, beta in zip(menu.lams, menu.betas, strict=True):
        assert objective.kkt_violation(X, y, beta, 0.0, lam) < 1e-6 * lam


def test_every_price_carries_its_certificate(men, menu):
    X, y, _ = men
    for lam, beta in zip(menu.lams, menu.betas, strict=True):
        assert objective.duality_gap(X, y, beta, 0.0, lam) <= 1.01e-10


def test_the_path_is_that_of_scikit_learn(men, menu):
    X, y, _ = men
    expected = sklearn_path(X, y, alphas=menu.lams, tol=1e-12, max_iter=100_000)[1].T
    np.testing.assert_allclose(menu.betas, expected, atol=1e-6)


def test_the_highest_price_is_lam_max_and_nothing_is_alive_there(men, explorer):
    X, y, _ = men
    top = explorer.controls[0].values[0]
    frame = explorer.frame(lam=top, in_shares=False)
    assert top == pytest.approx(objective.lam_max(X, y))
    assert not frame.alive.any()
    assert frame.nearness == pytest.approx(1.0)


def test_the_living_lie_on_the_edge_with_the_sign_of_their_coefficient(frames):
    for frame in frames:
        on_the_edge = frame.edge * np.sign(frame.beta[frame.alive])
        np.testing.assert_allclose(frame.shown[frame.alive], on_the_edge, rtol=1e-6)


def test_the_others_hang_inside_the_band(frames):
    for frame in frames:
        assert (np.abs(frame.shown[~frame.alive]) <= frame.edge * (1 + 1e-9)).all()


def test_a_column_enters_from_close_to_the_edge(menu):
    spacing = menu.lams[1] / menu.lams[0]
    shares = np.abs(menu.correlations) / menu.lams[:, None]
    for event in menu.events:
        before = np.flatnonzero(menu.lams == event.lam)[0] - 1
        assert shares[before, event.feature] > spacing**2


def test_no_column_of_the_prostate_data_leaves_the_edge_again(menu):
    alive = menu.betas != 0
    assert (alive[1:] >= alive[:-1]).all()
    assert alive[-1].all()


def test_lcp_draws_nearer_beside_the_volume_alone_and_only_falls_once_svi_is_alive(men, frames):
    _, _, names = men
    lcp, svi = names.index("lcp"), names.index("svi")
    shares = np.array([frame.shown[lcp] for frame in frames[1::2]])
    svi_in = next(k for k, frame in enumerate(frames[1::2]) if frame.alive[svi])
    until = next(k for k, frame in enumerate(frames[1::2]) if frame.alive[lcp])
    assert (np.diff(shares[: svi_in + 1]) > 0).all()
    assert (np.diff(shares[svi_in : until + 1]) < 0).all()
    assert shares[until] == pytest.approx(-1)


def test_the_nearest_column_is_not_always_the_next(menu):
    frame = menu_frame(menu, menu.lams[15], in_shares=True)
    assert menu.names[frame.nearest] == "lcp"
    assert menu.events[-1].feature == frame.nearest


def test_the_nearest_is_the_one_that_has_most_in_common_with_the_residuals(frames):
    for frame in frames:
        if frame.nearest is None:
            assert frame.alive.all()
        else:
            pulls = np.abs(frame.correlations[~frame.alive])
            assert abs(frame.correlations[frame.nearest]) == pulls.max()
            assert frame.nearness == pytest.approx(frame.correlations[frame.nearest] / frame.lam)


def test_shares_are_the_correlations_over_the_price(menu):
    lam = menu.lams[20]
    fixed, shares = (menu_frame(menu, lam, in_shares=flag) for flag in (False, True))
    np.testing.assert_allclose(shares.shown * lam, fixed.shown)
    assert (shares.edge, shares.widest, fixed.edge, fixed.widest) == (1, 1, lam, menu.lams[0])


def test_a_frame_tells_who_has_come_and_who_has_gone():
    menu = prepare_menu(*standardised(datasets.load_diabetes()))
    for k, lam in enumerate(menu.lams):
        frame, before = menu_frame(menu, lam, in_shares=False), menu.betas[max(k - 1, 0)]
        expected = [menu.names[j] for j in np.flatnonzero((frame.beta != 0) & (before == 0))]
        assert [name for name in frame.came if name not in frame.went] == expected
        assert all(before[menu.names.index(name)] != 0 for name in frame.went)


def test_all_numbers_are_finite_and_the_same_values_give_the_same_frame(explorer, frames):
    for setting, frame in zip(explorer.grid(), frames, strict=True):
        again = explorer.frame(**setting)
        for one, other in zip(numbers_of(frame), numbers_of(again), strict=True):
            assert np.isfinite(one).all()
            np.testing.assert_array_equal(one, other)
        assert np.isnan(frame.nearness) == (frame.nearest is None)


def test_twins_lie_on_the_edge_together_though_one_is_zero(men):
    X, y, _ = men
    frame = menu_frame(twins := prepare_menu(np.c_[X[:, 0], X], y), twins.lams[20], in_shares=True)
    np.testing.assert_allclose(frame.shown[:2], 1, rtol=1e-6)
    assert frame.alive[:2].sum() >= 1


# What a reader may feed


@pytest.mark.parametrize(
    ("columns", "names", "message"),
    [
        ([0], ("a",), "1 column.* 2 to 20"),
        ([*range(8), *range(8), *range(8)], None, "24 column"),
        ([0, 1], ("a",), "2 different ones"),
        ([0, 1], ("a", "a"), "2 different ones"),
    ],
)
def test_columns_and_names_that_do_not_fit_are_refused(men, columns, names, message):
    X, y, _ = men
    with pytest.raises(ValueError, match=message):
        prepare_menu(X[:, columns], y, names)


def test_a_constant_column_and_a_constant_target_are_refused(men):
    X, y, _ = men
    with pytest.raises(ValueError, match=r"constant column.*'one'"):
        prepare_menu(np.c_[X[:, 0], np.ones(len(y))], y, ("lcavol", "one"))
    with pytest.raises(ValueError, match="lam_max is 0"):
        prepare_menu(X, np.ones(len(y)))


def test_a_price_that_is_not_on_the_menu_is_refused(menu):
    with pytest.raises(ValueError, match=r"lam is 0\.3; one of the 65 prices from 0\.8434 to 0\.008434"):
        menu_frame(menu, 0.3, in_shares=False)


def test_the_prices_are_those_that_the_reader_names(men, explorer):
    X, y, _ = men
    assert explorer.controls[0].values == tuple(lam_grid(X, y, n_lams=50)[:34])
    assert explorer.start == {"lam": pytest.approx(objective.lam_max(X, y)), "in_shares": False}
    with pytest.raises(ValueError, match="lams do not fall"):
        prepare_menu(X, y, lams=[0.1, 0.2])


def test_names_to_highlight_must_be_known_and_at_most_four(men):
    with pytest.raises(ValueError, match="'weight' cannot be highlighted"):
        menu_explorer(*men, highlight=("weight",))
    with pytest.raises(ValueError, match="5 names to highlight"):
        menu_explorer(*men, highlight=men[2][:5])


def test_by_default_the_first_four_to_enter_are_coloured(men, menu):
    assert [menu.names[j] for j in menu.coloured] == ["lcavol", "svi", "lweight", "pgg45"]
    assert [men[2][j] for j in prepare_menu(*men, highlight=HIGHLIGHT).coloured] == [*HIGHLIGHT]


def test_names_come_from_a_frame_or_are_numbers(men):
    X, y, names = men
    assert prepare_menu(pd.DataFrame(X, columns=names), y).names == names
    assert prepare_menu(X[:, :2], y).names == ("column 0", "column 1")


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("n_columns", [2, MOST])
def test_any_scale_and_two_to_twenty_columns_can_be_drawn(scale, n_columns):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, n_columns)) * np.geomspace(1, 10, n_columns)
    names = [f"a column with a long name, {j}" for j in range(n_columns)]
    explorer = menu_explorer(X, scale * (X[:, 0] - X[:, 1]), names)
    assert len({explorer.picture(**setting).says for setting in explorer.grid()}) == 130


# The picture


def test_every_setting_is_said_differently(pictures):
    assert len({shown.says for shown in pictures}) == len(pictures)
    assert max(len(shown.says) for shown in pictures) <= 170


def test_the_sentence_names_the_edges_on_which_the_living_lie(frames, pictures):
    for frame, shown in zip(frames, pictures, strict=True):
        edge = "100 %" if frame.in_shares else f"{float(f'{frame.lam:.3g}'):g}"
        both = f"each lies on the edge, at {edge} or −{edge}."
        assert (both in shown.says) == bool((frame.beta < 0).any())
        assert (f"on the edge, at {edge}." in shown.says) == bool(
            (frame.beta[frame.alive] > 0).all() and frame.alive.any()
        )


def test_who_is_left_alone_inside_is_said_with_the_side_on_which_it_hangs(frames, pictures):
    alone = [(f, p) for f, p in zip(frames, pictures, strict=True) if (~f.alive).sum() == 1]
    assert len(alone) == 6
    for frame, shown in alone:
        assert f"Only lcp is left inside, at −{int(-100 * frame.nearness)} % of the price." in shown.says


def test_the_first_to_reach_the_edge_may_reach_the_left_one(men):
    X, y, names = men
    turned = menu_explorer(X, -y, names)
    shown = [turned.picture(lam=turned.start["lam"], in_shares=flag).says for flag in (False, True)]
    assert [says.rpartition("lcavol")[2] for says in shown] == [
        " has just reached the edge, at −0.843.",
        " has just reached the edge, at −100 %.",
    ]


def test_at_a_price_above_the_highest_nobody_has_reached_the_edge(men):
    X, y, _ = men
    above = menu_explorer(*men, lams=[2 * objective.lam_max(X, y), 0.1])
    says = above.picture(**above.start).says
    assert says == "At the price 1.69, none of 8 columns is alive. lcavol is nearest, at 50 % of the price."


def test_the_sentence_counts_the_living(frames, pictures):
    for frame, shown in zip(frames, pictures, strict=True):
        alive = frame.alive.sum()
        counted = {0: "none of 8 columns is alive", 1: "1 of 8 columns is", 8: "all 8 columns are alive"}
        assert counted.get(alive, f"{alive} of 8 columns are alive") in shown.says


@pytest.mark.parametrize(
    ("nearness", "said"),
    [(0.9996, "99 %"), (1 - 1e-8, "100 %"), (0.5, "50 %"), (-0.9996, "−99 %"), (-0.004, "0 %")],
)
def test_what_has_not_reached_the_edge_never_reads_a_full_hundred_per_cent(menu, nearness, said):
    shown = draw_menu(replace(menu_frame(menu, menu.lams[20], in_shares=False), nearness=nearness))
    assert f", at {said} of the price." in shown.says
    assert f"← {said}<" in shown.svg("")


def test_long_names_are_cut_so_that_the_panels_keep_their_room(men):
    X, y, _ = men
    explorer = menu_explorer(X[:, :2], y, ("a column with a long name", "another of them"))
    shown = explorer.picture(**explorer.start)
    assert shown.svg("").count(">a column with…<") == 2
    assert shown.svg("").count(">another of th…<") == 2
    assert "long name" not in shown.says


def test_every_line_and_every_bar_has_its_name_and_the_dots_a_key(men, pictures):
    for shown in pictures:
        assert all(shown.svg("").count(f">{name}<") == 2 for name in men[2])
        assert "(● alive, ○ zero)<" in shown.svg("")


def test_the_arrow_stands_right_beside_the_band(pictures):
    for shown in pictures:
        edge = max(
            float(a) for a in re.findall(r"([\d.]+),", next(p for p in shown.pieces if "polygon" in p))
        )
        arrows = re.findall(r'<text x="([\d.]+)"[^>]*>←', shown.svg(""))
        assert all(4 < float(a) - edge < 12 for a in arrows)


@pytest.mark.parametrize(
    ("scale", "ticks"), [(1, "0.84 0.1 0.01"), (1e6, "840,000 100,000 10,000"), (1e-6, "")]
)
def test_the_price_axis_has_round_ticks_below_the_highest_price(men, scale, ticks):
    X, y, names = men
    explorer = menu_explorer(X, scale * y, names)
    svg = explorer.picture(**explorer.start).svg("")
    assert all(f">{tick}<" in svg for tick in ticks.split() or ("10⁻⁷", "10⁻⁸"))


def test_a_power_of_ten_just_below_the_highest_price_gets_no_tick(men):
    X, y, names = men
    explorer = menu_explorer(X, y * 1.2 / objective.lam_max(X, y), names)
    svg = explorer.picture(lam=explorer.start["lam"], in_shares=True).svg("")
    assert ">1.2<" in svg
    assert ">1<" not in svg


def test_the_band_shrinks_with_the_price_and_stands_still_in_shares(explorer, pictures):
    bands = [next(piece for piece in shown.pieces if "polygon" in piece) for shown in pictures]
    assert len(set(bands[0::2])) == len(explorer.controls[0].values)
    assert len(set(bands[1::2])) == 1


def test_the_axes_never_change_on_either_scale(pictures):
    ticks = [tuple(p for p in shown.pieces if p.startswith(("<path", "<svg"))) for shown in pictures]
    assert len(set(ticks[0::2])) == 1
    assert len(set(ticks[1::2])) == 1


def test_the_stored_explorer_is_small(explorer, pictures):
    page = _page(explorer, pictures, explorer.picture(**explorer.start))
    assert len(page.encode()) < 310_000
