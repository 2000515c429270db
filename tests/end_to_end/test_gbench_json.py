"""--gbench-json: a launch in Google Benchmark's format, read by its own compare.py; and a file that cannot be written."""

import json
import os
import shutil
from pathlib import Path

import pytest

from . import stored
from .launching import assert_one_sentence, run

USAGE, NOT_WRITTEN = 2, 3
COMPARE = Path("/usr/share/benchmark/compare.py")
needs_compare_py = pytest.mark.skipif(not COMPARE.exists(), reason="Debian has it in libbenchmark-tools")
KERNELS = ("--kernels", "binomial_broadcast,two_phase_commit", "--bytes", "8,1KiB")
QUICK = ("--kernels", "empty", "--operations", 5)


@pytest.fixture(scope="module")
def launches(mpirun, coordbench, tmp_path_factory):
    """Two campaigns of two launches each: {campaign: [file of Google Benchmark's format]}, beside the launches' own."""
    folder = tmp_path_factory.mktemp("gbench")
    files = {}
    for campaign, seeds in {"before": (1, 2), "after": (3, 4)}.items():
        for seed in seeds:
            file = folder / campaign / f"{seed}.json"
            file.parent.mkdir(exist_ok=True)
            ended = mpirun(2, coordbench, "run", *KERNELS, "--operations", 500, "--seed", seed, "--out", folder / campaign,
                           "--gbench-json", file)
            assert ended.status == 0, ended.stderr
            files.setdefault(campaign, []).append(file)
    return files


def names_compared(old, new, folder) -> dict:
    """What compare.py found, by benchmark."""
    difference = folder / "difference.json"
    ended = run("/usr/bin/python3", COMPARE, "--no-color", "--dump_to_json", difference, "benchmarks", old, new)
    assert ended.status == 0, ended.stderr
    report = json.loads(difference.read_text())
    for case in report:
        assert case["name"] in ended.stdout
    return {case["name"]: case for case in report}


def cases_of(launch) -> set[str]:
    names, watches = stored.column(launch, "name"), stored.column(launch, "drift_watch")
    return {name for name, watch in zip(names, watches) if not watch}


def test_says_what_the_launch_s_own_file_says(launches):
    file = launches["before"][1]
    launch = file.parent / "launch-002.h5"
    written = json.loads(file.read_text())
    context = written["context"]
    assert (context["campaign"], context["launch"], context["seed"]) == ("before", "2", "2")
    assert "Open MPI" in context["mpi_library"] and context["git_commit"] and context["oversubscribed"] in ("0", "1")
    assert context["executable"].endswith("coordbench") and context["num_cpus"] >= 1 and len(context["load_avg"]) == 3
    members = {"real_time": "latency_p50_ns", "cpu_time": "cpu_ns_per_operation",
               "iterations": "operations", "threads": "ranks",
               "messages_per_operation": "messages_per_operation", "operations_per_second": "operations_per_second"}
    own = dict(zip(stored.column(launch, "name"), zip(*(stored.column(launch, name) for name in members.values()))))
    assert {run["name"] for run in written["benchmarks"]} == cases_of(launch), "no drift watch, and nothing else is missing"
    for case in written["benchmarks"]:
        assert tuple(case[member] for member in members) == pytest.approx(own[case["name"]], rel=1e-12)
    assert len({case["name"] for case in written["benchmarks"]}) == len(written["benchmarks"])


@needs_compare_py
def test_compare_py_compares_every_case_of_two_launches(launches, tmp_path):
    old, new = launches["before"][0], launches["after"][0]
    compared = names_compared(old, new, tmp_path)
    assert set(compared) == cases_of(old.parent / "launch-001.h5") | {"OVERALL_GEOMEAN"}
    medians = {case["name"]: case["real_time"] for case in json.loads(old.read_text())["benchmarks"]}
    for name, median in medians.items():
        assert [measured["real_time"] for measured in compared[name]["measurements"]] == [median]


def joined(files, path):
    """One file of a campaign's launches, each a repetition: their benchmarks, one after the other."""
    campaign = json.loads(files[0].read_text())
    campaign["benchmarks"] = [case for file in files for case in json.loads(file.read_text())["benchmarks"]]
    path.write_text(json.dumps(campaign))
    return path


@needs_compare_py
def test_compare_py_takes_the_launches_of_two_campaigns_as_repetitions(launches, tmp_path):
    old, new = (joined(launches[campaign], tmp_path / f"{campaign}.json") for campaign in ("before", "after"))
    compared = names_compared(old, new, tmp_path)
    for name in cases_of(launches["before"][0].parent / "launch-001.h5"):
        assert len(compared[name]["measurements"]) == 2
        assert compared[name]["utest"]["nr_of_repetitions"] == compared[name]["utest"]["nr_of_repetitions_other"] == 2


@needs_compare_py
def test_compare_py_reads_a_launch_in_which_a_case_failed(broken, mpirun, tmp_path):
    for number in ("1", "2"):
        ended = mpirun(2, broken, "run", "--kernels", "garbled_broadcast,ping_pong", "--bytes", 8, "--operations", 20,
                       "--out", tmp_path, "--gbench-json", tmp_path / f"{number}.json")
        assert ended.status == 1, ended.stderr
    cases = json.loads((tmp_path / "1.json").read_text())["benchmarks"]
    failed = [case for case in cases if case.get("error_occurred")]
    assert [case["name"].split("/")[0] for case in failed] == ["garbled_broadcast"] and len(cases) == 2
    assert failed[0]["error_message"].startswith("wrong_answer: ") and failed[0]["real_time"] == 0
    assert set(names_compared(tmp_path / "1.json", tmp_path / "2.json", tmp_path)) >= {case["name"] for case in cases}


WRONG = {"folder that is missing": ("gone/a.json", "No such file or directory"),
         "folder that is a file": ("file/a.json", "Not a directory"),
         "folder itself": ("folder", "no regular file")}


@pytest.mark.parametrize("path, word", WRONG.values(), ids=WRONG.keys())
def test_what_could_not_be_written_is_refused_before_anything_is_measured(coordbench, mpirun, tmp_path, path, word):
    (tmp_path / "file").touch(), (tmp_path / "folder").mkdir()
    ended = mpirun(2, coordbench, "run", *QUICK, "--out", tmp_path / "out", "--gbench-json", tmp_path / path)
    assert_one_sentence(ended, "--gbench-json", path, word)
    assert (ended.status, ended.stdout) == (USAGE, "")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_permission_is_refused_too(coordbench, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    # Root may write anywhere by a capability that it can do without.
    like_anybody = () if os.getuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    ended = run(*like_anybody, coordbench, "run", *QUICK, "--out", tmp_path / "out", "--gbench-json", closed / "a.json")
    assert_one_sentence(ended, "--gbench-json", "Permission denied")
    assert ended.status == USAGE
    assert not (tmp_path / "out").exists()


def test_a_file_system_that_is_full_loses_only_that_file(coordbench, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    namespace = ("unshare", "--mount") if os.getuid() == 0 else ("unshare", "--mount", "--map-root-user")
    mount = f"mount -t tmpfs -o size=8k none {small} && head -c 8192 /dev/zero > {small}/filling"
    if shutil.which("unshare") is None or run(*namespace, "sh", "-c", mount).status != 0:
        pytest.skip("this machine gives nobody a small file system of their own")
    launch = " ".join(map(str, (coordbench, "run", *QUICK, "--out", tmp_path, "--gbench-json", small / "a.json")))
    ended = run(*namespace, "sh", "-c", f"{mount}; {launch}; status=$?; ls -A {small}; exit $status")
    assert_one_sentence(ended, "cannot be written", "No space left on device", "--gbench-json")
    assert ended.status == NOT_WRITTEN
    assert "launch-001.h5; " in ended.stdout, "the table is printed all the same"
    assert ended.stdout.splitlines()[-1] == "filling", "nothing is left behind"
    assert stored.attribute(tmp_path / "launch-001.h5", "complete") == 1
