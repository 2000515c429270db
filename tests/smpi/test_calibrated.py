"""A platform made of a calibration: a message takes exactly as long there as the calibration says, a calibration of simulated
ranks gives back what the platform was made of, and what cannot be predicted from is refused."""

import os

import h5py
import numpy as np
import pytest

from end_to_end.launching import BUILD, ROOT, run, under_mpirun

from .calibrations import Regime, write
from .launches import Simulated

EAGER = [Regime(1, (400, 0), (100, 0.5), (200, 0.25)), Regime(512, (700, 0.125), (100, 0), (300, 0.5))]
WAITING = [Regime(4096, (2000, 0), (150, 0), (900, 0.25)), Regime(65536, (5000, 0.25), (150, 0), (900, 0.25))]
SIZES = (1, 8, 511, 512, 4095, 4096, 65535, 65536, 1_000_000)


@pytest.fixture
def predict(simulate, tmp_path):
    """predict(calibration, ranks, *arguments): what jobs/simulate --calibration left behind."""
    def launch(calibration, ranks, *arguments):
        out = tmp_path / f"predicted{len(list(tmp_path.iterdir()))}"
        ended = run(ROOT / "jobs" / "simulate", "--ranks", ranks, "--calibration", calibration, "--out", out, *arguments,
                    limit_s=120, cwd=ROOT, env={"COORDBENCH_BUILD": str(BUILD)})
        return Simulated(ended, out)

    return launch


def regime_of(regimes: list[Regime], bytes: int) -> Regime:
    return [regime for regime in regimes if regime.first_bytes <= bytes][-1]


def round_trips_ns(launch) -> dict[int, set[float]]:
    with h5py.File(launch.path) as file:
        sizes = dict(zip(file["/cases/name"].asstr()[...], file["/cases/payload_bytes"][...]))
        times = {name: file["/samples"][name]["end_ns"][:, 0] - file["/samples"][name]["start_ns"][:, 0] for name in sizes}
    return {int(sizes[name]): set(times[name]) for name in sizes if "/drift=" not in name}


def loggp(launch) -> dict[str, np.ndarray]:
    with h5py.File(launch.path) as file:
        return {name: variable[...] for name, variable in file["loggp"].items()}


def test_a_round_trip_takes_two_messages_and_a_reading_of_the_clock(predict, tmp_path):
    """At every size of every regime, and right below and at each break: to the nanosecond that stamps are rounded to."""
    calibration = write(tmp_path / "made-up.h5", {"l3": EAGER + WAITING}, rendezvous_bytes=4096, timer_ns=25)
    launch = predict(calibration, 2, "--kernels", "ping_pong", "--bytes", ",".join(map(str, SIZES)))
    measured = round_trips_ns(launch)
    assert set(measured) == set(SIZES)
    for bytes, times in measured.items():
        expected = 25 + 2 * regime_of(EAGER + WAITING, bytes).one_way_ns(bytes)
        assert all(abs(time - expected) <= 1.5 for time in times), (bytes, times, expected)


def test_calibrated_again_it_gives_back_what_it_was_given(predict, tmp_path):
    """But for what only their sum is known of: where sends wait, SMPI's receiver has no overhead of its own."""
    regimes = EAGER + WAITING
    calibration = write(tmp_path / "made-up.h5", {"l3": regimes}, rendezvous_bytes=4096, timer_ns=25)
    found = loggp(predict(calibration, 2, "--kernels", "ping_pong", "--bytes", "8,1MiB", "--calibrate"))
    assert found["rendezvous_bytes"].tolist() == [4096]
    assert found["first_bytes"].tolist() == [1, 512, 4096, 65536]
    for index, regime in enumerate(regimes):
        for bytes in (regime.first_bytes, 2 * regime.first_bytes):
            cost = lambda name: found[f"{name}_ns"][index] + bytes * found[f"{name}_ns_per_byte"][index]
            latency = found["L_ns"][index] + bytes * found["G_ns_per_byte"][index]
            total = latency + cost("o_send") + cost("o_receive")
            assert total == pytest.approx(regime.one_way_ns(bytes), rel=2e-3, abs=1.5), (regime.first_bytes, bytes)
            assert cost("o_send") == pytest.approx(regime.costs[2] + bytes * regime.costs[3], rel=2e-3, abs=1.5)
            if regime.first_bytes < 4096:
                assert cost("o_receive") == pytest.approx(regime.costs[4] + bytes * regime.costs[5], rel=2e-3, abs=1.5)


def test_the_breaks_of_a_calibration_in_the_simulator_are_found_to_the_byte(predict, tmp_path):
    calibration = write(tmp_path / "made-up.h5", {"l3": [Regime(1, (400, 0)), Regime(3001, (400, 0.5))]}, rendezvous_bytes=3001)
    found = loggp(predict(calibration, 2, "--kernels", "ping_pong", "--bytes", "8,64KiB", "--calibrate"))
    assert found["rendezvous_bytes"].tolist() == [3001]


@pytest.mark.parametrize("near_level", ["l3", "unknown"])
def test_ranks_of_a_node_are_nearer_than_those_of_another(predict, tmp_path, near_level):
    """Two nodes of two ranks; of eight ranks four sit on nodes like the first. Unbound ranks of a host are `unknown` apart."""
    near, far = Regime(1, (1300, 0.25), (100, 0), (200, 0)), Regime(1, (5000, 1), (400, 0), (600, 0))
    calibration = write(tmp_path / "made-up.h5", {near_level: [near], "network": [far]}, nodes=(0, 0, 1, 1))
    for ranks, regime in ((2, near), (3, far), (8, far)):
        launch = predict(calibration, ranks, "--kernels", "ping_pong", "--bytes", "8,100000")
        for bytes, times in round_trips_ns(launch).items():
            # The stamps of a block follow its last message, and share its link where they catch up with it.
            assert min(times) == pytest.approx(2 * regime.one_way_ns(bytes), abs=1.5), (ranks, bytes, times)


def test_folding_and_copying_take_what_they_took(predict, tmp_path):
    """Two ranks: the root of an aggregation folds once, everybody in an all-to-all copies the block that stays."""
    works = {"copy": [(64, 125), (1024, 525)], "fold": [(64, 225), (1024, 1025)]}  # with a reading of the clock
    calibration = write(tmp_path / "made-up.h5", {"l3": EAGER}, timer_ns=25, works=works)
    launch = predict(calibration, 2, "--kernels", "flat_broadcast,flat_aggregation,linear_all_to_all",
                     "--bytes", "8,64,544,2048", "--sync", "round-time")
    with h5py.File(launch.path) as file:
        median = dict(zip(zip(file["/cases/kernel"].asstr()[...], file["/cases/payload_bytes"][...]),
                          file["/cases/latency_p50_ns"][...]))
    for bytes, copied, folded in ((8, 100, 200), (64, 100, 200), (544, 300, 600), (2048, 1000, 2000)):
        sent = median["flat_broadcast", bytes]
        assert median["flat_aggregation", bytes] - sent == pytest.approx(folded, abs=2), bytes
        assert median["linear_all_to_all", bytes] >= max(sent, copied), bytes


def test_authenticating_takes_what_it_took(predict, tmp_path):
    """Three messages in a row. For each a rank seals one to three and checks one to three, but signs once for all receivers."""
    flat = lambda ns: [(1, 25 + ns), (4096, 25 + ns)]  # with a reading of the clock
    mac, sign, verify = 100_000, 1_000_000, 300_000
    works = {"copy": flat(0), "fold": flat(0), "digest": flat(0), "mac": flat(mac), "sign": flat(sign), "verify": flat(verify)}
    calibration = write(tmp_path / "made-up.h5", {"l3": EAGER}, timer_ns=25, works=works)
    launch = predict(calibration, 4, "--kernels", "pbft", "--bytes", "8", "--authentication", "none,mac,signature",
                     "--operations", "20")
    with h5py.File(launch.path) as file:
        words = (file["/cases"][name].asstr()[...] for name in ("kernel", "authentication"))
        rows = zip(*words, file["/cases/latency_p50_ns"][...])
        median = {way: ns for kernel, way, ns in rows if kernel == "pbft"}
    trusting, with_macs, signed = (median[way] for way in ("none", "mac", "signature"))
    assert 3 * 2 * mac <= with_macs - trusting <= 3 * 6 * mac
    assert 3 * (sign + verify) <= signed - trusting <= 3 * (sign + 3 * verify)


def test_the_simulated_launch_names_the_one_that_was_calibrated(predict, simulate, tmp_path):
    calibration = write(tmp_path / "made-up.h5", {"l3": EAGER})
    predicted = predict(calibration, 3, "--kernels", "ping_pong")
    assert predicted.attribute("calibration", "/environment") == "made up 7 2024-05-06T07:08:09Z"
    assert predicted.attribute("source") == "simulated"
    assert simulate(2, "one_switch", "--kernels", "ping_pong").attribute("calibration", "/environment") == ""


def test_what_cannot_be_predicted_from_is_refused(predict, tmp_path):
    refused = write(tmp_path / "refused.h5", {"l3": EAGER}, refused="the gap came out below nothing")
    with h5py.File(tmp_path / "uncalibrated.h5", "w") as file:
        file.attrs["campaign"] = "none"
    (tmp_path / "text.h5").write_text("no HDF5")
    for file, words in ((refused, "the gap came out below nothing"), (tmp_path / "uncalibrated.h5", "--calibrate"),
                        (tmp_path / "text.h5", "text.h5"), (tmp_path / "absent.h5", "absent.h5")):
        ended = predict(file, 2).ended
        assert ended.status == 2 and words in ended.stderr, ended.stderr
    ended = predict(refused, 2, "--platform", "one_switch").ended
    assert ended.status == 2 and "contradict" in ended.stderr


def test_a_launch_is_predicted_from_its_own_calibration(predict, tmp_path):
    """The whole way, on whatever machine this is: of how good the prediction is nothing is said here. One so busy that what was
    measured is no time has its reason in the file, and is told it."""
    campaign, cases = tmp_path / "campaign", ("--kernels", "ping_pong,flat_broadcast", "--bytes", "8,1KiB")
    ended = run(*under_mpirun(2, BUILD / "coordbench", "run", "--calibrate", *cases, "--operations", 20, "--out", campaign),
                limit_s=240)
    assert ended.status == 0, ended.stderr
    predicted = predict(campaign / "launch-001.h5", 2, *cases)
    with h5py.File(campaign / "launch-001.h5") as file:
        refused = "; ".join(file["loggp/refused"].asstr()[...])
    if refused:
        assert predicted.ended.status == 2 and refused in predicted.ended.stderr
        return
    ended = run(ROOT / "analysis" / "predicted", campaign, predicted.path.parent, limit_s=120)
    assert ended.status == 0, ended.stderr
    assert "4 cases" in ended.stdout and (campaign / "figures" / "predicted_against_measured.png").exists()


@pytest.mark.parametrize("arguments, words", [(("--lab", "1"), "--lab '1'"), (("--lab",), "--lab ''"), (("a", "b"), "a b"),
                                              (("--hosts", "3"), "--hosts"), (("two-core-vm",), "exists already")])
def test_what_cannot_be_asked_of_the_job_is_said_before_anything_is_built(arguments, words):
    ended = run(ROOT / "jobs" / "predict", *arguments, cwd=ROOT)
    assert ended.status == 2 and words in ended.stderr


def test_hosts_that_cannot_be_made_here_are_refused_once_and_before_anything_is_built(tmp_path):
    (tmp_path / "id").write_text("#!/bin/sh\necho 65534\n")
    (tmp_path / "id").chmod(0o755)
    ended = run(ROOT / "jobs" / "predict", "--lab", 2, "none-such", env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert (ended.status, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1) and "root" in ended.stderr, ended.stderr
