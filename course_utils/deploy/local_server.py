"""A service that runs inside this process, on a free port of this machine alone, as long as a block lasts.

    with serve_asgi(create_app(settings)) as url:
        urllib.request.urlopen(f"{url}/livez")

For lessons and tests: nobody outside this machine can reach it, it prints nothing, and it is always stopped.
Needs uvicorn, or for a WSGI application werkzeug, which comes with Flask: both of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from threading import Thread
from time import monotonic, sleep

LOOPBACK = "127.0.0.1"
PATIENCE = 30.0  # seconds for a service to start, and for it to end
STEP = 0.005


@contextlib.contextmanager
def serve_asgi(app) -> Iterator[str]:
    """Serve an ASGI application, ours for example, with uvicorn; the block gets its address."""
    import uvicorn

    with socket.create_server((LOOPBACK, 0)) as listening:
        # otherwise an answer in two packets can wait 40 ms for the first to be confirmed
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=int(PATIENCE)
        )
        server = uvicorn.Server(config)

        def run():
            with contextlib.suppress(SystemExit):  # which is how uvicorn ends when the start has failed
                server.run(sockets=[listening])

        def stop():
            server.should_exit = True

        with _in_a_thread(run, stop) as thread:
            _wait_until(lambda: server.started or not thread.is_alive())
            if not server.started:
                raise RuntimeError("the service ended before it could answer: its start failed")
            yield _address(listening)


@contextlib.contextmanager
def serve_wsgi(app) -> Iterator[str]:
    """Serve a WSGI application, one of Flask for example, with werkzeug's development server."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        """Writes no line for each request."""

        def log_request(self, *_):
            """Say nothing."""

    server = make_server(LOOPBACK, 0, app, threaded=True, request_handler=Silent)
    with contextlib.closing(server.socket), _in_a_thread(lambda: server.serve_forever(STEP), server.shutdown):
        yield _address(server.socket)


@contextlib.contextmanager
def _in_a_thread(run: Callable[[], None], stop: Callable[[], None]) -> Iterator[Thread]:
    """Run beside this thread until the block ends, however it ends; RuntimeError if it does not stop then."""
    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop()
        thread.join(PATIENCE)
        if thread.is_alive():
            raise RuntimeError(f"the service did not end within {PATIENCE:g} seconds")


def _wait_until(happened: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not happened() and monotonic() < deadline:
        sleep(STEP)


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"
