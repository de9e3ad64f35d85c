"""Tests of course_utils.deploy.batch_dask: where a piece is predicted makes no difference."""

from __future__ import annotations

from functools import partial

import pytest
from pyarrow import parquet
from small_batch import good_rows, run, write

from course_utils.deploy import batch_dask
from course_utils.deploy.batch_dask import on_dask
from course_utils.deploy.batch_source import BatchError

pytestmark = pytest.mark.service
distributed = pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture
def sales(tmp_path):
    """A folder with good and bad rows in both formats."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i, kind in enumerate((".csv", ".parquet")):
        write(folder / f"{i}{kind}", good_rows(40, seed=i).drop_columns(["id"]))
    with (folder / "0.csv").open("a", encoding="utf-8") as file:
        file.write("x,11,1500\nx\nx,,\n")
    return folder


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two workers that are processes of their own, on loopback."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster


def check_the_same(folder, engine):
    """Both tables are the same, value for value, as those of one process."""
    options = {"keep": ["note"], "piece_bytes": 100}
    here, predicted, quarantined = run(folder, folder.parent / "here.parquet", **options)
    there, *tables = run(folder, folder.parent / "there.parquet", engine=engine, **options)
    assert tables == [predicted, quarantined]
    assert there.counts == here.counts
    assert (len(predicted), len(quarantined), there.n_found) == (80, 4, 0)


def test_threads_of_this_machine_give_the_same_result(sales):
    check_the_same(sales, on_dask)


def test_other_processes_give_the_same_result(sales, cluster):
    check_the_same(sales, partial(on_dask, scheduler=cluster.scheduler_address))


def test_one_engine_goes_on_where_the_other_was_stopped(sales, tmp_path):
    def stopped(work, pieces):
        yield from on_dask(work, pieces[:4])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(sales, tmp_path / "out.parquet", engine=stopped, keep=[], piece_bytes=100)
    result, predicted, _ = run(sales, tmp_path / "out.parquet", keep=[], piece_bytes=100)
    assert (result.n_found, len(predicted)) == (4, 80)


def test_a_damaged_file_is_named_by_whoever_read_it(sales, cluster):
    data = bytearray((sales / "1.parquet").read_bytes())
    data[4:1500] = bytes(1496)
    (sales / "1.parquet").write_bytes(data)
    with pytest.raises(BatchError, match=r"^\S*1\.parquet cannot be read"):
        run(
            sales,
            sales.parent / "out.parquet",
            keep=[],
            engine=partial(on_dask, scheduler=cluster.scheduler_address),
        )


def test_a_scheduler_that_does_not_answer_is_told_in_one_sentence_and_nothing_is_left(sales, monkeypatch):
    monkeypatch.setattr(batch_dask, "SECONDS_TO_ANSWER", 0.2)
    engine = partial(on_dask, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(BatchError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        run(sales, sales.parent / "out.parquet", keep=[], engine=engine)
    assert [path.name for path in sales.parent.iterdir()] == ["in"]


def test_a_machine_without_the_folder_is_an_error_in_one_sentence(sales, monkeypatch):
    def nowhere(path, *options, **others):
        raise FileNotFoundError(2, "No such file or directory", str(path))

    monkeypatch.setattr(parquet, "ParquetWriter", nowhere)
    with pytest.raises(
        BatchError, match=r"a machine of the cluster failed \(FileNotFoundError: .*the same command goes on"
    ):
        run(sales, sales.parent / "out.parquet", keep=[], engine=on_dask)
