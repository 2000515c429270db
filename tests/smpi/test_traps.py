"""What SMPI does to a program that does not know of it, one test for each. Besides: asking whether a message has come takes no
simulated time here, so a rank that polls would poll for ever, and no test of this folder would end."""

import re
import subprocess

import h5py
import numpy as np
import pytest

from end_to_end.launching import BUILD

from .launches import UNIT_NS

# Of the process, not of a rank: what is to be said when a signal comes, and what a watchdog does.
OF_THE_PROCESS = {"sentence", "may_speak", "end_asked", "final_status", "leftovers", "bark_of_alarm", "barked", "ending",
                  "listener"}
# Made where it is first asked for, by whichever rank that is, the same for all: what a host's works take, and constants.
FILLED_ONCE = {"kTables", "kernels", "kUnits", "kNames", "text"}
CONSTANT = re.compile(r"^(k[A-Z]\w*|kernel_\w+|kernels|parameters|marks|kinds|algorithms|authentications|about|text)(?:\[|$)")


def writable_statics(program) -> set[str]:
    symbols = subprocess.run(["nm", "--demangle", "--defined-only", program], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\w+ ([bBdDu]) coordbench::(?:.*::)?(.*)$", symbols, re.MULTILINE)
    # What a program is started with may be constant but for addresses; what begins as zeros is written to.
    return {name for kind, name in found if kind in "bB" or not CONSTANT.match(name)}


def test_no_rank_writes_to_a_static_variable(simulate):
    """All ranks have the same ones: jobs/simulate does not give each a copy of the program."""
    found = writable_statics(BUILD / "coordbench-smpi")
    assert found - FILLED_ONCE == OF_THE_PROCESS, "what is filled once may be filled by the compiler, too"


def test_time_is_simulated_and_the_same_every_time(simulate):
    """Neither this host's clock nor how long it computes shows."""
    arguments = ("--kernels", "empty,binomial_broadcast,two_phase_commit", "--seed", 7)
    first, second = (simulate(9, "one_switch", *arguments) for _ in range(2))
    for kernel in ("empty", "binomial_broadcast", "two_phase_commit"):
        np.testing.assert_array_equal(first.case(kernel).end_ns, second.case(kernel).end_ns)
    assert first.case("empty").times_ns == {0.0}


def test_nothing_that_a_collective_waits_for_is_polled_for(simulate):
    """If asking took as long as a message, who asks would be late."""
    arguments = (13, "pure_latency", "--kernels", "@broadcast,@aggregation,dissemination_barrier")
    undisturbed = simulate(*arguments)
    slow_to_tell = simulate(*arguments, "--cfg=smpi/test:1e-3", "--cfg=smpi/grow-injected-times:yes")
    assert len(undisturbed.cases) >= 10
    for case in undisturbed.cases:
        assert slow_to_tell.case(case.kernel).times_ns == case.times_ns, case.kernel


def test_latencies_and_bandwidths_are_those_of_the_platform(simulate, tmp_path):
    """Without factors: a byte takes a nanosecond, and SMPI adds an envelope of 16 bytes."""
    platform = tmp_path / "a_byte_a_nanosecond.xml"
    platform.write_text("""<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1"><config><prop id="network/TCP-gamma" value="0"/><prop id="network/crosstraffic" value="no"/></config>
<cluster id="wire" prefix="h" suffix="" radical="0-1" speed="1Gf" bw="1GBps" lat="2us" sharing_policy="SPLITDUPLEX"/></platform>
""")
    launch = simulate(2, platform, "--kernels", "ping_pong", "--bytes", 40_000)
    assert launch.case("ping_pong").times_ns == {2 * (2 * 2_000 + 40_000 + 16)}


def test_the_library_runs_the_collectives_that_are_named(simulate):
    """Others gather everybody's host around a ring first, in simulated time too."""
    launch = simulate(16, "pure_latency", "--kernels", "native*")
    for kernel in ("native_broadcast", "native_reduce", "native_allreduce", "native_barrier"):
        assert launch.case(kernel).times_ns == {4 * UNIT_NS}, kernel
    assert launch.attribute("epoch_ns") < 64 * UNIT_NS


def test_rank_0_alone_writes_and_everybody_is_in_it(simulate):
    launch = simulate(5, "wide_area", "--kernels", "empty")
    assert [path.name for path in launch.out.iterdir()] == ["launch-001.h5"]
    assert (launch.attribute("source"), launch.attribute("platform", "/environment")) == ("simulated", "wide_area")
    with h5py.File(launch.path) as file:
        hosts = list(file["/ranks/host"].asstr()[...])
        words = file["/ranks/distance"].attrs["flag_meanings"].split()
        assert hosts == ["virginia-a-0", "oregon-a-0", "ireland-a-0", "tokyo-a-0", "virginia-b-0"]
        assert {words[level] for level in file["/ranks/distance"][0, 1:]} == {"network"}
        assert np.isnan(file["/ranks/ping_ns"][...]).all()


def test_a_message_from_afar_does_not_hold_up_what_neighbours_send_later(simulate):
    """The leader, in Virginia, commits with the first two of four answers: its neighbour's and Ireland's, 80.5 ms away and
    back. SMPI matches messages when they are sent, and Tokyo's answer to the last entry is on its way for 72 ms."""
    launch = simulate(5, "wide_area", "--kernels", "raft_replication", "--sync", "none")
    assert all(80.5e6 < time < 82e6 for time in launch.case("raft_replication").times_ns)


@pytest.mark.parametrize("arguments, words", [
    (("--transport", "shared-memory"), ("--transport shared-memory", "--transport mpi")),
    (("--transport", "hybrid"), ("--transport hybrid", "--transport mpi")),
    (("--placement", "compact"), ("--placement",)),
    (("--bytes", "no"), ("--bytes",))])
def test_what_a_simulator_has_not_got_is_refused_once(simulate, arguments, words):
    ended = simulate(3, "one_switch", "--kernels", "ping_pong", *arguments).ended
    assert ended.status == 2 and len(ended.sentences) == 1
    assert all(word in ended.sentences[0] for word in words)
