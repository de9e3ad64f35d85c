"""Execute a lesson in place so that a second run on the same machine leaves every byte as it was."""

from __future__ import annotations

import asyncio
import copy
import os
import subprocess
from pathlib import Path

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course_utils.lessons.environment import kernel_environment

CELL_TIMEOUT = 120  # seconds; a whole lesson has a budget of 30
MEASURED = "measured"
MAY_RAISE = "raises-exception"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class LessonError(Exception):
    """A lesson could not be executed; the message names the lesson, the cell and what happened."""


def execute_lesson(path: Path, *, refresh: bool = False) -> bool:
    """Execute the notebook at `path` in a fresh kernel and write it back; say whether a byte changed.

    Measured cells are run and keep their stored output, unless `refresh`. Raises LessonError, and leaves
    the file as it was, when a cell raises, warns, writes to stderr, takes longer than CELL_TIMEOUT seconds
    or takes the kernel with it.
    """
    stored_text = path.read_text(encoding="utf-8")
    stored = nbformat.reads(stored_text, as_version=4)
    executed = run_notebook(stored, folder=path.parent, name=path.name)
    if not refresh:
        keep_measured_outputs(executed, stored)
    text = nbformat.writes(normalised(executed)).rstrip("\n") + "\n"
    if text == stored_text:
        return False
    _replace_file(path, text)
    return True


def run_notebook(notebook: NotebookNode, *, folder: Path, name: str) -> NotebookNode:
    """Return a copy of `notebook` with the outputs of a fresh kernel that works in `folder`.

    Raises LessonError, in whose message the lesson is called `name`.
    """
    fresh = copy.deepcopy(notebook)
    client = _client(fresh, folder)
    current = {"cell": None}
    client.on_cell_execute = lambda cell, cell_index: current.update(cell=cell_index)
    try:
        # ZeroMQ needs a selector loop, which is not the default on Windows; the runner closes it.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(client.async_execute(env=kernel_environment(), stderr=subprocess.DEVNULL))
    except CellExecutionError as error:
        raise LessonError(_place(fresh, current["cell"], name) + f"{error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        reason = f"took longer than {CELL_TIMEOUT} seconds"
        raise LessonError(_place(fresh, current["cell"], name) + reason) from None
    except DeadKernelError:
        raise LessonError(_place(fresh, current["cell"], name) + "the kernel died here") from None
    for number, cell in enumerate(fresh.cells):
        if complaint := _complaint(cell):
            raise LessonError(_place(fresh, number, name) + complaint)
    return fresh


def keep_measured_outputs(executed: NotebookNode, stored: NotebookNode) -> None:
    """Put the stored outputs of measured cells back, where there are any."""
    for new, old in zip(executed.cells, stored.cells, strict=True):
        if MEASURED in old.metadata.get("tags", []) and old.get("execution_count") is not None:
            new.outputs = copy.deepcopy(old.outputs)
            for output in new.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = new.execution_count


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without what differs from run to run: widget views, timings, tracebacks, split streams."""
    notebook = copy.deepcopy(notebook)
    course = {key: notebook.metadata[key] for key in ("course",) if key in notebook.metadata}
    notebook.metadata = NotebookNode(course | {"kernelspec": KERNELSPEC, "language_info": LANGUAGE})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = joined_streams(cell.outputs)
            for output in cell.outputs:
                _normalise_output(output)
            copy_alt_text(cell)
    return nbformat.from_dict(notebook)


def joined_streams(outputs: list) -> list:
    """Join neighbouring pieces of the same stream: where a kernel cuts its text is a matter of timing."""
    joined = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def copy_alt_text(cell: NotebookNode) -> None:
    """Write the alt text of the cell's figures where the website reads it; remove one that has gone stale."""
    figures = [output.metadata["course"] for output in cell.outputs if "course" in output.get("metadata", {})]
    alt = " ".join(figure["alt"] for figure in figures if "alt" in figure)
    if alt:
        cell.metadata.setdefault("mystnb", NotebookNode()).setdefault("image", NotebookNode())["alt"] = alt
        return
    image = cell.metadata.get("mystnb", {}).get("image", {})
    image.pop("alt", None)
    if "image" in cell.metadata.get("mystnb", {}) and not image:
        del cell.metadata["mystnb"]["image"]
    if "mystnb" in cell.metadata and not cell.metadata["mystnb"]:
        del cell.metadata["mystnb"]


class _ThisPythonSpec(KernelSpecManager):
    """Finds the kernel of the running Python, whatever kernels the user has registered under its name."""

    def get_kernel_spec(self, kernel_name):
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class _ThisPythonManager(AsyncKernelManager):
    def _kernel_spec_manager_default(self):
        return _ThisPythonSpec(parent=self)


class _PlainClient(NotebookClient):
    """Stores all that the kernel sends, as nbval and a reader without widgets see it.

    A front end moves what is printed within an ipywidgets.Output (so within `interact`) into the
    widget. Kept in the cell instead, the first state of an interactive figure shows on every page, its
    errors are seen, and nbval, which knows no widgets, finds what it expects.
    """

    def handle_comm_msg(self, outs, msg, cell_index):
        pass

    def clear_output(self, outs, msg, cell_index):
        pass


def _client(notebook: NotebookNode, folder: Path) -> NotebookClient:
    return _PlainClient(
        notebook,
        kernel_manager_class=_ThisPythonManager,  # a manager of our own making would not be shut down
        timeout=CELL_TIMEOUT,
        record_timing=False,
        shutdown_kernel="immediate",  # a graceful end takes over a second and keeps nothing
        resources={"metadata": {"path": str(folder)}},
    )


def _complaint(cell: NotebookNode) -> str | None:
    """Return what is wrong with the outputs of an executed cell: an error in a callback, or stderr."""
    allowed = MAY_RAISE in cell.metadata.get("tags", [])
    for output in cell.get("outputs", []):
        if output.output_type == "error" and not allowed:
            return f"{output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            return f"writes to stderr, and lessons run without warnings: {output.text.strip()}"
    return None


def _place(notebook: NotebookNode, number: int | None, name: str) -> str:
    """Return "04_ista.ipynb, cell [7]: ", with the number that a reader sees beside the cell."""
    if number is None:
        return f"{name}: "
    run = [cell for cell in notebook.cells[: number + 1] if cell.cell_type == "code" and cell.source.strip()]
    return f"{name}, cell [{len(run)}]: "


def _normalise_output(output: NotebookNode) -> None:
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]  # a traceback names folders of this machine
    output.get("data", {}).pop(WIDGET_VIEW, None)  # a view without its kernel would show as an error


def _replace_file(path: Path, text: str) -> None:
    """Write beside the file, then move: an interruption leaves the old lesson whole."""
    beside = path.with_suffix(".ipynb.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)
