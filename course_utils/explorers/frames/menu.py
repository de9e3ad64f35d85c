"""The whole path as a menu, and at each price what the residual still has in common with every column."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from course_utils.path import PathEvent, lam_grid, lasso_path
from course_utils.validation import as_design, as_target, names_of, require_varying_columns

FEWEST, MOST = 2, 20  # columns: more rows cannot be read
_MOST_COLOURS = 4
_N_LAMS, _RATIO = 65, 1e-2  # of the prices, where a reader names none
_TOL = 1e-10  # relative duality gap: the living lie on the edge to more digits than are shown


@dataclass(frozen=True, eq=False)
class Menu:
    """The solutions for all prices, strong to weak: what does not depend on where the reader stands.

    Attributes
    ----------
    names : tuple of str, one a column
    coloured : tuple of int
        The columns drawn in colour, at most four.
    lams, gaps : (n_lams,)
    betas : (n_lams, n_features)
    correlations : (n_lams, n_features)
        x_j'(y - intercept - X beta) / n.
    events : tuple of PathEvent
    """

    names: tuple[str, ...]
    coloured: tuple[int, ...]
    lams: np.ndarray
    gaps: np.ndarray
    betas: np.ndarray
    correlations: np.ndarray
    events: tuple[PathEvent, ...]


@dataclass(frozen=True, eq=False)
class MenuFrame:
    """One price of the menu.

    Attributes
    ----------
    menu : Menu
    lam : float
    in_shares : bool
        Whether `shown` are shares of the price.
    beta, correlations : (n_features,)
    alive : (n_features,) of bool
    shown : (n_features,)
        The correlations, or their shares of the price.
    edge, widest : float
        The edge of the band now, and at the highest price, on the scale of `shown`.
    nearest : int or None
        The column nearest to the edge of those whose coefficient is zero; None if there is none.
    nearness : float
        Its correlation as a share of the price, with its sign; NaN if there is none.
    came, went : tuple of str
        The columns that are in here and were not at the price before, and the other way round.
    """

    menu: Menu
    lam: float
    in_shares: bool
    beta: np.ndarray
    correlations: np.ndarray
    alive: np.ndarray
    shown: np.ndarray
    edge: float
    widest: float
    nearest: int | None
    nearness: float
    came: tuple[str, ...]
    went: tuple[str, ...]


def prepare_menu(X, y, feature_names=None, *, lams=None, highlight=()) -> Menu:
    """Minimise (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1 for every price of the menu.

    Parameters
    ----------
    X : (n_samples, n_features), 2 to 20 columns
    y : (n_samples,)
    feature_names : sequence of str, optional
        By default those of a pandas frame, else "column 0" and so on.
    lams : (n_lams,) positive and strictly falling, optional
        The prices; by default 65 in equal ratios, from lam_max to a hundredth of it.
    highlight : sequence of str, optional
        The names to colour, at most four; by default the first four to enter.

    Returns
    -------
    Menu

    Raises
    ------
    TypeError, ValueError
        Anything that is not real and finite, shapes or names that do not match, columns that do not vary,
        too few or too many of them, prices that do not fall.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    X, names = _checked(X, feature_names)
    y = as_target(y, X.shape[0])
    if lams is None:
        lams = lam_grid(X, y, n_lams=_N_LAMS, ratio=_RATIO)
    path = lasso_path(X, y, lams, tol=_TOL)
    residuals = y - path.intercepts[:, None] - path.betas @ X.T
    events = tuple(replace(event, name=names[event.feature]) for event in path.entry_order())
    return Menu(
        names,
        _coloured(names, highlight, events),
        path.lams,
        path.gaps,
        path.betas,
        residuals @ X / len(y),
        events,
    )


def menu_frame(menu: Menu, lam: float, *, in_shares: bool) -> MenuFrame:
    """Return the solution at one price of the menu, and how far each column is from the edge of the band.

    Parameters
    ----------
    menu : Menu
    lam : float
        One of `menu.lams`.
    in_shares : bool
        Divide the residual correlations by the price.

    Returns
    -------
    MenuFrame

    Raises
    ------
    ValueError
        A price that is not on the menu.

    Lesson: notebooks/04b_faster_along_the_path.ipynb
    """
    at = _place_of(menu, lam)
    beta, correlations = menu.betas[at], menu.correlations[at]
    shares = correlations / lam
    outermost = int(np.argmax(np.where(beta == 0, np.abs(shares), -np.inf)))
    nearest = outermost if (beta == 0).any() else None
    moved = {
        kind: tuple(e.name for e in menu.events if (e.lam, e.kind) == (lam, kind))
        for kind in ("enters", "leaves")
    }
    return MenuFrame(
        menu=menu,
        lam=lam,
        in_shares=in_shares,
        beta=beta,
        correlations=correlations,
        alive=beta != 0,
        shown=shares if in_shares else correlations,
        edge=1.0 if in_shares else lam,
        widest=1.0 if in_shares else float(menu.lams[0]),
        nearest=nearest,
        nearness=np.nan if nearest is None else float(shares[nearest]),
        came=moved["enters"],
        went=moved["leaves"],
    )


def _place_of(menu: Menu, lam) -> int:
    found = np.flatnonzero(menu.lams == lam)
    if found.size == 0:
        low, high = menu.lams[-1], menu.lams[0]
        raise ValueError(
            f"lam is {lam!r}; one of the {len(menu.lams)} prices from {high:.4g} to {low:.4g} is needed"
        )
    return int(found[0])


def _checked(X, feature_names) -> tuple[np.ndarray, tuple[str, ...]]:
    names = names_of(X) if feature_names is None else tuple(map(str, feature_names))
    X = as_design(X)
    if not FEWEST <= X.shape[1] <= MOST:
        raise ValueError(f"X has {X.shape[1]} column(s); {FEWEST} to {MOST} are needed: choose some")
    names = names or tuple(f"column {j}" for j in range(X.shape[1]))
    if len(names) != X.shape[1] or len(set(names)) < len(names):
        raise ValueError(
            f"feature_names are {', '.join(names)}; {X.shape[1]} different ones are needed, one a column"
        )
    require_varying_columns(X, names)
    return X, names


def _coloured(names, highlight, events) -> tuple[int, ...]:
    if unknown := [name for name in highlight if name not in names]:
        raise ValueError(f"{unknown[0]!r} cannot be highlighted: it is not among {', '.join(names)}")
    if len(highlight) > _MOST_COLOURS:
        raise ValueError(f"{len(highlight)} names to highlight; there are {_MOST_COLOURS} colours")
    entered = tuple(dict.fromkeys(event.feature for event in events))  # a column may come twice
    return tuple(names.index(name) for name in highlight) or entered[:_MOST_COLOURS]
