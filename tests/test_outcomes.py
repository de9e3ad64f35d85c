"""course_utils.deploy.outcomes: every prediction has one fate, and no outcome is used twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.deploy.outcomes import Log, join_outcomes

TIMES = st.integers(0, 20)
ENTRIES = st.lists(st.tuples(st.integers(0, 8), TIMES, st.sampled_from([1.0, 2.0, np.nan])), max_size=25)


def log(*entries):
    """A log of (key, time, value)."""
    return Log(*np.array(entries, dtype=object).reshape(-1, 3).T)


def joined(predictions, outcomes, now=10.0, patience=3.0):
    return join_outcomes(log(*predictions), log(*outcomes), now=now, patience=patience)


def fate_of(*outcomes, predicted_at=5.0, **options):
    """What becomes of the only prediction, called "a"."""
    fates = joined([("a", predicted_at, 200.0)], outcomes, **options).fates
    return [fate for fate, count in fates.items() if count]


def test_predictions_meet_their_outcomes_whatever_the_order_of_the_logs():
    found = joined([("a", 2, 200.0), ("b", 1, 100.0)], [("b", 4, 110.0), ("a", 3, 190.0)])
    assert found.time.tolist() == [1, 2]
    assert found.predicted.tolist() == [100, 200]
    assert found.y.tolist() == [110, 190]


@pytest.mark.parametrize(
    ("outcomes", "fate"),
    [
        ([("a", 6, 210.0)], "judged"),
        ([("a", 8, 210.0)], "judged"),
        ([("a", 9, 210.0)], "late"),
        ([("a", 6, 210.0), ("a", 7, 210.0)], "judged"),
        ([("a", 6, 210.0), ("a", 7, 999.0)], "contradicted"),
        ([("a", 4, 210.0)], "known before"),
        ([("b", 6, 210.0)], "missing"),
        ([("a", 6, np.nan)], "missing"),
        ([("a", 11, 210.0)], "missing"),
    ],
)
def test_fate_of_a_prediction(outcomes, fate):
    assert fate_of(*outcomes) == [fate]


def test_who_is_patient_waits():
    assert fate_of(("b", 6, 1.0), patience=5) == ["waiting"]


def test_the_first_of_several_predictions_counts():
    found = joined([("a", 2, 222.0), ("a", 1, 111.0), ("a", 3, 333.0)], [("a", 4, 100.0)])
    assert found.predicted.tolist() == [111]
    assert found.fates["repeated"] == 2


def test_what_is_written_later_is_not_seen():
    found = joined([("a", 1, 1.0), ("b", 9, 1.0)], [("a", 2, 1.0), ("b", 9.5, 1.0)], now=8)
    assert found.time.tolist() == [1]
    assert sum(found.fates.values()) == 1


@given(ENTRIES, ENTRIES, TIMES)
def test_every_prediction_has_exactly_one_fate(predictions, outcomes, now):
    found = joined(predictions, outcomes, now=now)
    asked = {key for key, time, _ in predictions if time <= now}
    assert sum(found.fates.values()) == sum(time <= now for _, time, _ in predictions)
    assert len(found.y) == found.fates["judged"] + found.fates["late"]
    answered = {key for key, time, value in outcomes if time <= now and not np.isnan(value)}
    assert found.n_unasked == len(answered - asked)


def test_counts_read_as_sentences():
    found = joined([("a", 1, 1.0), ("b", 2, 1.0)], [("a", 2, 1.0), ("x", 2, 1.0)])
    assert str(found).splitlines() == [
        "predictions: 2",
        "     1 judged",
        "     1 waited too long: no outcome",
        "outcomes of what was never predicted: 1",
    ]


def test_empty_logs_join_to_nothing():
    assert joined([], []).y.shape == (0,)


def test_a_log_with_columns_of_different_lengths_is_refused():
    with pytest.raises(ValueError, match=r"have shapes \(2,\), \(1,\), \(2,\); one length is needed"):
        Log(["a", "b"], [1.0], [1.0, 2.0])


def test_an_entry_without_a_time_is_refused():
    with pytest.raises(ValueError, match="time holds NaN or infinity"):
        Log(["a"], [np.nan], [1.0])
