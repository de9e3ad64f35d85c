"""The fixtures of the browser tests, and what a failing one leaves behind.

They live as long as one file of tests: Playwright's event loop would be in the way of the tests that run kernels.
"""

from __future__ import annotations

import re

import pytest

from driving.browser import ARTIFACTS, Browser, watched_browser
from driving.lab import Lab, open_lesson
from driving.server import Course, served_course


@pytest.fixture(scope="module")
def browser() -> Browser:
    """Chromium, kept from other machines."""
    with watched_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def course(browser, tmp_path_factory) -> Course:
    """The course, served to a learner of this file's own; without a browser none is needed."""
    with served_course(tmp_path_factory.mktemp("learner")) as course:
        yield course


@pytest.fixture
def quiet(browser):
    """Fail a test by whose end a page has asked something of another machine, or a script has raised."""
    yield
    outside, errors = browser.take()
    assert (outside, errors) == ([], [])


@pytest.fixture(scope="module")
def opened(request, browser, course) -> Lab:
    """A lesson open in JupyterLab, as it was stored; its file is the parameter."""
    with open_lesson(browser, course, request.param) as lab:
        yield lab


@pytest.fixture(scope="module")
def ran(opened) -> Lab:
    """The same lesson after Run All Cells."""
    opened.run_all()
    return opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Photograph the open pages of a test that failed."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.failed and browser is not None:
        for number, page in enumerate(browser.context.pages, 1):
            name = re.sub(r"\W+", "-", item.name).strip("-")
            page.screenshot(path=ARTIFACTS / f"{name}-{number}.png")
    return report
