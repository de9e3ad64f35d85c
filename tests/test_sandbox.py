"""Tests of course_utils.grading.sandbox: who may grade, and that nothing is run without limits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from small_assignment import require_sandbox

from course_utils.grading import sandbox

SYSTEM_PYTHON = "/usr/bin/python3"
STRANGER = "61234"  # a user that no process belongs to


@pytest.fixture
def undecided(monkeypatch):
    """A machine whose limits have not been looked at yet."""
    fresh = sandbox._limiter.__wrapped__
    monkeypatch.setattr(sandbox, "_limiter", fresh)


@pytest.mark.parametrize("missing", ["bwrap", "prlimit"])
def test_a_machine_without_the_sandbox_refuses_and_says_what_to_do(missing, undecided, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/usr/bin/{name}")
    with pytest.raises(
        sandbox.SandboxUnavailableError, match=r"install the package bubblewrap.*--trusted\.$"
    ):
        sandbox.require_sandbox()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_another_system_than_linux_refuses_and_names_the_container(platform, undecided, monkeypatch):
    monkeypatch.setattr(sandbox.sys, "platform", platform)
    with pytest.raises(sandbox.SandboxUnavailableError, match="grade in a Linux container"):
        sandbox.require_sandbox()


def test_where_no_limit_holds_nothing_is_graded(undecided, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(sandbox, "_holds", lambda limiter: False)
    with (
        pytest.raises(sandbox.SandboxUnavailableError, match="so nothing is graded"),
        sandbox.sandboxed(["-c", ""]),
    ):
        pass


def test_the_first_limit_that_holds_is_taken(undecided, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        sandbox, "_holds", lambda limiter: limiter in (sandbox._systemd_scope, sandbox._per_user)
    )
    assert sandbox._limiter() is sandbox._systemd_scope


def unlimited(limits):
    """A way of limiting that does not limit."""
    return sandbox._per_user(sandbox.Limits(processes=10_000, memory=2**40))


@pytest.mark.sandbox
def test_a_limit_is_believed_only_where_it_was_seen_to_hold(monkeypatch):
    require_sandbox()
    assert sandbox._holds(sandbox._limiter())
    monkeypatch.setattr(sandbox, "_rlimits", lambda limits: [])
    assert not sandbox._holds(unlimited)


AS_A_STRANGER = """
import sys
sys.path.insert(0, {root!r})
from course_utils.grading import sandbox
print(sandbox._limiter().__name__)
with sandbox.sandboxed(["-c", "import os; print(os.getuid())"]) as process:
    print(process.stdout.read().decode())
"""


@pytest.fixture
def public_package():
    """A copy of the package where every user can read it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        shutil.copytree(sandbox.PACKAGE, Path(folder, "course_utils"))
        yield folder


@pytest.mark.sandbox
def test_a_user_other_than_root_can_grade_too(public_package):
    require_sandbox()
    if os.geteuid() != 0 or not os.access(SYSTEM_PYTHON, os.X_OK) or shutil.which("setpriv") is None:
        pytest.skip("becoming another user takes root, setpriv and a Python that others may run")
    become = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
    command = [*become, SYSTEM_PYTHON, "-I", "-c", AS_A_STRANGER.format(root=public_package)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)
    assert done.stdout.split("\n") == ["_per_user", "65534", "", ""], done.stderr


def trusted_output(code, **limits):
    """What a trusted process prints."""
    if not sandbox._CAN_TRUST:
        pytest.skip("this system has no process groups")
    with sandbox.trusted(["-c", code], limits=sandbox.Limits(**limits)) as process:
        return process.stdout.read().decode().strip()


def test_what_is_trusted_runs_as_its_user_in_a_folder_that_vanishes():
    user, folder = trusted_output("import os\nprint(os.getuid(), os.getcwd())").split()
    assert int(user) == os.getuid()
    assert folder != os.getcwd()
    assert not os.path.exists(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer limits")
@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("block = bytearray(200 * 2**20)", {"memory": 50 * sandbox.MEBIBYTE}),
        ("while True: pass", {"seconds": 1}),
        ("open('large', 'wb').write(bytes(2**20))", {"file_size": 2**19}),
    ],
    ids=["memory", "seconds", "file size"],
)
def test_what_is_trusted_has_limits_too(code, limits):
    assert trusted_output(f"{code}\nprint('done')", **limits) == ""
    assert trusted_output("print('done')", **limits) == "done"


def test_what_is_trusted_leaves_no_process_behind(tmp_path):
    beats = tmp_path / "beats"
    beat = f"open({str(beats)!r}, 'a').write('x'); print(1, flush=True)"
    with sandbox.trusted(
        ["-c", f"import os, time\nos.fork()\nwhile True:\n    {beat}\n    time.sleep(0.01)"]
    ) as process:
        process.stdout.readline()
    beaten = beats.read_text()
    time.sleep(0.3)
    assert beats.read_text() == beaten


def test_where_nothing_can_be_trusted_the_sentence_says_what_to_do(undecided, monkeypatch):
    monkeypatch.setattr(sandbox, "_CAN_TRUST", False)
    monkeypatch.setattr(sandbox.sys, "platform", "win32")
    with (
        pytest.raises(sandbox.SandboxUnavailableError, match="Windows Subsystem"),
        sandbox.trusted(["-c", ""]),
    ):
        pass
    with pytest.raises(sandbox.SandboxUnavailableError, match=r"has the recipe\)\.$"):
        sandbox.require_sandbox()


@pytest.mark.sandbox
def test_no_control_group_is_left_behind():
    require_sandbox()
    with sandbox.sandboxed(["-c", "import time; time.sleep(60)"]) as process:
        during = list(sandbox.CGROUPS.glob(f"*/course-grading-{os.getpid()}-*"))
    assert process.returncode is not None
    assert not any(group.exists() for group in during)


@pytest.mark.sandbox
def test_the_environment_of_the_grader_is_in_no_process_inside(monkeypatch):
    require_sandbox()
    monkeypatch.setenv("COURSE_GRADEBOOK_URL", "a-password")
    code = "import glob; print([p for p in glob.glob('/proc/*/environ') if b'a-password' in open(p, 'rb').read()])"
    with sandbox.sandboxed(["-c", code]) as process:
        assert process.stdout.read() == b"[]\n"
