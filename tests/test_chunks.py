"""course_utils.fast.chunks: what comes out does not depend on who has worked, nor on who was killed."""

from __future__ import annotations

import os
import signal
import time

import joblib
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from course_utils.fast.chunks import in_chunks

X = np.random.default_rng(0).standard_normal((300, 40))
CHUNKS = np.split(np.random.default_rng(1).integers(3, size=(20, 300)).astype(float), 5)


def products(counts, X):
    """A chunk of work: a product of matrices, which BLAS sums in an order of its own."""
    return counts @ X


def n_blas_threads():
    """How many threads BLAS may take now, of whichever of its libraries takes most."""
    return max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")


@pytest.fixture(scope="module")
def client():
    """A Dask cluster of two workers that are processes of their own, on loopback."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def on_dask(client):
    """What a learner writes around a call."""
    with joblib.parallel_config(backend="dask", client=client):
        yield client


class CountedArray:
    """An array that counts how often this process has pickled it."""

    sent = 0

    def __init__(self, array):
        self.array = array

    def __reduce__(self):
        CountedArray.sent += 1
        return np.array, (self.array,)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_two_jobs_give_the_bits_of_one_in_the_same_order(backend):
    alone = list(in_chunks(products, CHUNKS, (X,)))
    with joblib.parallel_config(backend=backend):
        together = list(in_chunks(products, CHUNKS, (X,), n_jobs=2))
    assert len(alone) == 5
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(alone, [counts @ X for counts in CHUNKS])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_nothing_is_done_before_it_is_asked_for(n_jobs):
    done = []
    with joblib.parallel_config(backend="threading"):
        results = in_chunks(done.append, CHUNKS, n_jobs=n_jobs)
    time.sleep(0.05)
    assert done == []
    assert len([*results]) == len(done) == 5


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_chunk_takes_one_blas_thread_and_gives_the_others_back(n_jobs):
    def slowly(chunk):
        time.sleep(0.01)
        return n_blas_threads()

    with threadpool_limits(2, user_api="blas"), joblib.parallel_config(backend="threading"):
        assert list(in_chunks(slowly, range(6), n_jobs=n_jobs)) == [1] * 6
        assert n_blas_threads() == 2


def test_a_chunk_takes_one_blas_thread_in_another_process_too():
    with joblib.parallel_config(backend="loky", inner_max_num_threads=2):
        assert joblib.Parallel(n_jobs=2)([joblib.delayed(n_blas_threads)()]) == [2]
        assert list(in_chunks(lambda _: n_blas_threads(), range(4), n_jobs=2)) == [1] * 4


def test_whoever_stops_early_gets_the_blas_threads_back():
    with threadpool_limits(2, user_api="blas"):
        results = in_chunks(abs, [-1, -2])
        assert (next(results), n_blas_threads()) == (1, 1)
        results.close()
        assert n_blas_threads() == 2


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_what_the_work_raises_comes_back_as_it_is(n_jobs):
    def refuse(chunk):
        raise ValueError("lams do not fall")

    with pytest.raises(ValueError, match="lams do not fall"):
        list(in_chunks(refuse, CHUNKS, n_jobs=n_jobs))


# On a cluster


@pytest.mark.service
def test_a_cluster_gives_the_bits_of_one_process_in_the_same_order(on_dask):
    there = list(in_chunks(products, CHUNKS, (X,)))
    np.testing.assert_array_equal(there, [counts @ X for counts in CHUNKS])


@pytest.mark.service
def test_the_workers_have_done_it_and_not_this_process(on_dask):
    pids = set(in_chunks(lambda chunk: (time.sleep(0.05), os.getpid())[1], range(6)))
    assert pids == set(on_dask.run(os.getpid).values())


@pytest.mark.service
def test_what_is_shared_leaves_this_process_once(on_dask, monkeypatch):
    monkeypatch.setattr(CountedArray, "sent", 0)
    there = list(in_chunks(lambda chunk, X: chunk @ X, CHUNKS, (CountedArray(X),)))
    assert CountedArray.sent == 1
    np.testing.assert_array_equal(there, [counts @ X for counts in CHUNKS])


@pytest.mark.service
def test_a_large_array_is_sent_without_a_warning_and_each_worker_receives_it_once(on_dask):
    large = np.ones((1500, 1000))
    sums = list(in_chunks(lambda chunk, X: (time.sleep(0.02), X.sum())[1], range(8), (large,)))
    log = on_dask.run(lambda dask_worker: [entry["total"] for entry in dask_worker.transfer_incoming_log])
    received = [size for sizes in log.values() for size in sizes if size >= large.nbytes]
    assert sums == [large.sum()] * 8
    assert len(received) <= 1  # the other worker has it from the scheduler, which had it from here


@pytest.mark.service
def test_what_a_message_left_between_two_words_is_moved(on_dask):
    shared = tuple(np.ones((7, size), order="F") for size in range(1, 40))
    seen = list(in_chunks(lambda chunk, *shared: [array.flags.aligned for array in shared], range(4), shared))
    assert np.array(seen).all()


def test_moving_keeps_the_order_and_leaves_the_rest_alone():
    bytes_of_it = np.frombuffer(b"?" + np.asfortranarray(X).tobytes("A"), dtype=np.uint8)[1:]
    between = bytes_of_it.view(np.float64).reshape(X.T.shape).T
    assert not between.flags.aligned
    moved = next(in_chunks(lambda chunk, X: X, [0], (between,)))
    assert moved.flags.aligned
    assert moved.flags.f_contiguous
    np.testing.assert_array_equal(moved, X)
    assert next(in_chunks(lambda chunk, X: X, [0], (X,))) is X


@pytest.mark.service
def test_workers_that_are_killed_cost_no_result(on_dask, tmp_path):
    def killing(number, X):
        killed = len(list(tmp_path.iterdir()))
        if number > 1 and killed < 2:  # both workers hold X by now, and both go
            (tmp_path / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number * X

    there = list(in_chunks(killing, range(8), (X,)))
    assert len(list(tmp_path.iterdir())) == 2
    np.testing.assert_array_equal(there, [number * X for number in range(8)])


@pytest.mark.service
def test_what_the_work_raises_on_a_worker_comes_back_as_it_is(on_dask):
    def refuse(chunk):
        raise ValueError("lams do not fall")

    with pytest.raises(ValueError, match="lams do not fall"):
        list(in_chunks(refuse, CHUNKS))


@pytest.mark.service
def test_chunks_within_a_chunk_do_not_wait_for_their_own_worker(on_dask):
    def outer(chunk):
        with joblib.parallel_config(backend="dask"):
            return sum(in_chunks(abs, [chunk, -chunk]))

    assert list(in_chunks(outer, range(6))) == [0, 2, 4, 6, 8, 10]
