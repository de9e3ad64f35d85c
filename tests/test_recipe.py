"""course_utils.deploy.recipe: a model made from rows, and made again like one that is there."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.deploy.artifact import content_hash, predict
from course_utils.deploy.houses import FEATURES, LIMITS, house_sales
from course_utils.deploy.pipeline_file import load_pipeline
from course_utils.deploy.recipe import Recipe, challenger, make_model
from course_utils.deploy.registry import Registry

SALES = house_sales(until="2006-12")
UNITS = SALES.dataset.units
RECIPE = Recipe("houses of 2006", "For tests.", FEATURES, "price", UNITS, LIMITS)
DATES = {"created": "2007-01-01", "trained_until": "2006-12"}


@pytest.fixture(scope="module")
def made():
    return make_model(RECIPE, SALES.X, SALES.y, **DATES)


def test_the_model_is_the_lasso_of_all_rows(made):
    pipeline = make_pipeline(StandardScaler(), Lasso(alpha=made.model.lam, tol=1e-9)).fit(SALES.X, SALES.y)
    np.testing.assert_array_equal(predict(made.model, SALES.X), pipeline.predict(SALES.X))
    assert made.model.n_samples == len(SALES.y)
    assert made.model.trained_until == "2006-12"


def test_its_error_is_that_of_a_fit_which_has_not_seen_the_last_fifth(made):
    n = round(0.8 * len(SALES.y))
    earlier = make_pipeline(StandardScaler(), Lasso(alpha=made.model.lam, tol=1e-9)).fit(
        SALES.X[:n], SALES.y[:n]
    )
    residuals = SALES.y[n:] - earlier.predict(SALES.X[n:])
    assert made.model.metrics[0].estimate == pytest.approx(np.sqrt(np.mean(residuals**2)), rel=1e-12)
    assert np.mean(np.abs(residuals) <= made.model.spread.high) >= 0.9


def test_the_penalty_is_chosen_without_the_last_fifth(made):
    n = round(0.8 * len(SALES.y))
    changed = np.concatenate([SALES.y[:n], SALES.y[n:][::-1]])
    assert make_model(RECIPE, SALES.X, changed, **DATES).model.lam == made.model.lam


def test_the_same_rows_make_the_same_facts(made):
    again = make_model(RECIPE, SALES.X, SALES.y, **DATES).model
    assert (again.coefficients, again.metrics, again.spread) == (
        made.model.coefficients,
        made.model.metrics,
        made.model.spread,
    )


def test_the_pipeline_beside_the_model_can_be_loaded_and_fitted_again(made, tmp_path):
    (tmp_path / "pipeline.skops").write_bytes(made.pipeline)
    pipeline = load_pipeline(tmp_path / "pipeline.skops", content_hash(made.pipeline))
    np.testing.assert_array_equal(pipeline.predict(SALES.X), predict(made.model, SALES.X))
    np.testing.assert_array_equal(
        pipeline.fit(SALES.X, SALES.y).predict(SALES.X), predict(made.model, SALES.X)
    )


def test_a_challenger_has_the_recipe_of_the_champion_and_does_not_serve(made, tmp_path):
    registry, later = Registry(tmp_path), house_sales("2007-01", "2007-12")
    train = challenger(Recipe.of(made.model), registry, created="2008-01-01")
    predicts, sha256 = train(later.X, later.y, "2007-12")
    model = registry.load(sha256)
    assert (model.name, model.feature_names, model.units) == (RECIPE.name, FEATURES, made.model.units)
    assert model.trained_until == "2007-12"
    np.testing.assert_array_equal(predicts(later.X), predict(model, later.X))
    assert registry.current() is None


def test_a_range_is_kept_and_only_widened_by_rows_outside(made):
    X = SALES.X.copy()
    X[0, FEATURES.index("fireplaces")] = 9
    model = make_model(Recipe.of(made.model), X, SALES.y, **DATES).model
    high = dict(zip(FEATURES, model.accepted_high, strict=True))
    assert high["fireplaces"] == 9
    assert high["living area"] == made.model.accepted_high[FEATURES.index("living area")]


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="99 rows came; at least 100 are needed"):
        make_model(RECIPE, SALES.X[:99], SALES.y[:99], **DATES)
