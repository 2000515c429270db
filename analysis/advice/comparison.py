"""What one rung higher costs on this hardware: the ratio of two kernels, quantity by quantity."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analysis.ends import end_medians
from analysis.load import KEY, Campaign
from analysis.markdown import with_interval
from analysis.money.bill import Asked, Bill, Sum, bill, cents, payload_of
from analysis.money.growth import Count
from analysis.money.quantities import within_launches
from analysis.money.series import Series, plain
from analysis.money.table import count, with_ends

UNKNOWN = "–"


@dataclass(frozen=True, eq=False)
class Side:
    """One kernel of a comparison: what it costs, or `why` nobody knows."""

    kernel: str
    series: Series | None
    bill: Bill | None
    why: str = ""

    @property
    def label(self) -> str:
        """With its setting, if the campaign has another than the default one alone."""
        return self.kernel if self.series is None or plain(self.series) else self.series.name


def side(kernel: str, every: list[Series], asked: Asked, campaign_name: str) -> Side:
    """The kernel with the fewest settings that differ from its defaults, of those the one that can be paid for there."""
    own = sorted((series for series in every if series.kernel == kernel),
                 key=lambda each: (each.setting.count("/") + each.clients, each.setting))
    if not own:
        return Side(kernel, None, None, f"{campaign_name} has no {kernel}")
    bills = [bill(series, asked) for series in own]
    there = next((place for place, found in enumerate(bills) if not isinstance(found, str)), None)
    if there is None:
        return Side(kernel, own[0], None, bills[0])
    return Side(kernel, own[there], bills[there])


def rows(lower: Side, higher: Side, campaign: Campaign, asked: Asked) -> list[list[str]]:
    """Latency, messages, bytes and dollars of both, and higher ÷ lower."""
    until = f"until the user may go on{of_payload((lower, higher), asked)}"
    pairs = [(until, *(_latency(each, asked) for each in (lower, higher)), _microseconds),
             ("messages an operation", *(_of(each, "messages") for each in (lower, higher)), count),
             ("bytes on the wire an operation", *(_of(each, "wire_bytes") for each in (lower, higher)), count)]
    found = [[name, _shown(low, show), _shown(high, show), _ratio(low, high)] for name, low, high, show in pairs]
    found[0][3] = _latency_ratio(lower, higher, campaign, asked) or found[0][3]
    traffic, total = ([None if each.bill is None else getattr(each.bill, name) for each in (lower, higher)]
                      for name in ("traffic", "total"))
    alike = lower.bill and higher.bill and lower.bill.lacks == higher.bill.lacks  # else the totals are of different things
    return [*found, ["traffic a month", *(_shown(each, with_ends) for each in traffic), _ratio_of_sums(*traffic)],
            ["dollars a month", *(_paid(each) for each in (lower, higher)), _ratio_of_sums(*total) if alike else UNKNOWN]]


def of_payload(sides: Iterable[Side], asked: Asked) -> str:
    """For a label: the payload that latencies are told of."""
    timed = {each.series.times.payload(asked.nodes, payload_of(each.series, asked)) for each in sides if each.series}
    return f", {' or '.join(f'{payload} B' for payload in sorted(timed))}" if timed else ""


def ends(lower: Side, higher: Side, campaign: Campaign) -> list[str]:
    """With which mark the user may go on: percentiles of the checklist are of the whole operation."""
    marks = end_medians(campaign).merge(campaign.timed[[*KEY, "file", "name"]], on=[*KEY, "file"])
    told = {each.kernel: marks.go_on_mark[marks["name"].isin(each.series.cases)] for each in (lower, higher) if each.series}
    named = [f"{kernel} {found.iloc[0]}" for kernel, found in told.items() if len(found)]
    return [f"until the user may go on: {', '.join(named)}; the checklist's percentiles are of whole operations"] * bool(named)


def latency(each: Side, asked: Asked) -> Count | str:
    return each.series.times.latency_at(asked.nodes, payload_of(each.series, asked)) if each.series else each.why


def _latency(each: Side, asked: Asked) -> Count | None:
    found = latency(each, asked)
    return None if isinstance(found, str) else found


def _of(each: Side, name: str) -> Count | None:
    return getattr(each.bill, name) if each.bill else None


def _shown(found, show: Callable) -> str:
    return UNKNOWN if found is None else show(found)


def _microseconds(found: Count) -> str:
    return f"{with_interval(found.value / 1000, found.low / 1000, found.high / 1000)} µs"


def _latency_ratio(lower: Side, higher: Side, campaign: Campaign, asked: Asked) -> str:
    """Within launches, which a slow launch does not disturb; empty if no launch has both."""
    if not (lower.series and higher.series):
        return ""
    found = within_launches(campaign, lower.series, higher.series, asked.nodes, payload_of(lower.series, asked))
    return with_interval(*found) if found else ""


def _ratio(low: Count | None, high: Count | None) -> str:
    """Of the ends that make it least and most, where there are any."""
    if low is None or high is None or not low.value:
        return UNKNOWN
    ends = (math.nan, math.nan)
    if not (math.isnan(low.low) or math.isnan(high.low)) and low.low > 0 and (low.low, high.low) != (low.high, high.high):
        ends = (high.low / low.high, high.high / low.low)
    return with_interval(high.value / low.value, *ends)


def _paid(each: Side) -> str:
    if each.bill is None:
        return UNKNOWN
    return ("" if each.bill.whole else "at least ") + with_ends(each.bill.total)


def _ratio_of_sums(low: Sum | None, high: Sum | None) -> str:
    """Of what is charged, to the cent: what costs nothing is no base of a ratio."""
    if low is None or high is None or not cents(low.value):
        return UNKNOWN
    ends = [float("nan") if each is None else float(each) for each in (low.low, low.high, high.low, high.high)]
    return _ratio(Count(float(low.value), *ends[:2], ""), Count(float(high.value), *ends[2:], ""))
