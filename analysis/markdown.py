"""Numbers and tables as Markdown has them."""

import math


def table(header: list[str], rows: list[list[str]]) -> str:
    """One line per row, ended by a newline."""
    return "".join("| " + " | ".join(line) + " |\n" for line in [header, ["---"] * len(header), *rows])


def with_interval(value: float, low: float, high: float) -> str:
    return digits(value) if math.isnan(low) else f"{digits(value)} [{digits(low)}, {digits(high)}]"


def digits(value: float) -> str:
    """Three of them, trailing zeros included; all that stand before the point."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"
