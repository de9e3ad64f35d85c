"""The figures that move: their controls, what they show, and how fast they answer a key."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from driving.browser import ARTIFACTS, holds

WATCH = (Path(__file__).parent / "watch.js").read_text(encoding="utf-8")
# The native inputs of a page-drawn explorer; the sliders and choices of ipywidgets in a live one.
CONTROLS = "input.course-control, select.course-control, .noUi-handle, .widget-dropdown select"
NAME = "e => [...e.classList].map(c => c.match(/^course-explorer-(.+)$/)?.[1]).find(Boolean)"
LABEL = """e => (e.closest('label')?.querySelector('span')
    ?? e.closest('.widget-inline-hbox').querySelector('.widget-label')).textContent.trim()"""
PLACES = """e => e.matches('select') ? [e.selectedIndex, 0, e.options.length - 1]
    : e.matches('input') ? [e.value, e.min, e.max].map(Number)
    : ['now', 'min', 'max'].map(what => Number(e.getAttribute(`aria-value${what}`)))"""
PRESSES, FAST_PRESSES = 8, 10
MS_BETWEEN, MS_BETWEEN_FAST, MS_STILL = 60, 30, 500
MS_UNANSWERED = 3000  # then a key press changed nothing


@dataclass(frozen=True)
class Answers:
    """How an explorer answered the keys pressed on one control; times in ms."""

    explorer: str
    control: str
    latencies: list[float]  # from a key press to the first frame with another picture
    unanswered: int  # key presses that changed nothing: after the first no other follows
    texts: list[str]  # the sentence beneath, before the first press and after each
    burst_ms: float  # from the last of ten fast presses until the picture stands still
    burst_frames: int
    blank_frames: int  # of all frames, those without a picture
    failures: list[str]  # exceptions that it showed meanwhile

    @property
    def median(self) -> float:
        """The median latency; NaN where no key was answered."""
        return statistics.median(self.latencies or [float("nan")])


class Explorer:
    """A figure that moves, somewhere on a page."""

    def __init__(self, root):
        self.root, self.page = root, root.page
        self.name = root.evaluate(NAME)
        self.page.evaluate(WATCH)

    @property
    def controls(self) -> list[Control]:
        """Its sliders and choices, from top to bottom."""
        return [Control(found) for found in self.root.locator(CONTROLS).all()]

    @property
    def text(self) -> str:
        """The sentence beneath the picture; empty where there is none."""
        return "".join(self.root.locator(".course-says").all_text_contents())

    @property
    def pictures(self) -> list[str]:
        """What is drawn: one, where no picture is missing and none is stacked on another."""
        return [found.inner_html() for found in self.root.locator("svg:not(svg svg), img, canvas").all()]

    @property
    def failures(self) -> list[str]:
        """The exceptions that it shows."""
        return self.root.locator(".course-error").all_text_contents()

    def moves(self, control: Control) -> bool:
        """Whether each press of a key changes the picture, and one of the first few the sentence too."""
        control.focus()
        before = self.text
        for _ in range(PRESSES):
            if self.press(control)["changed"] is None:
                return False
            if self.text != before:
                return True
        return False

    def answers(self, control: Control) -> Answers:
        """Press the keys of a control one by one, until one changes nothing, then fast; leave it where it was."""
        control.focus()
        texts, seen, start = [self.text], [], control.place
        for _ in range(PRESSES):
            seen.append(self.press(control))
            texts.append(self.text)
            if seen[-1]["changed"] is None:
                break
        burst = self._burst(control)
        control.go_to(start)
        return Answers(
            self.name,
            control.label,
            [press["changed"] - press["pressed"] for press in seen if press["changed"] is not None],
            unanswered=sum(press["changed"] is None for press in seen),
            texts=texts,
            burst_ms=burst["last"] - burst["pressed"] if burst["frames"] else 0.0,
            burst_frames=burst["frames"],
            blank_frames=sum(press["blanks"] for press in [*seen, burst]),
            failures=[press["failure"] for press in [*seen, burst] if press["failure"]],
        )

    def press(self, control: Control) -> dict:
        """Press an arrow key once, and return what was seen of the picture."""
        self._watch()
        control.press()
        self._holds("() => courseSeen.changed !== null || courseSeen.failure")
        self.page.wait_for_timeout(MS_BETWEEN)
        return self._seen()

    def _burst(self, control: Control) -> dict:
        control.go_to(0)
        self.page.wait_for_timeout(MS_STILL)
        self._watch()
        control.press_fast()
        self._holds(f"() => performance.now() - (courseSeen.last ?? courseSeen.pressed) > {MS_STILL}")
        return self._seen()

    def photograph(self, when: str, *, presses: int = 0) -> None:
        """Press a key of each control that often, and leave a picture for whoever wants to look."""
        for control in self.controls if presses else ():
            control.focus()
            for _ in range(presses):
                self.press(control)
        self.root.screenshot(path=ARTIFACTS / f"{self.name}-{when}.png")

    def _watch(self) -> None:
        self.root.evaluate("root => { window.courseWatch.picture(root) }")

    def _seen(self) -> dict:
        return self.page.evaluate("() => Object.assign(window.courseSeen, { over: true })")

    def _holds(self, condition: str) -> bool:
        return holds(self.page, condition, ms=MS_UNANSWERED)


class Control:
    """A slider or a choice of an explorer."""

    def __init__(self, locator):
        self.locator, self.keyboard, self.page = locator, locator.page.keyboard, locator.page
        self.label = locator.evaluate(LABEL)

    def focus(self) -> None:
        """Bring it into view and focus it, as the Tab key does."""
        self.locator.scroll_into_view_if_needed()
        self.locator.focus()

    def press(self) -> None:
        """Press the arrow key that moves it on; at its last value, back."""
        now, _, last = self.locator.evaluate(PLACES)
        self.keyboard.press("ArrowRight" if now < last else "ArrowLeft")

    @property
    def place(self) -> int:
        """Where it stands, counted from its first value."""
        now, first, _ = self.locator.evaluate(PLACES)
        return int(now - first)

    def go_to(self, place: int) -> None:
        """Press Home, then an arrow key as often as needed."""
        self.keyboard.press("Home")
        for _ in range(place):
            self.keyboard.press("ArrowRight")

    def press_fast(self) -> None:
        """Press an arrow key ten times, or from the first value to the last, as fast as a held key repeats."""
        now, _, last = self.locator.evaluate(PLACES)
        for _ in range(min(FAST_PRESSES, int(last - now))):
            self.keyboard.press("ArrowRight")
            self.page.wait_for_timeout(MS_BETWEEN_FAST)


def explorers_in(place) -> list[Explorer]:
    """Return the explorers of a page, or of a part of it."""
    return [Explorer(root) for root in place.locator(".course-explorer").all()]


def explorer_cells(path: Path) -> list[int]:
    """Return where a notebook has explorers: the places of the cells tagged so."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [index for index, cell in enumerate(cells) if "explorer" in cell["metadata"].get("tags", ())]
