"""jobs/simulate and its platforms, as a user starts them."""

import signal
from pathlib import Path

import pytest

from end_to_end.launching import BUILD, ROOT, Launch, run
from lab.labs import until

from .calibrations import Regime, write

FABRICS = ("one_switch", "fat_tree", "dragonfly")


@pytest.mark.parametrize("platform", (*FABRICS, "wide_area"))
@pytest.mark.parametrize("ranks", (1, 2, 30))
def test_a_platform_is_made_for_any_number_of_ranks(simulate, platform, ranks):
    launch = simulate(ranks, platform, "--kernels", "binomial_broadcast,ping_pong,dissemination_barrier")
    assert {case.verdict for case in launch.cases} == {"ok"}
    assert launch.attribute("platform", "/environment") == platform


def test_the_fewer_links_lie_between_two_hosts_the_sooner_a_message_is_there(simulate):
    """Of 64: the ends of a switch are two links apart, those of a tree four, of a dragonfly more."""
    took = [max(simulate(64, platform, "--kernels", "pairwise_all_to_all").case("pairwise_all_to_all").times_ns)
            for platform in FABRICS]
    assert took == sorted(took) and len(set(took)) == len(took)


def test_bytes_are_counted_by_the_zones_and_regions_that_they_cross(simulate):
    """Rank r sits in region r mod 4, and there in zone r div 4 mod 3; everybody sends to rank 0."""
    launch = simulate(24, "wide_area", "--kernels", "flat_aggregation", "--bytes", 64, "--operations", 3)
    assert {name: launch.per_operation(f"bytes_{name}_per_operation", "flat_aggregation") for name in
            ("within_cache", "within_node", "within_zone", "within_region", "between_regions")} == {
        "within_cache": 0, "within_node": 0, "within_zone": 64, "within_region": 4 * 64, "between_regions": 18 * 64}


def test_a_thousand_ranks(simulate):
    """jobs/bounds ab takes all kernels whose messages grow slower than N²; gossip takes longer than these together."""
    kernels = {"binomial_broadcast", "dissemination_barrier", "raft_replication", "two_phase_commit"}
    launch = simulate(1024, "one_switch", "--kernels", ",".join(sorted(kernels)), "--operations", 2, limit_s=600)
    assert {case.kernel for case in launch.cases} >= kernels
    assert {case.verdict for case in launch.cases} == {"ok"}


def test_the_report_reads_it_like_any_other(simulate, tmp_path):
    launch = simulate("2,5,16", "fat_tree", "--kernels", "@broadcast,two_phase_commit,push_gossip,raft_replication")
    ended = run(ROOT / "analysis" / "report", launch.path.parent, "--out", tmp_path, limit_s=300)
    assert ended.status == 0, ended.stderr
    assert (tmp_path / "summary.csv").exists() and (tmp_path / "figures" / "latency_against_ranks.png").exists()


@pytest.mark.parametrize("arguments, words", [
    (("--ranks", "many", "--platform", "one_switch"), ("--ranks 'many'", "1 to 65536")),
    (("--ranks", 70000, "--platform", "one_switch"), ("--ranks '70000'", "1 to 65536")),
    (("--ranks", 4), ("--platform", "fat_tree")),
    (("--ranks", 4, "--platform", "moon"), ("'moon'", "fat_tree")),
    (("--ranks", 4, "--platform", "moon.xml"), ("moon.xml", "fat_tree")),
    (("--ranks", 4, "--calibration", "absent.h5"), ("absent.h5", "run --calibrate")),
    (("--ranks",), ("--ranks", "value")),
    (("--ranks", 4, "--platform", "one_switch", "--out", "a b"), ("spaces",))])
def test_what_cannot_be_simulated_is_said_in_a_sentence(simulate, tmp_path, arguments, words):
    ended = run(ROOT / "jobs" / "simulate", *arguments, cwd=tmp_path, env={"COORDBENCH_BUILD": str(BUILD)})
    assert_refused(ended, "jobs/simulate: ", *words)
    assert "calibrated," not in ended.stderr and "--platform 'calibrated'" not in ended.stderr


def assert_refused(ended, *words):
    """In one sentence, which is all that is said."""
    assert (ended.status, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1), ended.stderr
    for word in words:
        assert word in ended.stderr


def test_paths_are_those_of_the_folder_that_it_is_called_in(simulate, tmp_path):
    simulate(2, "one_switch", "--kernels", "empty")  # else it is skipped
    write(tmp_path / "made-up.h5", {"l3": [Regime(1, (400, 0))]})
    run(ROOT / "jobs" / "platforms" / "generate", "fat_tree", "--hosts", 2, "--out", tmp_path)
    for number, platform in enumerate(("--platform=fat_tree.xml", "--calibration=made-up.h5")):
        ended = run(ROOT / "jobs" / "simulate", "--ranks=2", platform, "--out", f"out{number}", "--kernels", "empty",
                    cwd=tmp_path, env={"COORDBENCH_BUILD": str(BUILD)})
        assert ended.status == 0 and (tmp_path / f"out{number}" / "launch-001.h5").exists(), ended.stderr


def test_what_is_given_with_an_equals_sign_takes_the_place_of_what_is_given_by_default(simulate):
    launch = simulate(2, "one_switch", "--kernels", "ping_pong", "--bytes=64", "--operations=2")
    assert [(len(case.start_ns), case.payload_bytes) for case in launch.cases] == [(2, 64)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_ends_it_ends_what_it_started(simulate, tmp_path, number):
    simulate(2, "one_switch", "--kernels", "empty")  # else it is skipped
    with Launch([ROOT / "jobs" / "simulate", "--ranks", 64, "--platform", "one_switch", "--kernels", "bruck_all_to_all",
                 "--out", tmp_path, "--operations", 100000], env={"COORDBENCH_BUILD": str(BUILD)}) as launch:
        until(lambda: any("coordbench-smpi" in command_of(pid) for pid in launch.processes()), 30)
        launch.signal(number)
        assert launch.wait(20).status == 128 + number
        assert launch.gone_within(1)


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


@pytest.mark.parametrize("arguments, build, words", [
    (("--platform", "moon"), BUILD, ("'moon'", "fat_tree")), ((), BUILD, ("--platform is missing", "fat_tree")),
    (("--platform", "one_switch", "--ranks", 70000), BUILD, ("'70000'", "2 to 65536")),
    (("--platform", "one_switch", "none-such"), "/nonexistent", ("/nonexistent/coordbench is not built",))])
def test_a_campaign_that_cannot_be_is_refused_once(arguments, build, words):
    assert_refused(run(ROOT / "jobs" / "scale", *arguments, env={"COORDBENCH_BUILD": str(build)}), "jobs/scale: ", *words)
