"""Ratios against the library and other suites: made-up launches, prints in the suites' own format, and the whole job."""

import csv
import dataclasses
import json
import os
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest

from analysis.library_ratios import against_library, against_suites, keeps, label
from analysis.load import load
from analysis.suites import read_prints
from conftest import ROOT, assert_refused, run
from synthetic import Case, write_launch

SPREAD = np.linspace(-100, 100, 401).astype(int)
PROMISES = {"native_broadcast": "all have it", "flat_broadcast": "all have it, and the root knows", "native_barrier": "all met",
            "stream": "all have it twice"}
OSU = """# OSU MPI Broadcast Latency Test v7.4
# Datatype: MPI_CHAR.
# Size       Avg Latency(us)
8                       0.{0}00
1024                    1.00
"""
OSU_BARRIER = "\n# OSU MPI Barrier Latency Test v7.4\n# Avg Latency(us)\n             0.50\n"
IMB = """#    Intel(R) MPI Benchmarks 2021.11, MPI-1 part
# Calling sequence was:
# IMB-MPI1 -npmin 2 Bcast
#----------------------------------------------------------------
# Benchmarking Bcast
# #processes = 2
#----------------------------------------------------------------
       #bytes #repetitions  t_min[usec]  t_max[usec]  t_avg[usec]
            0         1000         0.02         0.03         0.02
            8         1000         0.20         0.60         0.40

#---------------------------------------------------
# Benchmarking Barrier
#---------------------------------------------------
 #repetitions  t_min[usec]  t_max[usec]  t_avg[usec]
         1000         0.43         0.45         0.44

#---------------------------------------------------
# Benchmarking PingPong
#---------------------------------------------------
       #bytes #repetitions      t[usec]   Mbytes/sec
            8         1000         0.36        22.20
"""


def cases_of_launch(launch: int) -> list[Case]:
    """The library takes 1000 + launch ns, by a forced algorithm twice and our own half as much. Behind a barrier each rank's
    own call takes 100 launch ns, 1 ns less than the 1 + 100 launch from the first start to the last end."""
    native = dict(count_rule="none", messages=0, expected_messages=np.nan)
    chosen = {"algorithm": "automatic", "root": 0}
    base = 1000 + launch
    return [Case("native_broadcast", base + SPREAD, parameters=chosen, **native),
            Case("native_broadcast", 2 * base + SPREAD, parameters={**chosen, "algorithm": "chain"}, **native),
            Case("flat_broadcast", base // 2 + SPREAD), Case("stream", SPREAD + 500),
            Case("native_broadcast", 1 + 100 * launch + 0 * SPREAD, parameters=chosen, sync="barrier", **native)]


@pytest.fixture
def folder(tmp_path):
    for launch in range(1, 7):
        write_launch(tmp_path / f"launch-{launch:03}.h5", cases_of_launch(launch), launch)
        (tmp_path / f"osu_bcast-{launch:03}.txt").write_text(OSU.format(launch))
    (tmp_path / "kernels.json").write_text(json.dumps([dict(name=name, promise=text) for name, text in PROMISES.items()]))
    return tmp_path


def test_ratios_are_drawn_within_each_launch(folder):
    rows = against_library(load(folder), PROMISES).set_index("measured")
    assert list(rows.index) == ["native_broadcast", "native_broadcast chain", "flat_broadcast"]
    assert rows.loc["native_broadcast", ["ratio", "low", "high"]].tolist() == [1, 1, 1]
    assert rows.loc["native_broadcast chain", ["ratio", "low", "high"]].tolist() == [2, 2, 2], "though every launch differs"
    assert rows.ratio["flat_broadcast"] == pytest.approx(0.5, abs=1e-3)
    assert set(rows.launches) == {6} and set(rows.definition) == {"p50"}


def test_a_kernel_is_held_against_the_native_one_whose_promise_it_keeps():
    assert keeps("all have it", "all have it") and keeps("all have it, and know", "all have it")
    assert not keeps("all have it twice", "all have it") and not keeps("all have it", "all have it, and know")


def test_a_label_names_what_is_not_taken_for_granted():
    case = SimpleNamespace(kernel="k", transport="shared-memory", parameters='{"algorithm": "chain"}')
    assert label(case) == "k over shared-memory chain"
    assert label(SimpleNamespace(kernel="k", transport="mpi", parameters="{}")) == "k"


def test_the_prints_of_both_suites_are_read(tmp_path):
    for name, text in (("osu_bcast-002", OSU.format(3)), ("osu_barrier-002", OSU_BARRIER), ("IMB-MPI1-002", IMB)):
        (tmp_path / f"{name}.txt").write_text(text)
    prints = read_prints(tmp_path).set_index(["benchmark", "column", "payload_bytes"])
    assert set(prints["round"]) == {2}
    assert prints.printed_ns.to_dict() == pytest.approx({
        ("osu_bcast", "avg", 8): 300, ("osu_bcast", "avg", 1024): 1000, ("osu_barrier", "avg", 0): 500,
        ("IMB Bcast", "t_min", 0): 20, ("IMB Bcast", "t_max", 0): 30, ("IMB Bcast", "t_avg", 0): 20,
        ("IMB Bcast", "t_min", 8): 200, ("IMB Bcast", "t_max", 8): 600, ("IMB Bcast", "t_avg", 8): 400,
        ("IMB Barrier", "t_min", 0): 430, ("IMB Barrier", "t_max", 0): 450, ("IMB Barrier", "t_avg", 0): 440,
        ("IMB PingPong", "t", 8): 360})


def test_ours_is_divided_by_the_print_of_the_same_round(folder):
    row, = against_suites(load(folder), read_prints(folder)).itertuples()
    assert (row.measured, row.against) == ("native_broadcast behind barrier", "osu_bcast avg")
    assert (row.payload_bytes, row.launches) == (8, 6)
    assert (row.measured_ns, row.against_ns) == pytest.approx((350, 350))
    assert (row.low, row.ratio, row.high) == pytest.approx((1, 1, 1)), "the print, too, is of 100 launch ns"


def test_a_case_that_failed_does_not_move_later_rounds(folder):
    cases = cases_of_launch(2)
    cases[-1] = dataclasses.replace(cases[-1], verdict="timed_out")
    write_launch(folder / "launch-002.h5", cases, 2)
    row, = against_suites(load(folder), read_prints(folder)).itertuples()
    assert (row.launches, row.ratio) == (5, pytest.approx(1))


def test_the_program_writes_what_it_prints(folder):
    done = run("against_library", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "comparison.md").read_text() == done.stdout
    assert "| native_broadcast chain | 2.00 [2.00, 2.00] |" in done.stdout and "| osu_bcast avg |" in done.stdout
    with open(folder / "comparison.csv", newline="") as file:
        assert [row["measured"] for row in csv.DictReader(file)][-1] == "native_broadcast behind barrier"


def test_a_campaign_without_its_list_of_kernels_is_refused(folder):
    (folder / "kernels.json").unlink()
    assert_refused(run("against_library", folder), "kernels.json", "coordbench list --json")


# Starts thirty times, so it imports nothing that is slow: what a launch writes lies ready.
FAKE_MPIRUN = """#!/usr/bin/python3
import os, pathlib, shutil, sys
arguments, prepared = sys.argv[1:], pathlib.Path(os.environ["PREPARED"])
pathlib.Path(os.environ["LOG"]).open("a").write(" ".join(arguments) + "\\n")
program = next(i for i, word in enumerate(arguments) if word.startswith(("build/", "osu_", "IMB-")))
if arguments[program + 1:] == ["list", "--json"]:
    print((prepared / "kernels.json").read_text())
elif arguments[program].startswith("build/"):
    folder = pathlib.Path(arguments[arguments.index("--out") + 1])
    number = len(list(folder.glob("launch-*.h5"))) + 1
    behind = arguments[arguments.index("--sync") + 1] if "--sync" in arguments else "round-time"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(prepared / f"{behind}-{number:03}.h5", folder / f"launch-{number:03}.h5")
else:
    os.execvp(arguments[program], arguments[program:])
"""


def prepare(folder, launches: int) -> None:
    """What each of the launches writes, by its start line, and what `list --json` says."""
    folder.mkdir()
    choice = dict(name="algorithm", choices=["automatic", "chain"])
    (folder / "kernels.json").write_text(json.dumps([
        dict(name=name, promise=text, parameters=[dict(name="root"), *[choice] * (name == "native_broadcast")])
        for name, text in PROMISES.items()]))
    for number in range(1, launches + 1):
        for behind in ("round-time", "barrier", "none"):
            cases = [case for case in cases_of_launch(number)
                     if case.sync == behind or behind == "none" and case.kernel == "stream"]
            if cases:
                write_launch(folder / f"{behind}-{number:03}.h5", cases, number)


def test_the_job_runs_the_suites_in_turn_with_our_launches(tmp_path):
    programs = {"mpirun": FAKE_MPIRUN, "cmake": "#!/bin/sh\n", "osu_bcast": f"#!/bin/sh\ncat <<'END'\n{OSU.format(4)}END\n",
                "IMB-MPI1": f"#!/bin/sh\ncat <<'END'\n{IMB}END\n"}
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    prepare(tmp_path / "prepared", launches=18)
    campaign = os.path.relpath(tmp_path / "campaign", ROOT / "results")
    done = subprocess.run([ROOT / "jobs" / "compare", campaign], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"),
                               "PREPARED": str(tmp_path / "prepared")})
    assert done.returncode == 0, done.stderr
    log = (tmp_path / "log").read_text().splitlines()
    kinds = ["osu" if "osu_" in line else "IMB" if "IMB-" in line else "forced" if "use_dynamic_rules 1" in line else "plain"
             for line in log[1:]]
    assert kinds == ["forced", "plain", "plain", "osu", "IMB"] * 6
    assert "native_broadcast.algorithm=automatic,chain" in log[1]
    with open(tmp_path / "campaign" / "comparison.csv", newline="") as file:
        ratios = {row["against"]: row for row in csv.DictReader(file)}
    # Launches 2, 5, … 17 are behind a barrier; both programs print 400 ns.
    assert float(ratios["osu_bcast avg"]["ratio"]) == float(ratios["IMB Bcast t_avg"]["ratio"]) == pytest.approx(950 / 400)
    assert ratios["IMB Bcast t_avg"]["launches"] == "6"
