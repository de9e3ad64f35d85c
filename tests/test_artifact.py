"""Tests of course_utils.deploy.artifact: a model comes back from its file as it was, or not at all."""

from __future__ import annotations

import json
import struct
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_model import SMALL_MODEL, small_model

from course_utils.datasets import load_ames
from course_utils.deploy import artifact as artifacts
from course_utils.deploy.artifact import content_hash, from_bytes, load, predict, to_bytes
from course_utils.deploy.facts import ArtifactError
from course_utils.deploy.freezing import Fit, freeze
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

ABOUT = {"name": "houses", "purpose": "A test.", "created": "2026-11-21"}


def reread(model):
    """The model that its bytes hold."""
    return from_bytes(to_bytes(model), content_hash(to_bytes(model)))


@pytest.fixture(scope="module")
def houses():
    return load_ames()


@pytest.fixture(scope="module")
def pipeline(houses):
    return make_pipeline(StandardScaler(), Lasso(alpha=1.0)).fit(houses.X, houses.y)


@pytest.fixture(scope="module")
def model(houses, pipeline):
    return reread(freeze(Fit.pipeline(pipeline), houses, **ABOUT))


LAYOUTS = {"by row": np.ascontiguousarray, "by column": np.asfortranarray, "sliced": lambda X: X[::-2]}


@pytest.mark.parametrize("rows", [1, 2, 7, 64, 1000, 2925])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_predictions_are_those_of_the_pipeline_bit_by_bit(model, pipeline, houses, rows, layout):
    X = LAYOUTS[layout](houses.X[:rows])
    assert predict(model, X).tobytes() == pipeline.predict(X).tobytes()


def test_predictions_are_those_of_our_own_fit_bit_by_bit(houses):
    standardizer = fit_standardizer(houses.X)
    result = coordinate_descent(standardizer.transform(houses.X), houses.y, 1.0)
    ours = reread(freeze(Fit.ours(standardizer, result), houses, **ABOUT))
    expected = standardizer.transform(houses.X) @ result.beta + result.intercept
    assert predict(ours, np.asfortranarray(houses.X)).tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [1, 3, 100])
def test_predictions_hardly_depend_on_the_size_of_a_batch(model, houses, size):
    whole = predict(model, houses.X)
    parts = [predict(model, houses.X[start : start + size]) for start in range(0, len(whole), size)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-12)


def test_a_single_row_gives_a_single_number(model, houses):
    assert predict(model, houses.X[5]) == pytest.approx(predict(model, houses.X)[5], rel=1e-12)
    assert np.shape(predict(model, houses.X[5])) == ()


BAD_ROWS = [
    ([[1500.0]], ValueError, r"X has shape \(1, 1\); \(n_samples, 2\) is needed"),
    (np.zeros((1, 2, 2)), ValueError, r"X has shape \(1, 2, 2\)"),
    (1500.0, ValueError, r"X has shape \(\)"),
    ([["1500", "7"]], TypeError, r"X has dtype <U4; real numbers"),
    ([[True, False]], TypeError, r"X has dtype bool"),
    ([[np.nan, 7.0]], ValueError, r"X holds NaN or infinity"),
    ([[np.inf, 7.0]], ValueError, r"X holds NaN or infinity"),
    (
        pd.DataFrame({"quality": [7.0], "living area": [1500.0]}),
        ValueError,
        r"the columns of X are \['quality'",
    ),
]


@pytest.mark.parametrize(("X", "error", "complaint"), BAD_ROWS, ids=[entry[2] for entry in BAD_ROWS])
def test_rows_that_are_none_get_no_prediction(X, error, complaint):
    with pytest.raises(error, match=complaint):
        predict(SMALL_MODEL, X)


def test_a_frame_with_the_names_of_the_model_is_predicted():
    frame = pd.DataFrame({"living area": [1980], "quality": [7]})
    assert predict(SMALL_MODEL, frame) == pytest.approx([30.1 + 180.9])


def test_facts_come_back_bit_by_bit(model):
    assert reread(model) == model
    assert to_bytes(reread(model)) == to_bytes(model)
    assert struct.pack("d", reread(SMALL_MODEL).coefficients[1]) == struct.pack("d", -0.0)


def test_a_model_is_loaded_by_the_hash_of_its_bytes(tmp_path):
    (tmp_path / "model.json").write_bytes(to_bytes(SMALL_MODEL))
    assert load(tmp_path / "model.json", content_hash(to_bytes(SMALL_MODEL))) == SMALL_MODEL


def test_what_is_stored_is_hashed_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(artifacts, "decode", lambda cls, data: pytest.fail("parsed"))
    rng, data = np.random.default_rng(0), to_bytes(SMALL_MODEL)
    for bit in rng.choice(8 * len(data), size=300, replace=False):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(ArtifactError, match="it is not what was stored, and nothing in it was read"):
            from_bytes(bytes(flipped), content_hash(data))


@pytest.mark.parametrize("sha256", ["", "0" * 63, "G" * 64, None, content_hash(b"").upper()])
def test_without_a_hash_nothing_is_read(sha256):
    with pytest.raises(ArtifactError, match=r"the expected SHA-256 is .*; 64 hexadecimal digits"):
        from_bytes(to_bytes(SMALL_MODEL), sha256)


def test_a_file_that_is_too_long_is_not_even_hashed(tmp_path, monkeypatch):
    monkeypatch.setattr(artifacts, "LARGEST_FILE", 10)
    (tmp_path / "model.json").write_bytes(to_bytes(SMALL_MODEL))
    with pytest.raises(ArtifactError, match="the file is longer than 10 bytes; it is not read"):
        load(tmp_path / "model.json", content_hash(to_bytes(SMALL_MODEL)))


def altered(**facts):
    """The bytes of the small model with other facts, whatever they are."""
    data = json.loads(to_bytes(SMALL_MODEL)) | facts
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode() + b"\n"


FORGED = [
    ({"intercept": True}, "intercept is true of type bool"),
    ({"intercept": 181}, "intercept is 181 of type int"),
    ({"intercept": float("nan")}, "NaN is no number that JSON knows"),
    ({"metrics": [{}]}, r"is missing in metrics\[0\]"),
    ({"spread": {"low": 1.0, "high": 0.0, "level": 0.9}}, "the spread goes from 1.0 to 0.0"),
    ({"units": ["square feet"]}, "units has 1 entries and feature_names has 2"),
    ({"note": "hello"}, "the key 'note' is unknown in Artifact"),
    ({"versions": [["numpy"]]}, r"versions\[0\] is a list of 1; a text is needed"),
]


@pytest.mark.parametrize(("facts", "complaint"), FORGED, ids=[entry[1] for entry in FORGED])
def test_a_file_with_its_right_hash_is_still_read_strictly(facts, complaint):
    data = altered(**facts)
    with pytest.raises(ArtifactError, match=complaint):
        from_bytes(data, content_hash(data))


def test_facts_of_the_wrong_type_are_not_written():
    with pytest.raises(ArtifactError, match=r"n_samples is 10\.5 of type float; a whole number is needed"):
        to_bytes(small_model(n_samples=10.5))


def test_a_model_cannot_be_changed():
    with pytest.raises(AttributeError):
        SMALL_MODEL.intercept = 0.0


def test_the_contract_of_a_model_has_its_names_units_and_ranges():
    area = SMALL_MODEL.contract.features[0]
    assert (area.name, area.unit, area.low, area.high) == ("living area", "square feet", 0.0, 5700.0)
    assert SMALL_MODEL.contract.row_from({"quality": 7, "living area": 1980}).tolist() == [1980, 7]


ALONE = """
import sys
from course_utils.deploy.artifact import load, predict
model = load(sys.argv[1], sys.argv[2])
row = model.contract.row_from({"quality": 7, "living area": 1980})
print(predict(model, row), *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_model_is_loaded_and_predicts_with_numpy_alone(tmp_path):
    path, data = tmp_path / "model.json", to_bytes(SMALL_MODEL)
    path.write_bytes(data)
    command = [sys.executable, "-c", ALONE, str(path), content_hash(data)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert float(printed[0]) == pytest.approx(211.0)
    assert "numpy" in printed
    assert not {"sklearn", "scipy", "pandas", "joblib", "matplotlib", "skops"} & set(printed)
