"""What every test shares: the validation environment, no network, drawn cases that repeat, a generator."""

from __future__ import annotations

import os

from course_utils.lessons.environment import block_network, validation_environment

# Before NumPy is imported: its linear algebra reads the number of threads only once.
os.environ.update(validation_environment())
block_network()

import matplotlib  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

pytest_plugins = ("kill_rate", "attack_table", "bad_input_table", "driving.fixtures", "driving.latency")

matplotlib.use("Agg")
# checks and drivers that fail show their values, as tests do
pytest.register_assert_rewrite("claims", "driving")

settings.register_profile("course", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("weekly", derandomize=True, deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "course"))


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that starts from the same state in every test."""
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def empty_progress(tmp_path, monkeypatch):
    """Give each test a progress file of its own, which does not exist yet."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
