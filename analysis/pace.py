"""When ranks that gossip call each other: by timers of their own, on receipt, or in rounds that the harness directs. Times of
such rounds include the harness's own messages: they are in no table, figure or model of latencies; their counts are."""

import functools
import json

import pandas as pd

LOCKSTEP = "lockstep"


@functools.cache
def _parameters(text: str) -> dict:
    return json.loads(text)


def in_lockstep(cases: pd.DataFrame) -> pd.Series:
    """Which rows of cases ran in rounds that the harness directed."""
    return cases.parameters.astype(str).str.contains(f'"pace": ?"{LOCKSTEP}"')


def remarks(rows: pd.DataFrame) -> list[str]:
    """For captions: how often ranks call in those among `rows` that go by timers."""
    parameters = [_parameters(text) for text in rows.parameters.unique()] if "parameters" in rows else []
    periods = sorted({one["period_us"] for one in parameters if one.get("pace", "timer") == "timer" and "period_us" in one})
    return [f"Gossip goes by timers: a rank calls every {' or '.join(map(_period, periods))}."] if periods else []


def _period(us: int) -> str:
    for size, unit in ((10**6, "s"), (1000, "ms")):
        if us % size == 0:
            return f"{us // size:,} {unit}"
    return f"{us:,} µs"
