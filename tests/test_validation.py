import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from course_utils.validation import (
    as_count,
    as_design,
    as_penalty,
    as_target,
    as_tolerance,
    column_label,
    constant_columns,
    names_of,
    require_rng,
    require_varying_columns,
)

GOOD = [[1.0, 2.0], [3.0, 5.0], [8.0, 13.0]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_design_with_a_value_that_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match=rf"X has 2 value\(s\) that are NaN or infinite, the first is {bad}"):
        as_design([[1.0, bad], [bad, 2.0]])


def test_sparse_design_with_nan_is_refused():
    with pytest.raises(ValueError, match=r"X has 1 value\(s\) that are NaN or infinite, the first is nan"):
        as_design(sparse.csc_matrix([[0.0, np.nan], [1.0, 0.0]]), accept_sparse=True)


@pytest.mark.parametrize(
    ("X", "dtype"),
    [
        ([["1", "2"], ["3", "4"]], "<U1"),
        (np.array(GOOD) + 1j, "complex128"),
        (np.array(GOOD, dtype=object), "object"),
        (np.array([["2020-01-01"], ["2021-01-01"]], dtype="datetime64[D]"), r"datetime64\[D\]"),
    ],
)
def test_design_that_is_not_of_real_numbers_is_refused(X, dtype):
    with pytest.raises(TypeError, match=f"X has dtype {dtype}; real numbers are needed"):
        as_design(X)


@pytest.mark.parametrize("streets", [["paved", "gravel"], pd.Categorical(["paved", "gravel"]), ["1", "2"]])
def test_frame_with_a_text_column_is_refused_by_name(streets):
    with pytest.raises(TypeError, match=r"X, column 'street', has dtype .*; real numbers are needed"):
        as_design(pd.DataFrame({"size": [1.0, 2.0], "street": streets}))


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64"])
def test_gap_in_a_pandas_column_is_a_value_that_is_not_finite(dtype):
    gap = pd.Series([1, None, 3], dtype=dtype)
    with pytest.raises(ValueError, match=r"X has 1 value\(s\) that are NaN or infinite"):
        as_design(gap.to_frame("size"))
    with pytest.raises(ValueError, match=r"y has 1 value\(s\) that are NaN or infinite"):
        as_target(gap, 3)


def test_complex_sparse_design_is_refused():
    with pytest.raises(TypeError, match="X has dtype complex128; real numbers are needed"):
        as_design(sparse.csc_matrix(np.array(GOOD) + 1j), accept_sparse=True)


@pytest.mark.parametrize(
    ("X", "shape"),
    [(3.0, r"\(\)"), ([1.0, 2.0, 3.0], r"\(3,\)"), (np.zeros((2, 3, 4)), r"\(2, 3, 4\)")],
)
def test_design_without_two_dimensions_is_refused(X, shape):
    with pytest.raises(ValueError, match=rf"X has shape {shape}; two dimensions \(n_samples, n_features\)"):
        as_design(X)


def test_ragged_rows_are_refused_with_what_was_wanted():
    with pytest.raises(ValueError, match="X has rows of different lengths; every row needs as many values"):
        as_design([[1.0, 2.0], [3.0]])


def test_design_of_one_row_is_refused_unless_it_is_enough():
    with pytest.raises(ValueError, match=r"X has 1 row\(s\); at least 2 needed"):
        as_design([[1.0, 2.0]])
    assert as_design([[1.0, 2.0]], min_rows=1).shape == (1, 2)


def test_design_without_a_column_is_refused():
    with pytest.raises(ValueError, match=r"X has shape \(3, 0\); at least one column is needed"):
        as_design(np.empty((3, 0)))


def test_sparse_design_is_refused_where_a_dense_one_is_needed():
    with pytest.raises(
        TypeError, match=r"X is a sparse csr matrix; a dense array is needed: pass X.toarray\(\)"
    ):
        as_design(sparse.csr_matrix(GOOD))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.bool_, np.float32])
def test_numbers_of_every_real_kind_are_cast_to_float64(dtype):
    X = as_design(np.array([[0, 1], [1, 1]], dtype=dtype))
    assert X.dtype == np.float64
    assert X.tolist() == [[0.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("order", ["C", "F"])
def test_either_memory_order_comes_back_in_fortran_order(order):
    X = as_design(np.array(GOOD, order=order))
    assert X.flags.f_contiguous
    assert X.tolist() == GOOD


def test_design_is_a_copy_that_may_be_changed():
    X = np.array(GOOD, order="F")
    as_design(X)[0, 0] = 99.0
    assert X.tolist() == GOOD


def test_frame_of_mixed_number_types_is_read_by_value():
    frame = pd.DataFrame({"size": [1, 2], "new": [True, False], "age": [0.5, 9.0]})
    assert as_design(frame).tolist() == [[1.0, 1.0, 0.5], [2.0, 0.0, 9.0]]


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.coo_matrix, sparse.csc_array, sparse.lil_matrix])
def test_sparse_designs_of_every_format_come_back_as_csc_float64(form):
    X = as_design(form(np.array([[0, 2], [3, 0]])), accept_sparse=True)
    assert (X.format, X.dtype) == ("csc", np.float64)
    assert X.toarray().tolist() == [[0.0, 2.0], [3.0, 0.0]]


def test_sparse_design_stores_every_place_once():
    twice = sparse.csc_matrix(([1.0, 2.0], [0, 0], [0, 0, 2]), shape=(2, 2))
    X = as_design(twice, accept_sparse=True)
    assert (X.nnz, X[0, 1]) == (1, 3.0)


def test_sparse_design_is_a_copy_that_may_be_changed():
    X = sparse.csc_matrix(GOOD)
    as_design(X, accept_sparse=True).data[:] = 99.0
    assert X.toarray().tolist() == GOOD


@pytest.mark.parametrize("y", [[1.0, 2.0], np.ones(4), np.ones((3, 2)), np.ones((1, 3)), 5.0])
def test_target_of_another_shape_than_one_value_a_row_is_refused(y):
    with pytest.raises(
        ValueError, match=r"y has shape \(.*\); \(3,\) is needed, one value for each row of X"
    ):
        as_target(y, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_target_with_a_value_that_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match=rf"y has 1 value\(s\) that are NaN or infinite, the first is {bad}"):
        as_target([1.0, bad, 2.0], 3)


@pytest.mark.parametrize(
    "y", [["a", "b"], np.array([1.0, 2.0], dtype=object), np.array([1j, 2.0]), pd.Series(["1", "2"])]
)
def test_target_that_is_not_of_real_numbers_is_refused(y):
    with pytest.raises(TypeError, match=r"y has dtype .*; real numbers are needed"):
        as_target(y, 2)


def test_sparse_target_is_refused():
    with pytest.raises(TypeError, match=r"y is a sparse csc matrix; a dense vector of length 3 is needed"):
        as_target(sparse.csc_matrix([[1.0], [2.0], [3.0]]), 3)


@pytest.mark.parametrize(
    "y", [(1, 2, 3), [[1], [2], [3]], pd.Series([1, 2, 3]), pd.DataFrame({"price": [1, 2, 3]})]
)
def test_target_may_be_integers_a_column_or_pandas(y):
    target = as_target(y, 3)
    assert (target.dtype, target.tolist()) == (np.float64, [1.0, 2.0, 3.0])


def test_target_is_a_copy_that_may_be_changed():
    y = np.ones(3)
    as_target(y, 3)[0] = 99.0
    assert y.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("lam", [-1.0, np.nan, np.inf, -np.inf, np.float64(-1e-300)])
def test_penalty_that_is_negative_or_not_finite_is_refused(lam):
    with pytest.raises(ValueError, match=rf"lam is {lam}; a finite number that is not negative is needed"):
        as_penalty(lam)


@pytest.mark.parametrize("lam", [0, 0.0, -0.0, np.float64(0)])
def test_zero_penalty_is_refused_with_the_way_to_least_squares(lam):
    with pytest.raises(ValueError, match=r"lam is 0; .* course_utils.least_squares.fit_least_squares"):
        as_penalty(lam)


def test_zero_penalty_passes_where_it_makes_sense():
    assert as_penalty(0, allow_zero=True) == 0.0


@pytest.mark.parametrize("lam", [True, np.bool_(True), "0.1", [0.1], np.array([0.1, 0.2]), None, 1j])
def test_penalty_that_is_not_one_real_number_is_refused(lam):
    with pytest.raises(TypeError, match=r"lam is .* of type .*; one real number is needed"):
        as_penalty(lam)


@pytest.mark.parametrize("lam", [2, np.int64(2), np.float32(2), np.array(2.0)])
def test_penalty_of_every_real_kind_comes_back_as_float(lam):
    assert (type(as_penalty(lam)), as_penalty(lam)) == (float, 2.0)


def test_names_of_a_frame_are_strings_and_an_array_has_none():
    assert names_of(pd.DataFrame({"size": [1], 7: [2]})) == ("size", "7")
    assert names_of(np.ones((2, 2))) is None


@given(st.integers(0, 2**32 - 1), st.floats(-1e9, 1e9))
def test_constant_columns_are_found_dense_and_sparse(seed, value):
    X = np.random.default_rng(seed).standard_normal((6, 5))
    X[:, [1, 4]] = value
    assert constant_columns(X).tolist() == [1, 4]
    assert constant_columns(sparse.csc_matrix(X)).tolist() == [1, 4]


def test_sparse_column_with_one_stored_value_is_constant_only_if_it_is_full():
    X = sparse.csc_matrix([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert constant_columns(X).tolist() == [0, 2]


def test_constant_columns_are_named_in_the_error():
    X = as_design([[1.0, 2.0, 3.0], [1.0, 9.0, 3.0]])
    with pytest.raises(ValueError, match=r"constant column\(s\) in X: 'town', 'year'; leave them out"):
        require_varying_columns(X, ("town", "size", "year"))


def test_many_constant_columns_are_counted():
    with pytest.raises(ValueError, match=r"column 0, column 1, column 2, column 3, column 4 and 2 more"):
        require_varying_columns(np.ones((3, 7)))


def test_varying_columns_pass():
    assert require_varying_columns(np.array(GOOD)) is None


def test_column_is_called_by_its_name_or_by_its_number():
    assert (column_label(("size", "age"), 1), column_label(None, 1)) == ("'age'", "column 1")


@pytest.mark.parametrize("rng", [None, 0, np.random.RandomState(0), np.random])
def test_randomness_that_is_not_a_generator_is_refused(rng):
    with pytest.raises(
        TypeError, match=r"rng is .*; a generator is needed: numpy.random.default_rng\(seed\)"
    ):
        require_rng(rng)


def test_generator_passes_unchanged(rng):
    assert require_rng(rng) is rng


@pytest.mark.parametrize(
    ("value", "at_least", "wanted"),
    [
        (0, 1, "a positive integer"),
        (1, 2, "an integer of at least 2"),
        (2.0, 1, "a positive"),
        (True, 0, "an"),
    ],
)
def test_what_is_no_count_is_refused_by_name(value, at_least, wanted):
    with pytest.raises(ValueError, match=rf"n_folds is {value!r}; {wanted}"):
        as_count(value, "n_folds", at_least)


def test_a_count_comes_back_as_a_python_integer():
    assert type(as_count(np.int64(3), "n_folds", at_least=3)) is int


@pytest.mark.parametrize("tol", [0, -1e-6, np.nan, np.inf, True, "1e-6", None])
def test_a_tolerance_that_is_no_positive_number_is_refused(tol):
    with pytest.raises(ValueError, match=r"tol is .*; a positive number is needed"):
        as_tolerance(tol)
