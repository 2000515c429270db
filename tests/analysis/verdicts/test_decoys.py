"""A verdict takes the case that it is about: campaigns have several launches, and cases beside it that differ in one thing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis.load import load
from analysis.verdicts.decide import Judged, _worth, decide
from analysis.verdicts.declared import Claim
from analysis.verdicts.judge import CONTRADICTED, HOLDS, OFF, UNDECIDED, Verdict
from analysis.verdicts.observed import points
from analysis.verdicts.tables import _tally
from analysis.verdicts.triangle import triangle
from synthetic import Case, Mark, write_launch

PROTOCOL = dict(family="protocol", definition="proposer")


def vote(messages, latency=2000, **told):
    return Case("vote", np.full(8, latency), messages=messages, expected_messages=messages, **{**PROTOCOL, **told})


def campaign_of(folder, *launches, **told):
    for number, cases in enumerate(launches, 1):
        write_launch(folder / f"launch-{number:03}.h5", [Case("ping_pong", np.full(8, 1000)), *cases], number, cores=8, **told)
    return load(folder)


def values(campaign, quantity="messages", **told):
    found = points(campaign, Claim("T", kernels=("vote",), quantity=quantity, predicts="1", **told))
    return found.value.to_list()


DECOYS = {"clients": vote(99, clients=1), "authentication": vote(98, authentication="mac"), "in_flight": vote(97, in_flight=4),
          "transport": vote(96, transport="shared-memory"), "sync": vote(95, sync="none"),
          "network": vote(94, loss=0.1), "payload_bytes": vote(93, payload_bytes=1024),
          "parameters": vote(92, parameters={"thrifty": 1})}


def test_the_plain_case_is_taken_and_none_that_differs_in_one_thing(tmp_path):
    campaign = campaign_of(tmp_path, *[[*DECOYS.values(), vote(3)]] * 3)
    assert values(campaign) == [3]


@pytest.mark.parametrize("where, messages", [({"clients": 1}, 99), ({"authentication": "mac"}, 98), ({"in_flight": 4}, 97),
                                             ({"transport": "shared-memory"}, 96), ({"sync": "none"}, 95),
                                             ({"payload_bytes": 1024}, 93), ({"parameters": {"thrifty": 1}}, 92)])
def test_a_case_that_is_asked_for_is_taken(tmp_path, where, messages):
    assert values(campaign_of(tmp_path, [*DECOYS.values(), vote(3)]), where=where) == [messages]


@pytest.mark.parametrize("crowded_first", [True, False])
def test_a_core_for_each_rank_goes_before_more_launches_without(tmp_path, crowded_first):
    roomy, crowded = (3, False), (9, True)
    for number, (messages, shared) in enumerate([crowded, roomy] if crowded_first else [roomy, crowded], 1):
        write_launch(tmp_path / f"launch-{number:03}.h5", [vote(messages)], number, oversubscribed=shared, cores=8)
    assert values(load(tmp_path)) == [3]


def test_a_ratio_is_made_within_each_launch(tmp_path):
    times = [(5000, 1000), (2000, 2000), (24000, 6000)]  # the ratio of their medians is 2.5
    launches = [[vote(1, above), Case("poll", np.full(8, below), **PROTOCOL)] for above, below in times]
    assert values(campaign_of(tmp_path, *launches), "latency", over={"kernel": "poll"}) == [4]


def test_a_formula_knows_one_way_as_half_of_a_round_trip(tmp_path):
    claim = Claim("T", kernels=("vote",), quantity="latency", predicts="4*L")
    (judged,) = decide([claim], [campaign_of(tmp_path, [vote(1, 2000)], source="simulated")], None)
    assert judged.verdict.word == HOLDS


def test_a_random_count_is_the_mean_over_operations_with_its_interval(tmp_path):
    random = dict(count_rule="expected", messages_each=np.array([4, 6] * 4))
    found = points(campaign_of(tmp_path, [vote(77, **random)]), Claim("T", kernels=("vote",), quantity="messages"))
    assert found.value[0] == 5 and found.low[0] < 5 < found.high[0]


def test_what_happened_once_has_no_interval(tmp_path):
    random = dict(count_rule="expected", columns={"applied_per_operation": 1.5}, expected_most=1.0)
    campaign = campaign_of(tmp_path, [vote(1, **random)], schema_version="1.6")
    found = points(campaign, Claim("T", kernels=("vote",), quantity="applied"))
    assert (found.value[0], found.low[0], found.high[0]) == (1.5, 1.5, 1.5)


def test_the_user_goes_on_at_the_mark_and_not_at_the_end(tmp_path):
    told = campaign_of(tmp_path, [vote(1, 2000, marks=(Mark("decided", 700),))], source="simulated")
    assert values(told, "go_on") == [700] and values(told, "latency") == [2000]


def test_the_load_is_that_of_the_busiest_over_the_median_of_the_others(tmp_path):
    handled = np.array([[500, 100, 100, 400], [0] * 4, [1] * 4])
    assert values(campaign_of(tmp_path, [vote(1, ranks=4, of_ranks=handled)]), "load") == [5]


def test_delays_that_timing_decides_lie_between_the_ends_of_the_closed_form(tmp_path):
    told = campaign_of(tmp_path, [vote(1, ranks=n, expected_most=1.0) for n in (4, 5, 7, 10)], schema_version="1.6")
    cases = told.cases.assign(delays=4, expected_delays=3, expected_delays_most=3 + 2 * told.cases.ranks)
    told = replace(told, cases=cases)
    claim = Claim("T", kernels=("vote",), quantity="delays", compare="grows")
    found = points(told, claim)
    assert found.low.to_list() == [3] * 4 and found.high.to_list() == [11, 13, 17, 23] and found.ranged.all()
    words = [decide([replace(claim, predicts=term)], [told], None)[0].verdict.word for term in ("1", "log N", "N", "N^2")]
    assert words == [UNDECIDED, UNDECIDED, UNDECIDED, CONTRADICTED]
    assert points(told, replace(claim, quantity="round_trips")).high.to_list() == [5.5, 6.5, 8.5, 11.5]
    exact = replace(told, cases=cases.assign(expected_delays_most=3))
    assert decide([replace(claim, predicts="1")], [exact], None)[0].verdict.word == HOLDS


def test_the_triangle_is_judged_at_the_most_ranks_that_most_kernels_have(tmp_path):
    cases = [Case(kernel, np.full(8, 1000), ranks, level=level, **PROTOCOL)
             for level, kernel in enumerate(("vote", "poll")) for ranks in (2, 4, 8)] + [vote(1, ranks=16)]
    claim = Claim("T", kernels=("vote", "poll"), quantity="latency", compare="none_best")
    assert set(triangle(campaign_of(tmp_path, cases, source="simulated"), claim).ranks) == {8}


def test_more_launches_decide_before_more_numbers_of_ranks(tmp_path):
    def worth(name, launches, ranks):
        cases = [vote(3, ranks=each) for each in ranks]
        campaign = campaign_of(tmp_path / name, *[cases] * launches)
        return _worth(campaign, decide([Claim("T", kernels=("vote",), quantity="messages", predicts="3")],
                                       [campaign], None)[0].verdict)

    one, wide, three = worth("a", 1, [2, 4]), worth("b", 1, [2, 4, 8]), worth("c", 3, [2])
    assert one < wide < three


def test_the_tally_counts_each_word():
    words = [HOLDS] * 3 + [OFF] * 2 + [CONTRADICTED] + [UNDECIDED] * 4
    judged = [Judged(Claim("T"), Verdict(word, "", pd.DataFrame()), "", "", {}) for word in words]
    judged.append(Judged(Claim("T", undecidable="made up"), Verdict(UNDECIDED, "", pd.DataFrame()), "", "", {}))
    assert _tally(judged) == ("Of 11 claims 10 can be decided by measuring, and 6 of these are decided here: 3 hold, "
                              "2 are off, 1 are contradicted.")
