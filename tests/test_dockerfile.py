"""deploy/Dockerfile: held to the rules of hadolint, to the imports of the service, and to what a container may hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from house_rules.import_graph import reachable, read_package

from course_utils.lessons.catalogue import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8")
LINES = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", TEXT)).splitlines()
SOURCES = read_package(ROOT / "course_utils")


def arguments_of(instruction):
    """What stands behind each use of an instruction, as words."""
    return [words[1:] for words in map(str.split, LINES) if words[:1] == [instruction]]


def copied_files():
    """The files that come from the course, without those of another stage."""
    return {name for words in arguments_of("COPY") if "--from=build" not in words for name in words[:-1]}


def command_of(instruction):
    """The words of an instruction in exec form, as a list."""
    line = next(line for line in LINES if line.startswith(instruction))
    return json.loads(line[line.index("[") :])


def findings(path):
    """What hadolint says of a file, one code each."""
    hadolint = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    told = subprocess.run([hadolint, "--no-color", "--format", "json", path], capture_output=True, text=True)
    return {finding["code"] for finding in json.loads(told.stdout)}


def test_hadolint_has_nothing_to_say():
    assert findings(DOCKERFILE) == set()


BAD = """FROM python
RUN pip install fastapi
RUN cd /tmp
ADD service.py /app/
CMD uvicorn service:app
"""


def test_hadolint_would_find_what_is_wrong(tmp_path):
    bad = tmp_path / "Dockerfile"
    bad.write_text(BAD, encoding="utf-8")
    assert {"DL3006", "DL3013", "DL3042", "DL3003", "DL3020", "DL3025"} <= findings(bad)


def test_the_image_holds_the_modules_that_the_service_imports_and_no_others():
    needed = {"", *reachable("deploy.service", SOURCES)}
    packages = {"": "__init__", "deploy": "deploy/__init__"}
    files = {f"course_utils/{packages.get(name, name.replace('.', '/'))}.py" for name in needed}
    assert copied_files() - {"deploy/requirements.txt"} == files


def test_what_is_copied_is_there():
    assert [name for name in sorted(copied_files()) if not (ROOT / name).is_file()] == []


def test_what_is_copied_is_let_in_and_everything_else_stays_out():
    ignore, *let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    allowed = [line.removeprefix("!") for line in let_in if line.startswith("!")]
    assert (ignore, len(allowed)) == ("*", len(let_in))
    assert [file for file in sorted(copied_files()) if not any(map(Path(file).match, allowed))] == []


def test_both_stages_stand_on_the_same_pinned_and_slim_base():
    bases = {words[0] for words in arguments_of("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", bases.pop())


def test_the_base_has_a_python_that_the_course_supports():
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
    of_the_base = re.search(r"FROM python:3\.(\d+)", TEXT)[1]
    assert int(of_the_base) >= int(lowest.removeprefix(">=3."))


def test_every_library_is_installed_by_its_hash_and_none_is_built():
    (install,) = [" ".join(words) for words in arguments_of("RUN") if "pip" in words]
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(install.split())


def test_the_process_is_not_root_and_is_known_by_its_number():
    assert arguments_of("USER") == [["10001:10001"]]


@pytest.mark.parametrize("instruction", ["CMD", "HEALTHCHECK"])
def test_what_is_run_is_a_list_of_words_so_that_signals_reach_it(instruction):
    assert all(isinstance(word, str) for word in command_of(instruction))


class Ready(BaseHTTPRequestHandler):
    """Answers like the service while it has a model, and like another address if another one is asked."""

    def do_GET(self):
        self.send_error(self.server.status if self.path == "/readyz" else 404)

    def log_message(self, *_):
        pass


@pytest.mark.service
@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_of_the_container_is_the_readiness_of_the_service(status, healthy):
    _, option, code = command_of("HEALTHCHECK")
    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        server.status = status
        threading.Thread(target=server.handle_request).start()
        asked = code.replace(":8000/", f":{server.server_port}/")
        done = subprocess.run([sys.executable, option, asked], capture_output=True, timeout=30)
    assert (done.returncode == 0) == healthy, done.stderr


def test_no_secret_stands_in_the_image():
    told = " ".join(word for words in arguments_of("ENV") + arguments_of("ARG") for word in words)
    assert re.findall(r"KEY|PASSWORD|TOKEN|SECRET|INDEX", told) == []
