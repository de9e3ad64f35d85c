"""Long work in chunks, on several processes, threads or machines: the answer is the same to the bit, wherever it was.

What is in a chunk depends on the problem alone, not on who works, and the results come back in the order of the
chunks. A chunk is mostly products of matrices, and those are summed in another order if BLAS takes another number of
threads, or if a message left the numbers between two words of memory: so BLAS takes one thread, and numbers are moved.

Who works is said as everywhere in the scientific libraries: `n_jobs`, or `joblib.parallel_config(backend=...)` around
the call. With Dask, of the extra "cluster", what all chunks share leaves this machine once.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import cache

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController


def in_chunks(work: Callable, chunks: Sequence, shared: tuple = (), *, n_jobs: int | None = 1) -> Iterator:
    """Yield work(chunk, *shared) for each chunk, in order.

    Under `joblib.parallel_config(backend="dask")` the workers of the cluster do it. A worker that is killed costs
    time, and no more: its chunks are done anew, and `shared`, if it was the last to have it, is sent to another.

    Parameters
    ----------
    work : function of a chunk and of what is shared, which can be pickled
    chunks : sequence
        The same for every n_jobs, or results differ in their last bits.
    shared : tuple
        What every chunk needs, arrays by themselves: X, y. It goes to the others once, not once a chunk.
    n_jobs : int or None
        As joblib takes it: -1 for all cores, None for what `joblib.parallel_config` says, 1 if that says nothing.
        A cluster takes all the workers it has.

    Returns
    -------
    iterator
        Lazy: nothing is done before the first result is asked for.

    Raises
    ------
    Exception
        Whatever work raises; distributed.KilledWorker if a chunk has cost several workers their lives.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    client = getattr(get_active_backend()[0], "client", None)  # of joblib's backends only Dask's has one
    if client is None:
        everyone = Parallel(n_jobs=n_jobs, return_as="generator")
        here = os.getpid()
        return _with_one_thread(lambda: everyone(delayed(_do)(here, work, chunk, shared) for chunk in chunks))
    if _in_a_worker():  # chunks of a chunk: a worker that waited for others might wait for ever
        return (_do(None, work, chunk, shared) for chunk in chunks)
    return _with_one_thread(lambda: _on_a_cluster(client, work, chunks, shared))


def _with_one_thread(begin: Callable) -> Iterator:
    """Yield from what begin() returns, while BLAS takes one thread in this process.

    Chunks in threads of this process leave it to this one: the number belongs to the process, and only the thread
    that has set it can set it back.
    """
    with _libraries().limit(limits=1):
        yield from begin()


def _on_a_cluster(client, work: Callable, chunks: Sequence, shared: tuple) -> Iterator:
    """Yield the results from the workers of a Dask cluster.

    What is shared goes as the result of a task that does nothing, and is not scattered: what was scattered is lost
    with the workers that hold it, the result of a task is made again.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # once, and this is how it should be
        there = client.submit(_as_it_is, shared, pure=False)
    here = os.getpid()
    futures = [client.submit(_do, here, work, chunk, there, pure=False) for chunk in chunks]
    futures.reverse()
    while futures:
        yield futures.pop().result()  # and the cluster forgets it


def _in_a_worker() -> bool:
    """Say whether a worker of a Dask cluster is running this."""
    from distributed import get_worker

    try:
        get_worker()
    except ValueError:
        return False
    return True


def _as_it_is(shared: tuple) -> tuple:
    return shared


def _do(home: int | None, work: Callable, chunk, shared: tuple):
    """Do one chunk, its numbers where processors want them; away from the process that set it, with one BLAS thread."""
    with nullcontext() if os.getpid() == home else _libraries().limit(limits=1):
        return work(_aligned(chunk), *map(_aligned, shared))


def _aligned(value):
    """Return an array as a plain one, a copy if a message has put it between two words; anything else as it is.

    NumPy keeps such arrays from BLAS, and then sums in another order.
    """
    return np.require(np.asarray(value), requirements="A") if isinstance(value, np.ndarray) else value


@cache
def _libraries() -> ThreadpoolController:
    """Look for the BLAS libraries of this process, once: to look takes as long as a small bootstrap."""
    return ThreadpoolController().select(user_api="blas")
