"""coordbench-soak as a user starts it: what it prints, and the status it ends with."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("COORDBENCH_BUILD", ROOT / "build")).resolve() / "coordbench-soak"
PROTOCOLS = sorted(path.parent.name for path in (ROOT / "tests" / "safety").glob("*/safety.hpp"))


def soak(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_run_without_violation_tells_its_rate(protocol):
    ran = soak(protocol, "--schedules", "200", "--seed", "5", "--jobs", "2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rate = r"\d+ schedules and [\d.]+ million events per second"
    assert re.match(rf"{protocol}: 200 schedules, 0 violations; {rate}\n", ran.stdout)


@pytest.mark.parametrize("arguments, named", [
    ([], "PROTOCOL"),
    (["no_such_protocol"], "no_such_protocol"),
    (["two_phase_commit", "--schedules", "0"], "--schedules"),
    (["two_phase_commit", "--schedules", "many"], "many"),
    (["two_phase_commit", "--seed", "-1"], "--seed"),
    (["two_phase_commit", "--jobs", "1.5"], "1.5"),
    (["two_phase_commit", "--forever"], "--forever"),
])
def test_bad_input_is_one_sentence_and_status_2(arguments, named):
    ran = soak(*arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert re.fullmatch(r"coordbench-soak: [^\n]+\.\n", ran.stderr) and named in ran.stderr, ran.stderr


def test_json_tells_what_ended_once_everything_had_healed(tmp_path):
    told = tmp_path / "soak.json"
    for protocol in ("raft_replication", "fire_and_forget"):
        assert soak(protocol, "--schedules", "200", "--seed", "5", "--json", str(told)).returncode == 0
    raft, fire = (json.loads(line) for line in told.read_text().splitlines())
    assert raft["protocol"] == "raft_replication" and raft["schedules"] == 200 and raft["violations"] == 0
    assert 100 < raft["healed"] < 200 and raft["ended"] == raft["healed"]  # one schedule in eight has no fault at all
    assert 0 < raft["to_end_mean_hops"] < raft["to_end_most_hops"]
    assert fire["healed"] == fire["ended"] == 0  # it does not promise that anything ends


def test_json_that_cannot_be_written_is_told(tmp_path):
    ran = soak("two_phase_commit", "--schedules", "1", "--json", str(tmp_path / "none" / "soak.json"))
    assert ran.returncode == 3 and "name a file that can be written" in ran.stderr


def test_an_unknown_protocol_is_told_which_there_are():
    assert all(protocol in soak("no_such_protocol").stderr for protocol in PROTOCOLS)
