"""A learner's own copies: refreshed where untouched, kept where touched, never lost."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from course_utils.lessons import catalogue, copies
from course_utils.lessons.catalogue import ROOT

NAME = "04_ista_from_scratch.ipynb"


def write_lesson(path, *sources, output="stored"):
    """Write a notebook with one executed code cell for each source."""
    shown = nbformat.v4.new_output("display_data", {"text/html": f"<b>{output}</b>"})
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{i}", execution_count=i + 1, outputs=[shown])
        for i, source in enumerate(sources)
    ]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)) + "\n", encoding="utf-8")
    return path


def edit(path, change):
    """Change a notebook as a learner would, and save it."""
    notebook = json.loads(path.read_bytes())
    change(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def answer(notebook):
    """Write an answer into the first cell."""
    notebook["cells"][0]["source"] = "step = 1 / lipschitz"


def run_and_save(notebook):
    """Do what opening, running with Shift-Enter to the end, and saving does to a file."""
    for cell in notebook["cells"]:
        cell |= {
            "outputs": [],
            "execution_count": 17,
            "id": "new" + cell["id"],
            "metadata": {"scrolled": True},
        }
        cell["source"] = "".join(cell["source"])  # some editors save lines, some one string
    notebook["metadata"] = {"language_info": {"version": "3.14.0"}}
    blank = {"cell_type": "code", "source": "", "outputs": [], "execution_count": None}
    notebook["cells"].append(blank | {"id": "blank", "metadata": {}})


@pytest.fixture
def lesson(tmp_path):
    """A lesson in a folder of originals."""
    (tmp_path / "notebooks").mkdir()
    return write_lesson(tmp_path / "notebooks" / NAME, "step = ...", "2 + 2\n3 + 3")


@pytest.fixture
def folder(tmp_path, lesson):
    """A learner's folder, freshly laid down."""
    folder = tmp_path / "my_course"
    copies.refresh(folder, [lesson])
    return folder


def test_the_first_refresh_lays_down_the_lesson_byte_for_byte(folder, lesson):
    assert (folder / NAME).read_bytes() == lesson.read_bytes()


def test_a_second_refresh_does_nothing(folder, lesson):
    assert copies.refresh(folder, [lesson]) == copies.Refreshed()


def test_a_deleted_copy_comes_back(folder, lesson):
    (folder / NAME).unlink()
    assert copies.refresh(folder, [lesson]).new == [NAME]
    assert (folder / NAME).exists()


@pytest.mark.parametrize("change", [run_and_save, lambda notebook: None], ids=["run", "saved"])
def test_running_and_saving_an_unedited_lesson_does_not_touch_it(folder, lesson, change):
    edit(folder / NAME, change)
    write_lesson(lesson, "a new version")
    assert copies.refresh(folder, [lesson]).updated == [NAME]
    assert (folder / NAME).read_bytes() == lesson.read_bytes()


def test_a_run_copy_keeps_its_outputs_while_the_lesson_is_the_same(folder, lesson):
    edit(folder / NAME, run_and_save)
    before = (folder / NAME).read_bytes()
    copies.refresh(folder, [lesson])
    assert (folder / NAME).read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        answer,
        lambda notebook: notebook["cells"].pop(),
        lambda notebook: notebook["cells"].reverse(),
        lambda notebook: notebook["cells"][0].update(cell_type="markdown"),
    ],
    ids=["typed", "deleted a cell", "moved a cell", "made it text"],
)
def test_what_a_learner_changed_survives_an_update(folder, lesson, change):
    edit(folder / NAME, change)
    mine = (folder / NAME).read_bytes()
    write_lesson(lesson, "a new version")
    assert copies.refresh(folder, [lesson]).kept == [NAME]
    assert (folder / NAME).read_bytes() == mine


def test_a_kept_copy_is_kept_and_named_at_every_start(folder, lesson):
    edit(folder / NAME, answer)
    write_lesson(lesson, "a new version")
    copies.refresh(folder, [lesson])
    assert copies.refresh(folder, [lesson]).kept == [NAME]


def test_new_outputs_alone_are_no_reason_to_speak_about_a_touched_copy(folder, lesson):
    edit(folder / NAME, answer)
    write_lesson(lesson, "step = ...", "2 + 2\n3 + 3", output="drawn again")
    assert copies.refresh(folder, [lesson]) == copies.Refreshed()


def test_new_outputs_reach_an_untouched_copy(folder, lesson):
    write_lesson(lesson, "step = ...", "2 + 2\n3 + 3", output="drawn again")
    assert copies.refresh(folder, [lesson]).updated == [NAME]


def test_a_copy_that_is_no_notebook_any_more_is_kept(folder, lesson):
    (folder / NAME).write_text("{ half a file", encoding="utf-8")
    write_lesson(lesson, "a new version")
    assert copies.refresh(folder, [lesson]).kept == [NAME]
    assert (folder / NAME).read_text(encoding="utf-8") == "{ half a file"


def test_a_page_with_other_line_endings_is_untouched(tmp_path):
    page = tmp_path / "glossary.md"
    page.write_bytes(b"# Glossary\nold\n")
    copies.refresh(tmp_path / "my_course", [page])
    (tmp_path / "my_course/glossary.md").write_bytes(b"# Glossary\r\nold\r\n")
    page.write_bytes(b"# Glossary\nnew\n")
    assert copies.refresh(tmp_path / "my_course", [page]).updated == ["glossary.md"]


@pytest.mark.parametrize("broken", ["{ half", "[]", '{"a": {"b": 1}}', '{"a": 3}'])
def test_a_broken_manifest_is_kept_aside_and_no_work_is_lost(folder, lesson, broken):
    edit(folder / NAME, answer)
    mine = (folder / NAME).read_bytes()
    (folder / copies.MANIFEST).write_text(broken, encoding="utf-8")
    refreshed = copies.refresh(folder, [lesson])
    assert refreshed.broken_manifest.read_text(encoding="utf-8") == broken
    assert (folder / NAME).read_bytes() == mine
    assert refreshed.kept == [NAME]


def test_without_a_manifest_an_untouched_copy_is_recognised(folder, lesson):
    (folder / copies.MANIFEST).unlink()
    edit(folder / NAME, run_and_save)
    assert copies.refresh(folder, [lesson]).kept == []


def test_reset_gives_a_fresh_copy_and_keeps_the_old_beside_it(folder, lesson):
    edit(folder / NAME, answer)
    mine = (folder / NAME).read_bytes()
    result = copies.reset(folder, lesson)
    assert result.kept.name == "04_ista_from_scratch.before-reset-1.ipynb"
    assert result.kept.read_bytes() == mine
    assert result.fresh.read_bytes() == lesson.read_bytes()


def test_a_second_reset_never_overwrites_the_first(folder, lesson):
    for attempt in ("first", "second"):
        edit(folder / NAME, lambda notebook, attempt=attempt: notebook["cells"][0].update(source=attempt))
        copies.reset(folder, lesson)
    kept = sorted(folder.glob("*.before-reset-*.ipynb"))
    assert ["first" in kept[0].read_text(), "second" in kept[1].read_text()] == [True, True]


def test_resetting_what_is_fresh_leaves_nothing_beside_it(folder, lesson):
    assert copies.reset(folder, lesson).kept is None


def test_after_a_reset_the_next_update_comes_through(folder, lesson):
    edit(folder / NAME, answer)
    write_lesson(lesson, "a new version")
    copies.reset(folder, lesson)
    write_lesson(lesson, "a newer version")
    assert copies.refresh(folder, [lesson]).updated == [NAME]


def test_the_originals_are_never_written(folder, lesson):
    before = lesson.read_bytes()
    edit(folder / NAME, answer)
    copies.refresh(folder, [lesson])
    copies.reset(folder, lesson)
    assert lesson.read_bytes() == before


@pytest.fixture
def own_notary(tmp_path, monkeypatch):
    """Signatures in a folder of the test's own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))

    def is_trusted(path):
        return NotebookNotary().check_signature(nbformat.read(path, as_version=4))

    return is_trusted


def test_a_copy_as_laid_down_is_trusted(folder, lesson, own_notary):
    assert not own_notary(folder / NAME)
    copies.trust(folder, [lesson])
    assert own_notary(folder / NAME)


def test_a_changed_copy_is_not_trusted_by_us(folder, lesson, own_notary):
    edit(folder / NAME, answer)
    copies.trust(folder, [lesson])
    assert not own_notary(folder / NAME)


def test_a_learner_gets_the_ready_lessons_and_every_page():
    names = {path.name for path in copies.originals()}
    pages = {path.name for path in catalogue.NOTEBOOKS.glob("*.md")}
    assert names == {lesson.file for lesson in catalogue.ready_lessons()} | pages


def test_the_copies_lie_where_links_out_of_the_notebooks_still_lead(monkeypatch):
    monkeypatch.delenv("COURSE_FOLDER", raising=False)
    assert copies.learner_folder() == ROOT / "my_course"
    assert copies.learner_folder().parent == catalogue.NOTEBOOKS.parent
