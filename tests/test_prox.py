import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar

from course_utils.prox import block_soft_threshold, hard_threshold, prox_elastic_net, soft_threshold

numbers = st.floats(-1e6, 1e6)
thresholds = st.floats(0, 1e6)
vectors = arrays(np.float64, 5, elements=numbers)
PROXES = (soft_threshold, hard_threshold, block_soft_threshold)


def test_soft_threshold_by_hand():
    np.testing.assert_array_equal(soft_threshold([3.0, -3.0, 0.5, -0.5, 0.0], 1.0), [2.0, -2.0, 0, 0, 0])


def test_soft_threshold_never_gives_minus_zero():
    assert not np.signbit(soft_threshold([-0.5, -1.0, 0.5, 0.0], 1.0)).any()


def test_soft_threshold_of_a_number_is_a_number():
    assert soft_threshold(3, 1) == 2.0
    assert np.ndim(soft_threshold(3, 1)) == 0


def test_soft_threshold_takes_a_threshold_for_each_entry():
    np.testing.assert_array_equal(soft_threshold([3.0, 3.0], [1.0, 4.0]), [2.0, 0.0])


def test_hard_threshold_keeps_or_kills():
    np.testing.assert_array_equal(hard_threshold([3.0, -1.0, 0.5], 1.0), [3.0, 0.0, 0.0])


def test_block_soft_threshold_shortens_the_whole_block():
    np.testing.assert_allclose(block_soft_threshold([3.0, 4.0], 1.0), [2.4, 3.2], rtol=1e-15)


@pytest.mark.parametrize("threshold", [5.0, 6.0])
def test_block_soft_threshold_kills_a_short_block(threshold):
    np.testing.assert_array_equal(block_soft_threshold([3.0, 4.0], threshold), [0.0, 0.0])


def test_prox_elastic_net_by_hand():
    np.testing.assert_array_equal(prox_elastic_net([5.0, -2.0, 0.5], 1.0, 3.0), [1.0, -0.25, 0.0])


@given(numbers, thresholds)
def test_a_block_of_one_is_soft_thresholded(z, threshold):
    assert block_soft_threshold([z], threshold) == pytest.approx(soft_threshold([z], threshold), abs=1e-9)


@given(st.floats(-10, 10), st.floats(0, 10), st.floats(0, 10))
def test_prox_elastic_net_minimises_its_definition(z, l1, l2):
    def cost(x):
        return 0.5 * (x - z) ** 2 + l1 * abs(x) + 0.5 * l2 * x**2

    best = minimize_scalar(cost, bounds=(-11, 11), method="bounded", options={"xatol": 1e-10})
    assert cost(prox_elastic_net(z, l1, l2)) <= best.fun + 1e-12


@given(st.floats(-10, 10), st.floats(0, 10))
def test_soft_threshold_minimises_its_definition(z, threshold):
    def cost(x):
        return 0.5 * (x - z) ** 2 + threshold * abs(x)

    best = minimize_scalar(cost, bounds=(-11, 11), method="bounded", options={"xatol": 1e-10})
    assert cost(soft_threshold(z, threshold)) <= best.fun + 1e-12


@given(st.floats(-10, 10), st.floats(0, 10))
def test_hard_threshold_minimises_its_definition(z, threshold):
    def cost(x):
        return 0.5 * (x - z) ** 2 + 0.5 * threshold**2 * (x != 0)

    assert cost(hard_threshold(z, threshold)) <= min(cost(z), cost(0.0)) + 1e-12


@given(vectors, thresholds)
def test_moreau_soft_threshold_plus_projection_on_the_box_is_the_identity(z, threshold):
    projection = np.clip(z, -threshold, threshold)
    np.testing.assert_allclose(soft_threshold(z, threshold) + projection, z, atol=1e-9)


@given(vectors, st.floats(1e-3, 1e6))
def test_moreau_block_soft_threshold_plus_projection_on_the_ball_is_the_identity(z, threshold):
    projection = z / max(1.0, np.linalg.norm(z) / threshold)
    np.testing.assert_allclose(block_soft_threshold(z, threshold) + projection, z, atol=1e-8)


@pytest.mark.parametrize("prox", [soft_threshold, block_soft_threshold])
@given(z=vectors, w=vectors, threshold=thresholds)
def test_the_prox_of_a_convex_penalty_is_nonexpansive(prox, z, w, threshold):
    moved = np.linalg.norm(prox(z, threshold) - prox(w, threshold))
    assert moved <= np.linalg.norm(z - w) + 1e-8


@given(vectors)
def test_without_a_threshold_nothing_moves(z):
    for prox in PROXES:
        np.testing.assert_allclose(prox(z, 0.0), z, atol=1e-150)  # squares below that underflow


@pytest.mark.parametrize("prox", PROXES)
@pytest.mark.parametrize("threshold", [-1e-3, np.nan])
def test_a_threshold_that_is_negative_or_nan_is_refused(prox, threshold):
    with pytest.raises(ValueError, match=r"threshold is .* not negative"):
        prox([1.0], threshold)


@pytest.mark.parametrize("prox", PROXES)
@pytest.mark.parametrize("z", [["a"], [1j], [None], np.array([1.0, "b"], dtype=object)])
def test_what_is_not_a_real_number_is_refused(prox, z):
    with pytest.raises(TypeError, match=r"z has dtype .* real numbers are needed"):
        prox(z, 1.0)


def test_a_block_has_one_threshold():
    with pytest.raises(ValueError, match="a block has one threshold"):
        block_soft_threshold([1.0, 2.0], [1.0, 1.0])


def test_prox_elastic_net_names_the_weight_that_is_wrong():
    with pytest.raises(ValueError, match="l2 is -1"):
        prox_elastic_net(1.0, 1.0, -1.0)
