"""The figures of analysis/claims, in the looks of all others: the cost sheet, growth exponents, the triangle, and what one
participant more costs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import saving, style
from analysis.load import Campaign
from analysis.verdicts.decide import Judged
from analysis.verdicts.quantities import QUANTITIES
from analysis.verdicts.tables import SHEET

SHEET_CAPTION = ("Cost of each rung of the text's cost sheet ÷ that of fire_and_forget at as many ranks: points measured, "
                 "dashed lines of the same colour what the text claims. Bars: 95 % intervals; what is counted, and simulated "
                 "time, has none.")
GROWTH_CAPTION = ("Exponents of growth with the number of ranks: points measured with 95 % intervals, crosses what the text "
                  "claims, at the same numbers of ranks. A count that follows a formula is judged by its fastest term: "
                  "2N(N - 1) has an exponent above 2 at few ranks.")
TRIANGLE_CAPTION = ("Consistency, speed and cost of the rungs at N = {ranks}, 8 B: latency against messages; a colour is a "
                    "level of the ladder. Filled: no other kernel has a level as high, is as fast and sends as few messages.")
MARGINAL_CAPTION = ("Messages that one participant more costs an operation: the difference between two neighbouring numbers of "
                    "ranks, for each rank added. A line that is level: every participant costs as much as the one before.")


def draw_all(judged: list[Judged], campaigns: list[Campaign], folder: Path) -> list[str]:
    """A sentence for each figure that has nothing to show; an older file of it is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    created = min(campaign.launches.created_utc.min() for campaign in campaigns)
    empty = []
    for name, (draw, reason) in FIGURES.items():
        drawn = draw(judged)
        if drawn is None:
            saving.remove(folder / name)
            empty.append(f"no figure {name}: {reason}")
            continue
        figure, numbers, caption, crowded = drawn
        style.finish(figure, f"{caption} Decided by {_names(numbers)}.", crowded)
        saving.save(figure, figure.layout, numbers, figure.caption, folder / name, created)
    return empty


def _names(numbers: pd.DataFrame) -> str:
    return ", ".join(sorted(numbers.campaign.unique()))


def cost_sheet(judged: list[Judged]):
    rows = _rows([each for each in judged if each.claim.section == SHEET and each.claim.over])
    rows = rows[(rows.network == "") & (rows.value > 0)] if len(rows) else rows
    if rows.empty:
        return None
    figure, axes = style.panels([QUANTITIES[name].words for name in rows.quantity.unique()])
    looks = _looks(rows.kernel.unique())
    for quantity, part in rows.groupby("quantity", sort=False):
        panel = axes[QUANTITIES[quantity].words]
        for kernel, points in part.groupby("kernel", sort=False):
            style.draw_series(panel, points.assign(series=kernel, flags=""), "ranks", looks[kernel])
            panel.axhline(points.predicted.iloc[0], color=looks[kernel]["color"], linestyle="--", linewidth=0.7)
        panel.set(yscale="log", xlabel="ranks", ylabel="÷ fire_and_forget")
        style.logarithmic_x(panel, part.ranks)
        style.plain_decades(panel.yaxis)
    return figure, rows.drop(columns="names"), SHEET_CAPTION, bool(rows.oversubscribed.any())


def growth_exponents(judged: list[Judged]):
    told = [each for each in judged if each.claim.compare == "grows" and np.isfinite(each.verdict.exponent).all()]
    if not told:
        return None
    numbers = pd.DataFrame([{"claim": each.claim.id, "kernels": " ".join(each.claim.kernels), "quantity": each.claim.quantity,
                             **dict(zip(("exponent", "low", "high", "claimed"), each.verdict.exponent)),
                             "verdict": each.verdict.word, "campaign": each.campaign} for each in told])
    figure, axes = style.panels(["growth with N"])
    panel, places = axes["growth with N"], np.arange(len(numbers))[::-1]
    reach = [numbers.exponent - numbers.low, numbers.high - numbers.exponent]
    panel.errorbar(numbers.exponent, places, xerr=reach, fmt="o", color="C0", markersize=3, label="measured")
    panel.plot(numbers.claimed.clip(upper=SHOWN_MOST), places, "x", color="0.2", markersize=4,
               label=f"claimed (at the edge: more than {SHOWN_MOST})")
    panel.set_yticks(places, [f"{row.claim} {row.quantity.replace('_', ' ')}" for row in numbers.itertuples()])
    panel.set(xlabel="exponent of N", xlim=(-0.5, SHOWN_MOST + 0.2))
    return figure, numbers, GROWTH_CAPTION, False


SHOWN_MOST = 4  # of exponents; 2^N has one for every number of ranks


def triangle(judged: list[Judged]):
    told = [each for each in judged if each.claim.compare == "none_best" and each.verdict.decided]
    if not told:
        return None
    points = told[0].verdict.points.drop(columns="names").assign(campaign=told[0].campaign)
    figure, axes = style.panels(["consistency, speed, cost"])
    panel = axes["consistency, speed, cost"]
    levels = sorted(points.level.unique())
    for place, row in enumerate(points.sort_values("level").itertuples()):
        look = {**style.look(levels.index(row.level)), "marker": style.look(place)["marker"], "linestyle": "none"}
        face = {} if row.front else {"markerfacecolor": "white"}
        panel.plot([row.messages], [row.value / 1000], label=f"L{row.level} {row.kernel}", **look, **face)
    panel.set(xscale="log", yscale="log", xlabel="messages per operation", ylabel="latency, µs")
    style.leave_room(panel)
    for axis in (panel.xaxis, panel.yaxis):
        style.plain_decades(axis)
    ranks = points.ranks.iloc[0]
    return figure, points, TRIANGLE_CAPTION.format(ranks=ranks), bool(points.oversubscribed.any())


def marginal_cost(judged: list[Judged]):
    rows = _rows([each for each in judged if each.claim.quantity == "messages" and not each.claim.over and not each.claim.where
                  and each.claim.compare in ("grows", "equal")])
    if rows.empty:
        return None
    rows = rows.drop_duplicates(["kernel", "ranks"])
    steps = [_steps(part) for _, part in rows.groupby("kernel") if len(part) > 2]
    if not steps:
        return None
    numbers = pd.concat(steps).query("messages_more > 0")
    figure, axes = style.panels(["one participant more"])
    panel, looks = axes["one participant more"], _looks(sorted(numbers.kernel.unique()))
    for kernel, part in numbers.groupby("kernel"):
        panel.plot(part.ranks, part.messages_more, label=style.legible(kernel), **looks[kernel])
    panel.set(yscale="log", xlabel="ranks", ylabel="messages for each rank more")
    style.logarithmic_x(panel, numbers.ranks)
    style.leave_room(panel)
    style.plain_decades(panel.yaxis)
    return figure, numbers, MARGINAL_CAPTION, False


def _steps(part: pd.DataFrame) -> pd.DataFrame:
    part = part.sort_values("ranks")
    more = np.diff(part.value) / np.diff(part.ranks)
    return part[["kernel", "campaign", "ranks"]].iloc[1:].assign(messages_more=more)


def _rows(told: list[Judged]) -> pd.DataFrame:
    parts = [each.everywhere.assign(claim=each.claim.id, quantity=each.claim.quantity) for each in told
             if len(each.verdict.points)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _looks(kernels) -> dict[str, dict]:
    return {kernel: style.look(place) for place, kernel in enumerate(kernels)}


FIGURES: dict[str, tuple[Callable[[list[Judged]], tuple[Figure, pd.DataFrame, str, bool] | None], str]] = {
    "cost_sheet": (cost_sheet, "no case of the cost sheet beside fire_and_forget"),
    "growth_exponents": (growth_exponents, "no quantity at four numbers of ranks"),
    "triangle": (triangle, "no kernels that were timed at the same number of ranks"),
    "marginal_cost": (marginal_cost, "no kernel's messages at three numbers of ranks"),
}
