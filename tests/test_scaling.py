import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from course_utils.datasets import load_ames, load_prostate
from course_utils.least_squares import fit_least_squares
from course_utils.scaling import Standardizer, fit_standardizer

seeds = st.integers(0, 2**32 - 1)


def drawn(seed, n_samples=12, n_features=3):
    rng = np.random.default_rng(seed)
    units, origins = 10.0 ** rng.integers(-4, 5, n_features), rng.uniform(-50, 50, n_features)
    return units * rng.standard_normal((n_samples, n_features)) + origins


def drawn_sparse(seed=0):
    return sparse.random_array((40, 6), density=0.3, rng=np.random.default_rng(seed), format="csc")


def test_transform_agrees_with_scikit_learn():
    X = load_ames().X
    theirs = StandardScaler().fit(X)
    np.testing.assert_allclose(fit_standardizer(X).transform(X), theirs.transform(X), rtol=0, atol=1e-10)
    np.testing.assert_allclose(fit_standardizer(X).scale, theirs.scale_, rtol=1e-12)


def test_sparse_transform_agrees_with_scikit_learn():
    X = drawn_sparse()
    ours = fit_standardizer(X, center=False).transform(X)
    theirs = StandardScaler(with_mean=False).fit_transform(X)
    np.testing.assert_allclose(ours.toarray(), theirs.toarray(), rtol=1e-12)


def test_sparse_transform_stores_no_new_value():
    X = drawn_sparse()
    scaled = fit_standardizer(X, center=False).transform(X)
    assert scaled.format == "csc"
    assert scaled.nnz == X.nnz


def test_stored_zeros_and_missing_zeros_count_alike():
    X = drawn_sparse()
    X.data[:4] = 0
    sparsely, densely = fit_standardizer(X, center=False), fit_standardizer(X.toarray(), center=False)
    np.testing.assert_allclose(sparsely.scale, densely.scale, rtol=1e-12)


@given(seeds, st.sampled_from([0, 1]))
def test_transformed_columns_have_mean_0_and_standard_deviation_1(seed, ddof):
    X = drawn(seed)
    Z = fit_standardizer(X, ddof=ddof).transform(X)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(Z.std(axis=0, ddof=ddof), 1, rtol=1e-7)


@given(seeds, st.booleans())
def test_inverse_transform_undoes_transform(seed, center):
    X = drawn(seed)
    standardizer = fit_standardizer(X, center=center)
    there_and_back = standardizer.inverse_transform(standardizer.transform(X))
    np.testing.assert_allclose(there_and_back, X, rtol=1e-12, atol=1e-12)


def test_sparse_inverse_transform_undoes_transform():
    X = drawn_sparse()
    standardizer = fit_standardizer(X, center=False)
    there_and_back = standardizer.inverse_transform(standardizer.transform(X))
    np.testing.assert_allclose(there_and_back.toarray(), X.toarray(), rtol=1e-12)


@given(seeds)
def test_transformed_values_do_not_depend_on_units_and_origins(seed):
    X = drawn(seed)
    elsewhere = 2.0 * X + 8.0
    ours, theirs = fit_standardizer(X).transform(X), fit_standardizer(elsewhere).transform(elsewhere)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


@given(seeds, st.booleans())
def test_predictions_are_the_same_in_original_units(seed, center):
    X, rng = drawn(seed), np.random.default_rng(seed)
    beta, intercept = rng.standard_normal(3), 4.0
    standardizer = fit_standardizer(X, center=center)
    original = standardizer.coefficients_in_original_units(beta, intercept)
    predicted = intercept + standardizer.transform(X) @ beta
    tolerance = 1e-12 * np.abs(X / standardizer.scale).max()
    np.testing.assert_allclose(original.intercept + X @ original.beta, predicted, rtol=0, atol=tolerance)


def test_least_squares_on_standardised_columns_maps_back_to_least_squares():
    data = load_prostate()
    standardizer = fit_standardizer(data.X)
    scaled, raw = fit_least_squares(standardizer.transform(data.X), data.y), fit_least_squares(data.X, data.y)
    mapped = standardizer.coefficients_in_original_units(scaled.beta, scaled.intercept)
    np.testing.assert_allclose(mapped.beta, raw.beta, rtol=1e-10)
    assert mapped.intercept == pytest.approx(raw.intercept, rel=1e-10)


def test_training_means_are_applied_to_new_rows():
    standardizer = fit_standardizer([[0.0], [2.0]])
    assert standardizer.transform([[5.0]]).tolist() == [[4.0]]


def test_ddof_1_divides_by_one_row_less():
    assert fit_standardizer([[0.0], [2.0]], ddof=1).scale[0] == pytest.approx(np.sqrt(2))


def test_names_of_a_frame_are_kept():
    frame = pd.DataFrame({"size": [1, 2, 4], "age": [9, 5, 5]})
    assert fit_standardizer(frame).feature_names == ("size", "age")


def test_constant_column_of_a_frame_is_named():
    frame = pd.DataFrame({"size": [1, 2, 4], "country": [7, 7, 7]})
    with pytest.raises(ValueError, match=r"constant column\(s\) in X: 'country'"):
        fit_standardizer(frame)


def test_constant_column_of_an_array_is_numbered():
    with pytest.raises(ValueError, match=r"constant column\(s\) in X: column 1"):
        fit_standardizer([[1.0, 0.1], [2.0, 0.1], [4.0, 0.1]])


def test_empty_column_of_a_sparse_matrix_is_constant():
    with pytest.raises(ValueError, match=r"constant column\(s\) in X: column 0"):
        fit_standardizer(sparse.csc_matrix([[0.0, 1.0], [0.0, 3.0]]), center=False)


def test_sparse_matrix_is_not_centred():
    with pytest.raises(TypeError, match=r"sparse matrix and centring would fill it; pass center=False"):
        fit_standardizer(drawn_sparse())


def test_sparse_rows_are_refused_by_a_standardizer_that_centres():
    X = drawn_sparse()
    with pytest.raises(TypeError, match="X is sparse and centring would fill it"):
        fit_standardizer(X.toarray()).transform(X)


@pytest.mark.parametrize("ddof", [-1, 2])
def test_ddof_leaves_at_least_one_row(ddof):
    with pytest.raises(ValueError, match=f"ddof is {ddof}; a number from 0 to 1"):
        fit_standardizer([[0.0], [2.0]], ddof=ddof)


def test_another_number_of_columns_is_refused():
    with pytest.raises(ValueError, match=r"X has 2 column\(s\); the standardizer was fitted to 1"):
        fit_standardizer([[0.0], [2.0]]).transform([[1.0, 2.0]])


def test_another_number_of_coefficients_is_refused():
    with pytest.raises(ValueError, match=r"beta has shape \(3,\); \(2,\) is needed"):
        Standardizer(mean=np.zeros(2), scale=np.ones(2)).coefficients_in_original_units([1.0, 2.0, 3.0])


def test_a_standardizer_cannot_be_changed():
    standardizer = fit_standardizer([[0.0], [2.0]])
    with pytest.raises(AttributeError):
        standardizer.mean = np.ones(1)
