"""coordbench-micro as a user starts it: every benchmark is there under its name, and was measured. How fast is never asked."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("COORDBENCH_BUILD", ROOT / "build")).resolve() / "coordbench-micro"
PROTOCOLS = sorted(path.stem for path in (ROOT / "kernels").glob("*.hpp"))
DISTANCES = ("core", "l2", "l3", "numa", "package", "machine")
COPIED_BYTES = [2**power for power in range(3, 23)]
ENTRY_BYTES = (8, 64, 512, 4096, 32768, 65536)
PUS = sorted(os.sched_getaffinity(0))


def micro(*arguments: str, pus: list[int] | None = None) -> subprocess.CompletedProcess:
    """As started, or on those PUs only."""
    bind = (lambda: os.sched_setaffinity(0, pus)) if pus else None
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=240, check=False, preexec_fn=bind)


def measure(file: Path, only: str = ".", at_least_s: float = 0.0001, **how) -> dict:
    ran = micro(f"--benchmark_out={file}", "--benchmark_out_format=json", f"--benchmark_filter={only}",
                f"--benchmark_min_time={at_least_s}", **how)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(file.read_text())


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    return measure(tmp_path_factory.mktemp("micro") / "all.json")


@pytest.fixture(scope="module")
def by_name(everything):
    return {run["name"]: run for run in everything["benchmarks"]}


def distances(context: dict) -> list[str]:
    return [key.removeprefix("distance/") for key in context if key.startswith("distance/")]


def test_everything_has_its_name_and_nothing_else_is_there(everything, by_name):
    names = {"clock_read", "record_sample", "outbox_send"}
    names |= {f"{what}/{protocol}" for what in ("step", "encode", "decode") for protocol in PROTOCOLS}
    names |= {f"raft_log_append/{size}" for size in ENTRY_BYTES}
    names |= {f"{what}/{whose}/{size}" for what in ("seal", "open", "sign", "verify") for whose in ("ours", "bare")
              for size in ENTRY_BYTES}
    names |= {f"line_round_trip/{distance}" for distance in distances(everything["context"])}
    names |= {f"copy/{source}/{size}" for source in ["private", *distances(everything["context"])] for size in COPIED_BYTES}
    assert set(by_name) == names
    assert len(everything["benchmarks"]) == len(names)


def test_everything_took_time_and_nothing_went_wrong(by_name):
    for name, run in by_name.items():
        assert "error_occurred" not in run, (name, run["error_message"])
        assert run["real_time"] > 0 and run["cpu_time"] > 0, name
        assert run["time_unit"] == "ns", name


def test_a_copy_tells_its_bandwidth_which_is_bytes_over_its_time(by_name):
    copies = {name: run for name, run in by_name.items() if name.startswith("copy/")}
    assert copies
    for name, run in copies.items():
        told = int(name.rpartition("/")[2]) / run["real_time"] * 1e9
        assert run["bytes_per_second"] == pytest.approx(told, rel=0.01), name


def test_a_median_over_many_batches_is_of_the_size_of_their_mean(tmp_path):
    """Of one thread, whose time on the core is the mean of the same work."""
    run, = measure(tmp_path / "clock.json", only="clock_read", at_least_s=0.02)["benchmarks"]
    assert run["cpu_time"] / 10 < run["real_time"] < run["cpu_time"] * 10


@pytest.mark.parametrize("protocol, steps", [
    ("two_phase_commit", 5),   # proposal, prepare, vote, decision, acknowledgement
    ("raft_replication", 3),   # proposal, append, accepted
    ("push_gossip", 4),        # proposal, two ranks told of the round, the rumour
    ("pull_gossip", 5),        # … and the request
    ("push_pull_gossip", 6),   # the same, and the informed rank's call
])
def test_an_operation_takes_its_steps(tmp_path, protocol, steps):
    """Over some operations, of which the last may be cut off by the end of the measurement."""
    run, = measure(tmp_path / "steps.json", only=f"^step/{protocol}/")["benchmarks"]
    operations = run["iterations"] / steps
    assert operations > 100
    assert run["steps_per_operation"] == pytest.approx(steps, rel=0.01)


def test_the_machine_is_described(everything):
    context = everything["context"]
    assert context["cpu_model"]
    assert set(distances(context)) <= set(DISTANCES)
    for distance in distances(context):
        here, there = map(int, re.fullmatch(r"PUs (\d+) and (\d+)", context[f"distance/{distance}"]).groups())
        assert here != there and {here, there} <= set(PUS)


@pytest.mark.skipif(len(PUS) < 2, reason="a pair needs two PUs")
def test_two_cores_have_a_distance_between_them(by_name):
    assert any(name.startswith("line_round_trip/") for name in by_name)


def test_on_one_pu_the_pairs_are_left_out_in_one_sentence(tmp_path):
    one = PUS[:1]
    told = measure(tmp_path / "one.json", only="^copy/.*/8/|^line_round_trip|^clock_read", pus=one)["benchmarks"]
    assert {run["name"] for run in told} == {"clock_read", "copy/private/8"}
    said = micro("--benchmark_filter=clock_read", "--benchmark_min_time=0.0001", pus=one).stderr
    assert f"may use PU {one[0]} only" in said
    assert sum(line.startswith("coordbench-micro: ") for line in said.splitlines()) == 1


@pytest.mark.parametrize("arguments, named", [(["--benchmark_filter=no_such"], "no_such"), (["--bytes", "8"], "--bytes")])
def test_what_it_does_not_know_measures_nothing(tmp_path, arguments, named):
    file = tmp_path / "none.json"
    ran = micro(f"--benchmark_out={file}", *arguments)
    assert ran.returncode == 2
    assert named in ran.stdout + ran.stderr
    assert not file.exists() or '"name"' not in file.read_text()
