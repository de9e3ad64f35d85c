import argparse
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils.cli import execute
from course_utils.lessons import catalogue
from course_utils.lessons.environment import validation_environment
from course_utils.lessons.execution import (
    LessonError,
    copy_alt_text,
    execute_lesson,
    joined_streams,
    keep_measured_outputs,
    normalised,
)

kernels = pytest.mark.notebook

REPORT = """
import os, sys, matplotlib
from pathlib import Path
print(os.environ["TQDM_DISABLE"], os.environ["OPENBLAS_NUM_THREADS"], Path(os.environ["COURSE_PROGRESS"]).exists())
print(matplotlib.get_backend().endswith("inline"), Path.cwd().name)
"""
DRAW = """
from course_utils.style import figure, show_figure
fig, ax = figure()
ax.plot([1, 2])
show_figure(fig, alt="A line rises to the right.", caption="A line through two points.")
"""
INTERACT = "import ipywidgets\n_ = ipywidgets.interact(lambda k: print(k), k=(0, 3))"
TIMING = "import time; time.perf_counter()"
WAITS = "print('one', flush=True); time.sleep(0.3); print('two')"


def write(path, *sources, **metadata):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources], metadata=metadata)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def stream(name, text):
    return new_output("stream", name=name, text=text)


def figure_output(alt):
    return new_output("display_data", data={"image/png": ""}, metadata={"course": {"alt": alt}})


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A lesson after one execution: its path, its bytes, and its cells."""
    path = tmp_path_factory.mktemp("lessons") / "lesson.ipynb"
    write(
        path,
        REPORT,
        DRAW,
        INTERACT,
        TIMING,
        WAITS,
        course={"lesson": "04"},
        kernelspec={"name": "other", "display_name": ""},
    )
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].metadata["tags"] = ["measured", "nbval-ignore-output"]
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    execute_lesson(path)
    return path, path.read_bytes(), nbformat.read(path, as_version=4)


@kernels
def test_a_second_execution_leaves_every_byte(executed):
    path, stored, _ = executed
    assert not execute_lesson(path)
    assert path.read_bytes() == stored


@kernels
def test_refresh_replaces_measured_outputs_alone(executed):
    path, _, before = executed
    copy = path.with_name("refreshed.ipynb")
    copy.write_bytes(path.read_bytes())
    execute_lesson(copy, refresh=True)
    after = nbformat.read(copy, as_version=4)
    assert [old == new for old, new in zip(before.cells, after.cells, strict=True)] == [True] * 3 + [
        False,
        True,
    ]


@kernels
def test_lessons_run_in_the_validation_environment(executed):
    path, _, notebook = executed
    assert notebook.cells[0].outputs[0].text.split() == ["1", "1", "False", "True", path.parent.name]


@kernels
def test_execution_counts_run_from_one(executed):
    assert [cell.execution_count for cell in executed[2].cells] == [1, 2, 3, 4, 5]


@kernels
def test_a_figures_alt_text_reaches_the_metadata_of_its_cell(executed):
    assert executed[2].cells[1].metadata == {"mystnb": {"image": {"alt": "A line rises to the right."}}}


@kernels
def test_the_metadata_are_fixed_and_those_of_the_course_kept(executed):
    metadata = executed[2].metadata
    assert metadata.course == {"lesson": "04"}
    assert metadata.kernelspec.name == "python3"
    assert sorted(metadata) == ["course", "kernelspec", "language_info"]


@kernels
def test_what_an_interact_prints_is_stored_and_its_widget_is_not(executed):
    cell = executed[2].cells[2]
    assert cell.outputs[0].text == "1\n"
    assert list(cell.outputs[1].data) == ["text/plain"]


@kernels
@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", r"cell \[2\]: ZeroDivisionError: division by zero"),
        ("import warnings; warnings.warn('oh')", r"cell \[2\]: writes to stderr.*UserWarning: oh"),
        ("import os; os._exit(1)", r"cell \[2\]: the kernel died"),
        (INTERACT.replace("print(k)", "1 / 0"), r"cell \[2\]: ZeroDivisionError"),
    ],
    ids=["an error", "a warning", "a dead kernel", "a callback"],
)
def test_a_cell_that_fails_is_named_and_the_file_is_left_alone(tmp_path, source, told):
    path = write(tmp_path / "lesson.ipynb", "x = 1", "", source)
    before = path.read_bytes()
    with pytest.raises(LessonError, match=f"(?s)lesson.ipynb, {told}"):
        execute_lesson(path)
    assert path.read_bytes() == before


@kernels
def test_a_cell_that_takes_too_long_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("course_utils.lessons.execution.CELL_TIMEOUT", 1)
    path = write(tmp_path / "lesson.ipynb", "import time; time.sleep(5)")
    with pytest.raises(LessonError, match=r"lesson.ipynb, cell \[1\]: took longer than 1 seconds"):
        execute_lesson(path)


def test_pieces_of_one_stream_are_joined_and_others_keep_their_place():
    pieces = [stream("stdout", "a"), stream("stdout", "b"), figure_output("alt"), stream("stdout", "c")]
    assert [output.get("text") for output in joined_streams(pieces)] == ["ab", None, "c"]


def test_a_stale_alt_text_goes_with_its_figure():
    cell = new_code_cell(metadata={"mystnb": {"image": {"alt": "Old."}}, "tags": ["kept"]})
    copy_alt_text(cell)
    assert cell.metadata == {"tags": ["kept"]}


def test_other_figure_settings_stay_when_the_figure_goes():
    cell = new_code_cell(metadata={"mystnb": {"image": {"alt": "Old.", "width": 6}}})
    copy_alt_text(cell)
    assert cell.metadata == {"mystnb": {"image": {"width": 6}}}


def test_two_figures_of_a_cell_share_its_alt_text():
    cell = new_code_cell(outputs=[figure_output("One."), figure_output("Two.")])
    copy_alt_text(cell)
    assert cell.metadata["mystnb"]["image"]["alt"] == "One. Two."


@pytest.mark.parametrize(("stored_count", "kept"), [(3, "old"), (None, "new")])
def test_a_measured_cell_keeps_the_output_it_has(stored_count, kept):
    old, new = (
        new_notebook(cells=[new_code_cell(outputs=[stream("stdout", text)])]) for text in ("old", "new")
    )
    old.cells[0].update(execution_count=stored_count, metadata=nbformat.from_dict({"tags": ["measured"]}))
    keep_measured_outputs(new, old)
    assert new.cells[0].outputs[0].text == kept


def test_a_stored_traceback_names_no_folder():
    error = new_output("error", ename="ValueError", evalue="no", traceback=["File /home/me/course.py", "..."])
    notebook = normalised(new_notebook(cells=[new_code_cell(outputs=[error])]))
    assert notebook.cells[0].outputs[0].traceback == ["ValueError: no"]


@pytest.fixture
def two_lessons(tmp_path, monkeypatch):
    """A course of two ready lessons, the second of which fails, and a planned one."""
    row = '[[lesson]]\nnumber="{0}"\nfile="{0}.ipynb"\nstatus="{1}"\ntitle=""\nquestion=""\nminutes=1\n'
    row += "introduces=[]\ncore=true\n"
    table = row.format("01", "ready") + row.format("02", "ready") + row.format("03", "planned")
    (tmp_path / "lessons.toml").write_text(table)
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path / "lessons.toml")
    write(tmp_path / "01.ipynb", "print(1)")
    write(tmp_path / "02.ipynb", "1 / 0")
    return tmp_path


def run(*lessons):
    return execute.run(argparse.Namespace(lessons=list(lessons), refresh=False))


@kernels
def test_execute_takes_all_ready_lessons_and_fails_when_one_does(two_lessons, capsys):
    assert run() == 1
    printed = capsys.readouterr()
    assert "1 of 2 lessons executed" in printed.out
    assert "02.ipynb, cell [1]: ZeroDivisionError" in printed.err
    assert nbformat.read(two_lessons / "01.ipynb", as_version=4).cells[0].execution_count == 1


def test_execute_says_that_a_planned_lesson_is_not_written(two_lessons, capsys):
    assert run("3") == 1
    assert "03.ipynb: not written yet" in capsys.readouterr().err


def test_execute_names_the_lessons_there_are(two_lessons, capsys):
    assert run("9") == 2
    assert "the lessons are 01, 02, 03" in capsys.readouterr().err


def test_a_childs_scratch_folder_goes_with_its_parents(monkeypatch):
    parent = validation_environment()["COURSE_SCRATCH"]
    monkeypatch.setenv("COURSE_SCRATCH", parent)
    assert Path(validation_environment()["COURSE_SCRATCH"]).parent == Path(parent)
    monkeypatch.setenv("COURSE_SCRATCH", parent + " that is gone")
    assert Path(validation_environment()["COURSE_SCRATCH"]).is_dir()
