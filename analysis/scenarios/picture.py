"""The one figure of a scenario, as its file describes it."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import style
from analysis.load import KEY, Campaign
from analysis.scenarios.definition import Panel, Scenario, Series
from analysis.scenarios.quantities import matching, x_of
from analysis.scenarios.values import usable, values_of
from analysis.summary import over_launches

LINE, FRAME = 0.22, 0.3  # inches


def draw(campaign: Campaign, scenario: Scenario) -> tuple[Figure, pd.DataFrame, list[str]]:
    """The figure, the numbers in it, and a remark for each series of which the campaign has no case."""
    parts = {panel.title: [_points(campaign, panel, series) for series in panel.series] for panel in scenario.panels}
    shown = [panel for panel in scenario.panels if any(map(len, parts[panel.title]))]
    absent = [f"{panel.title}: {campaign.name} has no case {series.cases} that can be shown" for panel in scenario.panels
              for series, rows in zip(panel.series, parts[panel.title]) if rows.empty]
    figure, axes = style.panels([panel.title for panel in shown])
    for panel in shown:
        (_lines if panel.x else _dots)(axes[panel.title], panel, parts[panel.title])
    rows = pd.concat([rows for panel in scenario.panels for rows in parts[panel.title]], ignore_index=True)
    heights = {axes[panel.title]: style.AXES_HEIGHT if panel.x else FRAME + LINE * len(panel.series) for panel in shown}
    style.finish(figure, _caption(campaign, scenario, rows), False, heights or style.AXES_HEIGHT)
    return figure, rows[["panel", "series", "name", "x", "value", "low", "high", "launches", "oversubscribed"]], absent


def _points(campaign: Campaign, panel: Panel, series: Series) -> pd.DataFrame:
    """One row for each case: `value` with its interval over launches, `x`, and what a caption needs to know of the cases."""
    cases = matching(usable(campaign, panel.value), series.cases)
    values = values_of(campaign, cases, panel.value) * panel.factor if len(cases) else 0.0
    cases = cases.assign(value_of_launch=values, x=x_of(cases, panel.x) if panel.x else math.nan)
    rows = over_launches(cases, "value_of_launch")
    told = ["name", "x", "latency_definition", "family", "flags"]
    rows = rows.merge(cases.drop_duplicates(KEY)[[*KEY, *told]], on=KEY, how="left")
    rows = rows.assign(panel=panel.title, series=series.label)
    return rows.dropna(subset=["x"]) if panel.x else rows


def _lines(axes: Axes, panel: Panel, parts: list[pd.DataFrame]) -> None:
    for place, rows in enumerate(parts):
        if len(rows):  # hollow is for times that crowding has spoilt, and here points of crowded ranks are counts
            style.draw_series(axes, rows.assign(oversubscribed=False), "x", style.look(place))
    every = pd.concat(parts)
    if not panel.linear and (every.x > 0).all():
        style.logarithmic_x(axes, every.x, "{:,}".format)
    axes.set(xlabel=panel.x_label, ylabel=panel.label)
    _scale(axes, panel, every.value, "y")


def _dots(axes: Axes, panel: Panel, parts: list[pd.DataFrame]) -> None:
    """One series below the other, in the order of the file."""
    rows = pd.concat([part.head(1) for part in parts], ignore_index=True)
    places = np.arange(len(rows))[::-1]
    for place, row in zip(places, rows.itertuples()):
        look = {**style.look(len(rows) - 1 - place), "linestyle": "none"}
        axes.errorbar(row.value, place, xerr=np.nan_to_num([[row.value - row.low], [row.high - row.value]]), **look)
    axes.set(yticks=places, yticklabels=rows.series, ylim=(-0.6, len(rows) - 0.4), xlabel=panel.label)
    _scale(axes, panel, rows.value, "x")


def _scale(axes: Axes, panel: Panel, values: pd.Series, which: str) -> None:
    """Logarithmic, unless the file says otherwise or a value has no place there."""
    if panel.linear or not (values > 0).all():
        axes.set(**{f"{which}lim": (0 if (values >= 0).all() else None, None)})
        return
    axes.set(**{f"{which}scale": "log"})
    low, high = values.min(), values.max()
    axes.set(**{f"{which}lim": (low / 2, high * 2)})  # room for nearly equal values, and for markers at the edges
    style.plain_decades(axes.yaxis if which == "y" else axes.xaxis)


def _caption(campaign: Campaign, scenario: Scenario, rows: pd.DataFrame) -> str:
    """Without what style.caption says of tables, which a scenario does not have."""
    launches = len(campaign.launches)
    told = f"{scenario.shows} {launches} {'launch' if launches == 1 else 'launches'}, {style.where(campaign)}."
    without_noise = campaign.simulated and len(campaign.launches) == 1
    return told if rows.empty or without_noise else f"{told} {style.interval_remark(campaign, rows)}"
