"""The comparison of two campaigns as it is printed: at most 120 columns, a case's name on a line of its own."""

import math
import textwrap

import pandas as pd

from analysis.comparison import Comparison
from analysis.exchange import ERROR

WIDTH = 120
FORM = "  {:8} {:>8} {:>9} {:>9}  {:24} {:>7} {:>8}  {:9} {}"
TITLES = ("of", "launches", "A", "B", "ratio [interval]", "adj. p", "shows", "verdict", "reason")
UNITS = {"p50": ((1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")), "messages": ((1, ""),),
         "rate": ((1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1, "/s"))}
UNITS["p99"] = UNITS["p50"]


def lines(comparison: Comparison) -> list[str]:
    """The table and what must be said of it. Of each case it has the p50, or what became of the case, and whatever else is
    decided; the others are in the CSV."""
    told = comparison.rows[comparison.rows.quantity.isin(["", "p50"]) | ~comparison.rows.verdict.isin(["undecided", "same"])]
    found = ["case", FORM.format(*TITLES)]
    last = None
    for row in told.itertuples():
        if row.case != last:
            found.append(row.case + " (oversubscribed)" * bool(row.oversubscribed))
        found.append(_line(row))
        last = row.case
    sentences = _sentences(comparison, len(comparison.rows) - len(told))
    return found + [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH)]


def _line(row) -> str:
    p = "-" if math.isnan(row.adjusted_p) else f"{row.adjusted_p:.2g}" if row.adjusted_p < 0.001 else f"{row.adjusted_p:.3f}"
    return FORM.format(row.quantity or "-", f"{row.launches_a} {row.launches_b}", _amount(row.a, row.quantity),
                       _amount(row.b, row.quantity), _ratio(row), p, _effect(row.smallest_effect), row.verdict,
                       row.reason).rstrip()


def _amount(value: float, quantity: str) -> str:
    """Four digits and the unit."""
    if math.isnan(value):
        return "-"
    scale, unit = next((each for each in UNITS[quantity] if value >= each[0]), UNITS[quantity][-1])
    return f"{value / scale:.4g} {unit}".rstrip()


def _ratio(row) -> str:
    if math.isnan(row.ratio):
        return "-"
    interval = "" if math.isnan(row.low) else f" [{_factor(row.low)}, {_factor(row.high)}]"
    return _factor(row.ratio) + interval


def _factor(value: float) -> str:
    return "inf" if math.isinf(value) else f"{value:.3f}" if value < 100 else f"{value:.4g}"


def _effect(effect: float) -> str:
    if math.isnan(effect):
        return "-"
    return "nothing" if math.isinf(effect) else f"{100 * effect:.3g} %" if effect < 10 else f"x {1 + effect:.3g}"


def _sentences(comparison: Comparison, hidden: int) -> list[str]:
    counts = comparison.rows.verdict.value_counts()
    found = [", ".join(f"{count} {verdict}" for verdict, count in counts.items())
             + f"; {hidden} lines on p99, rate and messages, which are the same or undecided, are in the CSV only"]
    if comparison.tested:
        found.append(f"If nothing differs, all {comparison.tested} tests together call anything different in at most "
                     f"{100 * ERROR:.0f} % of reports; the intervals, too, hold together.")
        found.append("shows: the smallest difference that these launches would show with 90 % power.")
    if comparison.separate > ERROR:
        found.append("For a case that differs alone these are too few launches: were they separate without overlap, its "
                     f"adjusted p would be {comparison.separate:.2g}; {comparison.needed} launches of each side suffice.")
    return found
