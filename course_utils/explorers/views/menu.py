"""The whole path: move the price along it, and see who lies on the edge of the band and who hangs inside."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.menu import MenuFrame, menu_frame, prepare_menu
from course_utils.explorers.picture import SIZE, Panel, Picture, columns, picture, power_of_ten, shortened

ROLES = ("ESTIMATE", "CONTRAST", "CHOICE", "FOURTH")
_REACH = 1.08  # of the right panel, in the same shares
_LONGEST_NAME = 14  # letters; longer names are cut
_ROW = 16  # pixels: rows any closer would touch


def menu_explorer(X, y, feature_names=None, *, lams=None, highlight=()) -> Explorer:
    """Return the explorer of the whole path, with the residual correlation of every column at each price.

    Minimises (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 for every price of the menu.

    Parameters
    ----------
    X : (n_samples, n_features), 2 to 20 columns
    y : (n_samples,)
    feature_names : sequence of str, optional
    lams : (n_lams,) positive and strictly falling, at least two, optional
        The prices; by default 65 in equal ratios, from lam_max to a hundredth of it.
    highlight : sequence of str, optional
        The names to colour, at most four; by default the first four to enter.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        Data, names or prices that `prepare_menu` refuses.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    menu = prepare_menu(X, y, feature_names, lams=lams, highlight=highlight)
    prices = tuple(menu.lams.tolist())
    return Explorer(
        name="menu",
        title="Coefficient path, and the residual correlation of every column at one price",
        controls=(
            Control("lam", "price λ", prices, prices[0], _price),
            Control("in_shares", "right panel", (False, True), False, _scale, is_choice=True),
        ),
        frame=partial(menu_frame, menu),
        draw=draw_menu,
    )


def draw_menu(frame: MenuFrame) -> Picture:
    """Draw the path with the price on it, and beside it the band with a bar a column."""
    size = (SIZE[0], max(SIZE[1], 80 + _ROW * len(frame.beta)))
    left, right = columns(1, 1, size=size)
    return picture(_path(frame, left), _band(frame, right), says=_says(frame), size=size)


def _path(frame: MenuFrame, place) -> Panel:
    menu, low, high = frame.menu, frame.menu.betas.min(), frame.menu.betas.max()
    room = 14 + 8 * max(len(_short(name)) for name in menu.names)
    panel = Panel(
        (menu.lams[0], menu.lams[-1]),
        (low - 0.06 * (high - low), high + 0.06 * (high - low)),
        xlabel="price λ (strong → weak)",
        ylabel="coefficient",
        title="Each starts at its own price",
        log_x=True,
        xticks=_price_ticks(menu.lams[0], menu.lams[-1]),
        place=place,
        right=room,
    )
    for j in _back_to_front(menu):
        width = 2.0 if j in menu.coloured else 1.0
        panel.line(menu.lams, menu.betas[:, j], _role(menu, j), label=_short(menu.names[j]), width=width)
    panel.upright(frame.lam, "TRUTH", width=1.0)
    if not frame.alive.all():
        panel.points([frame.lam], [0], "TRUTH", size=3.6, hollow=True)
    for j in _back_to_front(menu):
        if frame.alive[j]:
            panel.points([frame.lam], [frame.beta[j]], _role(menu, j), size=4)
    return panel


def _band(frame: MenuFrame, place) -> Panel:
    rows, edge, reach = np.arange(len(frame.beta)), frame.edge, _REACH * frame.widest
    panel = Panel(
        (-reach, reach),
        [_short(name) for name in frame.menu.names],
        xlabel=f"{'share of the price' if frame.in_shares else 'residual correlation'} (● alive, ○ zero)",
        title="The living lie on the edge",
        xticks={-1: "−100 %", 0: "0", 1: "100 %"} if frame.in_shares else None,
        place=place,
        right=58,
    )
    bottom, top = rows[-1] + 0.6, -0.6
    panel.outline([-edge, edge, edge, -edge], [bottom, bottom, top, top], "MUTED", opacity=0.25, width=1.2)
    panel.bars(frame.shown, [_role(frame.menu, j) for j in rows])
    for is_in in (True, False):
        here = frame.alive == is_in
        panel.points(frame.shown[here], rows[here], "TRUTH", size=3.6, hollow=not is_in)
    if frame.nearest is not None:
        panel.text(edge + reach - frame.widest, frame.nearest, f"← {_percent(frame.nearness)}")
    return panel


def _says(frame: MenuFrame) -> str:
    n_alive, n, price = int(frame.alive.sum()), len(frame.alive), _price(frame.lam)
    if n_alive == 0:
        return f"At the price {price}, none of {n} columns is alive{_news(frame)}. {_inside(frame)}"
    counted = {1: f"1 of {n} columns is", n: f"all {n} columns are"}.get(
        n_alive, f"{n_alive} of {n} columns are"
    )
    lies = f"{'it lies' if n_alive == 1 else 'each lies'} on the edge"
    edges = _edges(frame, np.sign(frame.beta[frame.alive]))
    return f"At the price {price}, {counted} alive{_news(frame)}: {lies}, at {edges}. {_inside(frame)}"


def _edges(frame: MenuFrame, signs) -> str:
    """Say where on the edge those with these signs lie: on the right, on the left, or some here and some there."""
    edge = "100 %" if frame.in_shares else _price(frame.lam)
    return " or ".join(f"{minus}{edge}" for sign, minus in ((1, ""), (-1, "-")) if sign in signs)


def _inside(frame: MenuFrame) -> str:
    """Say who of those that are zero is nearest to the edge."""
    if frame.nearest is None:
        return "None is left inside."
    name, share = _short(frame.menu.names[frame.nearest]), frame.nearness
    if not frame.alive.any() and abs(share) > 1 - 1e-6:
        return f"{name} has just reached the edge, at {_edges(frame, [np.sign(share)])}."
    who = f"Only {name} is left inside" if np.sum(~frame.alive) == 1 else f"{name} is nearest"
    if frame.alive.any() and np.sum(~frame.alive) > 1:
        who = f"Of the others, {who}"
    return f"{who}, at {_percent(share)} of the price."


def _news(frame: MenuFrame) -> str:
    moved = [f"{_short(name)} came in" for name in frame.came] + [
        f"{_short(name)} went out" for name in frame.went
    ]
    return f" ({', '.join(moved)})" if moved else ""


def _percent(share: float) -> str:
    """Return whole per cent, rounded towards zero: what has not reached the edge never reads 100 %."""
    whole = int(100 * abs(share) + 1e-4)
    return f"{'-' if share < 0 and whole else ''}{whole} %"


def _price_ticks(first: float, last: float) -> dict[float, str]:
    """Return ticks at the highest price and at the powers of ten well below it."""
    powers = range(math.ceil(math.log10(last) - 1e-9), math.floor(math.log10(first / 3)) + 1)
    return {first: f"{float(f'{first:.2g}'):,.10g}"} | {
        10.0**k: f"{10.0**k:,g}" if -4 < k < 6 else power_of_ten(k) for k in powers
    }


def _price(lam: float) -> str:
    return f"{float(f'{lam:.3g}'):,.10g}"


def _scale(in_shares: bool) -> str:
    return "shares of the price" if in_shares else "fixed scale"


def _role(menu, j: int) -> str:
    return ROLES[menu.coloured.index(j)] if j in menu.coloured else "MUTED"


def _back_to_front(menu) -> list[int]:
    """Return the columns in drawing order: grey first, the first of the coloured on top."""
    grey = [j for j in range(len(menu.names)) if j not in menu.coloured]
    return [*grey, *reversed(menu.coloured)]


def _short(name: str) -> str:
    return shortened(name, _LONGEST_NAME)
