"""What one operation of a kernel costs at a number of nodes, in messages, bytes and time: as measured, or followed."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd

from analysis.choice import MIN_RANK_COUNTS
from analysis.counts import mean_messages
from analysis.curve import Curve
from analysis.ends import end_medians
from analysis.load import KEY, Campaign
from analysis.money import placement
from analysis.money.growth import Count, followed
from analysis.naming import MPI, labelled
from analysis.refusal import Refusal
from analysis.scaling import curves
from analysis.selection import SMALL_BYTES, STREAM, fewest_in_flight
from analysis.sittings import centre_and_interval
from analysis.summary import LEAST, MOST, over_launches

SERIES = ["kernel", "clients", "transport", "parameters", "network", "authentication"]
UNCOUNTED = "none"  # the count rule of the MPI library's own collectives
COUNTS = ["messages_per_operation", "bytes_per_operation", LEAST, MOST, *placement.DISTANCES]


@dataclass(frozen=True, eq=False)
class Series:
    """One kernel with its parameters. `setting`: the kernel and what its cases' names say of its parameters. `messages` and
    `sizes`: of each payload what was counted, by ranks. `shares`: of distances, by ranks. `cases`: their names. `latencies`
    and `processor`, ns: by ranks, of launches with a core for each rank. `modelled`: makes the curves of the latency, which
    takes time. `borrowed`: the share of messages that carry the payload, from another campaign."""

    kernel: str
    name: str
    setting: str
    group: str
    level: int
    clients: int
    messages: dict[int, dict[int, Count]]
    sizes: dict[int, dict[int, Count]]
    shares: dict[int, placement.Shares]
    crowded: tuple[int, ...]
    cases: frozenset[str]
    latencies: dict[int, Count] = field(default_factory=dict)
    processor: dict[int, Count] = field(default_factory=dict)
    modelled: Callable[[], tuple[Curve, ...]] = tuple
    borrowed: float | None = None

    @property
    def payloads(self) -> list[int]:
        return sorted(self.sizes)

    @property
    def smallest(self) -> int:
        """The payload nearest to 8 B, as everywhere."""
        return min(self.payloads, key=lambda payload: abs(payload - SMALL_BYTES))

    @property
    def ranks(self) -> list[int]:
        return sorted(set().union(*self.messages.values()))

    def messages_at(self, ranks: int, payload: int) -> Count | str:
        """Of the nearest payload for which the count is known there."""
        tried = [self._followed(self.messages[each], ranks)
                 for each in sorted(self.payloads, key=lambda each: (abs(each - payload), each))]
        return next((count for count in tried if not isinstance(count, str)), tried[0])

    def bytes_at(self, ranks: int, payload: int) -> Count | str:
        known = {each: count for each in self.payloads
                 if not isinstance(count := self._followed(self.sizes[each], ranks), str)}
        if payload in known or not known:
            return known[payload] if known else self._followed(self.sizes[self.smallest], ranks)
        if self.payloads == [0]:  # it carries none, whatever is asked for
            return known[0]
        if len(known) > 1:
            return _on_line(known, payload)
        return self._carrying(known, payload, ranks)

    def _carrying(self, known: dict[int, Count], payload: int, ranks: int) -> Count | str:
        """From one payload, and from what share of the messages carry it, if another number of ranks tells."""
        (measured, size), = known.items()
        messages = self.messages_at(ranks, measured)
        if isinstance(messages, str):
            return messages
        more, share = payload - measured, self.borrowed if self.carrying is None else self.carrying
        if share is not None:
            return Count(size.value + more * share * messages.value, *(end + more * share * messages.value
                                                                       for end in (size.low, size.high)), "share")
        least, most = sorted((size.low + more * min(1, messages.low), size.high + more * messages.high))
        return Count(most, max(least, 0), most, "bounds")

    @functools.cached_property
    def carrying(self) -> float | None:
        """The share of the messages that carry the payload, where some number of ranks was counted at two payloads."""
        for ranks in self.ranks:
            there = sorted((payload, counts[ranks].value) for payload, counts in self.sizes.items() if ranks in counts)
            messages = self.messages_at(ranks, self.smallest)
            if len(there) > 1 and not isinstance(messages, str) and messages.value:
                (first, less), (last, more) = there[0], there[-1]
                return (more - less) / (last - first) / messages.value
        return None

    def share_at(self, ranks: int) -> tuple[placement.Shares, int] | None:
        """Of the number of ranks nearest to it, and which that is."""
        if not self.shares:
            return None
        nearest = min(self.shares, key=lambda n: (abs(math.log(n / ranks)), n))
        return self.shares[nearest], nearest

    def latency_at(self, ranks: int) -> Count | str:
        """Until the user may go on, ns."""
        if ranks in self.latencies:
            return self.latencies[ranks]
        if len(self.latencies) < MIN_RANK_COUNTS:
            return self._no_latency(ranks)
        firm = [curve for curve in self.modelled() if not curve.oversubscribed]
        for curve in firm:
            if curve.choice and curve.smallest <= ranks <= curve.limit():
                (low,), (high,) = curve.band_ns([ranks])
                return Count(float(curve.predicted_ns([ranks])[0]), float(low), float(high), "model")
        farthest = max(firm, key=lambda curve: curve.limit())
        if farthest.choice:
            return f"the model of its time holds from {farthest.smallest} to {farthest.limit()} ranks"
        return f"its time has no model: {farthest.lacking}"

    def _no_latency(self, ranks: int) -> str:
        if ranks in self.crowded:
            return "ranks shared cores there, and such times say what crowding costs"
        if not self.latencies:
            return "its time was not measured with a core for each rank"
        return (f"its time was measured at N = {', '.join(map(str, sorted(self.latencies)))} with a core for each rank, and a "
                f"model needs {MIN_RANK_COUNTS}")

    def _followed(self, counted: dict[int, Count], ranks: int) -> Count | str:
        return followed(counted, ranks, none_alone=self.clients == 0)


def _on_line(known: dict[int, Count], payload: int) -> Count:
    """An operation's bytes are its headers and so many times its payload: on the line through the two payloads beside it."""
    first, last = sorted(sorted(known, key=lambda each: abs(math.log((each + 1) / (payload + 1))))[:2])

    def on(end: str) -> float:
        less, more = getattr(known[first], end), getattr(known[last], end)
        return less + (more - less) * (payload - first) / (last - first)

    low, value, high = sorted(map(on, ("low", "value", "high")))
    return Count(value, low, high, "line")


def series_of(campaign: Campaign) -> list[Series]:
    """Every kernel and setting, over MPI if it ran over MPI: nodes have no memory in common."""
    cases = _cases(campaign)
    if cases.empty:
        raise Refusal(f"{campaign.name} has no case whose operations can be paid for, one at a time and right; measure some "
                      "with `coordbench run`")
    timed = _until_user(campaign)
    firm = timed.timed[timed.timed["name"].isin(cases["name"]) & ~timed.timed.oversubscribed]
    names = labelled(cases.drop_duplicates(SERIES)).set_index(SERIES).series
    counts = _parted(_counts(campaign, cases))
    waits, works = (_parted(_by_ranks(firm, column)) for column in ("p50_ns", "cpu_ns_per_operation"))
    found = []
    for key, part in cases.groupby(SERIES):
        series = _series(part, counts[key], names[key])
        times = {"latencies": _of(waits.get(key), series.smallest),
                 "processor": {} if campaign.simulated else _of(works.get(key), series.smallest),
                 "modelled": functools.partial(_curves, timed, part, series)}
        found.append(replace(series, **times))
    return found


def _parted(table: pd.DataFrame) -> dict[tuple, pd.DataFrame]:
    return dict(iter(table.groupby(SERIES)))


def _curves(timed: Campaign, part: pd.DataFrame, series: Series) -> tuple[Curve, ...]:
    """Of one series alone, at its smallest payload: models of all others would take minutes."""
    own = timed.cases["name"].isin(part["name"]) & (timed.cases.payload_bytes == series.smallest)
    return curves(replace(timed, cases=timed.cases[own]))


def _cases(campaign: Campaign) -> pd.DataFrame:
    counted = campaign.counted[(campaign.counted.kernel != STREAM) & (campaign.counted.count_rule != UNCOUNTED)]
    cases = fewest_in_flight(counted)
    cases = cases.assign(**placement.by_distance(cases))
    over_mpi = set(cases.kernel[cases.transport == MPI])
    return cases[(cases.transport == MPI) | ~cases.kernel.isin(over_mpi)]


def uncounted(campaign: Campaign) -> list[str]:
    """The kernels whose messages nobody counts: the MPI library sends them itself."""
    return sorted(set(campaign.counted.kernel[campaign.counted.count_rule == UNCOUNTED]))


def _counts(campaign: Campaign, cases: pd.DataFrame) -> pd.DataFrame:
    """One row per series, payload and number of ranks; a random count is the mean of all its operations."""
    by = [*SERIES, "payload_bytes", "ranks"]
    counts = cases.groupby(by)[COUNTS].median()
    random = mean_messages(campaign).rename(columns={"messages_per_operation": "mean"})
    means = random.drop_duplicates(by).set_index(by)[["mean", "messages_low", "messages_high"]]
    return counts.join(means.reindex(counts.index)).reset_index()


def _until_user(campaign: Campaign) -> Campaign:
    """The same launches, whose latencies end where the user may go on."""
    ends = end_medians(campaign)[[*KEY, "file", "go_on_ns"]]
    cases = campaign.cases.merge(ends, on=[*KEY, "file"], how="left")
    # The ping_pongs that watch for drift have the key of a case, but are none.
    gone_on = cases.go_on_ns.where(cases.drift_watch == 0)
    return replace(campaign, cases=cases.assign(p50_ns=gone_on.fillna(cases.p50_ns)))


def _by_ranks(firm: pd.DataFrame, column: str) -> pd.DataFrame:
    return over_launches(firm[firm[column] > 0], column, [*SERIES, "payload_bytes", "ranks"])


def _series(part: pd.DataFrame, counts: pd.DataFrame, name: str) -> Series:
    """What was counted of it; its times are not in yet."""
    messages, sizes, shares = {}, {}, {}
    for row in counts.to_dict("records"):
        messages.setdefault(row["payload_bytes"], {})[row["ranks"]] = _messages(row)
        size = row["bytes_per_operation"]
        sizes.setdefault(row["payload_bytes"], {})[row["ranks"]] = Count(size, size, size, "counted")
        share = placement.measured(row)
        if share:
            shares.setdefault(row["ranks"], share)
    first = part.iloc[0]
    setting = "/".join([first.kernel, *first["name"].split("/")[5:]])
    crowded = set(part.ranks) - set(part.ranks[~part.oversubscribed])
    return Series(first.kernel, name, setting, first.group, int(first.level), int(first.clients), messages, sizes, shares,
                  tuple(sorted(crowded)), frozenset(part["name"]))


def _messages(row: dict) -> Count:
    """Between the ends of the mean's interval if the count is random, of the closed form if timing decides."""
    if not math.isnan(row["mean"]):
        return Count(row["mean"], *((row["mean"],) * 2 if math.isnan(row["messages_low"])
                                    else (row["messages_low"], row["messages_high"])), "counted")
    value = row["messages_per_operation"]
    low, high = (value if math.isnan(row[end]) else row[end] for end in (LEAST, MOST))
    return Count(value, min(low, value), max(high, value), "counted")


def _of(table: pd.DataFrame | None, payload: int) -> dict[int, Count]:
    if table is None:
        return {}
    own = table[table.payload_bytes == payload]
    return {int(row.ranks): Count(row.value, row.low, row.high, "measured") for row in own.itertuples()}


def plain(series: Series) -> bool:
    """Whether all parameters are the kernel's defaults."""
    return series.setting == series.kernel


def within_launches(campaign: Campaign, base: Series, other: Series, ranks: int) -> tuple[float, float, float] | None:
    """other ÷ base, until the user may go on: the centre of the ratios within launches and its interval; None where no launch
    has both with a core for each rank."""
    until = _until_user(campaign)
    one, two = (timed_cases(until, series, ranks).drop_duplicates("file").set_index("file") for series in (base, other))
    ratios = (two.p50_ns / one.p50_ns).dropna()
    if ratios.empty:
        return None
    return centre_and_interval(ratios.to_numpy(), one.sitting[ratios.index].to_numpy())


def timed_cases(campaign: Campaign, series: Series, ranks: int) -> pd.DataFrame:
    """Its cases at that number of ranks, at its smallest payload and with a core for each rank, of all launches."""
    names = {name for name in series.cases if name.split("/")[1:3] == [f"n{ranks}", f"b{series.smallest}"]}
    timed = campaign.timed
    return timed[timed["name"].isin(names) & ~timed.oversubscribed & (timed.p50_ns > 0)]
