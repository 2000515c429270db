"""`analysis/cost`: a month of operations of kernels whose counts, times and prices are known."""

import json
from decimal import Decimal

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis.money import placement
from analysis.money.bill import Sum, cents
from conftest import assert_refused, run
from synthetic import DISTANCE_WORDS, Case, Mark, write_launch

SPREAD = np.arange(-20, 21)
RANKS = (2, 3, 4, 5, 8)
MONTH = ("--operations-per-month", "1_000_000")
BY_DISTANCE = "bytes_within_{}_per_operation"
NEAR = {BY_DISTANCE.format(place): 0.0 for place in ("cache", "node")}


def commit(ranks: int, launch: int, payload: int = 8, **more) -> Case:
    """4 (N - 1) messages of 20 B, a quarter of which carry the payload; decided after 900 N + launch ns, and 1 ns a byte of
    large payloads."""
    messages, size = 4 * (ranks - 1), 80 * (ranks - 1) + payload * (ranks - 1)
    decided = Mark("decided", 900 * ranks + launch + (payload if payload > 8 else 0))
    return Case("two_phase_commit", 9000 * ranks + launch + SPREAD, ranks, payload, "proposer", "protocol", messages=messages,
                expected_messages=messages, bytes_each=size, marks=(decided,), level=5, group="commitment", **more)


def write(folder, launches=1, cases=lambda launch: [commit(ranks, launch) for ranks in RANKS], **options):
    for launch in range(1, launches + 1):
        path = write_launch(folder / f"launch-{launch:03}.h5", cases(launch), launch, cores=8, **options)
        with h5py.File(path, "r+") as file:
            file["cases/cpu_ns_per_operation"][...] = 3.6e6 + launch
    return folder


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    return write(tmp_path_factory.mktemp("six"), 6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    def cases(launch: int) -> list[Case]:
        found = [commit(ranks, launch) for ranks in RANKS] + [commit(2, launch, 1000)]
        found.append(Case("native_broadcast", 900 + SPREAD, 2, messages=0, expected_messages=np.nan, count_rule="none"))
        found.append(Case("shared_broadcast", 900 + SPREAD, 2, transport="shared-memory", group="broadcast", bytes_each=8))
        return found + [Case("lonely", 900 + SPREAD, 3, messages=5, expected_messages=5, group="broadcast")]
    apart = np.where(np.eye(8, dtype=bool), 0, DISTANCE_WORDS.split().index("network")).astype(np.int8)
    return write(tmp_path_factory.mktemp("campaign"), cases=cases, distance=apart)


def rows(tmp_path, *arguments) -> pd.DataFrame:
    done = run("cost", *arguments, "--csv", tmp_path / "cost.csv")
    assert done.returncode == 0, done.stderr
    return pd.read_csv(tmp_path / "cost.csv").set_index("kernel")


def test_messages_and_bytes_are_followed_and_paid_for(folder, tmp_path):
    """100 nodes: 396 messages of 20 B, 99 payloads of 8 B and 396 headers of 66 B make 34,848 B; zones have 34, 33 and 33
    nodes, so 6,666 of the 9,900 pairs lie in two: 23.46432 GB at 0.02."""
    row = rows(tmp_path, folder, "--nodes", 100, *MONTH).loc["two_phase_commit"]
    assert (row.messages_per_operation, row.wire_bytes_per_operation) == (396, 34848)
    assert row.gb_between_zones == pytest.approx(23.46432, rel=1e-12) and row.gb_between_regions == 0
    assert row.traffic_dollars == 0.47
    assert row.forced_writes_per_operation == 199 and row.storage_dollars == 124.38  # 199 million at 0.625 a million
    assert not row.complete


@pytest.mark.parametrize("size, told", [(25, [360, 400]), (40, [])])
def test_bytes_without_a_form_are_messages_of_a_size_that_was_counted(tmp_path, size, told):
    """20 B a message at most N, `size` B at one: 16 messages at N = 5 hold 320 to 400 B, unless sizes differ widely."""
    def cases(launch: int) -> list[Case]:
        sizes = {2: size, 3: 20, 4: 20, 8: 20}
        return [Case("k", 900 + SPREAD, n, messages=4 * (n - 1), expected_messages=4 * (n - 1), bytes_each=each * 4 * (n - 1),
                     group="broadcast") for n, each in sizes.items()]
    done = run("cost", write(tmp_path, cases=cases), "--nodes", 5, *MONTH, "--csv", tmp_path / "cost.csv")
    if not told:
        assert "no closed form is found from the counts at N = 2, 3, 4, 8" in done.stdout + done.stderr
        return
    row = pd.read_csv(tmp_path / "cost.csv").iloc[0]
    assert row.messages_per_operation == 16 and row.wire_bytes_per_operation == 16 * (20 + 66)
    assert [row.wire_bytes_per_operation_low, row.wire_bytes_per_operation_high] == [16 * (20 + 66), 16 * (25 + 66)]


def test_a_payload_is_on_the_line_between_those_measured(folder, tmp_path):
    """At two ranks: 80 B and 500 B of payload, in four messages of one segment each."""
    row = rows(tmp_path, folder, "--nodes", 2, "--payload", 500, *MONTH).loc["two_phase_commit"]
    assert row.wire_bytes_per_operation == 580 + 4 * 66


def ends(row, name: str) -> list[float]:
    return [row[f"{name}_low"], row[name], row[f"{name}_high"]]


def test_copies_of_a_payload_that_another_number_of_ranks_tells_are_an_estimate_between_bounds(folder, tmp_path):
    """At two ranks a quarter of the messages carry it; at eight one may, and 616 B hold 77 payloads of 8 B at most."""
    row = rows(tmp_path, folder, "--nodes", 8, "--payload", 500, *MONTH).loc["two_phase_commit"]
    assert ends(row, "wire_bytes_per_operation") == [616 + 492 * copies + 28 * 66 for copies in (1, 7, 77)]
    assert "between bounds" in row.remarks


def test_where_nobody_counted_two_payloads_bytes_lie_between_none_more_and_as_many_as_fit(tmp_path):
    row = rows(tmp_path, write(tmp_path / "one"), "--nodes", 3, "--payload", 108, *MONTH).loc["two_phase_commit"]
    assert ends(row, "wire_bytes_per_operation") == [176 + 100 * copies + 8 * 66 for copies in (0, 8, 22)]


def test_copies_may_be_those_of_another_campaign(folder, tmp_path):
    small = write(tmp_path / "small")
    row = rows(tmp_path, small, "--nodes", 3, "--payload", 108, "--payload-from", folder, *MONTH).loc["two_phase_commit"]
    assert ends(row, "wire_bytes_per_operation") == [176 + 100 * copies + 8 * 66 for copies in (1, 2, 22)]


def test_times_are_of_the_payload_asked_for_where_it_was_timed(folder, tmp_path):
    large = rows(tmp_path, folder, "--nodes", 2, "--payload", 1000, *MONTH).loc["two_phase_commit"]
    assert large.blocked_ns_per_operation == 2 * 2801 and "time is that of" not in str(large.remarks)
    other = rows(tmp_path, folder, "--nodes", 2, "--payload", 500, *MONTH).loc["two_phase_commit"]
    assert other.blocked_ns_per_operation == 2 * 1801 and "its time is that of 8 B" in other.remarks


def test_large_messages_have_a_header_for_each_segment(folder, tmp_path):
    """Four messages of 80 B and 10,000 B of payload: 2,520 B each, which are two segments of 1,448 B."""
    row = rows(tmp_path, folder, "--nodes", 2, "--payload", 10000, *MONTH).loc["two_phase_commit"]
    assert row.wire_bytes_per_operation == 10080 + 8 * 66


def test_ranks_wait_until_the_user_may_go_on(six, tmp_path):
    """Decided after 7,200 ns and the launch's number, of which the median is 3.5: eight nodes wait at 0.0816 an hour."""
    row = rows(tmp_path, six, "--nodes", 8, "--operations-per-month", 10**12).loc["two_phase_commit"]
    assert row.blocked_ns_per_operation == 8 * 7203.5
    assert row.blocked_ns_per_operation_low < row.blocked_ns_per_operation < row.blocked_ns_per_operation_high
    assert row.waiting_dollars == round(8 * 7203.5 * 10**12 / 3.6e12 * 0.0816, 2)
    assert row.cpu_ns_per_operation == 3.6e6 + 3.5
    assert row.total_dollars == pytest.approx(row.traffic_dollars + row.waiting_dollars + row.storage_dollars, abs=0.02)
    assert row.total_dollars_low < row.total_dollars < row.total_dollars_high and row.complete


def test_times_are_followed_as_far_as_their_model_and_counts_farther(folder, tmp_path):
    row = rows(tmp_path, folder, "--nodes", 30, *MONTH).loc["two_phase_commit"]
    assert row.blocked_ns_per_operation == pytest.approx(30 * 27001, rel=0.01)
    beyond = rows(tmp_path, folder, "--nodes", 33, *MONTH).loc["two_phase_commit"]
    assert np.isnan(beyond.blocked_ns_per_operation) and beyond.messages_per_operation == 128
    assert "the model of its time holds from 2 to 32 ranks" in beyond.remarks


def test_what_is_not_known_is_said_in_a_sentence_and_the_rest_is_made(folder):
    done = run("cost", folder, "--nodes", 5, *MONTH, "--kernels", "two_phase*,lonely,absent,native_broadcast")
    assert done.returncode == 0 and "| two_phase_commit | 16 |" in done.stdout
    assert "- lonely: no row at N = 5: no closed form is found from the counts at N = 3" in done.stdout
    assert "- --kernels absent: campaign" in done.stdout and "has no such kernel; name some of lonely, " in done.stdout
    assert "- --kernels native_broadcast: the MPI library sends its messages itself" in done.stdout
    assert "| lonely" not in done.stdout and "| native" not in done.stdout


def test_a_group_names_its_kernels_and_shared_memory_only_counts_where_there_is_nothing_else(folder):
    done = run("cost", folder, "--nodes", 2, *MONTH, "--kernels", "@broadcast")
    assert "| shared_broadcast (shared memory) | 1 |" in done.stdout and "| two_phase_commit" not in done.stdout


@pytest.mark.parametrize("arguments, words", [
    ([], ["--nodes and --operations-per-month are missing"]), (["--nodes", 3], ["--operations-per-month is missing"]),
    (["--nodes", 0, *MONTH], ["'0' is no N"]), (["--nodes", "x", *MONTH], ["'x' is no N; write a whole number from 1"]),
    (["--nodes", 3, "--operations-per-month", -1], ["--operations-per-month"]),
    (["--nodes", 3, *MONTH, "--kernels", "absent"], ["--kernels absent", "has no such kernel"]),
    (["--nodes", 3, *MONTH, "--kernels", ","], ["no kernel to pay for; name some"]),
    (["--nodes", 3, *MONTH, "--prices", "none.toml"], ["none.toml cannot be read"]),
    (["--nodes", 3, *MONTH, "--over-internet"], ["--regions"]), (["--nodes", 3, *MONTH, "--zones", 0], ["'0' is no Z"])])
def test_what_cannot_be_asked_is_refused_in_one_sentence(folder, arguments, words):
    assert_refused(run("cost", folder, *arguments), *words)


def test_a_campaign_without_anything_to_pay_for_is_refused(tmp_path):
    assert_refused(run("cost", tmp_path, "--nodes", 2, *MONTH), str(tmp_path))
    empty = write(tmp_path / "wrong", cases=lambda launch: [commit(2, launch, verdict="wrong_answer")])
    assert_refused(run("cost", empty, "--nodes", 2, *MONTH), "no case whose operations can be paid for")


def test_a_file_that_cannot_be_written_is_told(folder, tmp_path):
    done = run("cost", folder, "--nodes", 2, *MONTH, "--csv", tmp_path / "none" / "cost.csv")
    assert_refused(done, "cannot write", "cost.csv", status=3)


def test_a_second_campaign_is_refused(folder):
    assert_refused(run("cost", folder, folder, "--nodes", 2, *MONTH), "2 campaigns were given")


def test_messages_travel_as_far_as_the_campaign_says(tmp_path):
    """A quarter of the bytes between zones, half of them between regions."""
    def cases(launch: int) -> list[Case]:
        parts = NEAR | {BY_DISTANCE.format("zone"): 22.0, BY_DISTANCE.format("region"): 22.0,
                           "bytes_between_regions_per_operation": 44.0}
        return [commit(2, launch, columns=parts)]
    spread = write(tmp_path / "spread", cases=cases)
    row = rows(tmp_path, spread, "--nodes", 2, *MONTH).loc["two_phase_commit"]
    assert [row.gb_same_zone, row.gb_between_zones, row.gb_between_regions] == [0.088, 0.088, 0.176]  # of 88 + 4 · 66 B
    online = rows(tmp_path, spread, "--nodes", 2, "--over-internet", "--operations-per-month", 10**9).loc["two_phase_commit"]
    assert online.traffic_dollars == 88 * 0.02 + 76 * 0.09  # of 176 GB over the Internet 100 are free
    apart = rows(tmp_path, spread, "--nodes", 2, "--regions", 2, *MONTH).loc["two_phase_commit"]
    assert apart.gb_between_regions == 0.352


def test_times_of_ranks_that_shared_cores_are_not_paid_for(tmp_path):
    crowded = write(tmp_path / "crowded", oversubscribed=True)
    row = rows(tmp_path, crowded, "--nodes", 8, *MONTH).loc["two_phase_commit"]
    assert row.messages_per_operation == 28 and np.isnan(row.blocked_ns_per_operation) and np.isnan(row.cpu_ns_per_operation)
    assert "what crowding costs" in row.remarks


def test_simulated_launches_have_no_processor_time(tmp_path):
    row = rows(tmp_path, write(tmp_path / "simulated", source="simulated"), "--nodes", 8, *MONTH).loc["two_phase_commit"]
    assert np.isnan(row.cpu_ns_per_operation) and row.blocked_ns_per_operation == 8 * 7201


@pytest.mark.parametrize("nodes, regions, zones, shares", [
    (1, 1, 3, (1, 0, 0)), (3, 1, 3, (0, 1, 0)), (6, 1, 3, (1 / 5, 4 / 5, 0)), (6, 2, 3, (0, 2 / 5, 3 / 5)),
    (5, 1, 1, (1, 0, 0)), (4, 2, 1, (1 / 3, 0, 2 / 3)), (5, 2, 2, (1 / 10, 3 / 10, 6 / 10)), (2, 1000, 1000, (0, 0, 1)),
    (4 * 10**8, 2, 2, (1 / 4, 1 / 4, 1 / 2))])
def test_nodes_are_spread_evenly(nodes, regions, zones, shares):
    assert tuple(map(float, placement.uniform(nodes, regions, zones).values())) == pytest.approx(shares)


def test_money_is_rounded_once_and_halves_upwards():
    third = Sum(Decimal("0.125"), Decimal("0.1"), None)
    assert cents(third.value) == Decimal("0.13") and (third + third).high is None
    assert cents((third + third + third).value) == Decimal("0.38") and (third + third).low == Decimal("0.2")


def test_random_counts_are_means_with_intervals_and_no_closed_form(tmp_path):
    """Every operation takes 16 N messages or, equally often, two more or less: the mean of 82 operations."""
    def cases(launch: int) -> list[Case]:
        more = np.resize([-2, 2], 41) * (-1) ** launch
        return [Case("gossip", 900 + SPREAD, ranks, family="protocol", group="gossip", messages=16 * ranks, messages_each=16 *
                     ranks + more, expected_messages=16 * ranks, count_rule="expected") for ranks in (2, 4, 8)]
    gossip = write(tmp_path / "gossip", 2, cases)
    row = rows(tmp_path, gossip, "--nodes", 4, *MONTH).loc["gossip"]
    assert row.messages_per_operation == 64 and row.messages_per_operation_low == pytest.approx(64 - 0.442, abs=2e-3)
    assert_refused(run("cost", gossip, "--nodes", 6, *MONTH), "gossip: no row at N = 6: no closed form is found")


def test_settings_of_a_kernel_are_rows_of_their_own(tmp_path):
    def cases(launch: int) -> list[Case]:
        other = commit(2, launch, parameters={"variant": "presumed_commit"})
        return [commit(2, launch, parameters={"variant": "presumed_nothing"}), other]
    both = write(tmp_path / "both", cases=cases)
    done = run("cost", both, "--nodes", 2, *MONTH, "--kernels", "two_phase_commit/variant=presumed_commit")
    assert "| two_phase_commit variant=presumed_commit | 4 |" in done.stdout and "presumed_nothing" not in done.stdout
    assert json.dumps("$1.88") not in done.stdout and "| $1.88 |" in done.stdout  # three forced writes: N - 1 + 2
