"""Tests of course_utils.deploy.pipeline_file: a pipeline that can be fitted again, or a sentence that says why not."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest
import sklearn.base
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from course_utils.datasets import load_prostate
from course_utils.deploy.artifact import content_hash
from course_utils.deploy.facts import ArtifactError
from course_utils.deploy.pipeline_file import load_pipeline, pipeline_to_bytes

MEN = load_prostate()


@pytest.fixture
def pipeline():
    return make_pipeline(StandardScaler(), Lasso(alpha=0.1)).fit(MEN.X, MEN.y)


def stored(data, tmp_path):
    """Write some bytes into a file; return its path and their hash."""
    (tmp_path / "pipeline.skops").write_bytes(data)
    return tmp_path / "pipeline.skops", content_hash(data)


def test_a_pipeline_comes_back_predicts_bit_by_bit_and_can_be_fitted(pipeline, tmp_path):
    again = load_pipeline(*stored(pipeline_to_bytes(pipeline), tmp_path))
    assert again.predict(MEN.X).tobytes() == pipeline.predict(MEN.X).tobytes()
    assert again.fit(MEN.X, MEN.y).predict(MEN.X).tobytes() == pipeline.predict(MEN.X).tobytes()


def test_a_pipeline_of_another_version_is_refused(pipeline, tmp_path, monkeypatch):
    monkeypatch.setattr(sklearn.base, "__version__", "1.5.2")
    data = pipeline_to_bytes(pipeline)
    monkeypatch.undo()
    with pytest.raises(ArtifactError, match=r"made by scikit-learn 1\.5\.2 and this is 1\..* Build it anew"):
        load_pipeline(*stored(data, tmp_path))


def test_every_flipped_bit_is_refused_before_the_file_is_opened(pipeline, tmp_path, monkeypatch):
    data = pipeline_to_bytes(pipeline)
    monkeypatch.setattr("skops.io.loads", lambda *a, **k: pytest.fail("opened"))
    monkeypatch.setattr("skops.io.get_untrusted_types", lambda *a, **k: pytest.fail("opened"))
    for bit in np.random.default_rng(0).choice(8 * len(data), size=300, replace=False):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << (bit % 8)
        path, _ = stored(bytes(flipped), tmp_path)
        with pytest.raises(ArtifactError, match="it is not what was stored, and nothing in it was read"):
            load_pipeline(path, content_hash(data))


def test_what_may_run_code_is_not_even_written():
    with pytest.raises(ArtifactError, match=r"the pipeline holds builtins\.print, which may run code"):
        pipeline_to_bytes(make_pipeline(FunctionTransformer(print)))


def test_what_may_run_code_is_not_loaded(tmp_path):
    import skops.io

    data = skops.io.dumps(make_pipeline(FunctionTransformer(print)))
    with pytest.raises(ArtifactError, match=r"the pipeline holds builtins\.print, which may run code"):
        load_pipeline(*stored(data, tmp_path))


@pytest.mark.parametrize("data", [pickle.dumps([1]), b"", b"PK\x03\x04", b"text"])
def test_what_is_no_skops_file_is_refused_in_a_sentence(data, tmp_path):
    with pytest.raises(ArtifactError, match="this is no skops file"):
        load_pipeline(*stored(data, tmp_path))


def test_without_skops_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(ArtifactError, match='skops is not installed; it comes with the extra "deploy"'):
        pipeline_to_bytes(None)


def test_importing_the_module_needs_neither_skops_nor_scikit_learn():
    script = "import sys, course_utils.deploy.pipeline_file; print(*{'skops', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
