"""÷ ping_pong: a case's median over what ping_pong took beside it, in the same launch, as results/README.md defines it.

coordbench's own table and JSON go by the same definition (harness/results/round_trips.cpp).
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from analysis.load import Campaign

BASE = "ping_pong"
RANKS = 2
SMALL_BYTES = 8  # of the ping_pongs around each block
BESIDE = ["file", "transport", "sync", "payload_bytes"]
DEFINITION = ("÷ RTT at 8 B: within each launch, over the mean of the `ping_pong`s at 8 B before and after the case's block, "
              "or where these had another transport or start line, of the launch's other ones")
OVER_SMALL, OVER_OWN = "over_round_trip_of_8_bytes", "over_ping_pong_of_own_bytes"  # columns of summary.csv


def round_trip_ns(cases: pd.DataFrame, payload_bytes: int | pd.Series = SMALL_BYTES) -> pd.Series:
    """[case] of /cases of whole launches: the round trip beside it at so many bytes. It is the mean of the ping_pongs before
    and after the case's block; without these, of the launch's other ping_pongs; NaN without any. Always of the case's transport
    and start line."""
    trips = round_trips(cases)
    around = trips[trips.drift_watch != 0].groupby([*BESIDE, "block"]).p50_ns.mean()
    elsewhere = trips[trips.drift_watch == 0].groupby(BESIDE).p50_ns.mean()
    sought = cases[["file", "transport", "sync", "block"]].assign(payload_bytes=payload_bytes)
    near, far = (_looked_up(means, sought) for means in (around, elsewhere))
    return near.fillna(far)


def with_ratios(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases of whole launches with `round_trip_ns`, of 8 B, and the ratios OVER_SMALL and, where the payload is another,
    OVER_OWN. NaN where ranks shared cores, since ping_pong is then crowded out otherwise than the case is, where the case is
    not `ok`, and for the ping_pongs around blocks themselves."""
    firm = ~cases.oversubscribed & (cases.verdict == "ok") & (cases.drift_watch == 0)
    small = round_trip_ns(cases).where(firm)
    own = round_trip_ns(cases, cases.payload_bytes).where(firm & ~cases.payload_bytes.isin([0, SMALL_BYTES]))
    return cases.assign(**{"round_trip_ns": small, OVER_SMALL: cases.p50_ns / small, OVER_OWN: cases.p50_ns / own})


def timed_with_ratios(campaign: "Campaign") -> pd.DataFrame:
    """`Campaign.timed` with what `with_ratios` adds, for which it takes the ping_pongs around blocks, too."""
    return with_ratios(campaign.cases).loc[campaign.timed.index]


def round_trips(cases: pd.DataFrame) -> pd.DataFrame:
    """The ping_pongs between two ranks, one at a time."""
    return cases[(cases.kernel == BASE) & (cases.ranks == RANKS) & (cases.in_flight == 1) & (cases.verdict == "ok")
                 & (cases.p50_ns > 0)]


def _looked_up(means: pd.Series, sought: pd.DataFrame) -> pd.Series:
    keys = pd.MultiIndex.from_frame(sought[means.index.names])
    return pd.Series(means.reindex(keys).to_numpy(dtype=float), sought.index)


def spreads(cases: pd.DataFrame, key: list[str], launches: int) -> pd.DataFrame:
    """Of each case in that many launches or more, one operation at a time: `kernel`, `raw`, the standard deviation over
    launches of the logarithm of its median, and `divided`, that of the ratio to the round trip of 8 B. `together`: the
    correlation of the two medians, without which dividing adds noise."""
    rows, told = [], ["kernel", "name"]
    for _, case in with_ratios(cases).query("in_flight == 1").dropna(subset=[OVER_SMALL]).groupby(key):
        medians, ratios = np.log(case.p50_ns), np.log(case[OVER_SMALL])
        if len(case) >= launches and case.kernel.iloc[0] != BASE and medians.std() > 0:
            together = medians.corr(medians - ratios)  # with that of the round trip
            rows.append((*case[told].iloc[0], medians.std(), ratios.std(), together))
    return pd.DataFrame(rows, columns=[*told, "raw", "divided", "together"])
