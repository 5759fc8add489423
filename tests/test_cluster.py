"""The same call here, on all cores and on a cluster: the same bits, whatever happens meanwhile.

The cluster is Dask's own, a scheduler and two workers, each a process on the loopback address.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from minidl import faces, visualization
from minidl.blocks import Shared, in_order
from tests import cluster_work as work

pytest.importorskip("distributed", reason="needs Dask: pip install 'dask[distributed]'")
pytestmark = pytest.mark.slow(60)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with work.cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def dask(cluster):
    with cluster.client() as client:
        yield client.get_executor()


@pytest.fixture(scope="module")
def processes():
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as executor:
        yield executor


@pytest.fixture(params=["processes", "dask"])
def executor(request):
    return request.getfixturevalue(request.param)


# -- the same bits -------------------------------------------------------------------------------


def test_results_are_in_the_order_of_the_blocks(executor):
    assert list(in_order(work.slow_square, range(30), executor)) == [k * k for k in range(30)]


def test_top_patches(executor):
    images, network = work.pictures(), work.encoder()
    settings = {"batch_size": 7, "number": 5, "progress": False}
    wanted = visualization.top_patches(network, images, ("conv", "flat"), **settings)
    found = visualization.top_patches(
        network, iter(images), ("conv", "flat"), executor=executor, **settings
    )
    for layer, patches in wanted.items():
        for what in ("picture", "position", "value", "bounds"):
            assert_array_equal(getattr(found[layer], what), getattr(patches, what))


def test_gradients_of_a_batch_in_parts(executor):
    here, there = work.encoder().train(), work.encoder().train()
    labels = np.arange(60) % 5
    for network, who in ((here, None), (there, executor)):
        faces.part_by_part(
            network, work.pictures(), labels, work.triplet_loss, part=7, executor=who
        )
    for name, parameter in here.parameters.items():
        assert np.abs(parameter.grad).max() > 1e-3
        assert_array_equal(there.parameters[name].grad, parameter.grad)


def test_a_folder_and_a_search_in_its_gallery(executor, tmp_path):
    folder = work.fill(tmp_path / "pictures")
    names, rows = work.describe(folder, tmp_path / "here")
    found, encodings = work.describe(folder, tmp_path / "there", executor)
    assert found == names and len(names) == 40
    assert_array_equal(encodings, rows)
    gallery = faces.GalleryFolder(tmp_path / "there", "brightness")
    distances, places = gallery.nearest(rows[:5], 3, executor=executor)
    assert_array_equal(distances, faces.nearest(rows[:5], rows, 3)[0])
    assert_array_equal(places, faces.nearest(rows[:5], rows, 3)[1])


# -- what goes wrong -----------------------------------------------------------------------------


def test_an_error_names_its_block_and_the_workers_work_on(executor):
    came = []
    with pytest.raises(ValueError, match="no 7") as caught:
        came.extend(in_order(work.fails_at_seven, range(20), executor))
    assert came == list(range(7)) and "block 7" in caught.value.__notes__[-1]
    assert list(in_order(abs, range(5), executor)) == list(range(5))


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(cluster):
    third = cluster.add_worker()
    with cluster.client() as client:
        executor, workers = client.get_executor(), set()
        found = in_order(work.process_of, range(60), executor, shared=Shared(work.Counted()))
        for number, (process, total) in enumerate(found):
            workers.add(process)
            assert total == 499_500
            if number == 20:
                assert third.pid in workers
                third.kill()
        assert number == 59 and len(workers) == 3
    third.wait()


def test_what_is_shared_travels_once_to_each_worker(dask):
    work.Counted.sent = 0
    shared = Shared(work.Counted())
    seen = list(in_order(work.process_of, range(50), dask, shared=shared))
    assert len({process for process, _ in seen}) == 2
    assert 2 <= work.Counted.sent <= 6, "two at first, and one for each worker that asks"


CLIENT = """
import sys
from pathlib import Path
from dask.distributed import Client
from tests import cluster_work as work

if __name__ == "__main__":
    with Client(scheduler_file=sys.argv[1]) as client:
        work.describe(Path(sys.argv[2]), Path(sys.argv[3]), client.get_executor())
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_a_client_that_goes_away_leaves_the_workers_to_others(cluster, dask, tmp_path):
    folder = work.fill(tmp_path / "pictures", 120)
    command = [sys.executable, "-c", CLIENT, str(cluster.file), str(folder), str(tmp_path / "g")]
    process = subprocess.Popen(command, env=work.ENVIRONMENT)
    client = dask._client
    while not any(client.processing().values()):
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    names, rows = work.describe(folder, tmp_path / "g", dask)
    wanted, encodings = work.describe(folder, tmp_path / "here")
    assert names == wanted and len(names) == 120
    assert_array_equal(rows, encodings)
    assert not any(client.processing().values())


def test_closing_early_cancels_what_is_out(dask):
    client = dask._client
    found = in_order(work.slow_square, iter(int, 1), dask)  # endless
    assert [next(found) for _ in range(5)] == [0] * 5
    found.close()
    end = time.monotonic() + 10
    while any(client.processing().values()):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_pythons_own_pool_gives_up_when_a_process_dies():
    spawn = multiprocessing.get_context("spawn")
    came = []
    with (
        ProcessPoolExecutor(2, mp_context=spawn) as executor,
        pytest.raises(BrokenProcessPool) as caught,
    ):
        came.extend(in_order(work.dying_square, range(100), executor))
    assert came == [k * k for k in range(len(came))] and len(came) <= 20
    assert "This was block" in caught.value.__notes__[0]
