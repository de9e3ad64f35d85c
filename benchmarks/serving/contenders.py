"""What is measured: how each service is started, what it is asked, and where its answer stands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
KEY = "a key for this measurement only"
# all is on, but for the limit of requests a second
OUR_ENVIRONMENT = {"COURSE_REGISTRY": "models", "COURSE_API_KEY": KEY, "COURSE_RATE_LIMIT": "0"}


@dataclass(frozen=True)
class Scene:
    """What all contenders serve: the folder of their files, the python of the rivals, a record and its prediction."""

    folder: Path
    rivals: Path
    record: Mapping[str, float]
    expected: float


@dataclass(frozen=True)
class Contender:
    """A service.

    Attributes
    ----------
    name : what it is called in the results.
    command : (scene, port) -> the words that start it.
    path, body : where it is asked, and scene -> what, to be sent as JSON.
    predicted : the parsed answer -> the predicted value.
    headers, environment : what it needs beside.
    keeps : whether many requests share a connection.
    """

    name: str
    command: Callable[[Scene, int], list[str]]
    path: str
    body: Callable[[Scene], Any]
    predicted: Callable[[Any], float]
    headers: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = True


def positions(scene: Scene) -> dict:
    """Return a question of the tutorial: numbers, and nothing says of what."""
    return {"features": list(scene.record.values())}


def tensor(scene: Scene) -> dict:
    """Return a question of the Open Inference Protocol as MLServer wants it of scikit-learn: one matrix."""
    values = list(scene.record.values())
    return {"inputs": [{"name": "X", "datatype": "FP64", "shape": [1, len(values)], "data": values}]}


def development_server(scene: Scene, port: int) -> list[str]:
    """Return how the tutorial starts its service."""
    return [str(scene.rivals), str(FOLDER / "tutorial_flask.py"), str(port)]


def gunicorn(*options: str) -> Callable[[Scene, int], list[str]]:
    """Return how the same service is started under gunicorn with one worker."""

    def command(scene: Scene, port: int) -> list[str]:
        where = ["--bind", f"127.0.0.1:{port}", "--pythonpath", str(FOLDER), "--workers", "1"]
        return [str(scene.rivals), "-m", "gunicorn", *where, *options, "tutorial_flask:app"]

    return command


def mlserver(scene: Scene, port: int) -> list[str]:
    """Write the settings of MLServer, and return how it is started."""
    folder = scene.folder / "mlserver"
    folder.mkdir(exist_ok=True)
    settings = {"host": "127.0.0.1", "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2}
    settings |= {"parallel_workers": 0}  # the model in the process that answers, like everybody's
    model = {"name": "houses", "implementation": "mlserver_sklearn.SKLearnModel"}
    model |= {"parameters": {"uri": str(scene.folder / "pipeline.joblib")}}
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps(model))
    return [str(scene.rivals.with_name("mlserver")), "start", str(folder)]


def ours(scene: Scene, port: int) -> list[str]:
    """Return how `course serve` starts our service."""
    return [sys.executable, "-m", "course_utils", "serve", "--port", str(port)]


def _flask(name: str, command, *, keeps: bool) -> Contender:
    return Contender(name, command, "/predict", positions, lambda answer: answer["prediction"], keeps=keeps)


def _ours(name: str, *, keeps: bool) -> Contender:
    about = {"headers": {"X-API-Key": KEY}, "environment": OUR_ENVIRONMENT, "keeps": keeps}
    named = ("/v1/predict_value", lambda scene: dict(scene.record), lambda answer: answer["predicted_value"])
    return Contender(name, ours, *named, **about)


BASELINE = "tutorial, Flask's development server"
OURS = "course serve"
CONTENDERS = (
    _flask(BASELINE, development_server, keeps=False),
    _flask("tutorial, gunicorn", gunicorn(), keeps=False),
    _flask("tutorial, gunicorn, kept connections", gunicorn("--threads", "4"), keeps=True),
    Contender(
        "MLServer, scikit-learn",
        mlserver,
        "/v2/models/houses/infer",
        tensor,
        lambda answer: answer["outputs"][0]["data"][0],
    ),
    _ours(OURS, keeps=True),
    _ours("course serve, a connection for each request", keeps=False),
)


def environment_of(contender: Contender) -> dict[str, str]:
    """Return the environment of a service: this one's, one thread for linear algebra, and what it needs."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, **contender.environment}
