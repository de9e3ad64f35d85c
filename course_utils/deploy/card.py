"""What a person should know of a model before relying on it, written from its facts.

Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import re

from course_utils.deploy.artifact import Artifact, content_hash, to_bytes

CARD = """# {name}

{purpose}

It predicts **{target}** ({unit}) from {n_features} features, {n_used} of them with a coefficient that is not zero.

- Model: `{sha256}`
- Made on {created} from {n_samples:,} rows{until}; their SHA-256 is `{training_data_sha256}`
- Made with {versions}
- Minimises `{objective}` with lam = {lam:.6g}; relative duality gap on the training rows: {gap:.1e}

## How good it is

{metrics}

{spread}

## What it wants

A record with every feature by name, and no other. Outside the accepted range it does not answer.

| feature | unit | seen in training | accepted | coefficient per standard deviation | per unit |
|---|---|---|---|---|---|
{features}

## What it does not say

- A coefficient is shrunk, and says what goes with a difference in a feature, not what changing the feature would do.
- The figures above are of rows like those of the training. When the world moves they no longer hold: monitor it.
- An interval's promise is an average over all rows; of a kind of rows that is rare it may hold less often.
"""


def model_card(artifact: Artifact) -> str:
    """Return the model card as Markdown; the same facts give the same card."""
    return CARD.format(
        name=_plain(artifact.name),
        purpose=_plain(artifact.purpose),
        target=_plain(artifact.target_name),
        unit=_plain(artifact.target_unit),
        n_features=len(artifact.feature_names),
        n_used=sum(coefficient != 0 for coefficient in artifact.coefficients),
        sha256=content_hash(to_bytes(artifact)),
        versions=_plain(", ".join(artifact.versions) or "unknown versions"),
        until="" if artifact.trained_until is None else f", the last of {_plain(artifact.trained_until)}",
        metrics=_metrics(artifact),
        spread=_spread(artifact),
        features="\n".join(_rows(artifact)),
        **{
            fact: getattr(artifact, fact)
            for fact in ("created", "n_samples", "training_data_sha256", "objective", "lam", "gap")
        },
    )


def _metrics(artifact: Artifact) -> str:
    lines = [
        f"- {_plain(metric.name)}: {metric.estimate:.4g}, "
        f"{metric.level:.0%} interval {metric.low:.4g} to {metric.high:.4g}"
        for metric in artifact.metrics
    ]
    return "\n".join(lines) or "Nothing was measured."


def _spread(artifact: Artifact) -> str:
    if artifact.spread is None:
        return "It gives no interval with a prediction."
    low, high, level = artifact.spread.low, artifact.spread.high, artifact.spread.level
    ends = f"prediction {low:+.4g} and prediction {high:+.4g}"
    return f"The outcome lies between {ends} with a probability of {level:.0%}."


def _rows(artifact: Artifact) -> list[str]:
    """Return a line of the table for each feature."""
    columns = zip(
        *(artifact.feature_names, artifact.units, artifact.seen_low, artifact.seen_high),
        *(artifact.accepted_low, artifact.accepted_high, artifact.coefficients, artifact.scale),
        strict=True,
    )
    return [
        f"| {_plain(name)} | {_plain(unit)} | {low:.6g} to {high:.6g} | {least:.6g} to {most:.6g} "
        f"| {coefficient:z.4g} | {coefficient / scale:z.4g} |"
        for name, unit, low, high, least, most, coefficient, scale in columns
    ]


def _plain(text: str) -> str:
    """Return a text so that Markdown shows its characters and does nothing else with them."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&])", r"\\\1", text)
