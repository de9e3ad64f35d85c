"""Tests of course_utils.explorers.frames.shrinkage and its picture: three rules answer one wish."""

from __future__ import annotations

import re

import numpy as np
import pytest

from course_utils.explorers.display import _page
from course_utils.explorers.frames.shrinkage import RULES, WIDEST, shrinkage_frame
from course_utils.explorers.views.shrinkage import shrinkage_explorer

EXPLORER = shrinkage_explorer()
SETTINGS = list(EXPLORER.grid())
PRICES, WISHES = (control.values for control in EXPLORER.controls)


@pytest.fixture(scope="module")
def frames():
    return [EXPLORER.frame(**setting) for setting in SETTINGS]


@pytest.fixture(scope="module")
def pictures(frames):
    return [EXPLORER.draw(frame) for frame in frames]


def charges(b, lam):
    """What each rule is charged for the coefficient b."""
    return {"soft": lam * np.abs(b), "hard": lam**2 / 2 * (b != 0), "ridge": lam * b**2 / 2}


def test_every_answer_and_every_bend_is_a_number(frames):
    for frame in frames:
        assert np.isfinite([*frame.answers.values(), *frame.curves["soft"], *frame.curves["ridge"]]).all()
        assert np.isnan(frame.curves["hard"]).sum() == (2 if frame.lam else 0)


def test_every_answer_is_the_minimum_of_loss_plus_charge(frames):
    b = np.sort(np.r_[np.linspace(-WIDEST, WIDEST, 2401), 0.0])
    for frame in frames:
        for rule, charge in charges(b, frame.lam).items():
            paid = (frame.answers[rule] - frame.wish) ** 2 / 2
            paid += charges(np.array(frame.answers[rule]), frame.lam)[rule]
            assert paid <= ((b - frame.wish) ** 2 / 2 + charge).min() + 1e-12


def test_the_dot_lies_on_the_line_of_its_rule(frames):
    for frame in frames:
        for rule, curve in frame.curves.items():
            if rule == "hard" and abs(frame.wish) == frame.lam != 0:
                continue  # there the line is broken
            pieces = np.split(np.c_[frame.wishes, curve], np.flatnonzero(np.isnan(curve)))
            pieces = [piece[~np.isnan(piece[:, 1])] for piece in pieces]
            piece = next(p for p in pieces if p[0, 0] <= frame.wish <= p[-1, 0])
            assert np.interp(frame.wish, *piece.T) == pytest.approx(frame.answers[rule], abs=1e-12)


def test_soft_and_hard_rest_exactly_where_the_wish_is_not_beyond_the_price(frames):
    for frame in frames:
        rests = abs(frame.wish) <= frame.lam or frame.wish == 0
        assert [frame.answers[rule] == 0 for rule in ("soft", "hard")] == [rests, rests]


def test_ridge_rests_nowhere_but_at_no_wish(frames):
    assert all((frame.answers["ridge"] == 0) == (frame.wish == 0) for frame in frames)


@pytest.mark.parametrize("lam", [price for price in PRICES if price])
def test_only_hard_jumps_where_the_wish_passes_the_price(lam):
    before, after = (shrinkage_frame(lam, wish=lam + nudge).answers for nudge in (0, 1e-9))
    jumps = {rule: after[rule] - before[rule] for rule in RULES}
    assert jumps["hard"] == pytest.approx(lam)
    assert max(jumps["soft"], jumps["ridge"]) < 1e-8


def test_rules_treat_both_signs_alike(frames):
    for frame in frames:
        mirrored = shrinkage_frame(frame.lam, wish=-frame.wish).answers
        assert mirrored == {rule: -answer for rule, answer in frame.answers.items()}


def test_no_answer_is_a_negative_zero(frames):
    answers = [answer for frame in frames for answer in frame.answers.values() if answer == 0]
    assert len(answers) > 100
    assert not np.signbit(answers).any()


def test_the_same_setting_gives_the_same_frame():
    one, other = (shrinkage_frame(0.75, wish=1.25) for _ in range(2))
    assert one.answers == other.answers
    for rule in RULES:
        np.testing.assert_array_equal(one.curves[rule], other.curves[rule])


def test_a_negative_price_is_refused():
    with pytest.raises(ValueError, match="not negative"):
        shrinkage_frame(-0.5, wish=1.0)


def test_every_setting_has_a_sentence_of_its_own(pictures):
    assert len({picture.says for picture in pictures}) == len(pictures) == 225
    assert max(len(picture.says) for picture in pictures) <= 170


def test_sentence_and_title_count_the_zeros(frames, pictures):
    for frame, picture in zip(frames, pictures, strict=True):
        zeros = sum(answer == 0 for answer in frame.answers.values())
        assert f"{zeros} of 3 rules answer zero" in picture.says
        assert f">{zeros} of 3 answer zero<" in "".join(picture.pieces)


def test_a_rule_that_rests_is_an_empty_dot_and_not_a_bar(frames, pictures):
    for frame, picture in zip(frames, pictures, strict=True):
        zeros = sum(answer == 0 for answer in frame.answers.values())
        assert "".join(picture.pieces).count('fill="#FFFFFF" stroke=') == zeros


def test_the_page_is_small_enough_to_be_stored(pictures):
    first = EXPLORER.picture(**EXPLORER.start)
    assert len(_page(EXPLORER, pictures, first).encode()) < 200_000


def test_it_opens_before_any_rule_has_left_zero():
    start = EXPLORER.start
    assert start == {"lam": 1.0, "wish": 0.0}
    assert {*EXPLORER.frame(**start).answers.values()} == {0.0}


@pytest.mark.parametrize(("lam", "ridge"), [(1.0, 1 / 8), (2.0, 1 / 12)])
def test_the_first_steps_are_those_that_the_lesson_tells(lam, ridge):
    (first, beyond) = (WISHES[np.searchsorted(WISHES, at, side="right")] for at in (0, lam))
    assert shrinkage_frame(lam, wish=first).answers["ridge"] == pytest.approx(ridge)
    assert shrinkage_frame(lam, wish=beyond).answers["hard"] == lam + 0.25
    assert shrinkage_frame(lam, wish=beyond).answers["soft"] == 0.25


@pytest.mark.parametrize(
    ("lam", "wish", "title", "words"),
    [
        (
            1.0,
            0.0,
            "No wish: all three answer zero",
            "Soft and hard do so up to the price, ridge for no other",
        ),
        (0.0, 0.0, "No price: every wish is granted", "all three grant it, 3 of 3"),
        (1.0, 1.0, "Within the price: soft and hard rest", "Ridge keeps 0.50."),
        (1.0, 0.25, "Within the price: soft and hard rest", "Ridge keeps 0.125."),
        (1.0, 1.5, "Beyond the price: hard has jumped", "hard leaves 1.50 (all of it), soft 0.50"),
    ],
)
def test_title_and_sentence_fit_the_place_of_the_wish(lam, wish, title, words):
    shown = EXPLORER.picture(lam=lam, wish=wish)
    assert f">{title}<" in "".join(shown.pieces)
    assert words in shown.says


def test_answers_that_agree_are_all_seen(pictures):
    for shown in pictures:
        dots = re.findall(r'<circle [^>]*r="([0-9.]+)" fill="#(?!FFFFFF)', "".join(shown.pieces))
        assert len(dots) == 3
        assert dots == sorted(set(dots), key=float, reverse=True)  # the smallest lies on top


def test_no_label_stands_level_with_the_title(pictures):
    for shown in pictures:
        heights = re.findall(r'y="([0-9.]+)"[^>]*>(?:soft|hard|ridge)<', "".join(shown.pieces))
        assert min(map(float, heights)) > 22
