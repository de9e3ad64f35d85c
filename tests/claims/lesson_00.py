"""Claims of lesson 00, Start here."""

from __future__ import annotations

import sys
import tomllib

import numpy as np
from house_rules.reading import imported_modules, read_notebook

from claims import claim
from course_utils.datasets import load_ames
from course_utils.lessons.catalogue import ROOT, ready_lessons
from course_utils.path import lam_grid, lasso_path
from course_utils.scaling import fit_standardizer


def entering_columns(X, y, *, ratio=0.01):
    """Return the columns in the order in which a falling penalty lets them in, down to ratio · lam_max."""
    Z = fit_standardizer(X).transform(X)
    path = lasso_path(Z, y, lam_grid(Z, y, n_lams=30, ratio=ratio))
    return list(dict.fromkeys(event.feature for event in path.entry_order() if event.kind == "enters"))


@claim(
    "2",
    statement="Size and location make the price of a house, and the colour of its door does not: the LASSO "
    "keeps the first two and drops the third.",
    verdict="true",
    right="As a story, yes. Location is not among the columns that we load for Ames. Quality and size come "
    "in first, and a column of random colours is still out when more than 20 others are in. A column "
    "that stays out has not been proved worthless: the model gets by without it.",
    lesson="00",
    section="What is a house made of?",
)
def random_colours_stay_out():
    """The path on the houses of Ames with one column of chance added."""
    houses = load_ames()
    colour = np.random.default_rng(0).integers(5, size=len(houses.y))
    entered = entering_columns(np.column_stack([houses.X, colour]), houses.y)
    assert [houses.feature_names[j] for j in entered[:2]] == ["overall quality", "living area"]
    assert len(entered) > 20
    assert houses.X.shape[1] not in entered


@claim(
    "27",
    statement="One line, `pip install numpy pandas scikit-learn matplotlib`, installs all that one needs.",
    verdict="imprecise",
    right="Such a line is easily one short, and the cell that needs the missing library says so only when it "
    "is reached: this course draws with seaborn as well. Declare what you import, and let a check "
    "compare the two.",
    lesson="00",
    section="Setup",
)
def the_usual_line_is_short_and_our_declaration_is_not():
    """What the lessons import, against the usual line and against what pyproject.toml declares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [project["optional-dependencies"][name] for name in ("deploy", "fast")]
    installed = sum(extras, project["dependencies"])  # by `course.py start`
    declared = {requirement.partition(">")[0] for requirement in installed}
    setups = [cell for lesson in ready_lessons() for cell in read_notebook(lesson.path).tagged("setup")]
    imported = {name.partition(".")[0] for cell in setups for name in imported_modules(cell.tree)}
    needed = {
        "scikit-learn" if name == "sklearn" else name
        for name in imported - sys.stdlib_module_names - {"course_utils"}
    }
    assert "seaborn" in needed - {"numpy", "pandas", "scikit-learn", "matplotlib"}
    assert needed <= declared


@claim(
    "c00-1",
    statement="The LASSO finds out which features drive the price.",
    verdict="wrong",
    right="It finds a short list that predicts well. Another half of the same houses gives another list, and "
    "a column can be on it only because it goes along with what drives the price and was not written "
    "down.",
    lesson="00",
    section="What is a house made of?",
    box=True,
)
def lists_differ_and_a_bystander_is_kept():
    """Ten columns from each half of the houses; and a made-up cause that only its companion records."""
    houses = load_ames()
    first, second = (set(entering_columns(houses.X[half::2], houses.y[half::2])[:10]) for half in (0, 1))
    assert 0 < len(first & second) < 10
    rng = np.random.default_rng(0)
    cause, noise = rng.standard_normal((2, 500))
    bystander, price = cause + 0.5 * rng.standard_normal(500), 3 * cause + noise
    with_chance = np.column_stack([bystander, rng.standard_normal((500, 5))])
    assert entering_columns(with_chance, price, ratio=0.5) == [0]
