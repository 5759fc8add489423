"""How many processors a process may use, by files like those of Linux."""

import os

import pytest

from minidl.kernels.threads.processors import processor_count


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def count(root, groups, **files):
    """Write files below ``root`` (slashes are written as double underscores) and count."""
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return processor_count(root)


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("50000 100000", 1),
        ("100000 100000", 1),
        ("100001 100000", 2),
        ("150000 100000", 2),
        ("300000 100000", 3),
        ("3000 1000", 3),
        ("9900000 100000", 8),
        ("max 100000", 8),
        ("0 100000", 8),
        ("100000 0", 8),
        ("", 8),
        ("many", 8),
    ],
)
def test_a_quota_of_either_version_is_rounded_up(tmp_path, quota, expected):
    second = {"sys/fs/cgroup/here/cpu.max": f"{quota}\n"}
    assert count(tmp_path / "2", "0::/here\n", **second) == expected
    part, _, period = quota.partition(" ")
    first = {
        "sys/fs/cgroup/cpu/here/cpu.cfs_quota_us": part.replace("max", "-1"),
        "sys/fs/cgroup/cpu/here/cpu.cfs_period_us": period,
    }
    assert count(tmp_path / "1", "3:cpuset:/\n1:cpu:/here\n", **first) == expected


@pytest.mark.parametrize("folder", ["", "a/", "a/b/", "a/b/c/"])
def test_the_quota_of_any_group_around_counts(tmp_path, folder):
    quota = {f"sys/fs/cgroup/{folder}cpu.max": "200000 100000", "sys/fs/cgroup/x/cpu.max": "1 1"}
    assert count(tmp_path, "0::/a/b/c\n", **quota) == 2


def test_the_smallest_quota_counts(tmp_path):
    quotas = {"a/cpu.max": "200000 100000", "cpu.max": "700000 100000", "a/b/cpu.max": "max 100000"}
    files = {f"sys/fs/cgroup/{name}": text for name, text in quotas.items()}
    assert count(tmp_path, "0::/a/b\n", **files) == 2


@pytest.mark.parametrize("folder", ["cpu,cpuacct/here", "cpu/here", "cpu,cpuacct", "cpu"])
def test_version_1_under_its_names(tmp_path, folder):
    """In a container of version 1 the path of /proc is the one outside: the folder is the top."""
    files = {
        f"sys/fs/cgroup/{folder}/cpu.cfs_quota_us": "150000\n",
        f"sys/fs/cgroup/{folder}/cpu.cfs_period_us": "50000\n",
    }
    assert count(tmp_path, "12:memory:/x\n4:cpu,cpuacct:/here\n0::/\n", **files) == 3


def test_both_versions_at_once(tmp_path):
    files = {"sys/fs/cgroup/unified/here/cpu.max": "200000 100000"}
    assert count(tmp_path, "1:cpu:/\n1:name=systemd:/\n0::/here\n", **files) == 2


@pytest.mark.parametrize("text", ["", "0::/here", "nonsense", ":", "0::", "\x00\n"])
def test_where_nothing_is_said_all_cores_count(tmp_path, text):
    assert count(tmp_path, text) == 8
    assert processor_count(tmp_path / "no such folder") == 8


def test_few_cores_count_more_than_a_large_quota(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5}, raising=False)
    assert count(tmp_path, "0::/\n", **{"sys/fs/cgroup/cpu.max": "300000 100000"}) == 1


@pytest.mark.parametrize(("cores", "expected"), [(4, 4), (None, 1)])
def test_without_affinity_all_cores_count(tmp_path, monkeypatch, cores, expected):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert processor_count(tmp_path) == expected
