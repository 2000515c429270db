"""Follows every count of published campaigns to its largest number of ranks, which is held out, and prints what comes out.

    /usr/bin/python3 tests/analysis/money/held_out_counts.py CAMPAIGN…
"""

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from analysis.load import load  # noqa: E402
from analysis.money.growth import Count, followed  # noqa: E402
from analysis.money.quantities import series_of  # noqa: E402

SAME = 1e-6


def verdict(counted: dict[int, Count], none_alone: bool) -> str:
    """How the largest was found, and whether it lies in what was said; `unknown` where nothing is said."""
    largest = max(counted)
    found = followed({ranks: count for ranks, count in counted.items() if ranks != largest}, largest, none_alone)
    if isinstance(found, str):
        return "unknown"
    value = counted[largest].value
    within = found.low * (1 - SAME) <= value <= found.high * (1 + SAME)
    return f"{found.how}, " + ("within" if within else f"outside by {100 * (found.value / value - 1):+.1f} %")


def main() -> None:
    for folder in sys.argv[1:]:
        tally = Counter(verdict(counted, series.clients == 0) for series in series_of(load(folder))
                        for table in (series.messages, series.sizes) for counted in table.values())
        told = "; ".join(f"{count} {words}" for words, count in tally.most_common())
        print(f"{folder}: {sum(tally.values())} counts; {told}")


if __name__ == "__main__":
    main()
