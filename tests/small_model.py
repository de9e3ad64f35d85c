"""A model of two features, for the tests of what happens to models; its numbers mean nothing."""

from __future__ import annotations

from dataclasses import replace

from course_utils.deploy.artifact import Artifact
from course_utils.deploy.facts import Metric, Spread

SMALL_MODEL = Artifact(
    name="small houses",
    purpose="An example, for no decision.",
    created="2026-11-21",
    feature_names=("living area", "quality"),
    units=("square feet", "rating 1-10"),
    seen_low=(300.0, 1.0),
    seen_high=(3900.0, 10.0),
    accepted_low=(0.0, 1.0),
    accepted_high=(5700.0, 10.0),
    mean=(1500.0, 6.1),
    scale=(480.0, 1.4),
    coefficients=(30.1, -0.0),
    intercept=180.9,
    lam=5.0,
    gap=1e-7,
    target_name="price",
    target_unit="thousands of dollars",
    n_samples=2925,
    training_data_sha256="0" * 64,
    metrics=(Metric("root mean squared error", 30.5, 28.0, 33.1, 0.95),),
    spread=Spread(-50.5, 50.5, 0.9),
    versions=("Python 3.11.7", "numpy 2.4.6"),
)


def small_model(intercept=180.9, **facts):
    """The small model with other facts; another intercept is enough to have another one."""
    return replace(SMALL_MODEL, intercept=float(intercept), **facts)
