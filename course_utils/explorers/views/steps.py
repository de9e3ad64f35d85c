"""How long a step? Move its length and take one after the other."""

from __future__ import annotations

from functools import partial

import numpy as np

from course_utils.explorers.explorer import Control, Explorer
from course_utils.explorers.frames.steps import LONGEST_RUN, StepsFrame, steps_frame, survey
from course_utils.explorers.picture import Panel, Picture, columns, picture, scientific
from course_utils.validation import names_of

FACTORS = (0.2, 0.5, 1.0, 1.5, 1.9, 2.0, 2.05, 2.1, 2.5)


def steps_explorer(X, y, lam, feature_names=None) -> Explorer:
    """Return the explorer of ISTA on two columns: how it goes on depends on the length of its step.

    The objective is (1/2n) ||y - intercept - X beta||^2 + lam ||beta||_1.

    Parameters
    ----------
    X : (n_samples, 2)
        Any two columns, X[:, [0, 4]] for example.
    y : (n_samples,)
    lam : float, positive and low enough that the minimum is not zero
    feature_names : two names, optional
        Those of a pandas frame need not be given.

    Returns
    -------
    Explorer

    Raises
    ------
    TypeError, ValueError
        Bad X, y or lam, another number of columns or of names than two.

    Lesson: notebooks/04_ista_from_scratch.ipynb
    """
    landscape = survey(X, y, lam)
    names = tuple(feature_names if feature_names is not None else names_of(X) or ("column 0", "column 1"))
    if len(names) != 2:
        raise ValueError(f"feature_names holds {len(names)} name(s); two are needed")
    return Explorer(
        name="steps",
        title=f"ISTA on {names[0]} and {names[1]}, step by step",
        controls=(
            Control("factor", "length of a step", FACTORS, 1.0, "{:g}/L".format),
            Control("n_steps", "steps taken", tuple(range(LONGEST_RUN + 1)), 0),
        ),
        frame=partial(steps_frame, landscape),
        draw=partial(draw_steps, names),
    )


def draw_steps(names: tuple[str, str], frame: StepsFrame) -> Picture:
    """Draw the path on the map of F, and F step by step."""
    left, right = columns(17, 15)
    return picture(_map(names, frame, left), _descent(frame, right), says=_says(frame))


def _map(names: tuple[str, str], frame: StepsFrame, place) -> Panel:
    x, y = map(tuple, frame.landscape.box)
    title = "The valley of F, from above"
    panel = Panel(
        x,
        y,
        title=title,
        xlabel=f"coefficient of {names[0]}",
        ylabel=f"coefficient of {names[1]}",
        place=place,
    )
    for ring in frame.landscape.rings:
        panel.line(*ring.T, "MUTED", width=1)
    panel.line([0, 0], y, "TRUTH", width=0.8).line(x, [0, 0], "TRUTH", width=0.8)
    panel.line(*frame.path.T, width=1.4).points(*frame.path[:-1].T, size=2.6)
    panel.points(*frame.landscape.valley.best[:, None], "TRUTH", size=5, hollow=True)
    here = np.clip(frame.betas[-1:], *frame.landscape.box.T)
    return panel.points(*here.T, "CONTRAST", hollow=frame.left_map is not None)


def _descent(frame: StepsFrame, place) -> Panel:
    (low, high), now = frame.landscape.heights, frame.n_steps
    walk = frame.landscape.walk[frame.landscape.walk > 10 * low]
    panel = Panel(
        (0, LONGEST_RUN),
        (low, high),
        title=f"F has {_risen(frame.n_risen)}" if now else f"F before a step of {frame.factor:g}/L",
        xlabel="step",
        ylabel="F above its minimum",
        log_y=True,
        place=place,
        right=48,
    )
    panel.across(frame.height[0], "MUTED", label="start", width=0.8)
    panel.line(np.arange(len(walk)), walk, "MUTED", label="1/L", width=1.4)
    is_beyond = frame.is_home or frame.left_view is not None
    panel.line(np.arange(now + 1), frame.height)
    return panel.points([now], [np.clip(frame.height[-1], low, high)], "CONTRAST", hollow=is_beyond)


def _says(frame: StepsFrame) -> str:
    height = "at its minimum" if frame.is_home else f"{_written(frame.height[-1])} above its minimum"
    zeros = f"{frame.n_zero} of 2 coefficients {'is' if frame.n_zero == 1 else 'are'} zero."
    if frame.n_steps == 0:
        return f"No step of length {frame.factor:g}/L taken yet: F is {height}; {zeros}"
    so_far = f"F has {_risen(frame.n_risen)} and is {height}"
    return f"Step {frame.n_steps} of length {frame.factor:g}/L: {so_far}; {zeros}{_gone(frame)}"


def _gone(frame: StepsFrame) -> str:
    """Say since when the path is off the map, and F off its panel."""
    if frame.left_map is None:
        return "" if frame.left_view is None else f" F left its panel at step {frame.left_view}."
    height = "" if frame.left_view is None else f", F its panel at step {frame.left_view}"
    return f" The path left the map at step {frame.left_map}{height}."


def _risen(n_times: int) -> str:
    return {0: "never risen", 1: "risen once"}.get(n_times, f"risen {n_times} times")


def _written(value: float) -> str:
    """Return two digits, or all before the point: 0.034, 1,234, 7.3·10⁻⁷."""
    if 1e-3 <= value < 1e4:
        return f"{value:.2g}" if value < 10 else f"{value:,.0f}"
    return scientific(value)
