"""What a service is told before it starts: by its caller, or by the environment.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SHORTEST_KEY = 16  # characters


class SettingsError(ValueError):
    """A setting without which, or with which, no service is started; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """What a service is told.

    Attributes
    ----------
    registry : pathlib.Path, the folder of the models
    api_keys : tuple of str, each opens the service; two of them while a key is being replaced
    prediction_log : str or None, the SQLAlchemy URL of a database; None writes no predictions down
    largest_body : int, bytes of a request
    most_records : int, of a batch
    seconds_for_body : float, for the whole body of a request to arrive
    requests_per_second, burst : float, of each key; 0 requests per second is no limit
    seconds_between_looks : float, how long a promotion may go unnoticed
    """

    registry: Path
    api_keys: tuple[str, ...] = field(repr=False)
    prediction_log: str | None = field(default=None, repr=False)  # a URL may hold a password
    largest_body: int = 1_000_000
    most_records: int = 1000
    seconds_for_body: float = 10.0
    requests_per_second: float = 100.0
    burst: float = 200.0
    seconds_between_looks: float = 0.5

    def __post_init__(self):
        if not self.api_keys or any(len(key) < SHORTEST_KEY or not key.isascii() for key in self.api_keys):
            raise SettingsError(
                f"an API key is missing, or shorter than {SHORTEST_KEY} characters of ASCII: whoever reaches the "
                'service could use it; make one with python3 -c "import secrets; print(secrets.token_urlsafe())"'
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Return what COURSE_REGISTRY, COURSE_API_KEY and the other variables below say.

        COURSE_API_KEY may hold several keys, commas between them. COURSE_PREDICTION_LOG is a URL, "none", or by
        default an SQLite file beside the models. COURSE_RATE_LIMIT is the requests a second of one key. Of the first
        two, COURSE_API_KEY_FILE and COURSE_PREDICTION_LOG_FILE may name the file in which the secret stands instead.
        """
        if not environment.get("COURSE_REGISTRY"):
            raise SettingsError("COURSE_REGISTRY is not set: the folder of the models is needed")
        registry = Path(environment["COURSE_REGISTRY"])
        keys = tuple(filter(None, map(str.strip, _secret(environment, "COURSE_API_KEY").split(","))))
        rate = _as_rate(environment.get("COURSE_RATE_LIMIT") or cls.requests_per_second)
        limits = {"requests_per_second": rate, "burst": 2 * rate}
        return cls(registry, keys, prediction_log=log_from_environment(environment, registry), **limits)


def log_from_environment(environment: Mapping[str, str], registry: Path) -> str | None:
    """Return the URL of the prediction log of the models in a folder; None if nothing is to be written down."""
    log = (
        _secret(environment, "COURSE_PREDICTION_LOG") or f"sqlite:///{registry.resolve() / 'predictions.db'}"
    )
    return None if log == "none" else log


def _secret(environment: Mapping[str, str], name: str) -> str:
    """Return what a variable says, or the file that NAME_FILE names: who lists processes does not read that."""
    path = environment.get(f"{name}_FILE")
    if not path:
        return environment.get(name, "")
    if environment.get(name):
        raise SettingsError(f"{name} and {name}_FILE are both set; one of them is needed")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE names a file that cannot be read: {error}") from None


def _as_rate(text: str | float) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate < float("inf"):
        raise SettingsError(
            f"COURSE_RATE_LIMIT is {text!r:.80}; requests a second are needed, 0 for no limit"
        )
    return rate
