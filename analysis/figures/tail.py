"""The tail: which share of the operations took longer than so many microseconds (complementary ECDF of all raw samples)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style
from analysis.cold import warm_samples_ns
from analysis.doubts import doubtful
from analysis.load import KEY, Campaign, samples_ns

WHAT = ("For each latency on the x axis: the share of operations that took at least that long, over the samples of all "
        "launches together, at 8 B (0 B where a kernel has no payload) and {ranks} ranks; a kernel not measured there, at its "
        "largest number of ranks below that. Each line ends at the largest sample. Paler, where the files mark them: without "
        "the first operation of each block, which finds cold caches.")
COLUMNS = ["panel", "series", "case", "ranks", "payload_bytes", "oversubscribed", "samples", "latency_us",
           "share_as_slow", "operations"]
ALL, WARM = "all", "without the first of each block"
PALER = {"linewidth": 0.7, "alpha": 0.45, "markersize": 2.4}
STEPS = 100  # order statistics drawn per line, dense towards the tail: all samples would be megabytes of ink on the same curve


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    timed = summary[summary.kernel != selection.STREAM].dropna(subset=["latency_ns"])
    rows, ranks = selection.at_reference_ranks(selection.small_payload(selection.preferred(selection.one_at_a_time(timed))))
    rows = naming.parted(naming.arranged(rows))
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    launches = campaign.timed.groupby(KEY)
    numbers = [pd.DataFrame(columns=COLUMNS)]
    for name, part in parts.items():
        for _, row in pd.concat(part).iterrows():
            cases, look = launches.get_group(tuple(row[KEY])), looks[row.series]
            told = {"panel": name, **row[["series", "case", "ranks", "payload_bytes", "oversubscribed"]]}
            curve = _curve(_samples(cases, samples_ns))
            if len(curve):
                _draw_curve(axes[name], row, curve, look)
            numbers.append(curve.assign(**told, operations=ALL))
            if len(warm := _samples(cases, warm_samples_ns)):
                _draw_warm(axes[name], _curve(warm), look)
                numbers.append(_curve(warm).assign(**told, operations=WARM))
        axes[name].set(xscale="log", yscale="log", xlabel="latency, µs", ylabel="share of operations as slow")
        style.plain_decades(axes[name].xaxis)
        style.plain_decades(axes[name].yaxis)
    style.finish(figure, style.caption(campaign, rows, WHAT.format(ranks=ranks)), False)
    return figure, pd.concat(numbers)


def _samples(launches: pd.DataFrame, of_case) -> np.ndarray:
    return np.sort(np.concatenate([of_case(case) for case in launches.itertuples()]))


def _curve(ordered: np.ndarray) -> pd.DataFrame:
    """Of the k-th largest sample of n, k = 1, 2, … thinning out towards n: the share k/n that took at least as long."""
    count = len(ordered)
    from_top = np.unique(np.geomspace(1, count, STEPS).astype(int))
    curve = pd.DataFrame({"samples": count, "latency_us": ordered[count - from_top] / 1000, "share_as_slow": from_top / count})
    return curve[curve.latency_us > 0].reset_index(drop=True)  # a logarithmic axis has no 0


def _draw_curve(axes: Axes, row: pd.Series, curve: pd.DataFrame, look: dict) -> None:
    label = style.legible(row.series) + (" (oversubscribed)" if row.oversubscribed else "")
    label += " (below twice the clocks' error)" if doubtful(row.to_frame().T).any() else ""
    face = {"markerfacecolor": "white"} if row.oversubscribed else {}
    marked = [0, *np.searchsorted(curve.share_as_slow, [0.001, 0.01, 0.1, 0.5])]
    axes.plot(curve.latency_us, curve.share_as_slow, label=label, markevery=sorted({min(i, len(curve) - 1) for i in marked}),
              **look, **face)


def _draw_warm(axes: Axes, curve: pd.DataFrame, look: dict) -> None:
    axes.plot(curve.latency_us, curve.share_as_slow, label="_", markevery=[0], **{**look, **PALER})
