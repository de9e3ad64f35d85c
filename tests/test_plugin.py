"""The lesson plugin on deliberately bad notebooks: one run of pytest on a few of them serves every test."""

import base64
import io
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from course_utils.lessons.catalogue import ROOT
from course_utils.lessons.execution import execute_lesson
from course_utils.lessons.plugin import BY_DATA, BY_PIXELS, PIXELS_SKIPPED, figure_lines, time_lines

kernels = pytest.mark.notebook

SETUP = """
import sys, ipywidgets, matplotlib.pyplot as plt, numpy as np
from course_utils.style import show_figure
"""
FIGURE = """
x = np.linspace(0, 1, 50)
fig, ax = plt.subplots(figsize=(2, 1.5))
ax.plot(x, {factor} * np.exp(x), color="{colour}", linestyle="{style}")
ax.set_title("{title}")
show_figure(fig, alt="A curve bends upwards throughout.", caption="The exponential on an interval.")
"""
BY_A_SLIDER = "slider = ipywidgets.IntSlider()\n_ = ipywidgets.interactive({}, k=slider)\nslider.value = 3"
BY_INTERACT = "_ = ipywidgets.interact({}, k=(0, 3))"
IN_AN_OUTPUT = "with ipywidgets.Output():\n    {}(0)"
QUIET, SAYING, RAISING = "(lambda k: None)", "(lambda k: print(k))", "(lambda k: 1 / 0)"
STREAM = "print('oh', file=sys.stderr)"
WARNING = "import warnings; warnings.warn('oh')"
ATTEMPT = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"


def drawing(factor=1.0, colour="#0072b2", style="-", title="It grows"):
    return FIGURE.format(factor=factor, colour=colour, style=style, title=title)


def blank_image(cell):
    output = next(output for output in cell.outputs if "image/png" in output.get("data", {}))
    size = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).size
    file = io.BytesIO()
    Image.new("RGB", size, "white").save(file, format="png")
    output.data["image/png"] = base64.b64encode(file.getvalue()).decode()
    return output


def blank_image_of_another_renderer(cell):
    blank_image(cell).metadata["course"]["fingerprint"]["platform"] = "another"


def as_measured(cell):
    cell.metadata["tags"] = ["measured", "nbval-ignore-output"]


class Case(NamedTuple):
    """What a cell was when its output was stored, what it is now, and what else was done to what is stored."""

    stored: str
    now: str
    alter: Callable = id


CHANGED = {
    "a number off by two units in its last digit": Case("print(1.2345)", "print(1.2347)"),
    "an integer off by one": Case("print(97)", "print(98)"),
    "a word": Case("print('enters')", "print('leaves')"),
    "a sign": Case("print(1.25)", "print(-1.25)"),
    "the value of a cell": Case("{'rows': 97}", "{'rows': 98}"),
    "a curve moved by 1 %": Case(drawing(), drawing(factor=1.01)),
    "a curve with its sign flipped": Case(drawing(), drawing(factor=-1.0)),
    "a colour": Case(drawing(), drawing(colour="#d55e00")),
    "a line style": Case(drawing(), drawing(style="--")),
    "a title": Case(drawing(), drawing(title="It shrinks")),
    "the pixels alone": Case(drawing(), drawing(), blank_image),
    "a missing output": Case("print(1)", "pass"),
    "an extra output": Case("pass", "print(1)"),
    "a missing figure": Case(drawing() + drawing(), drawing()),
    "a callback that raises": Case(BY_A_SLIDER.format(QUIET), BY_A_SLIDER.format(RAISING)),
    "an interact that raises": Case(BY_INTERACT.format(QUIET), BY_INTERACT.format(RAISING)),
    "an error within an Output": Case(IN_AN_OUTPUT.format(QUIET), IN_AN_OUTPUT.format(RAISING)),
    "a word on stderr": Case("pass", STREAM),
    "a warning": Case("pass", WARNING),
    "a warning in a measured cell": Case("pass", WARNING, as_measured),
    "an error in a measured cell": Case("pass", "1 / 0", as_measured),
    "a word for the network": Case("pass", ATTEMPT),
}
UNCHANGED = {
    "nothing": Case("print('rmse', 1.2345)", "print('rmse', 1.2345)"),
    "a rounding flip": Case("print(1.2345)", "print(1.2346)"),
    "a sign of zero": Case("print('-0.000')", "print('0.000')"),
    "a figure as it was": Case(drawing(), drawing()),
    "an interact as it was": Case(BY_INTERACT.format(SAYING), BY_INTERACT.format(SAYING)),
    "a figure of another renderer": Case(drawing(), drawing(), blank_image_of_another_renderer),
    "a measured cell": Case("print(1)", "print(2)", as_measured),
}


def write(path, notebook):
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


def write_stored(path, cases):
    """Write a notebook whose outputs came from the first sources of the cases, and whose cells are the second."""
    sources = [SETUP, *(case.stored for case in cases.values())]
    write(path, new_notebook(cells=[new_code_cell(source) for source in sources]))
    execute_lesson(path)
    notebook = nbformat.read(path, as_version=4)
    for cell, case in zip(notebook.cells[1:], cases.values(), strict=True):
        cell.source = case.now
        case.alter(cell)
    write(path, notebook)


def write_counted(path, *cells):
    """Write a notebook without outputs from pairs of a source and the execution count stored with it."""
    write(path, new_notebook(cells=[new_code_cell(source, execution_count=count) for source, count in cells]))


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """Run the plugin on good and bad notebooks; give the outcomes by notebook and cell, and what was printed."""
    folder = tmp_path_factory.mktemp("validated")
    write_stored(folder / "changed.ipynb", CHANGED)
    write_stored(folder / "unchanged.ipynb", UNCHANGED)
    write_counted(folder / "stripped.ipynb", ("x = 1", None), ("y = x", None))
    write_counted(folder / "out_of_order.ipynb", ("x = 1", 2), ("y = x", 1))
    write_counted(folder / "killed.ipynb", ("import os", 1), ("os._exit(1)", 2), ("x = 1", 3))
    plugin = ["-p", "course_utils.lessons.plugin", "--nbval", "--nbval-current-env", "--junitxml=junit.xml"]
    run = pytest_on(folder, *plugin, "-n", "2", "--dist", "loadfile")
    cases = ElementTree.parse(folder / "junit.xml").iter("testcase")
    outcomes = {
        (case.get("classname").removesuffix(".ipynb"), case.get("name")): outcome_of(case) for case in cases
    }
    return SimpleNamespace(folder=folder, outcomes=outcomes, printed=run.stdout)


def pytest_on(folder, *arguments):
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"-c{ROOT / 'pyproject.toml'}",
        f"--rootdir={folder}",
        *arguments,
        ".",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def outcome_of(case):
    found = [
        (child.tag, child.text or child.get("message"))
        for child in case
        if child.tag in ("failure", "skipped", "error")
    ]
    return found[0] if found else ("passed", "")


def cell_of(cases, name):
    return f"[{list(cases).index(name) + 2}]"


@kernels
@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_cell_is_red(validated, name):
    assert validated.outcomes["changed", cell_of(CHANGED, name)][0] == "failure"


@kernels
@pytest.mark.parametrize("name", UNCHANGED)
def test_an_unchanged_cell_is_green(validated, name):
    assert validated.outcomes["unchanged", cell_of(UNCHANGED, name)] == ("passed", "")


@kernels
@pytest.mark.parametrize("cell", ["[1]", "[2]"])
@pytest.mark.parametrize(
    ("lesson", "told"), [("stripped", "never executed"), ("out_of_order", "out of order")]
)
def test_a_lesson_that_was_not_executed_in_order_is_red(validated, lesson, told, cell):
    outcome, message = validated.outcomes[lesson, cell]
    assert outcome == "failure"
    assert told in message


@kernels
def test_a_dead_kernel_is_a_clear_failure_of_its_cell(validated):
    assert "killed.ipynb, cell [2]: The kernel died" in validated.outcomes["killed", "[2]"][1]


@kernels
def test_what_follows_a_dead_kernel_is_skipped(validated):
    assert validated.outcomes["killed", "[3]"][0] == "skipped"


@kernels
def test_a_changed_figure_leaves_what_was_expected_what_came_and_the_difference(validated):
    left = f"changed_cell_{cell_of(CHANGED, 'a curve moved by 1 %').strip('[]')}_figure_1"
    images = {path.name for path in (validated.folder / "test-artifacts").glob(f"{left}_*.png")}
    assert images == {f"{left}_{name}.png" for name in ("expected", "actual", "difference")}


@kernels
def test_figures_are_counted_by_how_they_were_compared(validated):
    assert f"1    {PIXELS_SKIPPED}" in validated.printed


@kernels
def test_plain_nbval_passes_what_the_plugin_passes(tmp_path):
    write_stored(
        tmp_path / "lesson.ipynb", {"a": UNCHANGED["an interact as it was"], "b": UNCHANGED["nothing"]}
    )
    assert pytest_on(tmp_path, "--nbval", "-q").returncode == 0


def report(nodeid, duration, *properties):
    return SimpleNamespace(nodeid=nodeid, duration=duration, when="call", user_properties=properties)


def test_the_time_is_told_by_part_and_by_the_slowest_items():
    reports = [report("tests/test_a.py::x", 1.0), report("notebooks/04.ipynb::[1]", 2.0)]
    reports += [report("notebooks/04.ipynb::[2]", 3.0), report("tests/test_b.py::y", 0.5)]
    lines = [line.split() for line in time_lines(reports)]
    assert lines[:2] == [["5.0", "s", "04.ipynb"], ["1.5", "s", "unit", "tests"]]
    assert lines[3] == ["3.0", "s", "notebooks/04.ipynb::[2]"]


def test_figures_are_summed_over_cells():
    reports = [
        report("a", 0, (BY_DATA, 1), (BY_PIXELS, 1)),
        report("b", 0, (BY_DATA, 1), (PIXELS_SKIPPED, 1)),
    ]
    assert [line.split()[0] for line in figure_lines(reports)] == ["2", "1", "1"]
