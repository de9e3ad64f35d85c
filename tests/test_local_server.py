"""A service inside this process: it answers while the block lasts, and is gone afterwards, whatever happens."""

from __future__ import annotations

import threading

import httpx
import pytest
from small_service import KEY, RECORD, small_app

from course_utils.deploy.local_server import serve_asgi, serve_wsgi


async def greeting(scope, receive, send):
    """An ASGI application of six lines that knows no startup."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def wsgi_greeting(environ, start_response):
    """The same in WSGI."""
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


async def broken_start(scope, receive, send):
    """An ASGI application whose startup fails."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


BOTH = pytest.mark.parametrize(("serve", "app"), [(serve_asgi, greeting), (serve_wsgi, wsgi_greeting)])


@BOTH
def test_a_service_answers_within_the_block(serve, app):
    with serve(app) as url:
        assert httpx.get(url).text == "hello"


@BOTH
def test_nobody_answers_after_the_block(serve, app):
    with serve(app) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


@BOTH
def test_a_service_ends_when_the_block_raises_and_the_error_comes_through(serve, app):
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), serve(app) as url:
        assert httpx.get(url).text == str(1 / 0)
    assert set(threading.enumerate()) <= before
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


@BOTH
def test_two_services_have_two_addresses_of_this_machine_alone(serve, app):
    with serve(app) as one, serve(app) as other:
        assert one != other
        assert one.startswith("http://127.0.0.1:")


@BOTH
def test_a_service_prints_nothing_and_logs_no_request(serve, app, capfd, caplog):
    with serve(app) as url:
        httpx.get(url)
    assert "".join(capfd.readouterr()) == ""
    assert [record.getMessage() for record in caplog.records if record.name != "httpx"] == []


@BOTH
def test_a_client_that_keeps_its_connection_does_not_keep_the_service(serve, app):
    before = set(threading.enumerate())
    with httpx.Client() as client, serve(app) as url:
        assert client.get(url).status_code == 200
    assert set(threading.enumerate()) <= before


def test_a_service_that_cannot_start_says_so_and_leaves_no_thread():
    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="its start failed"), serve_asgi(broken_start):
        pass
    assert set(threading.enumerate()) <= before


def test_our_service_answers_with_everything_on(tmp_path):
    with serve_asgi(small_app(tmp_path)) as url:
        answer = httpx.post(f"{url}/v1/predict_value", json=RECORD, headers={"X-API-Key": KEY})
    assert answer.json()["predicted_value"] == pytest.approx(180.9)
