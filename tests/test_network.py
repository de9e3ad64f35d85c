import os
import socket
import subprocess
import sys

import nbformat.v4
import pytest

from course_utils.lessons.execution import LessonError, run_notebook
from course_utils.lessons.offline.sitecustomize import is_loopback

ELSEWHERE = "192.0.2.1"  # kept for documentation by RFC 5737: nobody answers there
ATTEMPT = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80), timeout=1)"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "", "0.0.0.0", None, b"localhost"]
)
def test_this_machine_is_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", [ELSEWHERE, "10.0.0.1", "2001:db8::1", "example.org", "localhost.example.org"]
)
def test_other_machines_are_not_loopback(host):
    assert not is_loopback(host)


def test_a_test_cannot_connect_to_another_machine():
    with pytest.raises(OSError, match="network blocked"):
        socket.create_connection((ELSEWHERE, 80), timeout=1)


def test_a_socket_cannot_be_connected_to_an_address_elsewhere():
    with socket.socket() as caller:
        caller.settimeout(1)
        with pytest.raises(OSError, match="network blocked"):
            caller.connect((ELSEWHERE, 80))


def test_a_test_cannot_send_a_datagram_to_another_machine():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(OSError, match="blocked"):
        sender.sendto(b"", (ELSEWHERE, 9))


def test_a_test_cannot_ask_for_the_address_of_another_machine():
    with pytest.raises(OSError, match="network blocked"):
        socket.getaddrinfo("example.org", 80)


def test_a_test_can_connect_to_this_machine():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as connection,
    ):
        assert connection.getpeername() == server.getsockname()


def test_a_child_cannot_connect_to_another_machine():
    child = subprocess.run([sys.executable, "-c", ATTEMPT], capture_output=True, text=True)
    assert "network blocked" in child.stderr


def test_a_child_still_gets_the_sitecustomize_that_ours_stands_in_front_of(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("print('mine')")
    search_path = os.pathsep.join([os.environ["PYTHONPATH"], str(tmp_path)])
    environment = os.environ | {"PYTHONPATH": search_path}
    child = subprocess.run([sys.executable, "-c", ""], capture_output=True, text=True, env=environment)
    assert child.stdout == "mine\n"


@pytest.mark.notebook
def test_a_kernel_cannot_connect_to_another_machine(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ATTEMPT)])
    with pytest.raises(LessonError, match="network blocked"):
        run_notebook(notebook, folder=tmp_path, name="lesson")
