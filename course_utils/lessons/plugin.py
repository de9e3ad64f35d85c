"""A pytest plugin around nbval: runs every lesson and compares all that it shows with what is stored.

nbval executes the cells and compares their text exactly. Here floats get a tolerance, figures are compared by
their data and, between equal renderers, by their pixels, and what nbval lets pass fails: notebooks that were
stripped or executed out of order, anything on stderr, a dead kernel.

    pytest -p course_utils.lessons.plugin --nbval --nbval-current-env notebooks
"""

from __future__ import annotations

import base64
import os
from collections import Counter, defaultdict
from pathlib import Path
from queue import Empty
from unittest import mock

import nbval.plugin
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel

from course_utils.lessons.comparison import (
    RMS_LIMIT,
    compare_figures,
    difference_image,
    image_rms,
    same_text,
)
from course_utils.lessons.environment import kernel_environment
from course_utils.lessons.execution import CELL_TIMEOUT

ARTIFACTS = "test-artifacts"
OUTPUT_TIMEOUT = 60  # seconds for output to arrive after a cell has finished; nbval gives up after 5
BY_DATA = "figures compared by their data"
BY_PIXELS = "figures compared by their pixels too"
PIXELS_SKIPPED = "figures whose pixels were not compared (stored by another renderer)"
SLOWEST = 10


class KernelDiedError(Exception):
    """The process that runs a lesson has ended by itself."""


def pytest_addoption(parser):
    """Declare the number of threads that the matrix varies."""
    parser.getgroup("lessons").addoption(
        "--kernel-threads", type=int, default=1, help="threads of linear algebra in a lesson's kernel"
    )


def pytest_configure(config):
    """Bound the time of a cell: nbval's own bound is over half an hour."""
    config.option.nbval_cell_timeout = min(config.option.nbval_cell_timeout, CELL_TIMEOUT)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect notebooks as lessons wherever nbval would collect them."""
    collectors = yield
    return [
        LessonFile.from_parent(parent, path=file_path) if type(found) is nbval.plugin.IPyNbFile else found
        for found in collectors
    ]


def pytest_terminal_summary(terminalreporter):
    """Print where the time went, and how many figures were compared in which way."""
    reports = [
        report for group in terminalreporter.stats.values() for report in group if hasattr(report, "when")
    ]
    if not reports:
        return
    terminalreporter.section("time and figures")
    for line in time_lines(reports) + figure_lines(reports):
        terminalreporter.line(line)


def time_lines(reports) -> list[str]:
    """Return the seconds of the unit tests, of each lesson, and of the slowest tests and cells."""
    parts, items = defaultdict(float), defaultdict(float)
    for report in reports:
        file = report.nodeid.partition("::")[0]
        parts[Path(file).name if file.endswith(".ipynb") else "unit tests"] += report.duration
        items[report.nodeid] += report.duration
    slowest = sorted(items.items(), key=lambda item: -item[1])[:SLOWEST]
    return [
        *(f"{seconds:8.1f} s  {part}" for part, seconds in sorted(parts.items())),
        "slowest:",
        *(f"{seconds:8.1f} s  {item}" for item, seconds in slowest),
    ]


def figure_lines(reports) -> list[str]:
    """Return how many figures were compared by data and by pixels, and how many by data only."""
    counts = Counter(dict.fromkeys((BY_DATA, BY_PIXELS, PIXELS_SKIPPED), 0))
    for report in reports:
        if report.when == "call":
            counts.update(name for name, _ in report.user_properties if name in counts)
    return [f"{count:8d}    {name}" for name, count in counts.items()]


class WatchedKernel(RunningKernel):
    """nbval's kernel, which notices while it waits that the process has died."""

    def get_message(self, stream, timeout=None):
        """Return the next message; look each second whether one can still come."""
        remaining = timeout
        while True:
            try:
                return super().get_message(stream, timeout=1 if remaining is None else min(1, remaining))
            except Empty:
                if not self.is_alive():
                    raise KernelDiedError from None
                if remaining is not None:
                    remaining -= 1
                    if remaining <= 0:
                        raise


class LessonFile(nbval.plugin.IPyNbFile):
    """A notebook, run in one fresh kernel in the validation environment."""

    ended_in: LessonCell | None = None  # the cell that the kernel did not survive

    def setup(self):
        """Start the kernel: it takes over the environment of this process as it is now."""
        variables = kernel_environment(threads=self.config.option.kernel_threads)
        with mock.patch.dict(os.environ, variables, clear=True):
            self.kernel = WatchedKernel(
                CURRENT_ENV_KERNEL_NAME,
                cwd=str(self.path.parent),
                startup_timeout=self.config.option.nbval_kernel_startup_timeout,
            )
        self.setup_sanitize_files()

    def collect(self):
        """Yield the code cells, named by the number that a reader sees beside them."""
        number = 0
        for found in super().collect():
            if not found.cell.source.strip():
                continue
            number += 1
            cell = LessonCell.from_parent(
                self, name=f"[{number}]", cell_num=number, cell=found.cell, options=found.options
            )
            cell.add_marker("notebook")
            yield cell


class LessonCell(nbval.plugin.IPyNbCell):
    """A code cell: what it shows must be what is stored."""

    def setup(self):
        """Skip what comes after a cell that the kernel did not survive."""
        if self.parent.ended_in:
            pytest.skip(f"not run: the lesson ended in cell {self.parent.ended_in.name}")

    def runtest(self):
        """Run the cell with nbval, then look at what nbval does not."""
        self.output_timeout = OUTPUT_TIMEOUT
        try:
            super().runtest()
        except KernelDiedError:
            self.parent.ended_in = self
            self.parent.kernel.stop()
            self.raise_cell_error("The kernel died in this cell; no cell below it was run")
        finally:
            if self.parent.timed_out:
                self.parent.ended_in = self
        self._require_execution_in_order()
        self._require_no_stderr()

    def repr_failure(self, excinfo):
        """Return nbval's account beneath one sentence, which pytest repeats in its summary."""
        errors = [
            f"{out.ename}: {out.evalue}" for out in self.test_outputs or [] if out.output_type == "error"
        ]
        sentence = " ".join([f"{self.path.name}, cell {self.name}: {excinfo.value}", *errors])
        return f"{sentence}\n\n{super().repr_failure(excinfo)}"

    def compare_outputs(self, test, ref, skip_compare=None):
        """Say whether new and stored outputs agree; leave what differs in `comparison_traceback`."""
        _adopt_stored_text(stored=ref, new=test)
        return super().compare_outputs(test, ref, skip_compare) and self._same_figures(ref, test)

    def _require_execution_in_order(self):
        count = self.cell.execution_count
        if count is None:
            self.raise_cell_error("The stored cell was never executed: run `course execute`")
        if count != self.cell_num:
            self.raise_cell_error(
                f"The stored cell was executed out of order, as [{count}] instead of [{self.cell_num}]:"
                " run `course execute`"
            )

    def _require_no_stderr(self):
        for output in self.test_outputs:
            if output.get("name") == "stderr":
                self.raise_cell_error("The cell writes to stderr; lessons run without warnings", output.text)

    def _same_figures(self, stored, new) -> bool:
        stored, new = _figures(stored), _figures(new)
        if len(stored) != len(new):
            self.comparison_traceback.append(f"stored figures: {len(stored)}, now {len(new)}")
            return False
        for number, (old, drawn) in enumerate(zip(stored, new, strict=True), 1):
            self.comparison_traceback += self._figure_complaints(number, old, drawn)
        return not self.comparison_traceback

    def _figure_complaints(self, number: int, stored, new) -> list[str]:
        """Return how a figure has changed; where it has, leave both images and their difference."""
        old, drawn = (output["metadata"].get("course") for output in (stored, new))
        if not (old and drawn):
            return [f"figure {number} was not shown with show_figure: its data cannot be compared"]
        complaints = compare_figures(old["figure"], drawn["figure"])
        self.user_properties.append((BY_DATA, number))
        images = [base64.b64decode(output["data"]["image/png"]) for output in (stored, new)]
        if old["fingerprint"] == drawn["fingerprint"]:
            self.user_properties.append((BY_PIXELS, number))
            rms = image_rms(*images)
            if rms > RMS_LIMIT:
                complaints.append(f"pixels differ by {rms:.1f} of 255 (allowed: {RMS_LIMIT:g})")
        else:
            self.user_properties.append((PIXELS_SKIPPED, number))
        if complaints:
            complaints.append(f"see {self._leave_images(number, *images)}")
        return [f"figure {number}: {complaint}" for complaint in complaints]

    def _leave_images(self, number: int, stored: bytes, new: bytes) -> str:
        folder = self.config.rootpath / ARTIFACTS
        folder.mkdir(exist_ok=True)
        stem = f"{self.path.stem}_cell_{self.cell_num}_figure_{number}"
        images = {"expected": stored, "actual": new, "difference": difference_image(stored, new)}
        for name, png in images.items():
            if png is not None:
                (folder / f"{stem}_{name}.png").write_bytes(png)
        return f"{ARTIFACTS}/{stem}_*.png"


def _figures(outputs) -> list:
    return [output for output in outputs if "image/png" in output.get("data", {})]


def _texts(outputs) -> dict[str, list]:
    """Return, by kind, where the texts of outputs are: (the mapping that holds one, its key)."""
    texts = defaultdict(list)
    for output in outputs:
        if output["output_type"] == "stream":
            texts[output["name"]].append((output, "text"))
        for kind, value in output.get("data", {}).items():
            if isinstance(value, str) and not kind.startswith("image/"):
                texts[kind].append((output["data"], kind))
    return texts


def _adopt_stored_text(*, stored, new) -> None:
    """Write the stored text over each new one that agrees with it, so that nbval finds only real changes."""
    stored_texts, new_texts = _texts(stored), _texts(new)
    for kind in stored_texts.keys() & new_texts.keys():
        for (old, old_key), (fresh, fresh_key) in zip(stored_texts[kind], new_texts[kind], strict=False):
            if same_text(old[old_key], fresh[fresh_key]):
                fresh[fresh_key] = old[old_key]
