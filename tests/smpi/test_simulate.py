"""jobs/simulate and its platforms, as a user starts them."""

import pytest

from end_to_end.launching import ROOT, run

FABRICS = ("one_switch", "fat_tree", "dragonfly")
GROW_WITH_N2 = ("accidental_n2", "linear_all_to_all", "pairwise_all_to_all", "native_all_to_all", "scatter_allgather_broadcast")


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


def test_a_thousand_ranks(simulate):
    """All kernels whose messages grow slower than N²; on two cores it takes two minutes. 8,192 take:

        jobs/simulate --ranks 8192 --platform one_switch --kernels …
    """
    kernels = sorted(path.stem for folder in ("kernels", "collectives") for path in (ROOT / folder).glob("*.hpp")
                     if path.stem not in GROW_WITH_N2)
    launch = simulate(1024, "one_switch", "--kernels", ",".join(kernels), limit_s=600)
    assert {case.kernel for case in launch.cases} >= {"push_gossip", "raft_replication", "two_phase_commit", "bruck_all_to_all"}
    assert {case.verdict for case in launch.cases} == {"ok"}


def test_the_report_reads_it_like_any_other(simulate, tmp_path):
    launch = simulate("2,5,16", "fat_tree", "--kernels", "*broadcast,two_phase_commit,push_gossip,raft_replication")
    ended = run(ROOT / "analysis" / "report", launch.path.parent, "--out", tmp_path, limit_s=300)
    assert ended.status == 0, ended.stderr
    assert (tmp_path / "summary.csv").exists() and (tmp_path / "figures" / "latency_against_ranks.svg").exists()


@pytest.mark.parametrize("arguments, words", [
    (("--ranks", "many", "--platform", "one_switch"), ("--ranks 'many'", "1 to 99999")),
    (("--ranks", 4), ("--platform", "fat_tree")),
    (("--ranks", 4, "--platform", "moon"), ("moon", "fat_tree")),
    (("--ranks", 4, "--platform", "moon.xml"), ("moon.xml", "fat_tree")),
    (("--ranks",), ("--ranks", "value")),
    (("--ranks", 4, "--platform", "one_switch", "--out", "a b"), ("spaces",))])
def test_what_cannot_be_simulated_is_said_in_a_sentence(simulate, arguments, words):
    ended = run(ROOT / "jobs" / "simulate", *arguments, cwd=ROOT)
    assert ended.status == 2
    for word in words:
        assert word in ended.stderr
