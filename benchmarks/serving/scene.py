"""The one model that all services serve: made by us, and again as the usual tutorial makes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from benchmarks.serving.contenders import Scene
from course_utils.deploy.artifact import predict
from course_utils.deploy.facts import Spread
from course_utils.deploy.freezing import Fit, freeze
from course_utils.deploy.houses import house_sales
from course_utils.deploy.registry import Registry
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

LAM = 0.5
PURPOSE = "To be asked as often as possible."
TOLD = {"who": "course bench", "when": "2026-11-21", "why": "It is the only one."}


def set_up(folder: Path, rivals: Path) -> Scene:
    """Return the scene in an empty folder.

    Raises
    ------
    subprocess.CalledProcessError
        The rivals cannot fit: what they said is in its stderr.
    """
    houses = house_sales(until="2008-12").dataset
    standardizer = fit_standardizer(houses.X)
    fit = Fit.ours(standardizer, coordinate_descent(standardizer.transform(houses.X), houses.y, LAM))
    about = {"name": "houses", "purpose": PURPOSE, "created": TOLD["when"]}
    model = freeze(fit, houses, spread=Spread(-50.0, 50.0, 0.9), **about)
    registry = Registry(folder / "models")
    registry.promote(registry.add(model), **TOLD)

    np.savez(folder / "rows.npz", X=houses.X, y=houses.y)
    train = [rivals, Path(__file__).with_name("tutorial_train.py"), str(LAM)]
    subprocess.run(train, cwd=folder, check=True, capture_output=True, text=True)
    row = houses.X[len(houses.X) // 2]
    record = dict(zip(model.feature_names, row.tolist(), strict=True))
    return Scene(folder, rivals, record, float(predict(model, row)))
