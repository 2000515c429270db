"""What moves per second against the payload: the bandwidth of streams and protocols, and the payload rate of everything else.

Two different quantities, told apart by their axes. Operations of `stream` and of protocols may overlap, so their bandwidth is
payload times operations per second, at the window and batch that give the most, written at each point. Operations of the others
do not, and between them lies a start line that is not to be counted: their rate is payload over latency.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style, ways
from analysis.groups import GOSSIP, GROUPING
from analysis.limit_lines import ceiling_sentence, draw_ceiling
from analysis.limits import memcpy_rates
from analysis.load import KEY, Campaign
from analysis.payloads import moved_bytes
from analysis.summary import over_launches

WHAT = ("Protocols and stream: payload × operations per second, at the best window and batch measured, which are printed "
        "as window/batch beside the highest point that has them (nowhere: 1/1); all others: payload ÷ latency of one "
        "operation. At {ranks} ranks; "
        "a kernel not measured there, at its largest number of ranks below that. No point where no payload moved, or where the "
        "other ranks read it where its proposer had written it; of a payload of which only a part was sent, that part counts.")
OVERLAPPING, ALONE = "payload × operations per second, GB/s", "payload ÷ latency, GB/s"


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows, ranks = _rows(campaign, summary)
    rows = ways.with_stretches(campaign, rows)
    ceiling = _ceiling(campaign, rows)
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for series in part:
            style.draw_series(axes[name], series, "payload_bytes", looks[series.series.iloc[0]])
        _name_the_tuning(axes[name], pd.concat(part), looks)
        draw_ceiling(axes[name], ceiling)
        style.logarithmic_x(axes[name], rows.payload_bytes, style.size)
        axes[name].set(yscale="log", xlabel="payload", ylabel=OVERLAPPING if _may_overlap(pd.concat(part)).any() else ALONE)
        style.plain_decades(axes[name].yaxis)
    what = WHAT.format(ranks=ranks) + ways.sentence(campaign, rows) + ceiling_sentence(ceiling)
    style.finish(figure, style.caption(campaign, rows, what), rows.oversubscribed.any())
    if rows.payload_bytes.nunique() == 1:
        style.mark_as_empty(figure, style.ONE_PAYLOAD)
    return figure, _numbers(pd.concat([rows, *(ceiling.assign(panel=name) for name in parts)]))


def _rows(campaign: Campaign, summary: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Bytes per nanosecond are GB/s; the median and its interval are taken over the launches' rates."""
    timed = campaign.timed[(campaign.timed.payload_bytes > 0) & (campaign.timed.p50_ns > 0)]
    moved = moved_bytes(timed)
    rate = (moved / timed.p50_ns).where(~_may_overlap(timed), moved * timed.operations_per_second * 1e-9)
    rates = over_launches(timed.assign(rate=rate), "rate")
    told = summary[["case", *KEY, "batch", "family", *GROUPING, "latency_definition", "flags"]]
    rows = selection.preferred(rates.merge(told, on=KEY))
    best = selection.best_tuning(selection.throughput(rows[_may_overlap(rows)]), "value")
    rows, ranks = selection.at_reference_ranks(pd.concat([best, selection.one_at_a_time(rows[~_may_overlap(rows)])]))
    rows = naming.arranged(rows, apart=selection.TUNING)
    rows["panel"] = _apart(rows)
    rows["flags"] = rows["flags"].where(~_may_overlap(rows), "")  # those of a latency are none of a rate
    alone = rows[~_may_overlap(rows) & (rows.panel != naming.BARRIERS)]
    kept = _may_overlap(rows) | rows.index.isin(selection.along_payloads(alone).index)
    return naming.parted(rows[kept & (rows.panel != naming.BARRIERS)]), ranks


def _apart(rows: pd.DataFrame) -> pd.Series:
    """The panels, with a panel of their own for operations that overlap, where others of the same purpose do not."""
    overlap = _may_overlap(rows)
    mixed = overlap & rows.panel.isin(rows.panel[~overlap])
    named = rows.panel.where(~mixed, rows.panel + ", overlapping")
    return named.where(rows.kernel != selection.STREAM, selection.STREAM)


def _ceiling(campaign: Campaign, rows: pd.DataFrame) -> pd.DataFrame:
    """memcpy at the sizes that the payloads span; as rows of a panel."""
    rates = memcpy_rates(campaign)
    rates = rates[rates.payload_bytes.between(rows.payload_bytes.min(), rows.payload_bytes.max())]
    return rates.assign(series="memcpy, " + rates.distance, oversubscribed=False)


def _may_overlap(rows: pd.DataFrame) -> pd.Series:
    """Those of stream, and of protocols but for gossip, whose operations run in rounds."""
    return (rows.kernel == selection.STREAM) | ((rows.family == "protocol") & (rows.group != GOSSIP))


def _name_the_tuning(axes: Axes, rows: pd.DataFrame, looks: dict) -> None:
    """Once for each payload: most kernels do best at the same window, and words over words are no words."""
    tuned = rows[(rows.in_flight > 1) | (rows.batch > 1)].sort_values("value", ascending=False)
    for point in tuned.drop_duplicates(["payload_bytes", *selection.TUNING]).itertuples():
        axes.annotate(f"{point.in_flight}/{point.batch}", (point.payload_bytes, point.value), xytext=(2, -8),
                      textcoords="offset points", gid=style.AT_POINT, color=looks[point.series]["color"])


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    units = {"value": "rate_gb_per_s", "low": "rate_low_gb_per_s", "high": "rate_high_gb_per_s"}
    return rows[["panel", "series", "case", "ranks", "payload_bytes", "in_flight", "batch", "oversubscribed", "launches",
                 *units]].rename(columns=units)
