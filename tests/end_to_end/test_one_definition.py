"""Every number of a launch has one definition: in its table, its JSON, its file, and in the report's CSV and figures."""

import os
import sys

from .launching import ROOT, run

sys.path.insert(0, str(ROOT / "tests" / "analysis"))
from one_definition import differing  # noqa: E402

KERNELS = "ping_pong,flat_broadcast,native_broadcast,two_phase_commit,raft_replication"


def test_table_json_file_csv_and_figures_tell_the_same_numbers(mpirun, coordbench, tmp_path):
    folder, report = tmp_path / "launches", tmp_path / "report"
    ended = mpirun(2, coordbench, "run", "--kernels", KERNELS, "--bytes", "8,1KiB", "--operations", 400, "--transport",
                   "mpi,shared-memory", "--out", folder, "--gbench-json", tmp_path / "launch.json",
                   env={**os.environ, "COLUMNS": "400"})
    assert ended.status == 0, ended.stderr
    (tmp_path / "table.txt").write_text(ended.stdout)
    done = run(ROOT / "analysis" / "report", folder, "--out", report)
    assert done.status == 0, done.stderr
    found = differing(folder, tmp_path / "launch.json", tmp_path / "table.txt", report)
    assert found == [] and found.compared > 400
