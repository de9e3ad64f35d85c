"""A service with the small model, asked without a network; for the tests of what serves."""

from __future__ import annotations

import asyncio

import httpx
from small_model import small_model

from course_utils.deploy.registry import Registry
from course_utils.deploy.service import create_app
from course_utils.deploy.service_settings import Settings

KEY = "a key for these tests only"
TOLD = {"who": "Ada", "when": "2026-11-21", "why": "It is better."}
RECORD = {"living area": 1500.0, "quality": 7}


def promote(folder, intercept=180.9, **facts):
    """Let a small model with this intercept serve from a folder; return its version."""
    registry = Registry(folder)
    sha256 = registry.add(small_model(intercept, **facts))
    registry.promote(sha256, **TOLD)
    return sha256


def settings_of(folder, **others):
    """The settings of a service whose models are in a folder, which looks for promotions at each request."""
    return Settings(folder, (KEY,), **{"seconds_between_looks": 0.0} | others)


def small_app(folder, **others):
    """The service of a folder in which the small model serves."""
    promote(folder)
    return create_app(settings_of(folder, **others))


def ask(app, method, path, *, key=KEY, headers=None, **body):
    """The answer of an application to one request; `body` is what httpx takes: json, content, ..."""

    async def answer():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            sent = {} if key is None else {"X-API-Key": key}
            return await client.request(method, path, headers=sent | (headers or {}), **body)

    return asyncio.run(answer())


def ask_value(app, record, **others):
    """The answer to one record."""
    return ask(app, "POST", "/v1/predict_value", json=record, **others)
