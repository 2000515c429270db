"""The kernels of a campaign as series: counts from all launches, times from those with a core for each rank."""

import functools
import math
from dataclasses import replace

import pandas as pd

from analysis.counts import mean_messages
from analysis.curve import Curve
from analysis.ends import end_medians
from analysis.load import KEY, Campaign
from analysis.money import placement
from analysis.money.growth import COUNTED, Count
from analysis.money.series import Series
from analysis.money.times import Measured, Times
from analysis.naming import MPI, labelled
from analysis.refusal import Refusal
from analysis.scaling import curves
from analysis.selection import STREAM, fewest_in_flight
from analysis.sittings import centre_and_interval
from analysis.summary import LEAST, MOST, over_launches

SERIES = ["kernel", "clients", "transport", "parameters", "network", "authentication"]
EXACT, RANGE = "exact", "range"  # count rules; in a range timing decides
SAME = 1e-9
UNCOUNTED = "none"  # the count rule of the MPI library's own collectives
COUNTS = ["messages_per_operation", "bytes_per_operation", "background", LEAST, MOST, *placement.DISTANCES]
SPREAD = ["bytes_per_operation", "background"]  # what launches differ in, although their messages are the same


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
        crowded = set(part.ranks) - set(part.ranks[~part.oversubscribed])
        times = Times(_of(waits.get(key)), {} if campaign.simulated else _of(works.get(key)), tuple(sorted(crowded)),
                      functools.partial(_curves, timed, part))
        found.append(replace(_series(part, counts[key], names[key]), times=times))
    return found


def _parted(table: pd.DataFrame) -> dict[tuple, pd.DataFrame]:
    return dict(iter(table.groupby(SERIES)))


def _curves(timed: Campaign, part: pd.DataFrame, payload: int) -> tuple[Curve, ...]:
    """Of one series alone, at one payload: models of all others would take minutes."""
    own = timed.cases["name"].isin(part["name"]) & (timed.cases.payload_bytes == payload)
    return curves(replace(timed, cases=timed.cases[own]))


def with_borrowed(every: list[Series], others: list[Series]) -> list[Series]:
    """Each with how often its payload is sent as another campaign tells it of the same setting."""
    lenders = {series.setting: series for series in others}
    return [series.lent(lenders.get(series.setting)) for series in every]


def _cases(campaign: Campaign) -> pd.DataFrame:
    counted = campaign.counted[(campaign.counted.kernel != STREAM) & (campaign.counted.count_rule != UNCOUNTED)]
    cases = counted.merge(fewest_in_flight(counted)[KEY], on=KEY)  # of every launch
    cases = cases.assign(background=cases.background_messages / cases.operations.clip(lower=1), **placement.by_distance(cases))
    over_mpi = set(cases.kernel[cases.transport == MPI])
    return cases[(cases.transport == MPI) | ~cases.kernel.isin(over_mpi)]


def uncounted(campaign: Campaign) -> list[str]:
    """The kernels whose messages nobody counts: the MPI library sends them itself."""
    return sorted(set(campaign.counted.kernel[campaign.counted.count_rule == UNCOUNTED]))


def _counts(campaign: Campaign, cases: pd.DataFrame) -> pd.DataFrame:
    """One row per series, payload and number of ranks; a random count is the mean of all its operations."""
    by = [*SERIES, "payload_bytes", "ranks"]
    sure = (cases.count_rule == EXACT) | ((cases.count_rule == RANGE) & (cases[LEAST] == cases[MOST]))
    groups = cases.assign(sure=sure).groupby(by)
    counts = groups[COUNTS].median().assign(sure=groups.sure.all())
    for end, found in (("least", groups[SPREAD].min()), ("greatest", groups[SPREAD].max())):
        counts = counts.join(found.add_suffix(f"_{end}"))
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
    messages, sizes, background, shares = {}, {}, {}, {}
    for row in counts.to_dict("records"):
        messages.setdefault(row["payload_bytes"], {})[row["ranks"]] = _messages(row)
        sizes.setdefault(row["payload_bytes"], {})[row["ranks"]] = _bytes(row)
        background.setdefault(row["payload_bytes"], {})[row["ranks"]] = _between_launches(row, "background")
        share = placement.measured(row)
        if share:
            shares.setdefault(row["ranks"], share)
    first = part.iloc[0]
    setting = "/".join([first.kernel, *first["name"].split("/")[5:]])
    return Series(first.kernel, name, setting, first.group, int(first.level), int(first.clients), messages, sizes, shares,
                  frozenset(part["name"]), background=background)


def _messages(row: dict) -> Count:
    """Between the ends of the mean's interval if the count is random, of the closed form if timing decides."""
    if not math.isnan(row["mean"]):
        return Count(row["mean"], *((row["mean"],) * 2 if math.isnan(row["messages_low"])
                                    else (row["messages_low"], row["messages_high"])), _how(row))
    value = row["messages_per_operation"]
    low, high = (value if math.isnan(row[end]) else row[end] for end in (LEAST, MOST))
    return Count(value, min(low, value), max(high, value), _how(row))


def _bytes(row: dict) -> Count:
    """Chance that makes messages more or fewer makes bytes so, too."""
    size, messages = _between_launches(row, "bytes_per_operation"), _messages(row)
    if not messages.value or messages.low == messages.high:
        return size
    low, high = (size.value * end / messages.value for end in (messages.low, messages.high))
    return Count(size.value, min(size.low, low), max(size.high, high), "mean")


def _between_launches(row: dict, name: str) -> Count:
    """Sure if every launch says the same."""
    least, greatest = row[f"{name}_least"], row[f"{name}_greatest"]
    same = greatest - least <= SAME * max(greatest, 1)
    return Count(row[name], least, greatest, _how(row) if same else "mean")


def _how(row: dict) -> str:
    """Whether each launch counts the same, or chance or timing decides how much."""
    return COUNTED if row["sure"] else "mean"


def _of(table: pd.DataFrame | None) -> Measured:
    found: Measured = {}
    for row in () if table is None else table.itertuples():
        found.setdefault(int(row.payload_bytes), {})[int(row.ranks)] = Count(row.value, row.low, row.high, "measured")
    return found


def within_launches(campaign: Campaign, base: Series, other: Series, ranks: int,
                    payload: int) -> tuple[float, float, float] | None:
    """other ÷ base, until the user may go on: the centre of the ratios within launches and its interval; None where no launch
    has both with a core for each rank."""
    until = _until_user(campaign)
    one, two = (timed_cases(until, series, ranks, payload).drop_duplicates("file").set_index("file")
                for series in (base, other))
    ratios = (two.p50_ns / one.p50_ns).dropna()
    if ratios.empty:
        return None
    return centre_and_interval(ratios.to_numpy(), one.sitting[ratios.index].to_numpy())


def timed_cases(campaign: Campaign, series: Series, ranks: int, payload: int) -> pd.DataFrame:
    """Its cases at that number of ranks and at the payload that its time is told for, with a core for each rank."""
    place = [f"n{ranks}", f"b{series.times.payload(ranks, payload)}"]
    names = {name for name in series.cases if name.split("/")[1:3] == place}
    timed = campaign.timed
    return timed[timed["name"].isin(names) & ~timed.oversubscribed & (timed.p50_ns > 0)]
