"""Gossip in lock-step is counted, and in no statistics of times; by timers every caption says how often a rank calls."""

import numpy as np
import pandas as pd
import pytest

from analysis import pace, style
from analysis.load import load
from analysis.summary import summarise

from synthetic import Case, write_launch

SPREAD = np.arange(900, 1101)


def gossip(pace_: str, **more) -> Case:
    return Case("push_gossip", SPREAD, 8, 8, family="protocol", group="gossip", count_rule="expected", messages=20.0,
                expected_messages=21.0, messages_each=np.full(len(SPREAD), 20), **more,
                parameters={"fanout": 1, "pace": pace_, "period_us": 2500, "ttl": 16, "k": 0})


@pytest.fixture
def campaign(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [gossip("lockstep"), gossip("timer", suffix="/timer"),
                                              Case("ping_pong", SPREAD, 2, 8, family="collective")])
    return load(tmp_path)


def test_lock_step_is_counted_and_not_timed(campaign):
    assert set(campaign.counted.kernel) == {"ping_pong", "push_gossip"}
    assert sorted(campaign.timed.kernel) == ["ping_pong", "push_gossip"]
    rows = summarise(campaign)
    rows = rows[rows.kernel == "push_gossip"].set_index(rows.parameters[rows.kernel == "push_gossip"].str.contains("lockstep"))
    assert np.isnan(rows.latency_ns[True]) and rows.latency_ns[False] == 1000
    assert rows.messages_per_operation[True] == 20


def test_a_caption_says_how_often_timers_call(campaign):
    assert "Gossip goes by timers: a rank calls every 2,500 µs." in style.caption(campaign, campaign.timed, "What.")
    assert pace.remarks(campaign.timed[campaign.timed.kernel == "ping_pong"]) == []


def test_a_kernel_that_only_has_timers_is_said_to_call_by_them(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("anti_entropy", SPREAD, 8, 8, family="protocol", group="gossip",
                                                   count_rule="expected", messages=20.0, expected_messages=21.0,
                                                   messages_each=np.full(len(SPREAD), 20), parameters={"period_us": 300}),
                                              Case("ping_pong", SPREAD, 2, 8, family="collective")])
    assert pace.remarks(load(tmp_path).timed) == ["Gossip goes by timers: a rank calls every 300 µs."]


@pytest.mark.parametrize("period_us, said", [(300, "300 µs"), (2500, "2,500 µs"), (50_000, "50 ms"), (1_000_000, "1 s")])
def test_a_period_is_said_in_the_largest_unit_that_makes_it_whole(period_us, said):
    rows = pd.DataFrame({"parameters": [f'{{"pace": "timer", "period_us": {period_us}}}']})
    assert pace.remarks(rows) == [f"Gossip goes by timers: a rank calls every {said}."]


def test_gossip_of_before_there_was_a_choice_ran_in_lock_step(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("push_gossip", SPREAD, 8, 8, family="protocol", group="gossip",
                                                   count_rule="expected", messages=20.0, expected_messages=21.0,
                                                   messages_each=np.full(len(SPREAD), 20), parameters={"fanout": 1}),
                                              Case("ping_pong", SPREAD, 2, 8, family="collective")])
    assert load(tmp_path).timed.kernel.tolist() == ["ping_pong"]
