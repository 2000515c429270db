"""The numbers of scenarios: which cases they are taken of, over which launches, and whether they are certain."""

import numpy as np
import pytest
from synthetic import Case, write_launch

from analysis.load import load
from analysis.refusal import Refusal
from analysis.scenarios.definition import Quantity
from analysis.scenarios.own_writes import missed
from analysis.scenarios.quantities import told

SPREAD = np.linspace(-200, 200, 401).astype(int)


def quantity(value: str, of: str, over="", minus="", against="", factor=1.0, neutral=None) -> Quantity:
    return Quantity("asked", value, of, over, minus, against, factor, neutral)


def case(kernel: str, latency_ns=1000, ranks=2, messages=2.0, **more) -> Case:
    more = {"expected_messages": messages, **more}
    return Case(kernel, latency_ns + SPREAD, ranks, messages=messages, **more)


@pytest.fixture
def launches(tmp_path):
    """launches(list of cases, …, crowded=…): the campaign of these; a last launch of `crowded` cases shares cores."""
    def written(*each: list[Case], crowded: list[Case] | None = None, **options):
        for number, cases in enumerate(each, 1):
            write_launch(tmp_path / f"launch-{number:03}.h5", cases, number, **options)
        if crowded:
            write_launch(tmp_path / "launch-050.h5", crowded, 50, world=8, oversubscribed=True)
        return load(tmp_path)
    return written


def test_a_count_with_a_core_for_each_rank_goes_before_one_of_crowded_ranks(launches):
    campaign = launches([case("rye", messages=2)], crowded=[case("rye", messages=3, expected_messages=2, expected_most=4)])
    assert told(campaign, quantity("messages", "rye/n2/b8/mpi/round-time")).value == 2


def test_a_growth_compares_cases_of_one_launch(launches):
    """The launch on two cores has but one number of ranks, and other messages."""
    campaign = launches([case("rye", messages=9)], crowded=[case("rye", ranks=n, messages=n**1.5) for n in (2, 4, 8)])
    assert told(campaign, quantity("messages", "rye/n*", against="ranks")).value == pytest.approx(1.5)
    with pytest.raises(Refusal, match="only with more ranks than cores"):
        told(campaign, quantity("latency", "rye/n4/b8/mpi/round-time"))


def test_only_counts_that_a_closed_form_fixes_are_compared_between_launches(launches):
    campaign = launches([case("rye", messages=6)], [case("oats", messages=2)],
                        [case("chaff", messages=3, count_rule="expected")])
    names = [f"{name}/n2/b8/mpi/round-time" for name in ("rye", "oats", "chaff")]
    number = told(campaign, quantity("messages", names[0], over=names[1]))
    assert (number.value, number.noisy) == (3, False)
    for value, over in (("latency", names[1]), ("messages", names[2])):
        with pytest.raises(Refusal, match="has no launch in which rye.* both tell their"):
            told(campaign, quantity(value, names[0], over=over))


def test_a_count_that_timing_decides_is_not_certain(launches):
    campaign = launches([case("rye", messages=3, expected_messages=2, expected_most=4, count_rule="range"), case("oats")])
    assert told(campaign, quantity("messages", "rye/n2/b8/mpi/round-time")).noisy
    assert not told(campaign, quantity("messages", "oats/n2/b8/mpi/round-time")).noisy


def test_ratios_are_taken_within_each_launch(launches):
    """A machine that is ten times as slow in every other launch does not matter to a ratio."""
    slow = [1, 10, 1, 10, 1, 10]
    campaign = launches(*([case("rye", 3000 * by), case("oats", 1000 * by)] for by in slow))
    number = told(campaign, quantity("latency", "rye/n2/b8/mpi/round-time", over="oats/n2/b8/mpi/round-time"))
    assert (number.value, number.low, number.high, number.launches) == (3, 3, 3, 6)


def test_nothing_is_divided_by_nothing(launches):
    campaign = launches([case("rye"), case("oats", messages=0)])
    with pytest.raises(Refusal, match="the messages of oats.* is 0"):
        told(campaign, quantity("messages", "rye/n2/b8/mpi/round-time", over="oats/n2/b8/mpi/round-time"))


def test_simulated_time_has_no_noise_but_what_a_seed_draws_has(launches):
    reading = case("rye", definition="proposer", family="protocol", kinds=("read", "write") * 200 + ("read",),
                   behind=np.array([(1, 5000)] * 100 + [(0, 0)] * 301),
                   columns={"stale_share": 0.25, "expected_stale_share": 0.2})
    campaign = launches([reading], source="simulated")
    assert not told(campaign, quantity("latency", "rye/n2/b8/mpi/round-time")).noisy
    stale = told(campaign, quantity("stale_percent", "rye/n2/b8/mpi/round-time"))
    assert (stale.value, stale.noisy) == (25, True)
    assert told(campaign, quantity("age", "rye/n2/b8/mpi/round-time")).value == 5


def test_operations_of_one_kind_have_a_median_of_their_own(launches):
    latencies = np.where(np.arange(400) % 4 == 0, 9000, 1000)
    kinds = tuple("write" if k % 4 == 0 else "read" for k in range(400))
    campaign = launches([Case("rye", latencies, definition="proposer", family="protocol", kinds=kinds)])
    name = "rye/n2/b8/mpi/round-time"
    assert [told(campaign, quantity(f"latency{kind}", name)).value for kind in ("", ":read", ":write")] == [1, 1, 9]
    with pytest.raises(Refusal, match="has no operations of the kind erase; it has read, write"):
        told(campaign, quantity("latency:erase", name))


def test_groups_side_by_side_commit_what_one_does_times_their_number(launches):
    campaign = launches([case("rye", ranks=n, operations_per_second=rate) for n, rate in ((3, 1000.0), (12, 500.0))], cores=12)
    rates = [told(campaign, quantity("rate_of_ranks:12", f"rye/n{n}/b8/mpi/round-time")).value for n in (3, 12)]
    assert rates == [4000, 500]


def test_what_a_kernel_measures_itself_loses_its_sign(launches):
    offsets = np.resize([-30, 10, 30], (401, 2))
    campaign = launches([case("rye", measured=("offset", "ns", offsets)), case("oats")])
    assert told(campaign, quantity("own", "rye/n2/b8/mpi/round-time", factor=2.0)).value == 60
    with pytest.raises(Refusal, match="measures nothing itself"):
        told(campaign, quantity("own", "oats/n2/b8/mpi/round-time"))


def test_a_read_misses_its_own_write_if_it_shows_an_older_value():
    """Rank 0 writes (0 and 3) and reads; rank 1 writes meanwhile. One line an operation: rank, read?, start, end, answer."""
    operations = np.array([(0, 0, 0, 10, -2), (1, 0, 0, 15, -2),  # written
                           (1, 1, 20, 30, 1),  # its own
                           (0, 0, 40, 50, -2),
                           (0, 1, 60, 70, 3),  # its own newest
                           (0, 1, 80, 90, 0),  # its own older one: missed
                           (0, 1, 100, 110, -1),  # the initial value: missed
                           (1, 0, 45, 120, -2),
                           (0, 1, 130, 140, 7)])  # another's, which had not ended when the own one began
    rank, is_read, start, end, answer = operations.T
    lost = missed(rank, is_read == 1, start, end, answer)
    assert lost.tolist() == [False, True, True, False, False]
    assert len(missed(rank[:2], is_read[:2] == 1, start[:2], end[:2], answer[:2])) == 0


def test_timers_count_for_as_long_as_an_operation_lasts(launches):
    """4 ranks tell 3 others every 100 µs, and an operation lasts 1,000 µs; in the pauses the timers have sent far more."""
    timers = {"parameters": {"period_us": 100}, "background_messages": 3000 * 401}
    campaign = launches([case("rye", 10**6, ranks=4, messages=2, **timers), case("oats", messages=2)])
    assert told(campaign, quantity("everything_sent", "rye/*")).value == pytest.approx(2 + 4 * 3 * 10)
    assert told(campaign, quantity("everything_sent", "oats/n2/b8/mpi/round-time")).value == 2
    assert told(campaign, quantity("background", "rye/*")).value == 3000


@pytest.mark.parametrize("timers", [{"parameters": {"period_us": 100, "repair": "gossip"}, "background_messages": 300},
                                    {"parameters": {"period_us": 100}, "background_messages": 301},
                                    {"background_messages": 300}], ids=["gossip", "no multiple", "no period"])
def test_timers_without_a_closed_form_are_refused(timers, launches):
    campaign = launches([case("rye", ranks=4, **timers)])
    with pytest.raises(Refusal, match="has timers whose messages follow no closed form"):
        told(campaign, quantity("everything_sent", "rye/*"))


def test_a_count_that_crowding_decides_is_no_number(launches):
    """As of compare-and-swap, which fails as often as others come between."""
    campaign = launches([case("oats")], crowded=[case("rye", ranks=8, messages=9, expected_messages=3, expected_most=17,
                                                      count_rule="range"), case("oats", ranks=8, messages=7, expected_most=7)])
    assert told(campaign, quantity("messages", "oats/n8/b8/mpi/round-time")).value == 7
    with pytest.raises(Refusal, match="only with more ranks than cores, where its messages say nothing"):
        told(campaign, quantity("messages", "rye/n8/b8/mpi/round-time"))


def test_the_background_of_crowded_ranks_says_what_crowding_costs(launches):
    campaign = launches([case("oats")], crowded=[case("rye", ranks=8)])
    with pytest.raises(Refusal, match="only with more ranks than cores"):
        told(campaign, quantity("everything_sent", "rye/n8/b8/mpi/round-time"))
