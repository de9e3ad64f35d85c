"""The generated parts of the README are current, and what the documents name is there."""

import argparse
import importlib
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from house_rules.reading import FENCED_CODE

from course_utils.cli import VERBS, map
from course_utils.deploy import houses
from course_utils.lessons.catalogue import ROOT, lessons
from course_utils.objective import convert_penalty

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    "README.md",
    "instructor/guide.md",
    "CONTRIBUTING.md",
    "ERRATA.md",
    "CHANGELOG.md",
    "deploy/README.md",
    "data/README.md",
]
CHECK, WRITE = argparse.Namespace(check=True), argparse.Namespace(check=False)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A README and pyproject.toml of the test's own, for `course map` to write."""
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(map, "ROOT", tmp_path)
    monkeypatch.setattr(
        map, "lessons", lambda: tuple(lesson for lesson in lessons() if not lesson.path.exists())
    )
    return tmp_path


def test_the_map_the_badges_and_the_address_in_lesson_00_are_current(capsys):
    assert map.run(CHECK) == 0, capsys.readouterr().out


def test_check_shows_what_is_stale_and_writes_nothing(copy, capsys):
    map.run(WRITE)
    stale = (copy / "README.md").read_text(encoding="utf-8").replace("Capstone", "Finale")
    (copy / "README.md").write_text(stale, encoding="utf-8")
    assert map.run(CHECK) == 1
    assert "-| 14 | Finale" in (said := capsys.readouterr().out)
    assert "+| 14 | Capstone" in said
    assert (copy / "README.md").read_text(encoding="utf-8") == stale


def test_a_second_run_writes_nothing(copy, capsys):
    map.run(WRITE)
    map.run(WRITE)
    assert capsys.readouterr().out.endswith("course map: everything is current.\n")


def test_a_new_address_reaches_every_badge_and_drops_the_placeholder_note(copy):
    pyproject = copy / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace("OWNER/REPO", "ada/course")
    pyproject.write_text(text, encoding="utf-8")
    map.run(WRITE)
    readme = (copy / "README.md").read_text(encoding="utf-8")
    assert readme.count("/ada/course") == 3
    assert "OWNER/REPO" not in readme
    assert "placeholder" not in readme


def test_an_address_that_is_not_on_github_is_refused(copy, capsys):
    pyproject = copy / "pyproject.toml"
    pyproject.write_text('[project.urls]\nRepository = "https://example.org/a/b"\n', encoding="utf-8")
    assert map.run(WRITE) == 1
    assert "'https://example.org/a/b'; https://github.com/OWNER/REPO is needed" in capsys.readouterr().err


def test_a_readme_without_a_marker_is_an_error_that_shows_the_marker():
    with pytest.raises(
        map.MapError, match="the line <!-- course map: badges --> is needed and, below it, the line"
    ):
        map.with_block("no marker here", "badges", "content")


def test_a_planned_lesson_has_no_link_and_a_ready_one_has():
    fields = {
        "number": "99",
        "file": "99_x.ipynb",
        "title": "X",
        "question": "Why?",
        "minutes": 30,
        "core": True,
    }
    planned = map.Lesson(**fields, status="planned", introduces=("a", "b"))
    assert map.row(planned) == "| 99 | X | Why? | `a`, `b` | planned |"
    assert (
        map.row(replace(planned, status="ready"))
        == "| 99 | [X](notebooks/99_x.ipynb) | Why? | `a`, `b` | 30 |"
    )


def test_the_address_in_lesson_00_is_written_and_no_other_byte():
    stored = r'"import sys\n", "REPOSITORY = \"{}\"  # written by `course map`\n", "é "'
    old, new = (stored.format(f"https://github.com/{address}") for address in ("OWNER/REPO", "ada/course"))
    assert map.with_address(old, "ada/course") == new


def test_a_lesson_00_without_the_address_line_is_an_error():
    with pytest.raises(map.MapError, match=r"lesson 00 needs exactly one line REPOSITORY = .*; it has 0"):
        map.with_address("{}", "ada/course")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_a_document_links_to_is_there(name):
    text = FENCED_CODE.sub("", (ROOT / name).read_text(encoding="utf-8"))
    text = re.sub(r"`[^`]+`", "", text)  # code shows links, and has none
    for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text):
        assert (ROOT / name).parent.joinpath(target).exists(), target


def parser_of(verb, step):
    """The parser of a verb, or of one of its steps."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(f"course_utils.cli.{verb}").add_arguments(parser)
    steps = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return steps[0].choices[step] if steps and step else parser


COMMAND = re.compile(r"(?:course\.py|^course|`course) (\w+) ?([a-z]\w+)?([^`#\n]*)", re.MULTILINE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_names_is_accepted(name):
    for verb, step, rest in COMMAND.findall((ROOT / name).read_text(encoding="utf-8")):
        assert verb in VERBS
        parser = parser_of(verb, step)
        assert set(re.findall(r"--[a-z][\w-]*", rest)) <= set(parser._option_string_actions), (verb, rest)
        if lessons := re.findall(r" \d\d\b", rest):
            assert parser.parse_args([word.strip() for word in lessons])


def test_the_anchors_that_documents_link_to_are_headings():
    for name, anchor in re.findall(r"\]\((\w+\.md)#([\w-]+)\)", README):
        headings = re.findall(r"^#+ (.*)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    ("written", "convention"), [("½ RSS", "half_rss"), ("RSS", "rss"), ("(1/2n) RSS", "course")]
)
def test_the_conversions_in_the_readme_are_those_of_the_package(written, convention):
    cell = re.search(rf"^\| {re.escape(written)} \+ λ ‖β‖₁ \| (.*?) \|", README, re.MULTILINE)[1]
    factor = {"`lam`": 1, "n · `lam`": 20, "2n · `lam`": 40}[cell]
    assert convert_penalty(1.0, n_samples=20, source="course", target=convention) == factor


def test_the_house_that_the_readme_asks_for_is_one_that_the_model_answers():
    record = json.loads(re.search(r"-d '(\{.*?\})'", README, re.DOTALL)[1])
    assert set(record) == set(houses.FEATURES)
    X = houses.house_sales().X
    values = np.array([record[name] for name in houses.FEATURES])
    assert (X.min(axis=0) <= values).all()
    assert (values <= X.max(axis=0)).all()
