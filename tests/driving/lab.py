"""A lesson open in JupyterLab, driven from the keyboard and the menus."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from driving.browser import Browser, holds
from driving.explorers import WATCH
from driving.server import Course

SECONDS_TO_RUN = 180
SECONDS_TO_BEGIN = 15  # then Run All was lost
TRIES = 3
HAS_ALL_CELLS = "n => document.querySelectorAll('.jp-Notebook .jp-Cell').length === n"
IS_IDLE = """() => document.querySelector('.jp-Notebook-ExecutionIndicator[data-status=idle]')
    && document.querySelector('#jp-bottom-panel, #jp-main-statusbar')?.innerText.includes('| Idle')"""
# Stored prompts have numbers from the start: only a star says that a cell waits or runs.
PROMPTS = (
    "[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(e => e.textContent)"
)
HAS_BEGUN = f"() => {PROMPTS}.some(prompt => prompt.includes('*'))"
HAS_ENDED = f"() => !{PROMPTS}.some(prompt => prompt.includes('*'))"
ERRORS = (
    ".jp-Notebook [data-mime-type$='vnd.jupyter.error'], .jp-Notebook [data-mime-type$='vnd.jupyter.stderr']"
)


class Lab:
    """One notebook, open in a tab."""

    def __init__(self, page, course: Course, file: str):
        self.page, self.course, self.file = page, course, file

    def cell(self, index: int):
        """The cell at a place of the notebook, counted from 0 and with the texts."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def run_all(self) -> None:
        """Run All Cells, again where it was lost, and wait for the last one to end."""
        for _ in range(TRIES):
            self._choose("Run", "Run All Cells")
            if holds(self.page, HAS_BEGUN, ms=1000 * SECONDS_TO_BEGIN):
                break
        else:
            raise TimeoutError(f"Run All was lost {TRIES} times")
        self.wait_until_idle()

    def run_cell(self, index: int) -> None:
        """Run one cell from the keyboard and wait for its end."""
        self.cell(index).locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Control+Enter")
        self.wait_until_idle()

    def show_again(self, index: int) -> float:
        """Run a cell with an explorer once more; the ms from the key press until its picture stands there."""
        self.page.evaluate(WATCH)
        self.cell(index).locator(".jp-InputPrompt").click()
        self.cell(index).evaluate("cell => window.courseWatch.shown(cell)")
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function("() => courseSeen.changed !== null")
        self.wait_until_idle()
        return self.page.evaluate("courseSeen.changed - courseSeen.pressed")

    def fill(self, index: int, source: str) -> None:
        """Write over a cell what a learner would."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(
            source
        )  # as from the clipboard: no bracket is closed, no line indented

    def save(self) -> None:
        """Save, and wait until the tab says that nothing is unsaved."""
        self.page.keyboard.press("Control+S")
        self.page.wait_for_selector(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)")

    def source(self, index: int) -> str:
        """What stands in a cell."""
        return self.cell(index).locator(".cm-content").inner_text()

    def output(self, index: int) -> str:
        """The text that a cell shows below itself."""
        return self.cell(index).locator(".jp-Cell-outputArea").text_content()

    def assert_ran(self) -> None:
        """Every code cell was run, in order, and neither the page nor the saved file shows an error."""
        self.save()
        cells = [cell for cell in self.course.read(self.file)["cells"] if cell["cell_type"] == "code"]
        counts = [cell["execution_count"] for cell in cells if cell["source"]]
        kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
        assert self.errors() == []
        assert counts == list(range(1, len(counts) + 1))
        assert "error" not in kinds

    def errors(self) -> list[str]:
        """What the outputs on the page say of errors and warnings."""
        return self.page.locator(ERRORS).all_text_contents()  # inner texts are empty out of view

    def wait_until_idle(self) -> None:
        """Wait until no cell runs or waits."""
        self.page.wait_for_function(HAS_ENDED, timeout=SECONDS_TO_RUN * 1000)
        self.page.wait_for_function(IS_IDLE)

    def _choose(self, menu: str, item: str) -> None:
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()


@contextlib.contextmanager
def open_lesson(browser: Browser, course: Course, file: str, address: str = "") -> Iterator[Lab]:
    """Open a notebook, wait for its kernel, and leave neither tab nor kernel behind."""
    with browser.page(address or course.address_of(file)) as page:
        # The Lab attaches the cells below the fold when it finds time.
        page.wait_for_function(HAS_ALL_CELLS, arg=len(course.read(file)["cells"]))
        page.wait_for_function(IS_IDLE)
        yield Lab(page, course, file)
    course.end_kernels()
