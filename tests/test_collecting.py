"""Tests of course_utils.grading.collecting: real folders and archives, honest and hostile, into a class."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from time import tzset

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_utils.grading import collecting
from course_utils.grading.classroom import (
    CONFIGURATION,
    STUDENT,
    BadClassError,
    find_classroom,
    write_whole,
)
from course_utils.grading.collecting import PATTERNS, collect, identifier, lines, read_time
from course_utils.grading.origin import BadOriginError
from course_utils.grading.submission import LARGEST_FILE

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
OTHER = b'{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
MONDAY = datetime(2026, 11, 2, 21, 59, 30, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 3, 8, 0, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 4, 8, 0, 0, tzinfo=UTC)


@pytest.fixture
def room(tmp_path):
    """An empty class."""
    return new_room(tmp_path / "class")


@pytest.fixture
def packed(tmp_path):
    """A function that writes an archive of these members and returns its path."""
    return lambda members, **about: pack(tmp_path / "download.zip", members, **about)


@pytest.fixture
def folder(tmp_path):
    """A function that writes these files into a folder and returns its path."""

    def write(files, time=MONDAY):
        for name, data in files.items():
            path = tmp_path / "download" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (time.timestamp(), time.timestamp()))
        return tmp_path / "download"

    return write


def new_room(root):
    """A class with nothing in it."""
    root.mkdir(parents=True)
    (root / CONFIGURATION).write_text("")
    return find_classroom(root)


def member(name, *, time=MONDAY, mode=0o100644):
    """The head of an archive's member; the time by the clock of this machine."""
    info = zipfile.ZipInfo("placeholder", time.astimezone().timetuple()[:6])
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def pack(path, members, **about):
    """An archive of members: a mapping, or pairs of a name or a head and its bytes."""
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in pairs:
            archive.writestr(member(name, **about) if isinstance(name, str) else name, data)
    return path


def written(room):
    """The bytes of all files below submitted/, by path."""
    root = room.root / "submitted"
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def whys(collected):
    """Why files were refused, by path."""
    return {refused.path_in_origin: refused.why for refused in collected.refused}


def students(outcomes):
    """Who is named in these outcomes."""
    return [outcome.student for outcome in outcomes]


NAMED = {
    "Moodle, anonymous": "Participant_123456",
    "Moodle": "Ada-Lovelace",
    "nbgrader": "ada",
    "a folder each": "ada",
    "Canvas, anonymous": "anon_Xy12z",
    "Canvas": "lovelaceada",
    "student and assignment": "ada",
    "student": "ada",
}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.lms)
def test_every_known_pattern_fits_its_example(room, packed, pattern):
    (taken,) = collect(room, "ps1", packed({pattern.example: NOTEBOOK})).taken
    assert (taken.student, taken.path_in_origin) == (NAMED[pattern.lms], pattern.example)
    assert room.submitted(taken.student, "ps1").read_bytes() == NOTEBOOK
    assert room.students("ps1") == [taken.student]


MORE_NAMES = {
    "Ada Lovelace_123456_assignsubmission_file_ps1.ipynb": "Ada-Lovelace",
    "Ada Lovelace_123456_assignsubmission_file/ps1.ipynb": "Ada-Lovelace",
    "Ada Lovelace_123456_assignsubmission_file_/my work/answers.ipynb": "Ada-Lovelace",
    "Course-ps1-77/Ada Lovelace_123456_assignsubmission_file_/ps1.ipynb": "Ada-Lovelace",
    "lovelaceada_LATE_12345_67890_ps1.ipynb": "lovelaceada",
    "lovelaceada_12345_67890_my answers.ipynb": "lovelaceada",
    "LATE_anon_Xy12z_67890_ps1.ipynb": "anon_Xy12z",
    "ada/ps1/ps1.ipynb": "ada",
    "submitted/ada/ps1.ipynb": "ada",
    "download/ada.ipynb": "ada",
    "ada_ps1-2.ipynb": "ada",
    "ada@example.org.IPYNB": "ada@example.org",
}


@pytest.mark.parametrize("path", MORE_NAMES)
def test_what_an_lms_may_also_write_is_understood(room, packed, path):
    assert students(collect(room, "ps1", packed({path: NOTEBOOK})).taken) == [MORE_NAMES[path]]


# Of a folder each student fills, nothing but the folder says who it was.
FORGED = {
    "Ada_1_assignsubmission_file_/Bob_2_assignsubmission_file_/ps1.ipynb": "Ada",
    "Ada_1_assignsubmission_file_Bob_2_assignsubmission_file_ps1.ipynb": "Ada",
    "Ada_1_assignsubmission_file_/bob/ps1/ps1.ipynb": "Ada",
    "ada_1_2_bob_3_4_ps1.ipynb": "ada",
    "submitted/ada/ps1/bob/ps1/ps1.ipynb": None,
    "submitted/ada/ps1/bob_3_4_ps1.ipynb": None,
    "ada/bob_ps1.ipynb": None,
    "ada/bob.ipynb": None,
}


@pytest.mark.parametrize("path", FORGED)
def test_no_name_that_a_student_chooses_hands_in_for_another(room, packed, path):
    collected = collect(room, "ps1", packed({path: NOTEBOOK}))
    assert students(collected.taken) == ([FORGED[path]] if FORGED[path] else [])


@pytest.mark.parametrize("path", ["ps1.ipynb", "ps1 (1).ipynb", "ada_ps2.ipynb", "ada_ps1_final.ipynb"])
def test_a_notebook_that_names_no_student_or_another_assignment_is_refused(room, packed, path):
    write_whole(room.source("ps2"), "{}")
    collected = collect(room, "ps1", packed({path: NOTEBOOK}))
    assert "--pattern can say where" in whys(collected)[path]
    assert written(room) == {}


def test_a_pattern_of_ones_own_finds_the_student(room, packed):
    origin = packed({"week1/s-0042 (NAME).ipynb": NOTEBOOK, "week1/x.ipynb": NOTEBOOK})
    collected = collect(room, "ps1", origin, pattern=r"^week1/(?P<student>s-\d+) \(NAME")
    assert students(collected.taken) == ["s-0042"]
    assert list(whys(collected)) == ["week1/x.ipynb"]


@pytest.mark.parametrize(
    ("pattern", "complaint"), [("(", "no regular expression"), ("(x)", r"\(\?P<student>")]
)
def test_a_pattern_that_cannot_name_a_student_is_refused(room, packed, pattern, complaint):
    with pytest.raises(BadOriginError, match=complaint):
        collect(room, "ps1", packed({}), pattern=pattern)


def test_the_time_of_an_entry_is_written_as_nbgrader_reads_it(room, packed):
    from nbgrader.utils import parse_utc

    collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK}))
    text = room.submitted("ada", "ps1").with_name("timestamp.txt").read_text()
    assert text == "2026-11-02 21:59:30 UTC"
    assert parse_utc(text) == MONDAY.replace(tzinfo=None)


def time_of(room, student):
    """When a student's submission was handed in."""
    return read_time(room.submitted(student, "ps1").with_name("timestamp.txt").read_text())


def test_the_time_of_a_file_is_that_of_handing_in(room, folder):
    collect(room, "ps1", folder({"ada.ipynb": NOTEBOOK}))
    assert time_of(room, "ada") == MONDAY
    assert room.submitted("ada", "ps1").stat().st_mtime == MONDAY.timestamp()


def test_an_entry_counts_by_the_clock_of_this_machine(room, packed, elsewhere):
    collect(room, "ps1", packed([(zipfile.ZipInfo("ada.ipynb", (2026, 11, 3, 3, 29, 30)), NOTEBOOK)]))
    assert time_of(room, "ada") == MONDAY


def test_a_time_in_utc_goes_before_the_clock_of_a_zone(room, packed):
    head = member("ada.ipynb", time=TUESDAY)
    head.extra = b"\x55\x54\x05\x00\x01" + int(MONDAY.timestamp()).to_bytes(4, "little")
    collect(room, "ps1", packed([(head, NOTEBOOK)]))
    assert time_of(room, "ada") == MONDAY


@pytest.mark.parametrize("date", [(1980, 1, 1, 0, 0, 0), (2026, 0, 31, 0, 0, 0)])
def test_an_entry_without_a_time_gets_that_of_the_archive(room, packed, date):
    head = member("ada.ipynb")
    head.date_time = date
    origin = packed([(head, NOTEBOOK)])
    os.utime(origin, (TUESDAY.timestamp(), TUESDAY.timestamp()))
    collect(room, "ps1", origin)
    assert time_of(room, "ada") == TUESDAY


def test_the_timestamp_of_nbgrader_goes_before_the_time_of_a_file(room, folder):
    stamp = b"2026-11-02 21:59:30.123456 UTC\n"
    origin = folder({"ada/ps1/ps1.ipynb": NOTEBOOK, "ada/ps1/timestamp.txt": stamp}, time=WEDNESDAY)
    assert collect(room, "ps1", origin).refused == ()
    assert time_of(room, "ada") == MONDAY


def test_a_timestamp_that_a_student_has_handed_in_is_no_time(room, folder):
    place = "Ada_1_assignsubmission_file_/ps1"
    files = {f"{place}/ps1.ipynb": NOTEBOOK, f"{place}/timestamp.txt": b"2026-01-01 00:00:00 UTC"}
    assert list(whys(collect(room, "ps1", folder(files)))) == [f"{place}/timestamp.txt"]
    assert time_of(room, "Ada") == MONDAY


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01 00:00:00 +99", "2026-11-02 21:59:30 PST"])
def test_a_text_that_is_no_time_is_none(text):
    assert read_time(text) is None


@pytest.fixture
def elsewhere(monkeypatch):
    """A zone whose clock is far from UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


def test_a_time_without_a_zone_is_in_utc_as_for_nbgrader(elsewhere):
    assert read_time("2026-11-02 21:59:30") == read_time("2026-11-02 22:59:30+01:00") == MONDAY


NAMES = {
    "Ada Lovelace": "Ada-Lovelace",
    "  Ada   Lovelace ": "Ada-Lovelace",
    "ada@example.org": "ada@example.org",
    "Jörg Müller": "Jorg-Muller-70ed695e",
    "Jo\u0308rg Mu\u0308ller": "Jorg-Muller-70ed695e",
    "李雷": "student-3a47328a",
    "..": "student-5ec1f7e7",
    "O'Neil": "ONeil-a803dedb",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_display_name_becomes_an_identifier_by_itself(name):
    assert identifier(name) == NAMES[name]


@given(st.text(), st.text())
@example("Jörg", "Jorg")
@example("a" * 80, "a" * 81)
def test_identifiers_are_valid_and_differ_where_the_names_do(one, other):
    assert STUDENT.fullmatch(identifier(one))
    normal = [" ".join(unicodedata.normalize("NFC", name).split()) for name in (one, other)]
    hyphenated = [name.replace(" ", "-") for name in normal]
    assert (identifier(one) == identifier(other)) == (
        hyphenated[0] == hyphenated[1] or normal[0] == normal[1]
    )


def test_two_students_of_one_identifier_are_both_refused(room, packed):
    names = ["Ada Lovelace_1_assignsubmission_file_/a.ipynb", "Ada Lovelace_2_assignsubmission_file_/a.ipynb"]
    collected = collect(room, "ps1", packed({name: NOTEBOOK for name in [*names, "ben.ipynb"]}))
    assert list(whys(collected)) == names
    assert "2 students would be Ada-Lovelace, and none" in whys(collected)[names[0]]
    assert room.students("ps1") == students(collected.taken) == ["ben"]


def test_capitals_do_not_tell_students_apart(room, packed, folder):
    assert len(collect(room, "ps1", folder({"ada.ipynb": NOTEBOOK, "ADA.ipynb": OTHER})).refused) == 2
    collect(room, "ps1", packed({"ben.ipynb": NOTEBOOK}))
    collected = collect(room, "ps1", packed({"Ben.ipynb": OTHER}))
    assert whys(collected) == {"Ben.ipynb": "Ben is there already, written ben"}


CANVAS = "lovelaceada_12345_6789{}_ps1{}.ipynb"


def test_the_highest_attempt_wins_and_the_others_are_listed(room, packed):
    attempts = [CANVAS.format(3, ""), CANVAS.format(2, "-2"), CANVAS.format(1, "-10")]
    collected = collect(room, "ps1", packed({name: name.encode() for name in attempts}))
    assert room.submitted("lovelaceada", "ps1").read_bytes() == attempts[2].encode()
    assert [one.path_in_origin for one in collected.earlier] == [attempts[1], attempts[0]]


def test_of_attempts_without_numbers_the_newest_wins(room, packed):
    place = "Ada_1_assignsubmission_file_/"
    newer, older = member(f"{place}a.ipynb", time=TUESDAY), member(f"{place}b.ipynb", time=MONDAY)
    collected = collect(room, "ps1", packed([(older, OTHER), (newer, NOTEBOOK)]))
    assert [one.path_in_origin for one in collected.taken] == [f"{place}a.ipynb"]


def test_the_name_of_the_assignment_goes_before_all_others(room, packed):
    place = "Ada_1_assignsubmission_file_/"
    scratch = member(f"{place}scratch-3.ipynb", time=TUESDAY)
    collected = collect(room, "ps1", packed([(scratch, OTHER), (f"{place}PS1.ipynb", NOTEBOOK)]))
    assert [one.path_in_origin for one in collected.taken] == [f"{place}PS1.ipynb"]


def test_an_assignment_whose_own_name_ends_in_a_number_has_attempts(room, packed):
    collected = collect(room, "ps-2", packed({"ada_ps-2.ipynb": OTHER, "ada_ps-2-1.ipynb": NOTEBOOK}))
    assert [one.path_in_origin for one in collected.taken] == ["ada_ps-2-1.ipynb"]


def test_where_the_latest_attempt_cannot_be_read_the_one_before_is_taken(room, packed):
    origin = packed({CANVAS.format(1, ""): NOTEBOOK, CANVAS.format(2, "-1"): b" " * (LARGEST_FILE + 1)})
    collected = collect(room, "ps1", origin)
    assert whys(collected) == {
        CANVAS.format(2, "-1"): f"is too large: at most {LARGEST_FILE:,} bytes are read"
    }
    assert room.submitted("lovelaceada", "ps1").read_bytes() == NOTEBOOK


def test_collecting_again_changes_nothing(room, packed):
    origin = packed({"ada.ipynb": NOTEBOOK, "ben.ipynb": OTHER})
    collect(room, "ps1", origin)
    before = written(room)
    collected = collect(room, "ps1", origin)
    assert (students(collected.kept), collected.taken) == (["ada", "ben"], ())
    assert written(room) == before


def test_the_same_bytes_were_handed_in_at_the_earlier_time(room, packed):
    for time in (TUESDAY, MONDAY, WEDNESDAY):
        collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK}, time=time))
    assert time_of(room, "ada") == MONDAY


ASIDE = "submitted/ada/.earlier/ps1/20261102T215930Z-{}.ipynb"


def digest(data):
    """What tells put-aside notebooks apart."""
    return hashlib.sha256(data).hexdigest()[:12]


def test_the_newer_replaces_and_the_older_is_put_aside(room, packed):
    collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK}, time=MONDAY))
    collected = collect(room, "ps1", packed({"ada.ipynb": OTHER}, time=TUESDAY))
    (aside,) = collected.put_aside
    assert (students(collected.taken), aside.place) == (["ada"], ASIDE.format(digest(NOTEBOOK)))
    assert (room.root / aside.place).read_bytes() == NOTEBOOK
    assert room.submitted("ada", "ps1").read_bytes() == OTHER
    assert time_of(room, "ada") == TUESDAY


@pytest.mark.parametrize("there", [MONDAY, TUESDAY])
def test_one_that_is_no_newer_is_put_aside_itself(room, packed, there):
    collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK}, time=there))
    collected = collect(room, "ps1", packed({"ada.ipynb": OTHER}, time=MONDAY))
    assert collected.taken == ()
    assert [aside.place for aside in collected.put_aside] == [ASIDE.format(digest(OTHER))]
    assert (room.submitted("ada", "ps1").read_bytes(), time_of(room, "ada")) == (NOTEBOOK, there)


def test_what_is_put_aside_is_no_submission_for_us_nor_for_nbgrader(room, packed):
    for time, data in ((MONDAY, NOTEBOOK), (TUESDAY, OTHER)):
        collect(room, "ps1", packed({"ada.ipynb": data}, time=time))
    from nbgrader.coursedir import CourseDirectory

    course = CourseDirectory(root=str(room.root))
    assert glob.glob(course.format_path("submitted", "*", "*")) == [str(room.submitted("ada", "ps1").parent)]
    assert room.students("ps1") == ["ada"]


def test_a_class_can_collect_from_its_own_folder(room, packed):
    for time, data in ((MONDAY, NOTEBOOK), (TUESDAY, OTHER)):
        collect(room, "ps1", packed({"ada.ipynb": data}, time=time))
    before = written(room)
    collected = collect(room, "ps1", room.root / "submitted")
    assert (students(collected.kept), collected.refused, written(room)) == (["ada"], (), before)


class Cut(BaseException):
    """The power goes."""


@pytest.mark.parametrize("step", range(8))
def test_an_interrupted_run_is_completed_by_the_next(room, packed, monkeypatch, step):
    collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK, "ben.ipynb": NOTEBOOK}, time=MONDAY))
    os.utime(room.submitted("ada", "ps1"))  # as after a copy of the class folder
    origin = packed({"ada.ipynb": OTHER, "ben.ipynb": OTHER}, time=TUESDAY)
    with monkeypatch.context() as patched:
        cut_at(patched, step)
        with pytest.raises(Cut):
            collect(room, "ps1", origin)
    collect(room, "ps1", origin)
    for student in ("ada", "ben"):
        assert (room.submitted(student, "ps1").read_bytes(), time_of(room, student)) == (OTHER, TUESDAY)
        assert [path.read_bytes() for path in room.earlier(student, "ps1").iterdir()] == [NOTEBOOK]


def cut_at(patched, step):
    """Let the power go before the step-th change of the class."""
    left = iter(range(step, -1, -1))

    def counted(change):
        def wrapped(*args, **keywords):
            if next(left) == 0:
                raise Cut
            return change(*args, **keywords)

        return wrapped

    for module, name in ((os, "replace"), (Path, "unlink")):
        patched.setattr(module, name, counted(getattr(module, name)))


HOSTILE = {
    "../ada.ipynb": "names no file",
    "a/../../ada.ipynb": "names no file",
    "./ada.ipynb": "names no file",
    "a//ada.ipynb": "names no file",
    "/etc/ada.ipynb": "does not start in the origin",
    "C:/ada.ipynb": "does not start in the origin",
    "..\\ada.ipynb": "a backslash",
    "a\\ada.ipynb": "a backslash",
    "ada\0.ipynb": "control characters",
    "ada\n.ipynb": "control characters",
    "ada\x1b[2J.ipynb": "control characters",
    "ada\u202ebnypi.ipynb": "invisible signs",
    "ada\u200f.ipynb": "invisible signs",
    "ada\ufeff.ipynb": "invisible signs",
    "ada\u2028.ipynb": "control characters",
    "a" * 1001 + ".ipynb": "1,007 characters",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_could_do_harm_is_refused(room, packed, name):
    collected = collect(room, "ps1", packed({name: NOTEBOOK, "ben.ipynb": NOTEBOOK}))
    ((path, why),) = whys(collected).items()
    assert HOSTILE[name] in why
    assert path.isprintable()
    assert students(collected.taken) == room.students("ps1") == ["ben"]


def test_a_joiner_that_a_script_needs_is_no_harm(room, packed):
    assert len(collect(room, "ps1", packed({"علی\u200cرضا_1_2_ps1.ipynb": NOTEBOOK})).taken) == 1


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060666, 0o010666, 0o140666])
def test_a_member_that_is_a_link_or_a_device_is_refused(room, packed, mode):
    collected = collect(room, "ps1", packed([(member("ada.ipynb", mode=mode), b"/etc/passwd")]))
    assert whys(collected)["ada.ipynb"] in ("is a link", "is no ordinary file")
    assert written(room) == {}


def test_members_of_one_name_are_all_refused(room, packed):
    with pytest.warns(UserWarning, match="Duplicate name"):
        origin = packed([("ada.ipynb", NOTEBOOK), ("ada.ipynb", OTHER)])
    (refused,) = collect(room, "ps1", origin).refused
    assert refused.why == "is there 2 times: which is meant cannot be told"


def changed(origin, old, new):
    """The archive with other bytes in it."""
    data = origin.read_bytes()
    assert old in data
    origin.write_bytes(data.replace(old, new))
    return origin


def test_an_encrypted_member_is_refused(room, packed):
    origin = packed({"ada.ipynb": NOTEBOOK})
    head = re.search(rb"PK\x01\x02.{4}\x00\x00", origin.read_bytes(), re.DOTALL)[0]
    collected = collect(room, "ps1", changed(origin, head, head[:-2] + b"\x01\x00"))
    assert whys(collected) == {"ada.ipynb": "is encrypted"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_expands_before_it_can_be_counted_is_refused(room, packed, method):
    head = member("ada.ipynb")
    head.compress_type = method
    assert "compressed in a way" in whys(collect(room, "ps1", packed([(head, NOTEBOOK)])))["ada.ipynb"]


def test_a_damaged_member_costs_only_itself(room, packed):
    origin = packed([(zipfile.ZipInfo("ada.ipynb"), NOTEBOOK), (zipfile.ZipInfo("ben.ipynb"), OTHER)])
    collected = collect(room, "ps1", changed(origin, NOTEBOOK, NOTEBOOK[::-1]))
    assert "cannot be read" in whys(collected)["ada.ipynb"]
    assert students(collected.taken) == ["ben"]


def test_a_member_with_two_names_is_refused(room, packed):
    origin = packed({"ada.ipynb": NOTEBOOK})
    data = origin.read_bytes()
    origin.write_bytes(data.replace(b"ada.ipynb", b"bob.ipynb", 1))
    assert "cannot be read" in whys(collect(room, "ps1", origin))["ada.ipynb"]


def test_a_bomb_is_refused_by_what_comes_out_of_it(room, packed, monkeypatch):
    origin = packed({"ada.ipynb": b" " * (30 * 2**20), "ben.ipynb": NOTEBOOK})
    assert origin.stat().st_size < 50_000
    most = []
    monkeypatch.setattr(collecting, "_lay", lambda *args: most.append(len(args[-1])) or ())
    assert "is too large: at most 10,485,760" in whys(collect(room, "ps1", origin))["ada.ipynb"]
    assert most == [len(NOTEBOOK)]


def test_a_bomb_is_read_no_further_than_a_file_may_be_large(room, packed, monkeypatch):
    monkeypatch.setattr("course_utils.grading.origin.LARGEST_ORIGIN", LARGEST_FILE + 2**20)
    collected = collect(room, "ps1", packed({"ada.ipynb": b" " * (30 * 2**20), "ben.ipynb": NOTEBOOK}))
    assert students(collected.taken) == ["ben"]


def test_a_member_that_claims_to_be_small_is_not_believed(room, packed):
    size = (20 * 2**20).to_bytes(4, "little")
    origin = changed(packed({"ada.ipynb": b" " * (20 * 2**20)}), size, (100).to_bytes(4, "little"))
    assert "cannot be read" in whys(collect(room, "ps1", origin))["ada.ipynb"]


def test_all_members_together_are_bounded(room, packed, monkeypatch):
    monkeypatch.setattr("course_utils.grading.origin.LARGEST_ORIGIN", 100)
    collected = collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK, "ben.ipynb": NOTEBOOK}))
    assert students(collected.taken) == ["ada"]
    assert "more than 100 bytes were handed in altogether" in whys(collected)["ben.ipynb"]


def test_an_archive_or_a_folder_of_too_many_files_is_refused(room, packed, folder, monkeypatch):
    monkeypatch.setattr("course_utils.grading.origin.MOST_FILES", 2)
    files = {f"s{index}.ipynb": NOTEBOOK for index in range(3)}
    for origin in (packed(files), folder(files)):
        with pytest.raises(BadOriginError, match=f"{origin.name} holds 3 files; at most 2"):
            collect(room, "ps1", origin)


def test_a_table_of_contents_that_is_too_long_is_refused(room, packed, monkeypatch):
    monkeypatch.setattr("course_utils.grading.origin.LARGEST_LISTING", 1000)
    with pytest.raises(BadOriginError, match="its table of contents is too long"):
        collect(room, "ps1", packed({f"s{index}.ipynb": NOTEBOOK for index in range(100)}))


def test_what_systems_leave_behind_is_passed_over_silently(room, packed, folder):
    litter = ["__MACOSX/._ada.ipynb", ".DS_Store", "x/._ada.ipynb", ".ipynb_checkpoints/a.ipynb", "Thumbs.db"]
    files = dict.fromkeys(litter, NOTEBOOK) | {"ada.ipynb": NOTEBOOK}
    for origin in (packed(files), folder(files)):
        collected = collect(room, "ps1", origin)
        assert (collected.refused, room.students("ps1")) == ((), ["ada"])


@pytest.mark.parametrize(
    ("name", "why"),
    [("a.py", "no notebook"), ("a.csv", "no notebook"), ("a", "no notebook"), ("a.ZIP", "an archive")],
)
def test_what_is_no_notebook_is_refused_with_a_reason(room, packed, name, why):
    path = f"Ada_1_assignsubmission_file_/{name}"
    collected = collect(room, "ps1", packed({path: b"", "ben.ipynb": NOTEBOOK}))
    assert why in whys(collected)[path]
    assert students(collected.taken) == ["ben"]


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"\xff\xfe", b"[" * 100_000])
def test_what_grading_cannot_read_is_collected_all_the_same(room, packed, data):
    collect(room, "ps1", packed({"ada.ipynb": data}))
    assert room.submitted("ada", "ps1").read_bytes() == data


def test_names_in_utf_8_are_read_where_the_archive_does_not_say_so(room, packed):
    name = "Jörg Müller_1_assignsubmission_file_/ps1.ipynb"
    origin = packed({name: NOTEBOOK})
    says_utf8 = re.compile(rb"(PK\x01\x02.{4}|PK\x03\x04..)\x00\x08", re.DOTALL)
    origin.write_bytes(says_utf8.sub(lambda head: head[1] + b"\0\0", origin.read_bytes()))
    with zipfile.ZipFile(origin) as archive:
        assert archive.namelist() != [name]
    assert students(collect(room, "ps1", origin).taken) == ["Jorg-Muller-70ed695e"]


def test_names_in_an_old_encoding_are_read_as_the_archive_has_them(room, packed):
    origin = changed(packed({"J_rg_1_2_ps1.ipynb": NOTEBOOK}), b"J_rg", "Jörg".encode("cp437"))
    assert students(collect(room, "ps1", origin).taken) == [identifier("Jörg")]


def test_links_and_pipes_on_disk_are_refused(room, folder, tmp_path):
    origin = folder({"ada.ipynb": NOTEBOOK})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ps1.ipynb").write_bytes(OTHER)
    (origin / "ben.ipynb").symlink_to(tmp_path / "elsewhere" / "ps1.ipynb")
    (origin / "cem").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(origin / "dan.ipynb")
    collected = collect(room, "ps1", origin)
    assert whys(collected) == {
        "ben.ipynb": "is a link",
        "cem": "is a link",
        "dan.ipynb": "is no ordinary file",
    }
    assert students(collected.taken) == ["ada"]


def test_a_file_that_becomes_a_link_after_it_was_listed_is_not_followed(room, folder, tmp_path, monkeypatch):
    origin = folder({"ada.ipynb": NOTEBOOK})
    secret = tmp_path / "secret"
    secret.write_bytes(OTHER)

    def swap(*_):
        (origin / "ada.ipynb").unlink()
        (origin / "ada.ipynb").symlink_to(secret)
        return []

    monkeypatch.setattr(collecting, "_folders", swap)
    assert "cannot be read" in whys(collect(room, "ps1", origin))["ada.ipynb"]


def test_a_name_on_disk_that_is_no_text_is_refused(room, folder):
    origin = folder({"ben.ipynb": NOTEBOOK})
    (Path(os.fsdecode(os.fsencode(origin) + b"/ad\xff.ipynb"))).write_bytes(NOTEBOOK)
    ((path, why),) = whys(collect(room, "ps1", origin)).items()
    assert (path, "bytes that are no text" in why) == ("ad\\udcff.ipynb", True)


def test_folders_nested_without_end_are_left(room, folder):
    origin = folder({"ben.ipynb": NOTEBOOK})
    deep = origin
    for _ in range(12):
        deep = deep / ("d" * 100)
        deep.mkdir()
    ((_, why),) = whys(collect(room, "ps1", origin)).items()
    assert "1,009 characters" in why


@pytest.mark.parametrize("place", ["submitted/ada", "submitted/ada/ps1", "submitted/ada/.earlier"])
def test_a_link_in_the_class_is_not_written_through(room, packed, tmp_path, place):
    outside = tmp_path / "outside"
    outside.mkdir()
    (room.root / place).parent.mkdir(parents=True)
    (room.root / place).symlink_to(outside)
    assert (
        f"{place} is there and is no"
        in whys(collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK})))["ada.ipynb"]
    )
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("place", ["ps1.ipynb", "timestamp.txt"])
def test_a_file_of_the_class_that_is_a_link_is_neither_read_nor_written(room, packed, tmp_path, place):
    path = room.submitted("ada", "ps1").with_name(place)
    path.parent.mkdir(parents=True)
    (tmp_path / "secret").write_bytes(NOTEBOOK)
    path.symlink_to(tmp_path / "secret")
    assert students(collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK})).kept) == []
    assert path.is_symlink()


def test_a_class_that_cannot_be_written_refuses_and_goes_on(room, packed, monkeypatch):
    def full(path, data, **about):
        if "ada" in path.parts:
            raise OSError(28, "No space left on device")
        write_whole(path, data.decode())

    monkeypatch.setattr(collecting, "write_whole_bytes", full)
    collected = collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK, "ben.ipynb": NOTEBOOK}))
    assert "No space left on device" in whys(collected)["ada.ipynb"]
    assert students(collected.taken) == ["ben"]


@pytest.mark.parametrize("data", [None, b"", b"no archive", b"PK\5\6" + b"\xff" * 18])
def test_an_origin_that_is_neither_folder_nor_archive_is_refused(room, tmp_path, data):
    origin = tmp_path / "download.zip"
    if data is not None:
        origin.write_bytes(data)
    with pytest.raises(
        BadOriginError, match=r"a folder or a \.zip archive is wanted|read as a \.zip archive"
    ):
        collect(room, "ps1", origin)


def test_a_name_that_no_assignment_can_have_is_refused(room, folder):
    with pytest.raises(BadClassError, match="cannot be the name of an assignment"):
        collect(room, "../ps1", folder({}))


def test_the_report_says_what_became_of_each_file(room, packed):
    collect(room, "ps1", packed({"ada.ipynb": NOTEBOOK, "ben.ipynb": NOTEBOOK}))
    later = [CANVAS.format(1, ""), CANVAS.format(2, "-1"), "a.py", "ben.ipynb"]
    members = {name: NOTEBOOK for name in later} | {"ada.ipynb": OTHER}
    report = lines(collect(room, "ps1", packed(members, time=TUESDAY)))
    assert report == [
        "taken     ada from ada.ipynb",
        f"taken     lovelaceada from {CANVAS.format(2, '-1')}",
        "kept      ben: ben.ipynb is the same as before",
        f"put aside ada: the older one that was there, in {ASIDE.format(digest(NOTEBOOK))}",
        f"earlier   lovelaceada: not {CANVAS.format(1, '')}, but a later one",
        "refused   a.py: is no notebook: an .ipynb file is wanted",
        "2 taken, 1 kept, 1 put aside, 1 earlier, 1 refused",
    ]


def test_times_that_are_all_the_same_are_doubted(room, packed):
    names = ["ada.ipynb", "ben.ipynb", "cem.ipynb"]
    assert (
        "perhaps that of the download" in lines(collect(room, "ps1", packed(dict.fromkeys(names, OTHER))))[-1]
    )
    heads = [member(name, time=time) for name, time in zip(names, (MONDAY, TUESDAY, WEDNESDAY), strict=True)]
    report = lines(collect(room, "ps1", packed([(head, NOTEBOOK) for head in heads])))
    assert "download" not in report[-1]


PARTS = st.sampled_from(
    [
        *(
            "..",
            ".",
            "",
            "/",
            "\\",
            "C:",
            "~",
            "ada",
            "submitted",
            "ps1",
            ".earlier",
            "CON",
            " ",
            "_",
            "-1",
            "\0",
        ),
        *(
            "_1_assignsubmission_file_",
            "_1_2_",
            "ps1.ipynb",
            ".ipynb",
            "\u202e",
            "ö",
            "李",
            "%2e%2e",
            "$HOME",
        ),
    ]
)
PATHS = st.lists(PARTS | st.text(max_size=5), max_size=8).map("".join) | st.text(max_size=30)


@given(st.lists(PATHS.map(lambda name: f"{name}.ipynb"), max_size=6, unique=True))
@example(["../../class/nbgrader_config.py.ipynb", "ada/../../x.ipynb"])
def test_whatever_the_names_nothing_is_written_outside_the_submissions(tmp_path_factory, names):
    top = tmp_path_factory.mktemp("top")
    room = new_room(top / "inner" / "class")
    origin = pack(top / "download.zip", {name: NOTEBOOK for name in names if encodable(name)})
    collected = collect(room, "ps1", origin)
    files = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}
    places = {f"inner/class/submitted/{one.student}/ps1" for one in collected.taken}
    expected = {f"{place}/{file}" for place in places for file in ("ps1.ipynb", "timestamp.txt")}
    assert files == expected | {"download.zip", f"inner/class/{CONFIGURATION}"}
    assert room.students("ps1") == sorted(students(collected.taken))


def encodable(name):
    """Whether an archive can hold the name."""
    try:
        return len(name.encode("utf-8")) < 2**16
    except UnicodeError:
        return False


@given(st.binary(max_size=400), st.integers(0, 400))
def test_whatever_is_wrong_with_an_archive_is_told_in_a_sentence(tmp_path_factory, garbage, place):
    top = tmp_path_factory.mktemp("top")
    whole = pack(top / "whole.zip", {"ada.ipynb": NOTEBOOK, "ben.ipynb": OTHER}).read_bytes()
    (top / "broken.zip").write_bytes(whole[:place] + garbage + whole[place + len(garbage) :])
    try:
        taken = students(collect(new_room(top / "class"), "ps1", top / "broken.zip").taken)
    except BadOriginError as error:
        taken = [str(error)]
    assert all(STUDENT.fullmatch(name) or "cannot be read as a .zip archive" in name for name in taken)
