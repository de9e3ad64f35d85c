"""Chromium without a window: one that reaches no other machine and tells whoever asks for one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from course_utils.lessons.catalogue import ROOT
from course_utils.lessons.offline.sitecustomize import is_loopback

ARTIFACTS = ROOT / "test-artifacts" / "browser"  # screenshots
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
USUAL_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
FLAGS = [
    "--no-sandbox",  # containers, where the tests are root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--force-color-profile=srgb",
    "--no-default-browser-check",
    "--no-first-run",
    # Other machines have no address here, so a request to one is aborted wherever it comes from.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
VIEW = {"width": 1280, "height": 900}
SECONDS = 60  # for anything that is waited for


class Browser:
    """A browser whose pages are watched: what they asked of other machines, and the errors of their scripts."""

    def __init__(self, context):
        self.context = context
        self.outside: list[str] = []
        self.errors: list[str] = []
        context.on("request", lambda request: self._note(request.url))
        context.on("page", self._watch)
        context.set_default_timeout(SECONDS * 1000)

    def _watch(self, page) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("websocket", lambda socket: self._note(socket.url))

    def _note(self, url: str) -> None:
        if is_outside(url):
            self.outside.append(url)

    def take(self) -> tuple[list[str], list[str]]:
        """Return what was noted since the last call: addresses on other machines, and errors of scripts."""
        noted, self.outside, self.errors = (self.outside, self.errors), [], []
        return noted

    @contextlib.contextmanager
    def page(self, address: str) -> Iterator:
        """Open a page in a tab of its own, and close it."""
        page = self.context.new_page()
        try:
            page.goto(address)
            yield page
        except Exception:
            page.screenshot(path=ARTIFACTS / f"{Path(urlsplit(address).path).stem}.png")
            raise
        finally:
            page.close()


def is_outside(url: str) -> bool:
    """Whether an address is on another machine: `data:`, `blob:` and files are here."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss", "ftp") and not is_loopback(parts.hostname)


@contextlib.contextmanager
def watched_browser() -> Iterator[Browser]:
    """Start Chromium, and end it with everything of its driver: other tests want their event loop back."""
    program = require_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield Browser(chromium.new_context(viewport=VIEW))
        chromium.close()


def holds(page, condition: str, *, ms: float) -> bool:
    """Whether a condition comes to hold within some ms."""
    from playwright.sync_api import TimeoutError as LateError

    with contextlib.suppress(LateError):
        page.wait_for_function(condition, timeout=ms)
        return True
    return False


def require_chromium() -> str:
    """Return the path of the browser; skip the test that needs it, or in continuous integration fail it."""
    missing = _what_is_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing}, and CI is set: .ci/run installs what is needed")
    if missing:
        pytest.skip(missing)
    return find_chromium()


def _what_is_missing() -> str:
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if find_chromium() else "Chromium is not installed, and $CHROMIUM names none"


def find_chromium() -> str | None:
    """Return the path of $CHROMIUM, or of the system's Chromium or Chrome; None where there is none."""
    wanted = os.environ.get("CHROMIUM")
    places = [*map(shutil.which, [wanted] if wanted else NAMES), *([] if wanted else USUAL_PLACES)]
    return next((place for place in places if place and Path(place).is_file()), None)
