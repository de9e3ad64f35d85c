"""Tests of `course models`: what it shows, and who decides what."""

from __future__ import annotations

import json

import pytest
from served import NOT_INHERITED
from small_model import small_model
from small_service import promote

from course_utils import cli
from course_utils.deploy.registry import Registry


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    """The folder of the test, and no other that this machine knows."""
    for name in NOT_INHERITED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def models(capsys, *arguments, code=0):
    """What the verb prints: to stdout if it does what was asked, or else one line to stderr."""
    assert cli.main(["models", *arguments]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) if code else err == ""
    return err if code else out


def test_a_star_stands_before_the_model_that_serves(capsys):
    first, second = promote("models", 1), promote("models", 2, trained_until="2008-12", created="2026-11-22")
    lines = models(capsys, "list").splitlines()
    assert lines[1].startswith(f"  {first[:12]}  2026-11-21    2,925  -           30.5 [28, 33.1]")
    assert lines[2].startswith(f"* {second[:12]}  2026-11-22    2,925  2008-12     30.5 [28, 33.1]")
    assert lines[2].endswith("  small houses")


def test_a_model_that_was_damaged_is_listed_with_what_is_wrong(capsys):
    sha256 = promote("models")
    (Registry("models").folder(sha256) / "model.json").write_bytes(b"{}")
    assert f"* {sha256[:12]}  CANNOT BE READ: the file has SHA-256" in models(capsys, "list")


def test_without_a_model_the_list_says_how_to_make_one(capsys):
    assert "There is no model in models: `course models example` makes" in models(capsys, "list")
    assert "`course models example --registry x` makes" in models(capsys, "list", "--registry", "x")


@pytest.mark.parametrize("order", [["--registry", "x", "list"], ["list", "--registry", "x"]])
def test_the_folder_is_an_option_or_in_the_environment_or_here(order, capsys, monkeypatch):
    promoted = [promote(folder, i)[:12] for i, folder in enumerate(("models", "y", "x"))]
    assert promoted[0] in models(capsys, "list")
    monkeypatch.setenv("COURSE_REGISTRY", "y")
    assert promoted[1] in models(capsys, "list")
    assert promoted[2] in models(capsys, *order)


def test_facts_and_card_are_of_the_model_that_is_named_or_serves(capsys):
    first, second = promote("models", 1), promote("models", 2)
    assert json.loads(models(capsys, "show"))["intercept"] == 2
    assert json.loads(models(capsys, "show", first[:10].upper()))["sha256"] == first
    assert f"- Model: `{second}`" in models(capsys, "card")
    assert f"- Model: `{first}`" in models(capsys, "card", first)


def test_a_promotion_and_the_way_back_are_in_the_history(capsys):
    first, second = promote("models", 1), Registry("models").add(small_model(2))
    told = models(capsys, "promote", second[:8], "--why", "It is newer.", "--who", "Ada")
    assert f"{second[:12]} serves now instead of {first[:12]}." in told
    assert f"{first[:12]} serves again instead of {second[:12]}." in models(
        capsys, "rollback", "--why", "It is worse."
    )
    lines = models(capsys, "history").splitlines()
    assert [line.split()[2] for line in lines] == ["promote", "promote", "rollback"]
    assert lines[1].endswith(f"{second[:12]}  Ada: It is newer.")
    assert Registry("models").current().sha256 == first


def test_what_never_served_is_collected(capsys):
    promote("models")
    unused = Registry("models").add(small_model(2))
    assert models(capsys, "collect") == f"Removed 1 model(s) that never served: {unused[:12]}.\n"
    assert models(capsys, "collect") == "Removed 0 model(s) that never served.\n"


def test_a_hash_that_names_no_model_or_several_is_refused(capsys):
    for i in range(40):  # of 40 hashes, two or more begin with the same digit
        Registry("models").add(small_model(i))
    firsts = [sha256[0] for sha256 in Registry("models").models()]
    common = max(firsts, key=firsts.count)
    said = models(capsys, "promote", common, "--why", "w", code=1)
    assert f"{firsts.count(common)} models in models begin with '{common}'" in said
    assert "no model in models begins with 'xyz'" in models(capsys, "show", "xyz", code=1)
    assert models(capsys, "promote", "", "--why", "w", code=1)


def test_what_cannot_be_done_is_said_in_one_line(capsys):
    assert "there is no folder models: `course models example`" in models(capsys, "history", code=1)
    sha256 = Registry("models").add(small_model())
    assert "no model serves in models: 1 are stored, `course models promote" in models(capsys, "card", code=1)
    assert "there is nothing to go back to" in models(capsys, "rollback", "--why", "w", code=1)
    assert "why is 'two\\nlines'" in models(capsys, "promote", sha256, "--why", "two\nlines", code=1)


@pytest.mark.parametrize("misuse", [[], ["promote"], ["promote", "a"], ["rollback"], ["delete"]])
def test_misuse_is_answered_as_everywhere(misuse, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["models", *misuse])
    assert "usage: course models" in capsys.readouterr().err
