"""The whole path: move the price along it, and see who lies on the edge of the band and who hangs inside."""

from __future__ import annotations

from functools import partial

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.menu import MenuFrame, menu_frame, prepare_menu
from course_utils.explorers.picture import SIZE, Panel, Picture, columns, picture

ROLES = ("ESTIMATE", "CONTRAST", "CHOICE", "FOURTH")
_START = 0.6  # a share of the highest price
_REACH = 1.08  # of the right panel, in the same shares
_LONGEST_NAME = 14  # letters; longer names are cut
_ROW = 16  # pixels: rows any closer would touch


def menu_explorer(X, y, feature_names=None, *, highlight=()) -> Explorer:
    """Return the explorer of the whole path, with the residual correlation of every column at each price.

    Minimises (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 for 65 prices, lam_max the first.

    Parameters
    ----------
    X : (n_samples, n_features), 2 to 20 columns
    y : (n_samples,)
    feature_names : sequence of str, optional
    highlight : sequence of str, optional
        The names to colour, at most four; by default the first four to enter.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        Data or names that `prepare_menu` refuses.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    menu = prepare_menu(X, y, feature_names, highlight=highlight)
    prices = tuple(menu.lams.tolist())
    start = min(prices, key=lambda lam: abs(lam - _START * prices[0]))
    return Explorer(
        name="menu",
        title="Coefficient path, and the residual correlation of every column at one price",
        controls=(
            Control("lam", "price λ", prices, start, _price),
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
    room = 14 + 8 * max(len(_short(menu.names[j])) for j in menu.coloured)
    panel = Panel(
        (menu.lams[0], menu.lams[-1]),
        (low - 0.06 * (high - low), high + 0.06 * (high - low)),
        xlabel="price λ (strong → weak)",
        ylabel="coefficient",
        title="Each starts at its own price",
        log_x=True,
        xticks={
            lam: f"{lam:.2g}" for lam in (menu.lams[0], np.sqrt(menu.lams[0] * menu.lams[-1]), menu.lams[-1])
        },
        place=place,
        right=room,
    )
    for j in _back_to_front(menu):
        shown = {"width": 1.0} if j not in menu.coloured else {"label": _short(menu.names[j])}
        panel.line(menu.lams, menu.betas[:, j], _role(menu, j), **shown)
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
        xlabel="share of the price" if frame.in_shares else "residual correlation",
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
        panel.text(reach, frame.nearest, f"← {_percent(frame.nearness)}")
    return panel


def _says(frame: MenuFrame) -> str:
    n_alive, n, price = int(frame.alive.sum()), len(frame.alive), _price(frame.lam)
    edge = "at 100 % of the price" if frame.in_shares else f"at exactly {price}"
    nearest = "" if frame.nearest is None else _short(frame.menu.names[frame.nearest])
    if n_alive == 0:
        return f"At the price {price}, none of {n} columns is alive. {nearest} has just reached the edge, {edge}."
    counted = {1: f"1 of {n} columns is", n: f"all {n} columns are"}.get(
        n_alive, f"{n_alive} of {n} columns are"
    )
    each = "it lies" if n_alive == 1 else "each lies"
    inside = (
        f"Of the others, {nearest} is nearest, at {_percent(frame.nearness)}."
        if nearest
        else "None is left inside."
    )
    return f"At the price {price}, {counted} alive{_news(frame)}: {each} on the edge, {edge}. {inside}"


def _news(frame: MenuFrame) -> str:
    moved = [f"{_short(name)} is in" for name in frame.came] + [
        f"{_short(name)} is out" for name in frame.went
    ]
    return f" ({', '.join(moved)})" if moved else ""


def _percent(share: float) -> str:
    """Return whole per cent, rounded down: what has not reached the edge never reads 100 %."""
    return f"{int(100 * share + 1e-4)} %"


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
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
