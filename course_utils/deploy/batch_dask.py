"""The pieces of a batch on many machines, by Dask. What a piece gives does not depend on where it was predicted.

The machines need the folder of the input and that of the output, under the same names, and this package. Dask sends
its tasks as pickles: only a scheduler that one trusts is to be asked. Needs distributed, of the extra "cluster".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from course_utils.deploy.batch_parts import Work
from course_utils.deploy.batch_source import BatchError, Piece

SECONDS_TO_ANSWER = 10


def on_dask(work: Work, pieces: Sequence[Piece], *, scheduler: str | None = None) -> Iterator[Piece]:
    """The engine of many machines: yield each piece when it is done.

    Parameters
    ----------
    work : Work
    pieces : sequence of Piece
    scheduler : str, optional
        The address of a Dask scheduler; without it, one thread a core of this machine works.

    Returns
    -------
    iterator of Piece

    Raises
    ------
    BatchError
        No scheduler answers, or the work failed on a machine.

    Lesson: notebooks/08_deployment.ipynb
    """
    with _client(scheduler) as client:
        from distributed import as_completed

        futures = dict(zip(client.map(work, pieces, pure=False), pieces, strict=True))
        for future in as_completed(futures):
            try:
                future.result()
            except BatchError:
                raise
            except (
                Exception
            ) as error:  # of our work there, or of Dask: a machine that died, a package it has not
                raise BatchError(
                    f"a machine of the cluster failed ({type(error).__name__}: {error}); all of them need this package "
                    "and the folders of input and output, under the same names; the same command goes on from here"
                ) from None
            yield futures[future]


def _client(scheduler: str | None):
    try:
        from distributed import Client
    except ImportError:
        raise BatchError("Dask is not installed; it comes with the extra `cluster` of this package") from None

    if scheduler is None:
        # seen from this machine alone, at free ports
        here = {"protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
        return Client(processes=False, **here)
    try:
        return Client(scheduler, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError) as error:
        raise BatchError(f"no Dask scheduler answers at {scheduler}: {error}") from None
