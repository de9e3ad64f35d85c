"""course.py: makes, mends or leaves the environment, and answers each obstacle with one sentence and the fix."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import venv
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from course_utils.cli import bootstrap, start
from course_utils.cli.bootstrap import InstallationError
from course_utils.cli.installation import Action, Installation, locked_packages
from course_utils.lessons import catalogue

# Stands in for pip: it notes how it was called, and says and returns what the test wrote down for it.
FAKE_PIP = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
script = json.loads((here / "script.json").read_text())
print(script["words"])
sys.exit(script["code"])
"""


class FakePip:
    """What the fake pip will say, and what it was asked."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "pip.py").write_text(FAKE_PIP, encoding="utf-8")
        self.says("Collecting numpy==2.4.6", code=0)

    def says(self, words: str, *, code: int) -> None:
        script = {"words": words, "code": code}
        (self.folder / "script.json").write_text(json.dumps(script), encoding="utf-8")

    @property
    def calls(self) -> list[list[str]]:
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def pip(tmp_path, monkeypatch):
    """Put a fake pip where `python -m pip` looks first, and make environments without the real one."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    builder = venv.EnvBuilder
    without_pip = functools.partial(builder, symlinks=os.name != "nt")
    monkeypatch.setattr(bootstrap.venv, "EnvBuilder", lambda with_pip, symlinks: without_pip())
    return FakePip(tmp_path / "elsewhere")


@pytest.fixture
def home(tmp_path):
    """A course without an environment."""
    root = tmp_path / "a course"
    root.mkdir()
    for name in ("requirements.txt", "requirements-dev.txt"):
        (root / name).write_text(
            f"# {name}\nnumpy==2.4.6 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8"
        )
    return Installation(root)


@pytest.fixture
def installed(home, pip):
    """A course whose learner's environment is finished; the fake pip has forgotten how."""
    bootstrap.prepare(home, "learner")
    (pip.folder / "calls.jsonl").unlink()
    return home


def test_the_first_start_installs_the_hashed_lock_then_the_package_in_place(home, pip):
    bootstrap.prepare(home, "learner")
    lock, in_place = pip.calls
    assert lock[-5:] == [
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        str(home.root / "requirements.txt"),
    ]
    assert in_place[-4:] == ["--no-deps", "--no-build-isolation", "-e", str(home.root)]
    assert home.condition().action is Action.NOTHING


def test_solvers_are_compiled_after_the_installation(home, pip, monkeypatch):
    commands = []
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda command, **_: commands.append(command))
    bootstrap.prepare(home, "learner")
    assert commands[-1] == [str(home.python), "-m", "course_utils.fast.ahead"]


def test_the_second_start_installs_nothing(installed, pip, capsys):
    capsys.readouterr()
    bootstrap.prepare(installed, "learner")
    assert pip.calls == []
    assert capsys.readouterr().out == ""


def test_it_says_what_it_does_how_long_it_takes_and_how_large_it_is(home, pip, capsys):
    bootstrap.prepare(home, "learner")
    shown = capsys.readouterr().out
    assert "one to two minutes and 1 GB" in shown
    assert str(home.environment) in shown
    assert "fetching packages: 1, now numpy" in shown


def test_testing_adds_the_developers_packages_to_the_learners_environment(installed, pip):
    marker = installed.environment / "untouched"
    marker.touch()
    bootstrap.prepare(installed, "developer")
    assert pip.calls[0][-1].endswith("requirements-dev.txt")
    assert marker.exists()


def test_a_developers_environment_serves_the_learner(home, pip):
    bootstrap.prepare(home, "developer")
    assert home.condition("learner").action is Action.NOTHING


def test_a_changed_lock_is_installed_over_the_old_one(installed, pip):
    installed.lock("learner").write_text("numpy==9.9\n", encoding="utf-8")
    assert installed.condition().action is Action.UPDATE
    bootstrap.prepare(installed, "learner")
    assert installed.condition().action is Action.NOTHING


def test_a_change_of_the_developers_lock_is_no_matter_to_a_learner(installed):
    installed.lock("developer").write_text("pytest==9.9\n", encoding="utf-8")
    assert installed.condition("learner").action is Action.NOTHING


def test_a_moved_folder_gets_a_new_environment(installed, pip, tmp_path, capsys):
    moved = Installation(installed.root.rename(tmp_path / "moved"))
    (moved.environment / "old").touch()
    bootstrap.prepare(moved, "learner")
    assert "because the folder was moved here from" in capsys.readouterr().out
    assert not (moved.environment / "old").exists()


def test_another_python_gets_a_new_environment(installed, monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    condition = installed.condition()
    assert condition.action is Action.REBUILD
    assert condition.reason.endswith("and this is Python 3.99.0")


def test_an_environment_whose_python_is_gone_is_made_again(installed):
    installed.python.unlink()
    assert installed.condition().reason == "the Python that it was made with is gone"


def interrupt(installation, needed, *, at="bootstrap._pip_install"):
    """Prepare an environment, and press Ctrl-C when it comes to this function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"course_utils.cli.{at}", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bootstrap.prepare(installation, needed)


def test_an_interrupted_installation_is_noticed_and_mended(home, pip):
    interrupt(home, "learner")
    assert home.condition().reason == "an earlier installation was interrupted"
    bootstrap.prepare(home, "learner")
    assert home.condition().action is Action.NOTHING


def test_an_interrupted_update_is_noticed(installed):
    interrupt(installed, "developer")
    assert installed.condition().reason == "an earlier installation was interrupted"


def test_an_interruption_while_the_old_environment_is_removed_is_noticed(installed, tmp_path):
    moved = Installation(installed.root.rename(tmp_path / "moved"))
    interrupt(moved, "learner", at="bootstrap.shutil.rmtree")
    assert moved.condition().reason == "an earlier installation was interrupted"


@pytest.mark.parametrize("content", ["", "{ half", "[]", '{"kind": "learner"}'])
def test_an_unreadable_stamp_counts_as_an_interrupted_installation(installed, content):
    installed.stamp_file.write_text(content, encoding="utf-8")
    assert installed.condition().action is Action.REBUILD


def test_an_environment_that_is_not_ours_is_never_touched(home, pip):
    home.environment.mkdir()
    (home.environment / "pyvenv.cfg").write_text("somebody else's", encoding="utf-8")
    with pytest.raises(
        InstallationError, match=r"was not made by this course.* Delete or rename that folder"
    ):
        bootstrap.prepare(home, "learner")
    assert (home.environment / "pyvenv.cfg").read_text(encoding="utf-8") == "somebody else's"


# What pip 23 and 24 print, abridged; the retries come first, as they do there.
OBSTACLES = {
    "no network": (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to "
        "establish a new connection: [Errno -2] Name or service not known')': /simple/numpy/\n"
        "ERROR: No matching distribution found for numpy==2.4.6",
        "The package index cannot be reached. Check the network",
    ),
    "no disk": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        r"The disk is full: 2.0 GB are needed in .*a course. Free some space",
    ),
    "wrong hash": (
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    Expected sha256 00",
        r"is not the one that the lock names.* Run `.*python.* -m pip cache purge`",
    ),
    "read-only": (
        "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'",
        r"The folder .*a course cannot be written. Copy the course to a folder of your own",
    ),
    "strange certificate": (
        "Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
        "CERTIFICATE_VERIFY_FAILED] certificate verify failed'))'",
        r"re-signs the traffic. Ask for its certificate and set PIP_CERT",
    ),
    "no wheel": (
        "ERROR: No matching distribution found for numpy==2.4.6",
        r"no ready-made version for Python 3\.\d+.* Use a 64-bit Python 3.11 to 3.14",
    ),
    "file in use": ("OSError: [WinError 32] used by another process", "is in use. Close JupyterLab"),
    "something else": ("ERROR: the moon is in the way", "its last words are above. Mend the cause"),
}


@pytest.mark.parametrize(("words", "sentence"), OBSTACLES.values(), ids=OBSTACLES)
def test_each_obstacle_that_pip_meets_gets_one_sentence_and_the_fix(home, pip, words, sentence):
    pip.says(words, code=1)
    with pytest.raises(InstallationError, match=sentence) as caught:
        bootstrap.prepare(home, "learner")
    assert "\n" not in str(caught.value)


def test_the_last_words_of_a_failing_pip_are_shown(home, pip, capsys):
    pip.says("Ignoring appnope: markers\nERROR: the moon is in the way", code=1)
    with pytest.raises(InstallationError):
        bootstrap.prepare(home, "learner")
    assert capsys.readouterr().err == "  pip: ERROR: the moon is in the way\n\n"


def test_the_words_of_a_pip_that_succeeds_are_not_shown(home, pip, capsys):
    pip.says("WARNING: something only a developer understands", code=0)
    bootstrap.prepare(home, "learner")
    assert "WARNING" not in "".join(capsys.readouterr())


def test_an_update_without_a_network_leaves_the_old_environment_as_it_was(installed, pip):
    installed.lock("learner").write_text("numpy==9.9\n", encoding="utf-8")
    pip.says("NewConnectionError", code=1)
    with pytest.raises(InstallationError):
        bootstrap.prepare(installed, "learner")
    assert installed.condition().action is Action.UPDATE


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_module_is_named_with_the_package_that_has_it(home, pip, monkeypatch, module):
    found = bootstrap.importlib.util.find_spec
    absent = SimpleNamespace(find_spec=lambda name: None if name == module else found(name))
    monkeypatch.setattr(bootstrap.importlib, "util", absent)
    sentence = rf"its {module} module is missing\. On Debian or Ubuntu: sudo apt install python3\.\d+-venv"
    with pytest.raises(InstallationError, match=sentence):
        bootstrap.prepare(home, "learner")
    assert not home.environment.exists()


def test_too_little_room_is_noticed_before_anything_is_made(home, pip, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**8))
    with pytest.raises(InstallationError, match="The disk is full"):
        bootstrap.prepare(home, "learner")
    assert not home.environment.exists()


def test_a_read_only_folder_is_noticed_before_anything_is_made(home, pip, monkeypatch):
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: False)
    with pytest.raises(InstallationError, match="cannot be written"):
        bootstrap.prepare(home, "learner")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device"), "The disk is full"),
        (OSError(30, "Read-only file system"), "cannot be written"),
        (OSError(5, "Input/output error"), r"The installation failed: \[Errno 5\] Input/output error"),
        (subprocess.CalledProcessError(1, "pip", output=b"No space left on device"), "The disk is full"),
    ],
    ids=["full", "read-only", "broken", "full for ensurepip"],
)
def test_an_obstacle_that_venv_meets_gets_a_sentence_too(home, pip, monkeypatch, error, sentence):
    def create(*args, **kwargs):
        raise error

    monkeypatch.setattr(bootstrap.venv, "EnvBuilder", lambda **kwargs: SimpleNamespace(create=create))
    with pytest.raises(InstallationError, match=sentence):
        bootstrap.prepare(home, "learner")


def test_settings_that_would_send_the_packages_elsewhere_are_not_passed_on(home, pip, monkeypatch):
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_CERT", "mine")
    environment = bootstrap._pip_environment()
    assert "PIP_USER" not in environment
    assert environment["PIP_CERT"] == "mine"


@pytest.mark.parametrize(
    ("obstacle", "code", "said"),
    [
        (InstallationError("A sentence."), 1, "A sentence.\n"),
        (KeyboardInterrupt(), 130, "Run the same command"),
    ],
    ids=["an obstacle", "Ctrl-C"],
)
def test_the_front_door_ends_with_a_sentence_and_no_traceback(monkeypatch, capsys, obstacle, code, said):
    def prepare(installation, needed):
        raise obstacle

    monkeypatch.setattr(bootstrap, "prepare", prepare)
    assert bootstrap.main(["start"]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--help"], ["start", "--help"], ["strat"]])
def test_nothing_is_installed_to_show_help_or_to_refuse_a_word(argv, monkeypatch):
    monkeypatch.setattr(bootstrap, "prepare", lambda installation, needed: pytest.fail("installed"))
    monkeypatch.setattr(bootstrap.cli, "main", lambda argv: 5)
    assert bootstrap.main(argv) == 5


def test_help_for_a_verb_that_needs_numpy_is_the_list_of_verbs(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "course_utils.cli.progress", None)
    assert bootstrap.main(["progress", "--help"]) == 0
    assert capsys.readouterr().out == bootstrap.cli.overview() + "\n"


def test_help_after_two_dashes_is_not_ours(monkeypatch):
    monkeypatch.setattr(bootstrap, "prepare", lambda installation, needed: None)
    monkeypatch.setattr(bootstrap, "hand_over", lambda python, arguments: arguments)
    assert bootstrap.main(["test", "--", "--help"]) == ["-m", "course_utils", "test", "--", "--help"]


def test_the_doctor_works_before_anything_is_installed(tmp_path):
    shutil.copy(catalogue.ROOT / "course.py", tmp_path)
    for name in ("course_utils", "data", "notebooks"):
        shutil.copytree(catalogue.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(catalogue.ROOT / name, tmp_path)
    command = [sys.executable, "-S", "course.py", "doctor"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert answer.returncode == 1, answer.stderr
    assert "problem  environment: there is no environment yet. Mend it: python" in answer.stdout


def test_the_environment_s_python_takes_over_and_its_exit_code_is_ours():
    script = (
        "import sys; from pathlib import Path; from course_utils.cli.bootstrap import hand_over; "
        "sys.exit(hand_over(Path(sys.executable), ['-c', 'raise SystemExit(9)']))"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 9


def old_pythons():
    """Return the Pythons on this machine that are too old for the course."""
    names = ["python2.7", *(f"python3.{minor}" for minor in range(6, 11))]
    managed = sorted(Path.home().glob(".pyenv/versions/*/bin/python"))
    pythons = [Path(path) for path in map(shutil.which, names) if path] + managed
    return [path for path in pythons if is_too_old(path)]


def is_too_old(python):
    """Whether this Python runs at all, and is older than the course needs."""
    asked = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11) and 11)"]
    return subprocess.run(asked, capture_output=True).returncode == 11


def test_an_old_python_gets_one_sentence_and_the_fix():
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python older than 3.11 on this machine")
    for python in pythons:
        # -E: the network guard in PYTHONPATH is not written for old Pythons.
        command = [str(python), "-E", str(catalogue.ROOT / "course.py"), "start"]
        answer = subprocess.run(command, capture_output=True, text=True)
        assert answer.returncode == 1
        assert answer.stderr.startswith("This course needs Python 3.11 or newer, and this is Python ")
        assert answer.stderr.count("\n") == 1


def test_the_front_door_is_written_in_words_that_python_2_knows():
    source = (catalogue.ROOT / "course.py").read_text(encoding="ascii")
    newer = ('f"', "f'", ":=", "->", "nonlocal", "async ", "from __future__")
    assert [word for word in newer if word in source] == []


def test_the_lock_is_read_with_its_markers():
    packages = locked_packages((catalogue.ROOT / "requirements.txt").read_text(encoding="utf-8"))
    numpy = [package.marker for package in packages if package.name == "numpy"]
    assert numpy == ["python_full_version < '3.12'", "python_full_version >= '3.12'"]
    assert {package.marker for package in packages if package.name == "jupyterlab"} == {""}


def test_progress_is_one_line_on_a_terminal_and_rare_in_a_log():
    written = []
    stream = SimpleNamespace(isatty=lambda: False, write=written.append, flush=lambda: None)
    status = bootstrap.StatusLine(stream)
    for done in range(50):
        status.show(f"{done} of 50")
    assert written == ["  0 of 50\n"]
    stream.isatty = lambda: True
    status.show("50 of 50")
    assert written[-1].startswith("\r  50 of 50 ")


@pytest.fixture
def busy_port():
    """A port of loopback on which something listens."""
    with socket.create_server((start.HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_said_in_one_sentence_with_the_fix(busy_port):
    with pytest.raises(OSError, match=rf"^Port {busy_port} is in use or not allowed\. Leave out --port"):
        start.choose_port(busy_port)


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_cannot_exist_is_said_in_one_sentence(port):
    with pytest.raises(OSError, match=rf"^Port {port} is in use or not allowed"):
        start.choose_port(port)


def test_without_a_wish_the_next_free_port_is_taken_and_said(busy_port, monkeypatch, capsys):
    monkeypatch.setattr(start, "FIRST_PORT", busy_port)
    assert busy_port < start.choose_port(None) <= busy_port + 99
    assert f"Port {busy_port} is in use, so this is port" in capsys.readouterr().out


def test_a_port_in_use_ends_start_with_one(busy_port, capsys):
    assert start.run(SimpleNamespace(port=busy_port, no_browser=True)) == 1
    assert f"Port {busy_port} is in use" in capsys.readouterr().err


def test_start_names_the_command_that_gives_the_new_version_of_a_changed_lesson():
    refreshed = start.copies.Refreshed(kept=["04_ista_from_scratch.ipynb"])
    (line,) = start._report(refreshed)
    assert "yours is kept because you changed it" in line
    assert "course.py reset 04" in line


@pytest.fixture
def served(tmp_path):
    """`course start --no-browser` on a free port with a learner's folder of the test's own."""
    with socket.create_server((start.HOST, 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "COURSE_FOLDER": str(tmp_path / "my_course"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "JUPYTER_TOKEN": "secret",
    }
    command = [sys.executable, "-m", "course_utils", "start", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    yield SimpleNamespace(process=process, port=port, address=printed_address(process))
    watchdog.cancel()
    process.kill()
    process.communicate()


def printed_address(process):
    """Return the first address that the process prints, or None if it ends without one."""
    lines = (line.strip() for line in process.stdout)
    return next((line for line in lines if line.startswith("http://")), None)


def status(address):
    """Return the HTTP status that an address answers with."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.service
def test_start_serves_lesson_00_to_who_has_the_address_and_stops_cleanly(served):
    contents = f"http://{start.HOST}:{served.port}/api/contents/{start.FIRST_LESSON}"
    assert served.address.endswith(f":{served.port}/lab/tree/{start.FIRST_LESSON}?token=secret")
    assert status(served.address) == 200
    assert status(f"{contents}?token=secret") == 200
    assert status(contents) == 403
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=30) == (1 if os.name == "nt" else 0)  # Windows ends it from outside
