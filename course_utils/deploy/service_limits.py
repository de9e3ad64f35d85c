"""Who may ask, and how often."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from time import monotonic

from course_utils.deploy.refusals import Refused
from course_utils.deploy.service_settings import Settings


class Gate:
    """Lets a request pass if its key is one of ours and has not asked too often in this process."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = monotonic):
        limits = (settings.requests_per_second, settings.burst, clock)
        self._buckets = [(key.encode(), Bucket(*limits)) for key in settings.api_keys]

    def check(self, key: str | None) -> None:
        """Raise Refused with 401 or 429 if a request with this key does not pass."""
        given = (key or "").encode("utf-8", "replace")
        # every key is compared in full: the time it takes says nothing of how much of one was right
        matching = [bucket for ours, bucket in self._buckets if hmac.compare_digest(given, ours)]
        if not matching:
            detail = "the header X-API-Key is missing or holds no key of this service"
            raise Refused(401, detail, headers={"WWW-Authenticate": "ApiKey"})
        wait = matching[0].take()
        if wait:
            seconds = math.ceil(wait)
            detail = f"this key has asked too often; ask again in {seconds} second(s)"
            raise Refused(429, detail, headers={"Retry-After": str(seconds)})


class Bucket:
    """Holds at most `burst` requests and is refilled with `rate` a second; a rate of 0 is no limit."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]):
        self._rate, self._burst, self._clock = rate, max(burst, 1.0), clock
        self._left, self._filled = self._burst, clock()

    def take(self) -> float:
        """Take one request out and return 0, or the seconds after which there will be one."""
        if not self._rate:
            return 0.0
        now = self._clock()
        self._left = min(self._burst, self._left + self._rate * (now - self._filled))
        self._filled = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0
