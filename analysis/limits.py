"""What the machine allows, out of the same campaign: a message's way at best, memcpy, and what one reading of the clock takes.

A launch's limits are those of the cores of its ranks 0 and 1. Launches with more ranks than cores have none.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.load import Campaign
from analysis.naming import MPI
from analysis.ratios import OVER_SMALL, round_trips, timed_with_ratios
from analysis.selection import SMALL_BYTES, small_payload
from analysis.summary import over_launches


@dataclass(frozen=True)
class Delay:
    """What one delay, a message's way, takes at least: `ns`, of so many `launches`; `source` says of what. It binds every
    transport, or the one that is named, in launches that are `oversubscribed` or not, up to that many ranks: it was measured
    between ranks 0 and 1, and says nothing where others are nearer to each other."""

    ns: float
    launches: int
    source: str
    ranks_most: int
    transport: str | None = None
    oversubscribed: bool = False

    @property
    def is_floor(self) -> bool:
        """Half of ping_pong is none: it is a measured time of one transport, with work that a kernel may do without."""
        return self.transport is None


def shortest_delay(campaign: Campaign) -> Delay | None:
    """Half a cache line's round trip, the least of all launches, since no launch is faster than the machine; in a campaign
    without one, half of the median ping_pong over MPI, which binds MPI alone."""
    lines = line_round_trip_ns(campaign)
    if len(lines):
        distances = " or ".join(np.unique(campaign.launches.distance[lines.index]))
        source = f"half a cache line's round trip at distance {distances}"
        return Delay(lines.min() / 2, len(lines), source, ranks_bound(campaign, lines.index))
    trips = ping_pongs(campaign)
    trips = trips[(trips.transport == MPI) & ~trips.oversubscribed].groupby("file").ping_pong_ns.min()
    if trips.empty:
        return None
    return Delay(trips.median() / 2, len(trips), f"half of ping_pong over MPI at {SMALL_BYTES} B",
                 ranks_bound(campaign, trips.index), MPI)


def ranks_bound(campaign: Campaign, files) -> int:
    """Up to how many ranks what was measured between ranks 0 and 1 of these launches holds between all; a launch of a larger
    world has more to say than one of a smaller."""
    known = campaign.launches.loc[list(files), ["world", "nothing_nearer"]]
    nearer = known.nothing_nearer[known.nothing_nearer < known.world]
    return int(min(nearer.min() if len(nearer) else known.world.max(), known.world.max()))


def line_round_trip_ns(campaign: Campaign) -> pd.Series:
    """[file]: a cache line there and back between the cores of ranks 0 and 1, of the launches that have it."""
    near = _at_distance(campaign)
    return _times_ns(near[near["name"] == "line_round_trip/" + near.distance])


def clock_read_ns(campaign: Campaign) -> pd.Series:
    """[file]: one reading of the clock, as coordbench-micro found it, or as the launch did."""
    found = _times_ns(campaign.limits[campaign.limits["name"] == "clock_read"])
    return found.reindex(campaign.launches.index).fillna(campaign.launches.timer_overhead_ns)


def memcpy_rates(campaign: Campaign) -> pd.DataFrame:
    """Of each size and distance: `payload_bytes`, `distance`, and the rate in GB/s as over_launches gives it."""
    near = _at_distance(campaign)
    sizes = near["name"].str.extract(r"^copy/(?P<copied>\w+)/(?P<payload_bytes>\d+)$").dropna()
    copies = near.join(sizes, how="inner").query("copied == distance").astype({"payload_bytes": int})
    copies = copies.assign(sitting=copies.file.map(campaign.launches.sitting))
    return over_launches(copies.assign(rate=copies.bytes_per_second / 1e9), "rate", ["distance", "payload_bytes"])


def ping_pongs(campaign: Campaign) -> pd.DataFrame:
    """The median `ping_pong_ns` at 8 B of each `file`, `sync` and `transport`, what it took over the round trip beside it
    (`over_ping_pong`), and whether it was `oversubscribed`."""
    trips = small_payload(round_trips(timed_with_ratios(campaign))).drop_duplicates(["file", "sync", "transport"])
    trips = trips.rename(columns={"p50_ns": "ping_pong_ns", OVER_SMALL: "over_ping_pong"})
    return trips[["file", "sync", "transport", "ping_pong_ns", "over_ping_pong", "oversubscribed"]]


def _at_distance(campaign: Campaign) -> pd.DataFrame:
    """The limits of launches with a core for each rank, and the `distance` of their ranks 0 and 1."""
    distance = campaign.launches.distance[~campaign.launches.oversubscribed]
    return campaign.limits.assign(distance=campaign.limits.file.map(distance)).dropna(subset=["distance"])


def _times_ns(limits: pd.DataFrame) -> pd.Series:
    return limits.groupby("file").time_ns.median().astype(float)
