"""Asks a service as cheaply as Python can: the request is put together once, and sockets are used as they are."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.serving.contenders import Contender, Scene

SECONDS = 30


class WrongAnswerError(Exception):
    """A service that did not answer what it should; the message says what came."""


@dataclass(frozen=True)
class Question:
    """The bytes of a request, and where they go."""

    port: int
    data: bytes
    keeps: bool


def question_for(contender: Contender, scene: Scene, port: int) -> Question:
    """Return what a contender is asked again and again."""
    body = json.dumps(contender.body(scene)).encode()
    headers = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Accept": "*/*"}
    headers |= {"Content-Length": str(len(body)), **contender.headers}
    if not contender.keeps:
        headers["Connection"] = "close"
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return Question(port, f"POST {contender.path} HTTP/1.1\r\n{head}\r\n".encode() + body, contender.keeps)


def ask(question: Question, n_requests: int, n_connections: int) -> bytes:
    """Ask n_requests times over several connections at once; return the body of one answer.

    Raises
    ------
    WrongAnswerError, OSError
        One of them was not answered with 200, or not at all.
    """
    shares = [len(range(i, n_requests, n_connections)) for i in range(n_connections)]
    with ThreadPoolExecutor(n_connections) as pool:
        return [*pool.map(lambda share: _ask_in_a_row(question, share), shares)].pop()


def _ask_in_a_row(question: Question, n_requests: int) -> bytes:
    connection, body = None, b""
    try:
        for _ in range(n_requests):
            if connection is None:
                connection = socket.create_connection(("127.0.0.1", question.port), SECONDS)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(question.data)
            body = _answer(connection)
            if not question.keeps:
                connection.close()
                connection = None
    finally:
        if connection is not None:
            connection.close()
    return body


def _answer(connection: socket.socket) -> bytes:
    """Return the body of the next answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection, data)
    head, _, body = data.partition(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise WrongAnswerError(f"the answer is {data[:200]!r}")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _received(connection, body)
    return body


def _received(connection: socket.socket, so_far: bytes) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise WrongAnswerError(f"the connection ended after {so_far[:200]!r}")
    return part
