"""`course serve`: the model of a registry over HTTP, until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from course_utils.cli.deployed import Refusal, add_registry, answered, registry_folder, serving_model

HELP = "Let the promoted model answer over HTTP, and whichever is promoted while it runs."
EPILOG = """\
Who asks needs a key in the header X-API-Key. The keys are in COURSE_API_KEY, with commas between them, or in the file
that COURSE_API_KEY_FILE names. Without either, a service that only this machine can reach makes one for this run and
shows it. TLS is left to what stands in front: nginx, Caddy, the ingress of a cluster.

  course serve
  COURSE_API_KEY_FILE=/etc/houses/key course serve --registry /srv/houses/models --host 0.0.0.0 --workers 4

COURSE_PREDICTION_LOG   where predictions are written down: the URL of a database, or none
                        (default: predictions.db beside the models)
COURSE_RATE_LIMIT       requests a second of one key (default: 100; 0 is no limit)

A promotion or a rollback (`course models`) is answered with within half a second, without a restart. With several
workers each looks for itself, so that for that long two models answer; each answer names its own. /metrics counts
for all workers, and all write to one log of predictions. The rate limit is each worker's own: a key may ask up to
--workers times as often. Ctrl-C and SIGTERM stop it: what is being answered is finished first.

Exit code: 0 stopped, 1 refused, 2 misused.
"""
APPLICATION = "course_utils.deploy.service:app_from_environment"
LARGEST_PORT, MOST_WORKERS = 65_535, 64
BACKLOG = 2048  # connections that wait
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
KEYS = ("COURSE_API_KEY", "COURSE_API_KEY_FILE")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the service listens, and with how many processes."""
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, EPILOG
    add_registry(parser)
    parser.add_argument(
        "--host", default="127.0.0.1", help="default: 127.0.0.1, which only this machine can reach"
    )
    parser.add_argument(
        "--port", type=_port, default=8000, help="default: 8000; 0 takes a free one, and says which"
    )
    parser.add_argument("--workers", type=_workers, default=1, metavar="N", help="processes (default: 1)")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; return the exit code."""
    return answered("serve", lambda: _serve(args))


def _serve(args) -> int:
    import uvicorn

    folder = registry_folder(args)
    entry, model = serving_model(folder)
    key = _made_key(args.host)
    os.environ["COURSE_REGISTRY"] = str(folder)  # where this process, or each of its workers, finds it
    _require_startable()
    with _listening(args.host, args.port) as listening, _counts(args.workers), _stopped_by_sigterm():
        print(_greeting(_address(listening), entry, model, key), flush=True)
        usual = {"factory": True, "log_config": None, "access_log": False, "ws": "none"}
        if args.workers == 1:
            with contextlib.suppress(KeyboardInterrupt):  # as uvicorn.run does for several workers
                uvicorn.Server(uvicorn.Config(APPLICATION, **usual)).run(sockets=[listening])
        else:
            _log_as_the_workers_do()
            uvicorn.run(APPLICATION, fd=listening.fileno(), workers=args.workers, **usual)
    return 0


def _made_key(host: str) -> str | None:
    """Make a key for this run if there is none and nobody else can reach the service; return it, or None."""
    if any(os.environ.get(name) for name in KEYS):
        return None
    if not _is_loopback(host):
        raise Refusal(
            f"whoever reaches {host} could use the service: a key is needed in COURSE_API_KEY, or in the file that "
            'COURSE_API_KEY_FILE names; make one with python3 -c "import secrets; print(secrets.token_urlsafe())"'
        )
    os.environ["COURSE_API_KEY"] = secrets.token_urlsafe()
    return os.environ["COURSE_API_KEY"]


def _require_startable() -> None:
    """Raise what a worker would die of: a setting, or a database that is not there."""
    from sqlalchemy.exc import SQLAlchemyError

    from course_utils.deploy.prediction_log import PredictionLog
    from course_utils.deploy.service_settings import Settings

    settings = Settings.from_environment(os.environ)
    if settings.prediction_log is None:
        return
    try:
        log = PredictionLog(settings.prediction_log, on_loss=lambda n: None)
        log.start()
    except (SQLAlchemyError, ModuleNotFoundError) as error:  # its text may hold a password
        raise Refusal(
            f"the log of predictions cannot be written ({type(error).__name__}): COURSE_PREDICTION_LOG"
        ) from None
    log.close()


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Hold a socket at which connections wait from now on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Refusal(
            f"nothing can listen at {host}, port {port}: {error.strerror}; --port 0 takes a free one"
        ) from None
    with listening:
        # otherwise an answer in two packets can wait 40 ms for the first to be confirmed
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listening


@contextlib.contextmanager
def _counts(n_workers: int) -> Iterator[None]:
    """Give several workers a folder for their counts, before any of them counts."""
    if n_workers == 1 or os.environ.get(COUNTS):
        yield
        return
    if sys.platform == "win32":
        raise Refusal("several workers cannot share a socket on this system; --workers 1 is needed")
    with tempfile.TemporaryDirectory(prefix="counts-") as folder:
        os.environ[COUNTS] = folder
        try:
            yield
        finally:
            del os.environ[COUNTS]


@contextlib.contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """End by SIGTERM as by the end of the work, with what is to be tidied up; uvicorn finishes its answers before."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_as_the_workers_do() -> None:
    import logging.config

    from course_utils.deploy.service_edge import LOGGING

    logging.config.dictConfig(LOGGING)


def _greeting(address: str, entry, model, key: str | None) -> str:
    """Return what serves where, and a request that can be copied."""
    shown = "" if key is None else f"The key of this run, because COURSE_API_KEY is not set: {key}\n"
    return (
        f"{model.name}, {entry.sha256[:12]}, answers at {address}; {address}/openapi.json describes it.\n"
        f"{shown}\n{_curl(address, _example(model), key)}\n\nCtrl-C stops it."
    )


def _curl(address: str, record: dict[str, float], key: str | None) -> str:
    """Return a command that asks for a prediction, as this system's shell reads it."""
    url, body, windows = f"{address}/v1/predict_value", json.dumps(record), sys.platform == "win32"
    start = ["curl", url, "-H", "Content-Type: application/json", "-d", body]
    line = subprocess.list2cmdline(start) if windows else shlex.join(start)
    ours = "%COURSE_API_KEY%" if windows else "$COURSE_API_KEY"
    return f'{line} -H "X-API-Key: {key or ours}"'


def _example(model) -> dict[str, float]:
    """Return a record near the means of the training rows, in few digits."""
    seen = zip(model.contract.features, model.mean, model.seen_low, model.seen_high, strict=True)
    return {feature.name: _ordinary(feature, *numbers) for feature, *numbers in seen}


def _ordinary(feature, mean: float, low: float, high: float) -> float:
    """Return about the mean of a feature: whole if its ends are whole, for there are no 0.6 fireplaces."""
    short = float(round(mean)) if low.is_integer() and high.is_integer() else float(f"{mean:.4g}")
    return short if feature.low <= short <= feature.high else low


def _address(listening: socket.socket) -> str:
    """Return the address under which this machine finds the service."""
    host, port = listening.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r:.20} is no port; 0 to {LARGEST_PORT} is needed")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(
            f"{text!r:.20} workers cannot be started; 1 to {MOST_WORKERS} is needed"
        )
    return int(text)
