"""How latency grows with the number of ranks: points, the model of each curve and its band, dashed where it is extrapolated."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import naming, selection, style
from analysis.curve import Curve
from analysis.doubts import cross_out
from analysis.groups import GROUPING
from analysis.limit_lines import draw_floor, floor_sentence, floor_us
from analysis.limits import Delay, ping_pongs, ranks_bound
from analysis.load import KEY, Campaign
from analysis.regimes import assumption
from analysis.scaling import curves
from analysis.scaling_tables import no_models

WHAT = ("Latency of one operation of 8 B (0 B where a kernel has no payload) against the number of ranks, and the model of "
        "each regime's points, dashed beyond them (to four times as many ranks, not into another regime). ")
BANDS = {"launches": "Bands: 95 %, launches drawn anew. ",
         "models": "Bands: the models that cross-validation cannot tell apart. "}
BREAK = {"color": "0.5", "linewidth": 0.6, "linestyle": (0, (1, 2)), "zorder": 1}
SAME = ["panel", "series", "payload_bytes", "transport", "regime"]
STEPS = 60  # points of a drawn line
FEW = 8  # ticks
UNITS = {"value": "latency_us", "low": "latency_low_us", "high": "latency_high_us"}
COLUMNS = ["panel", "series", "case", "payload_bytes", "transport", "regime", "ranks", "launches", *UNITS, "model_us",
           "band_low_us", "band_high_us", "times_measured", "floor_us"]


def draw(campaign: Campaign, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    all_curves, delays = curves(campaign), one_ways(campaign)
    rows = _rows(all_curves, summary)
    simulated = campaign.simulated
    parts, looks = naming.by_panel(rows), style.looks(campaign, rows)
    figure, axes = style.panels(list(parts))
    for name, part in parts.items():
        for series in part:
            _draw_series(axes[name], series, all_curves, looks[series.series.iloc[0]], simulated)
        for group, delay in delays.items():
            draw_floor(axes[name], _of_group(pd.concat(part), group), "ranks", delay)
        axes[name].set(yscale="log", xlabel="ranks", ylabel="latency, µs")
        style.logarithmic_x(axes[name], _ticks(rows))
        style.leave_room(axes[name])
        style.plain_decades(axes[name].yaxis)
        _draw_breaks(axes[name], rows)
    style.finish(figure, style.caption(campaign, rows, _what(campaign, rows, all_curves, delays, simulated)),
                 rows.oversubscribed.any())
    if not any(curve.choice for curve in all_curves):  # the points alone are those of latency_against_ranks
        style.mark_as_empty(figure, no_models(campaign) or "no case ran on more ranks than one")
    return figure, _numbers(rows, all_curves, delays)


def one_ways(campaign: Campaign) -> dict[tuple[str, bool], Delay]:
    """What one delay takes, by transport and oversubscription: half of ping_pong between two ranks of the same launches."""
    found = {}
    for (transport, crowded), trips in ping_pongs(campaign).groupby(["transport", "oversubscribed"]):
        source = f"half of ping_pong over {naming.transport_name(transport)}" + (", oversubscribed" if crowded else "")
        found[transport, crowded] = Delay(trips.ping_pong_ns.median() / 2, trips.file.nunique(), source,
                                          ranks_bound(campaign, trips.file.unique()), transport, crowded)
    return found


def _rows(all_curves: tuple[Curve, ...], summary: pd.DataFrame) -> pd.DataFrame:
    """One row per point, in µs; `curve`: the index of its curve, `limit`: to how many ranks that may be followed."""
    points = [curve.points.assign(**curve.series, oversubscribed=curve.oversubscribed, level=curve.level, curve=index,
                                  regime=curve.regime, limit=curve.limit())
              for index, curve in enumerate(all_curves)]
    empty = pd.DataFrame(columns=[*KEY, "value", "low", "high", "launches", "flags", "level", "curve", "regime", "limit"])
    rows = pd.concat(points, ignore_index=True) if points else empty
    rows = rows.astype(dict(summary.dtypes[KEY])).merge(
        summary[["case", *KEY, *GROUPING, "latency_definition", "expected_delays"]], on=KEY, how="left")
    shown = selection.small_payload(selection.one_at_a_time(rows.drop_duplicates(KEY)))
    rows = rows.merge(shown[KEY], on=KEY)
    return naming.parted(naming.arranged(rows.assign(**{name: rows[name] / 1000 for name in UNITS})))


def _draw_series(axes: Axes, series: pd.DataFrame, all_curves: tuple[Curve, ...], look: dict,
                 simulated: bool) -> None:
    """All lines are solid where they are fitted: colours and markers tell series apart."""
    look = {**look, "linestyle": "none"}
    for position, (curve, points) in enumerate(series.groupby("curve", sort=False)):
        hollow = {"markerfacecolor": "white"} if simulated or points.oversubscribed.any() else {}
        label = style.legible(points.series.iloc[0]) if position == 0 else "_"
        axes.plot(points.ranks, points.value, label=label, **{**look, **hollow})
        style.draw_intervals(axes, points, "ranks", look["color"])
        cross_out(axes, points, points.ranks, points.value)
        if all_curves[curve].choice:
            _draw_model(axes, all_curves[curve], look["color"])


def _draw_model(axes: Axes, curve: Curve, colour: str) -> None:
    for first, last, dash in ((curve.smallest, curve.largest, "-"), (curve.largest, curve.limit(), (0, (4, 2)))):
        ranks = np.geomspace(first, last, STEPS)
        low, high = curve.band_ns(ranks)
        if last > first:
            model = {"color": colour, "linestyle": dash, "linewidth": 0.9, "label": "_", "zorder": 1.8}
            axes.plot(ranks, curve.predicted_ns(ranks) / 1000, **model)
            axes.fill_between(ranks, low / 1000, high / 1000, color=colour, alpha=0.15, linewidth=0, label="_")


def _ticks(rows: pd.DataFrame) -> pd.Series:
    """Rank counts measured and extrapolated to; of many the powers of two among which they lie."""
    shown = pd.concat([rows.ranks, rows.limit]).astype(int)
    powers = 2 ** np.arange(1, int(shown.max()).bit_length()) if len(shown) else []
    return shown if shown.nunique() <= FEW else pd.Series(powers)


def _draw_breaks(axes: Axes, rows: pd.DataFrame) -> None:
    """Between the last rank count below a regime and its first one: a line with the regime's name."""
    begins = rows.groupby("regime").ranks.min().sort_values(kind="stable")
    for regime, first in list(begins.items())[1:]:
        below = rows.ranks[rows.ranks < first].max()
        at = (below * first) ** 0.5 if below > 0 else first
        axes.axvline(at, **BREAK)
        axes.annotate(regime, (at, 1), xycoords=("data", "axes fraction"), xytext=(2, -2), textcoords="offset points",
                      rotation=90, va="top", color="0.4")


def _what(campaign: Campaign, rows: pd.DataFrame, all_curves, delays: dict, simulated: bool) -> str:
    shown = [all_curves[index] for index in rows.curve.unique()]
    said = WHAT + "".join(BANDS[source] for source in sorted({curve.band_source for curve in shown} - {""}))
    modelled = [curve for curve in shown if curve.choice]
    if any(not curve.band_source for curve in modelled):
        said += "Curves without a band: " + ("only one model fits. " if simulated else "fewer than six launches. ")
    if modelled and len(modelled) < len(shown):
        said += "A curve has no line if it has too few rank counts for a model, or if no model predicts it well enough. "
    said += "Hollow: simulated. " if simulated else ""
    said += _sentence(assumption(simulated)) if any(curve.goes_beyond for curve in modelled) else ""
    said += "Dotted, upright: where another regime begins. " if rows.regime.nunique() > 1 else ""
    floors = [floor_sentence(_of_group(rows, group), "ranks", delay).strip() for group, delay in delays.items()]
    return (said + " ".join(filter(None, floors))).strip()


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ". " if words else ""


def _of_group(rows: pd.DataFrame, group: tuple[str, bool]) -> pd.DataFrame:
    transport, crowded = group
    return rows[(rows.transport == transport) & (rows.oversubscribed == crowded)]


def _numbers(rows: pd.DataFrame, all_curves: tuple[Curve, ...], delays: dict) -> pd.DataFrame:
    """The points with their model, and the model alone at two and four times (or at its limit) the largest rank count."""
    floors = [floor_us(_of_group(rows, group), "ranks", delay) for group, delay in delays.items()]
    rows = rows.assign(floor_us=pd.concat(floors).reindex(rows.index) if floors else np.nan)
    parts = [pd.DataFrame(columns=COLUMNS)]
    for index, points in rows[[name for name in COLUMNS if name in rows] + ["curve"]].groupby("curve", sort=False):
        curve = all_curves[index]
        beyond = sorted({2 * curve.largest, curve.limit()} & set(range(curve.largest + 1, curve.limit() + 1)))
        same = points[SAME].iloc[[0] * len(beyond)].assign(ranks=beyond)
        parts.append(_with_model(pd.concat([points, same], ignore_index=True), curve)[COLUMNS])
    return pd.concat(parts, ignore_index=True).rename(columns=UNITS)


def _with_model(rows: pd.DataFrame, curve: Curve) -> pd.DataFrame:
    if not curve.choice:
        return rows.assign(model_us=np.nan, band_low_us=np.nan, band_high_us=np.nan, times_measured=np.nan)
    low, high = curve.band_ns(rows.ranks)
    return rows.assign(model_us=curve.predicted_ns(rows.ranks) / 1000, band_low_us=low / 1000, band_high_us=high / 1000,
                       times_measured=rows.ranks / curve.largest)
