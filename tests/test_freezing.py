"""Tests of course_utils.deploy.freezing: only a fit and its own rows become a model."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LassoCV, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from course_utils.datasets import load_prostate
from course_utils.deploy.artifact import predict
from course_utils.deploy.facts import ArtifactError
from course_utils.deploy.freezing import Fit, freeze, training_data_hash
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ista

MEN = load_prostate()
ABOUT = {"name": "prostate", "purpose": "A test.", "created": "2026-11-21"}


def fitted(*steps, data=MEN):
    """A pipeline of these steps, fitted."""
    return make_pipeline(*steps).fit(data.X, data.y)


def ours(lam=0.1, **options):
    """Our own fit."""
    standardizer = fit_standardizer(MEN.X)
    return Fit.ours(standardizer, ista(standardizer.transform(MEN.X), MEN.y, lam, **options))


def test_the_facts_are_those_of_the_rows_and_of_the_fit():
    model = freeze(ours(), MEN, **ABOUT)
    assert (model.lam, model.n_samples, model.feature_names) == (0.1, 97, MEN.feature_names)
    assert (model.units[0], model.target_name, model.target_unit) == ("log cm³", "lpsa", "log ng/ml")
    assert model.seen_low == tuple(MEN.X.min(axis=0))
    assert model.seen_high == tuple(MEN.X.max(axis=0))
    assert model.training_data_sha256 == training_data_hash(MEN.X, MEN.y)
    assert 0 <= model.gap <= 1e-6


def test_the_versions_are_those_of_what_made_it():
    theirs = freeze(Fit.pipeline(fitted(StandardScaler(), Lasso(alpha=0.1))), MEN, **ABOUT)
    assert any(text.startswith("scikit-learn ") for text in theirs.versions)
    assert not any(text.startswith("scikit-learn ") for text in freeze(ours(), MEN, **ABOUT).versions)


PIPELINES = [
    (StandardScaler(), Lasso(alpha=0.1)),
    (StandardScaler(with_mean=False), Lasso(alpha=0.1)),
    (StandardScaler(with_std=False), Lasso(alpha=0.1)),
    (StandardScaler(), LassoCV(alphas=20)),
]


@pytest.mark.parametrize("steps", PIPELINES, ids=repr)
def test_every_pipeline_of_a_scaler_and_a_lasso_is_frozen_bit_by_bit(steps):
    pipeline = fitted(*steps)
    model = freeze(Fit.pipeline(pipeline), MEN, **ABOUT)
    assert predict(model, MEN.X).tobytes() == pipeline.predict(MEN.X).tobytes()


@pytest.mark.parametrize(
    "steps",
    [(StandardScaler(), Ridge()), (MinMaxScaler(), Lasso()), (Lasso(),), (StandardScaler(), ElasticNet())],
    ids=repr,
)
def test_another_pipeline_is_refused_by_name(steps):
    with pytest.raises(ArtifactError, match="a StandardScaler and a Lasso are needed"):
        Fit.pipeline(fitted(*steps))


def test_a_ridge_that_is_handed_in_as_a_lasso_is_refused():
    ridge = fitted(StandardScaler(), Ridge(alpha=9.7))
    fit = Fit(ridge[0].mean_, ridge[0].scale_, ridge[1].coef_, ridge[1].intercept_, 0.1)
    with pytest.raises(
        ArtifactError, match=r"the relative duality gap on these rows is 0\.\d+; at most 0\.001"
    ):
        freeze(fit, MEN, **ABOUT)


def test_a_fit_to_other_rows_is_refused():
    half = replace(MEN, X=MEN.X[:50], y=MEN.y[:50])
    with pytest.raises(ArtifactError, match="or it was fitted to other rows"):
        freeze(ours(), half, **ABOUT)


@pytest.mark.filterwarnings("ignore::course_utils.solvers.ConvergenceWarning")
def test_a_fit_that_was_not_finished_is_refused():
    with pytest.raises(ArtifactError, match="it was not finished"):
        freeze(ours(max_iter=2), MEN, **ABOUT)


def test_the_accepted_range_is_wider_than_what_was_seen_unless_limits_are_given():
    model = freeze(ours(), MEN, **ABOUT, limits={"svi": (0, 1)})
    svi, age = MEN.feature_names.index("svi"), MEN.feature_names.index("age")
    assert (model.accepted_low[svi], model.accepted_high[svi]) == (0.0, 1.0)
    assert (model.accepted_low[age], model.accepted_high[age]) == (41 - 19, 79 + 19)


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        ({"height": (0, 1)}, "limits are given for 'height', which is no feature"),
        ({"age": (50, 60)}, "'age': accepted_low, seen_low"),
    ],
)
def test_limits_that_make_no_sense_are_refused(limits, complaint):
    with pytest.raises(ArtifactError, match=complaint):
        freeze(ours(), MEN, **ABOUT, limits=limits)


def test_the_hash_of_the_rows_does_not_depend_on_how_they_lie_in_memory():
    expected = training_data_hash(MEN.X, MEN.y)
    assert training_data_hash(np.ascontiguousarray(MEN.X), MEN.y.astype(">f8")) == expected
    assert training_data_hash(np.asfortranarray(MEN.X), MEN.y.tolist()) == expected


def test_another_row_another_order_and_another_shape_have_other_hashes():
    tables = [MEN.X, MEN.X[:96], MEN.X[::-1], MEN.X.reshape(194, 4), np.nextafter(MEN.X, np.inf)]
    assert len({training_data_hash(table, MEN.y) for table in tables}) == 5


def test_freezing_brings_in_no_scikit_learn():

    script = "import sys, course_utils.deploy.freezing; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
