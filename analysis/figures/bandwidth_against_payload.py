"""What moves per second against the payload: the stream's bandwidth, and the payload rate of each collective.

Two different quantities, told apart by their axes: operations of `stream` overlap, so its bandwidth is payload times
operations per second; a collective's operations do not, and between them lies a start line that is not to be counted, so
its rate is payload over latency.
"""

import pandas as pd
from matplotlib.figure import Figure

from analysis import selection, style
from analysis.load import KEY, Campaign
from analysis.summary import over_launches

WHAT = ("stream: payload × operations per second, from rank 0 to rank 1; collectives: payload ÷ latency of one operation, "
        "at {ranks} ranks (where a kernel has fewer, at its most).")
LABELS = {selection.STREAM: "stream: bandwidth, GB/s"}
RATE_LABEL = "payload ÷ latency, GB/s"


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    rows, ranks = _rows(campaign, summary)
    parts = selection.by_panel(rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for index, series in enumerate(part):
            style.draw_series(axes[name], series, "payload_bytes", index)
        style.logarithmic_x(axes[name], rows.payload_bytes, style.size)
        axes[name].set(yscale="log", xlabel="payload", ylabel=LABELS.get(name, RATE_LABEL))
        style.plain_decades(axes[name].yaxis)
    style.finish(figure, style.caption(campaign, rows, WHAT.format(ranks=ranks)), rows.oversubscribed.any())
    return figure, _numbers(rows)


def _rows(campaign: Campaign, summary: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Bytes per nanosecond are GB/s; the median and its interval are taken over the launches' rates."""
    timed = campaign.timed[(campaign.timed.payload_bytes > 0) & (campaign.timed.p50_ns > 0)]
    streams = timed.kernel == selection.STREAM
    rate = (timed.payload_bytes / timed.p50_ns).where(~streams, timed.payload_bytes * timed.operations_per_second * 1e-9)
    rates = over_launches(timed.assign(rate=rate), "rate")
    rows = rates.merge(summary[[*KEY, "family", "latency_definition"]], on=KEY)
    panels = [selection.panel(row.kernel, row.family) for row in rows.itertuples()]
    moving = (rows.kernel == selection.STREAM) | (pd.Series(panels, rows.index, dtype=object) != selection.OTHERS)
    rows, ranks = selection.at_reference_ranks(selection.preferred(rows[moving]))
    return selection.arranged(rows).replace({"panel": {selection.OTHERS: selection.STREAM}}), ranks


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    units = {"value": "rate_gb_per_s", "low": "rate_low_gb_per_s", "high": "rate_high_gb_per_s"}
    return rows[["panel", "series", "ranks", "payload_bytes", "oversubscribed", "launches", *units]].rename(columns=units)
