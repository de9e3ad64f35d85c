"""Whether an output of a lesson is still the one that was stored: its text, what its figure draws, its pixels."""

from __future__ import annotations

import io
import math
import re
from decimal import Decimal

import numpy as np
from PIL import Image

RELATIVE = Decimal("1e-9")  # what rounding may change in a printed float
FLIPPABLE_DIGITS = 3  # from so many significant digits on, the last may flip by one unit
CURVE = 1e-4  # what may change in a figure, of a value and of its artist's range
NEGLIGIBLE = 1e-8  # of an artist's range: closer to zero than this, a value is zero
ROUNDING_OF_ZERO = 1e-12  # an artist no larger than this draws rounding errors
STORED_DIGITS = 6  # significant digits that a figure's data keep
RMS_LIMIT = 2.0  # of 255; a curve moved by 1 % gives 5.9

# A float has a point or an exponent. "1.4.2" is a version, "x1.5" a name, "#12e456" a colour.
_FLOAT = re.compile(
    r"(?<![\w.#])[-+]?"
    r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)\.\d*|\.\d+|\d+(?=[eE][-+]?\d))(?:[eE][-+]?\d+)?"
    r"(?!\w|\.\d)"
)


def same_text(stored: str, new: str) -> bool:
    """Say whether two texts agree: words and integers exactly, floats but for rounding, blanks as one.

    Rounding is a relative difference of 1e-9, or one unit in the last printed digit where at least three
    significant digits are printed.
    """
    stored, new = (text.replace("\N{MINUS SIGN}", "-") for text in (stored, new))
    if stored == new:
        return True
    floats = list(zip(_FLOAT.findall(stored), _FLOAT.findall(new), strict=False))
    return _words(stored) == _words(new) and all(same_float(*pair) for pair in floats)


def same_float(stored: str, new: str) -> bool:
    """Say whether two printed floats differ by no more than rounding; -0.000 is 0.000."""
    a, b = (Decimal(text.replace(",", "")) for text in (stored, new))
    difference = abs(a - b)
    if difference <= RELATIVE * max(abs(a), abs(b)):
        return True
    if stored.endswith(".") or new.endswith("."):
        return False  # NumPy writes "100." where nothing was rounded away
    return _may_flip(a) and _may_flip(b) and difference <= max(_last_unit(a), _last_unit(b))


def compare_figures(stored: dict, new: dict) -> list[str]:
    """Return how the data of two figures (`style.figure_data`) differ, a sentence each; empty when they agree.

    Texts follow `same_text`. A number may change by 1e-4 of itself and of the range of its own artist, the
    smaller of the two: a faint curve beside a steep one, or a small change on a large offset, still shows.
    """
    return list(_differences(stored, new, "figure"))


def image_rms(stored: bytes, new: bytes) -> float:
    """Return the root mean square difference of two PNG images on the scale 0 to 255; inf for other sizes."""
    a, b = _pixels(stored), _pixels(new)
    return float(np.sqrt(np.mean((a - b) ** 2))) if a.shape == b.shape else math.inf


def difference_image(stored: bytes, new: bytes) -> bytes | None:
    """Return a PNG in which the changed pixels are dark on white; None for images of different sizes."""
    a, b = _pixels(stored), _pixels(new)
    if a.shape != b.shape:
        return None
    changed = np.abs(a - b).max(axis=2)
    file = io.BytesIO()
    Image.fromarray(np.uint8(255 - changed)).save(file, format="png")
    return file.getvalue()


def _words(text: str) -> list[str]:
    """Return the text between the floats; a sign or a digit more moves the blanks around a number."""
    return [re.sub(r"\s+", " ", part).strip() for part in _FLOAT.split(text)]


def _may_flip(number: Decimal) -> bool:
    return number != 0 and len(number.as_tuple().digits) >= FLIPPABLE_DIGITS


def _last_unit(number: Decimal) -> Decimal:
    return Decimal(1).scaleb(number.as_tuple().exponent)


def _differences(stored, new, place: str):
    if isinstance(stored, dict) and isinstance(new, dict):
        yield from _dict_differences(stored, new, place)
    elif isinstance(stored, list) and isinstance(new, list):
        yield from _list_differences(stored, new, place)
    elif isinstance(stored, str) and isinstance(new, str):
        if not same_text(stored, new):
            yield f"{place}: stored {stored!r}, now {new!r}"
    elif float in (type(stored), type(new)) and _is_number(stored) and _is_number(new):
        yield from _number_differences([stored], [new], place)
    elif stored != new or type(stored) is not type(new):
        yield f"{place}: stored {stored!r}, now {new!r}"


def _dict_differences(stored: dict, new: dict, place: str):
    for key in sorted(stored.keys() | new.keys()):
        if key not in new or key not in stored:
            yield f"{place}, {key}: {'gone' if key in stored else 'new'}"
        else:
            yield from _differences(stored[key], new[key], f"{place}, {key}")


def _list_differences(stored: list, new: list, place: str):
    if len(stored) != len(new):
        yield f"{place}: stored {len(stored)}, now {len(new)}"
    elif all(map(_is_number, stored + new)):
        yield from _number_differences(stored, new, place)
    elif _is_table(stored) and _is_table(new) and len(stored[0]) == len(new[0]):
        for column in range(len(stored[0])):
            old_values, new_values = ([row[column] for row in rows] for rows in (stored, new))
            yield from _number_differences(old_values, new_values, f"{place}, coordinate {column + 1}")
    else:
        for position, pair in enumerate(zip(stored, new, strict=True)):
            yield from _differences(*pair, f"{place} {position + 1}")


def _number_differences(stored, new, place: str):
    """Yield the largest change of one artist's coordinate, when it is more than rounding."""
    a, b = (
        np.array([np.nan if value is None else value for value in values], float) for values in (stored, new)
    )
    if (np.isnan(a) != np.isnan(b)).any():
        yield f"{place}: other values are missing than before"
        return
    excess = np.nan_to_num(np.abs(a - b) - _tolerance(a, b), nan=0.0)
    worst = int(excess.argmax()) if len(excess) else 0
    if len(excess) and excess[worst] > 0:
        which = f" {worst + 1}" if len(excess) > 1 else ""
        yield f"{place}{which}: stored {a[worst]:g}, now {b[worst]:g} ({np.sum(excess > 0)} of {len(a)} changed)"


def _tolerance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    size = np.maximum(np.abs(a), np.abs(b))
    spread = float(np.ptp(a[np.isfinite(a)])) if np.isfinite(a).any() else 0.0
    with np.errstate(divide="ignore"):
        last_stored_digit = 10.0 ** (np.floor(np.log10(size)) - (STORED_DIGITS - 1))
    curve = CURVE * (np.minimum(size, spread) if spread > 0 else size)
    return np.maximum(np.maximum(curve, 1.01 * last_stored_digit), max(NEGLIGIBLE * spread, ROUNDING_OF_ZERO))


def _is_number(value) -> bool:
    """Say whether a JSON value stands for a number; None is a missing one."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _is_table(rows: list) -> bool:
    return all(
        isinstance(row, list) and len(row) == len(rows[0]) and all(map(_is_number, row)) for row in rows
    )


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)
