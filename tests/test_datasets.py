import gzip
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes as load_diabetes_from_sklearn

from course_utils import datasets
from course_utils.datasets import (
    DataFileError,
    load_advertising,
    load_ames,
    load_diabetes,
    load_hitters,
    load_macrodata,
    load_prostate,
    load_riboflavin,
    simulate_sparse_regression,
)

LOADERS = [
    load_ames,
    load_prostate,
    load_diabetes,
    load_hitters,
    load_advertising,
    load_riboflavin,
    load_macrodata,
    lambda: simulate_sparse_regression(20, 5, 2, rng=np.random.default_rng(0)),
]
WIDE = [load_riboflavin]  # fewer rows than columns


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """A copy of the bundled files that a test may damage."""
    for path in datasets.DATA.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    return tmp_path


@pytest.mark.parametrize("load", LOADERS)
def test_every_dataset_is_finite_float64_with_a_name_and_a_unit_for_each_column(load):
    data = load()
    assert data.X.dtype == data.y.dtype == np.float64
    assert np.isfinite(data.X).all()
    assert np.isfinite(data.y).all()
    assert data.X.shape == (len(data.y), len(data.feature_names))
    assert set(data.units) == {*data.feature_names, data.target_name}


@pytest.mark.parametrize("load", LOADERS)
def test_no_two_columns_share_a_name(load):
    names = (*load().feature_names, load().target_name)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("load", [load for load in LOADERS if load not in WIDE])
def test_every_dataset_with_more_rows_than_columns_has_full_column_rank_beside_an_intercept(load):
    X = load().X
    assert np.linalg.matrix_rank((X - X.mean(axis=0)) / X.std(axis=0)) == X.shape[1]


def test_ames_holds_the_houses_de_cock_advises_to_keep():
    houses, raw = load_ames(), load_ames(as_frame=True)
    assert houses.X.shape == (2925, 31)
    assert houses.column("living area").max() <= 4000
    assert (raw["Gr Liv Area"] > 4000).sum() == len(raw) - len(houses.y)


def test_ames_prices_are_thousands_of_dollars():
    raw = load_ames(as_frame=True)
    kept = raw.loc[raw["Gr Liv Area"] <= 4000, "SalePrice"]
    np.testing.assert_allclose(load_ames().y * 1000, kept, rtol=1e-15)


def test_ames_areas_add_up_as_the_docstring_says():
    column = load_ames(redundant=True).column
    basement = (
        column("finished basement area")
        + column("second finished basement area")
        + column("unfinished basement area")
    )
    floors = column("first floor area") + column("second floor area") + column("low quality area")
    np.testing.assert_array_equal(column("basement area"), basement)
    np.testing.assert_array_equal(column("living area"), floors)


def test_ames_zeros_for_gaps_are_as_many_as_the_docstring_says():
    raw = load_ames(as_frame=True)
    kept = [name for name in datasets.AMES_COLUMNS if raw[name].isna().any()]
    no_basement = raw["Bsmt Qual"].isna()
    recorded = raw.loc[~no_basement, kept].isna()
    assert recorded.any(axis=1).sum() == 24
    assert set(recorded.columns[recorded.any()]) == {"Mas Vnr Area", "Garage Cars", "Garage Area"}


def test_raw_ames_frame_is_untouched():
    raw = load_ames(as_frame=True)
    text = gzip.decompress((datasets.DATA / "ames_raw.csv.gz").read_bytes()).decode()
    assert raw.to_csv(index=False, lineterminator="\n", float_format="%.0f") == text
    assert (raw["Mas Vnr Type"] == "None").sum() == 1752


def test_prostate_split_is_that_of_esl():
    everyone, train, test = (load_prostate(split=split) for split in (None, "train", "test"))
    assert (len(everyone.y), len(train.y), len(test.y)) == (97, 67, 30)
    np.testing.assert_array_equal(np.sort(np.r_[train.y, test.y]), np.sort(everyone.y))


def test_prostate_has_the_corrected_weight_in_row_32():
    """ESL, 2nd edition, footnote on page 3: the weight was wrong by a factor of ten, now 44.9 grams."""
    assert np.exp(load_prostate().column("lweight")[31]) == pytest.approx(44.9, abs=0.05)


def test_prostate_frame_keeps_its_train_column():
    frame = load_prostate(split="test", as_frame=True)
    assert frame.shape == (30, 10)
    assert not frame["train"].any()


def test_prostate_split_of_another_name_is_refused():
    with pytest.raises(ValueError, match="split is 'validation'; None, 'train' or 'test' is needed"):
        load_prostate(split="validation")


@pytest.mark.parametrize("scaled", [True, False])
def test_diabetes_is_that_of_scikit_learn(scaled):
    ours, theirs = load_diabetes(scaled=scaled), load_diabetes_from_sklearn(scaled=scaled)
    np.testing.assert_array_equal(ours.X, theirs.data)
    np.testing.assert_array_equal(ours.y, theirs.target)
    assert load_diabetes(scaled=scaled, as_frame=True).shape == (442, 11)


# The order in which the design matrix of the ISLP lab (chapter 6) holds them, there with [N] and [W].
ISLP_HITTERS = [
    *("AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"),
    *("CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"),
    *("League_N", "Division_W", "PutOuts", "Assists", "Errors", "NewLeague_N"),
]


def test_hitters_has_the_columns_of_the_islp_lab_in_its_order():
    assert list(load_hitters().feature_names) == ISLP_HITTERS


def test_hitters_holds_the_players_whose_salary_is_known_as_the_raw_frame_has_them():
    data, raw = load_hitters(), load_hitters(as_frame=True).dropna()
    numbers = [name for name in ISLP_HITTERS if name in raw]
    assert data.X.shape == (263, 19)
    np.testing.assert_array_equal(data.y, raw["Salary"])
    np.testing.assert_array_equal(np.column_stack([data.column(name) for name in numbers]), raw[numbers])


@pytest.mark.parametrize(
    ("name", "level"), [("League", "N"), ("Division", "W"), ("NewLeague", "N")], ids=lambda value: value
)
def test_a_category_of_hitters_is_a_column_of_0_and_1(name, level):
    of_paid = load_hitters(as_frame=True).dropna()[name]
    np.testing.assert_array_equal(load_hitters().column(f"{name}_{level}"), of_paid == level)


def test_the_hitters_without_a_salary_are_those_that_the_docstring_tells_of():
    raw = load_hitters(as_frame=True)
    hits = raw.groupby(raw["Salary"].isna())["Hits"].agg(["size", "mean"])
    assert raw.shape == (322, 20)
    assert hits["size"].tolist() == [263, 59]
    assert hits["mean"].round().tolist() == [108, 71]


def test_advertising_holds_the_columns_of_its_frame():
    data, raw = load_advertising(), load_advertising(as_frame=True)
    assert (data.feature_names, data.target_name) == (("TV", "radio", "newspaper"), "sales")
    np.testing.assert_array_equal(np.column_stack([data.X, data.y]), raw)
    assert raw.shape == (200, 4)


def test_riboflavin_has_far_more_columns_than_rows_and_the_rank_of_its_rows():
    X = load_riboflavin().X
    assert X.shape == (71, 4088)
    assert np.linalg.matrix_rank(X - X.mean(axis=0)) == 70


def test_riboflavin_is_what_the_file_stores_in_32_bits():
    data, frame = load_riboflavin(), load_riboflavin(as_frame=True)
    np.testing.assert_array_equal(data.X, data.X.astype(np.float32))
    np.testing.assert_array_equal(frame["log production rate"], data.y)
    np.testing.assert_array_equal(frame["YXLD_at"], data.column("YXLD_at"))


def test_the_first_samples_of_riboflavin_are_short_decimals_to_the_base_2():
    """0.0100, 0.0081, 0.0041, 0.0032: data/README.md gathers from them that y is a logarithm to base 2."""
    np.testing.assert_allclose(2 ** load_riboflavin().y[:4], [0.01, 0.0081, 0.0041, 0.0032], rtol=1e-6)


def test_riboflavin_unpickles_nothing(monkeypatch):
    allowed = []
    read = np.load
    monkeypatch.setattr(
        np, "load", lambda *args, **how: allowed.append(how["allow_pickle"]) or read(*args, **how)
    )
    load_riboflavin()
    assert allowed == [False]


def test_macrodata_runs_through_203_quarters_without_a_gap():
    raw = load_macrodata(as_frame=True)
    quarters = 4 * raw["year"] + raw["quarter"]
    assert raw.shape == (203, 14)
    assert (quarters.iloc[0], quarters.iloc[-1]) == (4 * 1959 + 1, 4 * 2009 + 3)
    assert (quarters.diff().dropna() == 1).all()


def test_macrodata_explains_unemployment_by_the_columns_of_its_frame():
    data, raw = load_macrodata(), load_macrodata(as_frame=True)
    assert data.target_name == "unemp"
    np.testing.assert_array_equal(data.X, raw[list(data.feature_names)])
    np.testing.assert_array_equal(data.y, raw["unemp"])


def test_macrodata_leaves_out_what_the_docstring_says_is_calculated():
    raw = load_macrodata(as_frame=True)
    left_out = set(raw.columns) - {*load_macrodata().units}
    inflation = 400 * np.log(raw["cpi"]).diff()[1:]
    assert left_out == {"year", "quarter", "infl", "realint"}
    rounded = 0.005  # two decimals, in infl, tbilrate and realint
    np.testing.assert_allclose(raw["infl"][1:], inflation, rtol=0, atol=rounded)
    np.testing.assert_allclose(raw["realint"][1:], raw["tbilrate"][1:] - inflation, rtol=0, atol=2 * rounded)


def test_a_column_is_found_by_its_name():
    data = load_prostate()
    np.testing.assert_array_equal(data.column("age"), data.X[:, 2])


def test_an_unknown_column_is_refused_with_the_names_there_are():
    with pytest.raises(KeyError, match="no feature is called 'weight'; the features are lcavol, lweight"):
        load_prostate().column("weight")


def test_missing_file_is_named_with_the_way_to_mend_it(data_folder):
    (data_folder / "prostate.csv").unlink()
    with pytest.raises(DataFileError, match=r"prostate.csv is missing. To mend it, .* course.py doctor"):
        load_prostate()


def test_damaged_file_is_named_with_the_way_to_mend_it(data_folder):
    content = (data_folder / "prostate.csv").read_bytes()
    (data_folder / "prostate.csv").write_bytes(content.replace(b"50", b"51", 1))
    with pytest.raises(
        DataFileError, match=r"prostate.csv is not the file that was bundled .* course.py doctor"
    ):
        load_prostate()


@pytest.mark.parametrize("load", [load_hitters, load_advertising, load_riboflavin, load_macrodata])
@pytest.mark.parametrize("as_frame", [True, False])
def test_every_loader_refuses_a_file_that_was_changed(load, as_frame, data_folder):
    for path in data_folder.glob("*.*"):
        if path.suffix in (".csv", ".npz"):
            path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DataFileError, match="is not the file that was bundled"):
        load(as_frame=as_frame)


def test_missing_checksums_are_named_with_the_way_to_mend_them(data_folder):
    (data_folder / "checksums.sha256").unlink()
    with pytest.raises(DataFileError, match=r"checksums.sha256 is missing. To mend it, .* course.py doctor"):
        load_ames()


def test_pandas_is_imported_only_by_a_loader_that_needs_it():
    code = "import sys, course_utils.datasets; sys.exit('pandas' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.integers(1, 30), st.integers(0, 30))
def test_simulation_has_as_many_nonzero_coefficients_as_asked(n_features, n_nonzero):
    n_nonzero = min(n_features, n_nonzero)
    data = simulate_sparse_regression(5, n_features, n_nonzero, rng=np.random.default_rng(1), signal=2.0)
    assert np.count_nonzero(data.beta_true) == n_nonzero
    assert set(np.abs(data.beta_true)) <= {0.0, 2.0}


def test_simulation_without_noise_is_exactly_linear():
    data = simulate_sparse_regression(10, 4, 2, rng=np.random.default_rng(2), noise=0.0)
    np.testing.assert_array_equal(data.y, data.X @ data.beta_true)


def test_simulated_correlation_falls_off_as_a_power_of_the_distance():
    X = simulate_sparse_regression(200_000, 4, 1, rng=np.random.default_rng(3), correlation=-0.6).X
    distance = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    np.testing.assert_allclose(np.cov(X.T), (-0.6) ** distance, atol=0.01)


def test_simulated_noise_has_the_standard_deviation_asked_for():
    data = simulate_sparse_regression(100_000, 3, 1, rng=np.random.default_rng(4), noise=2.5)
    assert np.std(data.y - data.X @ data.beta_true) == pytest.approx(2.5, rel=0.01)


def test_simulation_repeats_with_its_generator():
    first, again = (simulate_sparse_regression(9, 4, 2, rng=np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.y, again.y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_nonzero": 6}, "n_nonzero is 6; a number from 0 to n_features = 5"),
        ({"n_nonzero": -1}, "n_nonzero is -1; a number from 0 to n_features = 5"),
        ({"correlation": 1.0}, r"correlation is 1.0; a number between -1 and 1"),
        ({"noise": -1.0}, "noise is -1.0; a standard deviation that is not negative"),
    ],
)
def test_simulation_refuses_what_cannot_be_drawn(change, message):
    asked = {"n_samples": 9, "n_features": 5, "n_nonzero": 2, "rng": np.random.default_rng(6)} | change
    with pytest.raises(ValueError, match=message):
        simulate_sparse_regression(**asked)


def test_simulation_refuses_a_seed():
    with pytest.raises(TypeError, match="rng is 0 of type int; a generator is needed"):
        simulate_sparse_regression(9, 5, 2, rng=0)
