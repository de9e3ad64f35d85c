"""Tests of course_utils.deploy.service_routes: what is described as guarded is guarded, and is answered directly."""

from __future__ import annotations

import pytest
from small_service import ask, small_app
from starlette.responses import Response

from course_utils.deploy.service_routes import NEEDS_KEY, Described, new_router

FILLED = {"{name}": "small houses", "{version}": "0"}


@pytest.fixture
def app(tmp_path):
    """The service of the small model."""
    return small_app(tmp_path)


def operations(app):
    """What the description says of each address: (method, address, whether it needs a key)."""
    paths = ask(app, "GET", "/openapi.json", key=None).json()["paths"]
    return [
        (method.upper(), path, "security" in about)
        for path, methods in paths.items()
        for method, about in methods.items()
    ]


def status_without_key(app, method, path):
    """The status of an answer to who has no key."""
    for field, value in FILLED.items():
        path = path.replace(field, value)
    return ask(app, method, path, key=None, content=b"").status_code


def test_an_address_is_guarded_exactly_if_its_description_says_so(app):
    found = [
        (path, guarded, status_without_key(app, method, path)) for method, path, guarded in operations(app)
    ]
    assert [path for path, guarded, status in found if guarded != (status == 401)] == []


def test_whatever_predicts_is_described_as_guarded(app):
    guarded = {path for _, path, guarded in operations(app) if guarded}
    assert guarded == {path for method, path, _ in operations(app) if method == "POST"}


def test_every_described_address_is_answered_by_its_function_alone(app):
    routes = {route.path: route for route in app.routes}
    assert all(isinstance(routes[path], Described) for _, path, _ in operations(app))


def test_what_a_guarded_function_would_do_is_not_done_without_a_key(app):
    done, router = [], new_router("/more")

    @router.post("/secret", **NEEDS_KEY)
    async def secret(request):
        done.append(request)
        return Response("done")

    app.router.routes += router.routes
    answers = [ask(app, "POST", "/more/secret", **options).status_code for options in ({"key": None}, {})]
    assert (answers, len(done)) == ([401, 200], 1)
