"""Ticks of logarithmic axes: round numbers, written without exponents, that have room beside each other."""

import math

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

# Between a power of ten and the next, the rounder the earlier; which of them are tried depends on how much the axis spans.
DECADES, WITHIN_TWO = (1,), (1, 2, 5)
WITHIN_ONE = (1, 2, 5, 3, 1.5, 7, 4, 6, 8, 1.2, 9, 1.1, 1.3, 1.4, 2.5, 3.5, 1.05, 9.5, 1.7)
MOST = 8  # ticks
CHARACTER, HEIGHT, SPACE = 0.058, 0.11, 0.06  # inches, of the type of labels
LENGTHS = {"x": 2.2, "y": 1.8}  # of axes, inches, unless told


def plain_decades(axis: Axis, inches: float | None = None) -> None:
    """On an axis that is logarithmic and has its points already; as long as that many `inches`."""
    low, high = sorted(axis.get_view_interval())
    length = inches or LENGTHS[axis.axis_name]
    span = math.log(high / low)
    chosen: list[float] = []
    for tick in _candidates(low, high):
        apart = (span * _room(axis, tick, other) / length for other in chosen)
        if len(chosen) < MOST and all(abs(math.log(tick / other)) > least for other, least in zip(chosen, apart)):
            chosen.append(tick)
    axis.set_major_locator(FixedLocator(sorted(chosen)))
    axis.set_minor_locator(FixedLocator([tick for tick in _candidates(low, high) if tick not in chosen][:4 * MOST]))
    axis.set_major_formatter(FuncFormatter(lambda tick, _: plain(tick)))
    axis.set_minor_formatter(NullFormatter())


def plain(number: float) -> str:
    """Six digits that count, with commas and without an exponent."""
    return f"{number:,.6g}" if 1e-4 <= number < 1e6 else np.format_float_positional(
        number, precision=6, fractional=False, trim="-") if number < 1 else f"{number:,.0f}"


def _candidates(low: float, high: float) -> list[float]:
    """The roundest first."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    mantissas = DECADES if high >= 100 * low else WITHIN_TWO if high >= 10 * low else WITHIN_ONE
    every = [float(f"{mantissa}e{power}") for mantissa in mantissas for power in powers[:: -(-len(powers) // MOST)]]
    return [tick for tick in every if low <= tick <= high]


def _room(axis: Axis, one: float, other: float) -> float:
    """Inches between two ticks whose labels do not touch."""
    if axis.axis_name == "y":
        return HEIGHT + SPACE
    return CHARACTER * (len(plain(one)) + len(plain(other))) / 2 + SPACE
