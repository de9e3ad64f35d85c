"""The claims of lesson 08: a model's file and the service that answers with it."""

from __future__ import annotations

import json
import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest
from flask import Flask, request
from sklearn.linear_model import Lasso
from sklearn.preprocessing import StandardScaler
from small_model import small_model
from small_service import RECORD, ask_value, small_app

from claims import claim
from course_utils.deploy.artifact import content_hash, from_bytes, to_bytes
from course_utils.deploy.facts import ArtifactError


def tutorial_client(predict):
    """The service of the tutorials around a function of an array (1, n_features)."""
    app = Flask("tutorial")

    @app.post("/predict")
    def answer():
        try:
            features = np.array(request.json["features"]).reshape(1, -1)
            return {"prediction": float(predict(features)[0])}
        except Exception as error:
            return {"error": str(error)}, 400

    return app.test_client()


def fitted():
    """A scaler and a LASSO of two columns, price in thousands from an area and a rating."""
    rng = np.random.default_rng(88)
    X = np.column_stack([rng.uniform(500, 3000, 200), rng.uniform(1, 10, 200)])
    y = 0.05 * X[:, 0] + 20 * X[:, 1] + rng.normal(0, 5, 200)
    scaler = StandardScaler().fit(X)
    return scaler, Lasso(alpha=1.0).fit(scaler.transform(X), y)


@claim(
    "88",
    statement="A Flask route around model.predict is a service ready for production.",
    verdict="wrong",
    right="It answers columns in another order, texts, booleans and negative areas with status 200 and a price, and a "
    "fault of its own with status 400 and the text of the exception. None of that is up to Flask: the questions have "
    "to be checked, whatever the framework.",
    lesson="08",
    section="The same questions to two services",
    box=True,
)
def the_route_answers_nonsense_and_blames_the_client():
    """Questions to the route of the tutorials, and the same to ours; then a route without its model."""
    scaler, lasso = fitted()
    route = tutorial_client(lambda features: lasso.predict(scaler.transform(features)))
    for features in ([7.0, 1500.0], ["1500", "7"], [1500.0, True], [-1500.0, 7.0], [[1500.0], [7.0]]):
        answer = route.post("/predict", json={"features": features})
        assert answer.status_code == 200
        assert np.isfinite(answer.json["prediction"])
    broken = tutorial_client(None).post("/predict", json={"features": [1500.0, 7.0]})
    assert broken.status_code == 400
    assert "NoneType" in broken.json["error"]
    ours_refuses_them()


def ours_refuses_them():
    """The package's service on the same questions, by name."""
    with tempfile.TemporaryDirectory() as folder:
        app = small_app(Path(folder))
        assert ask_value(app, dict(reversed(RECORD.items()))).status_code == 200
        for change in ({"living area": "1500"}, {"quality": True}, {"living area": -1500.0}, {"pool": 1}):
            assert ask_value(app, RECORD | change).status_code == 422


CALLED: list[str] = []


def call(text):
    """Do what a stranger has written: here, remember it."""
    CALLED.append(text)


class FromAStranger:
    """What is pickled of it calls a function when it is read."""

    def __reduce__(self):
        return call, ("loading ran this",)


@claim(
    "89",
    statement="To deploy a model, save it with pickle or joblib and load it in the service.",
    verdict="imprecise",
    right="It works with a file of one's own, made by the same versions. But loading a pickle runs what is in it: "
    "who can replace the file owns the service. A LASSO is a few lists of numbers; JSON holds them, and reading it "
    "runs nothing.",
    lesson="08",
    section="The idea: a model is data",
    box=True,
    note="Version skew is not run: from scikit-learn 1.5.2 to 1.9.1 predictions agreed, and refitting broke.",
)
def loading_a_pickle_runs_it():
    """A pickle that calls a function when it is loaded; the same facts in JSON come back and call nothing."""
    CALLED.clear()
    pickle.loads(pickle.dumps(FromAStranger()))
    assert CALLED == ["loading ran this"]
    model = small_model()
    assert json.loads(to_bytes(model))["coefficients"] == list(model.coefficients)
    assert len(CALLED) == 1


@claim(
    "90",
    statement="Save the scaler along with the model.",
    verdict="true",
    right="A scaler fitted to the one row that is asked makes all of its values zero, and every row gets the "
    "intercept. Better than two files is one that holds both: two can part.",
    lesson="08",
    section="The idea: a model is data",
    box=True,
)
def a_scaler_fitted_to_the_question_answers_the_intercept():
    """Twenty rows, each scaled by itself: one answer for all; scaled by the training rows: twenty."""
    scaler, lasso = fitted()
    rows = np.random.default_rng(90).uniform([500, 1], [3000, 10], (20, 2))
    forgotten = [lasso.predict(StandardScaler().fit_transform([row]))[0] for row in rows]
    np.testing.assert_allclose(forgotten, lasso.intercept_, rtol=1e-12)
    assert np.ptp(lasso.predict(scaler.transform(rows))) > 50


@claim(
    "c08-1",
    statement="A checksum proves that a file is genuine.",
    verdict="imprecise",
    right="It shows that the bytes are those that somebody hashed. A change is refused; a forged model that comes with "
    "a hash of its own is accepted. Who may write that hash is a matter of permissions or of a signature.",
    lesson="08",
    section="How it fails",
    box=True,
)
def a_forgery_has_a_hash_too():
    """A changed file with the old hash is refused; with its own, loaded."""
    data = to_bytes(small_model())
    forged = to_bytes(small_model(intercept=190.9))
    with pytest.raises(ArtifactError, match="not what was stored"):
        from_bytes(forged, content_hash(data))
    assert from_bytes(forged, content_hash(forged)).intercept == 190.9
