"""Hosts whose clocks do not agree: in a time namespace of its own the second one's is thirty days ahead."""

import h5py
import pytest

from end_to_end import stored
from end_to_end.launching import ROOT, run

AHEAD_S = 30 * 24 * 3600
OWN_CLOCK = f"""#!/bin/bash
[[ $(hostname) == lab1 ]] || exec unshare --time --fork --monotonic {AHEAD_S} "$@"
exec "$@"
"""


@pytest.fixture(scope="module", autouse=True)
def time_namespaces():
    tried = run("unshare", "--time", "--fork", "--monotonic", AHEAD_S, "true")
    if tried.status != 0:
        pytest.skip(f"no clocks of one's own here: {tried.stderr.strip()}")


@pytest.mark.parametrize("hosts, ranks_per_host", [(2, 1), (3, 2)])
def test_a_launch_finds_out_how_far_ahead_the_other_clocks_are(lab, tmp_path, hosts, ranks_per_host):
    """The offsets are known, to the nanosecond: all hosts read one clock. The bound may have grown since it was measured, but
    not to many round trips, for clocks are compared again before that."""
    own_clock = tmp_path / "own-clock"
    own_clock.write_text(OWN_CLOCK)
    own_clock.chmod(0o755)
    arguments = ["run", "--kernels", "flat_broadcast,ping_pong", "--bytes", "8,1KiB", "--max-operations", "200"]
    with lab("--hosts", hosts, "--ranks-per-host", ranks_per_host, "--exec", "mpirun", own_clock, ROOT / "build/coordbench",
             *arguments, "--out", tmp_path) as running:
        ended = running.wait(60)
    path = tmp_path / "launch-001.h5"
    assert ended.status == 0 and set(stored.column(path, "verdict")) == {"ok"}, ended.stdout + ended.stderr
    with h5py.File(path) as file:
        ranks = file["ranks"]
        assert stored.text(ranks.attrs["clock_check"]) == "ok"
        for rank in range(hosts * ranks_per_host):
            ahead_ns = 0 if rank < ranks_per_host else AHEAD_S * 1e9
            error_ns = ranks["clock_error_ns"][rank]
            assert abs(ranks["clock_offset_ns"][rank] - ahead_ns) <= error_ns + 2, rank
            if ahead_ns:
                assert 0 < error_ns < 30 * ranks["ping_ns"][0, rank], (rank, error_ns, ranks["ping_ns"][0, rank])
