"""Launches that something disturbed as a whole: their own ping_pong took ten times as long as that of the other launches."""

from pathlib import Path

import pandas as pd

from analysis.ratios import SMALL_BYTES, round_trips

TIMES = 10  # so far apart that noise between launches does not explain it
ALIKE = ["transport", "sync", "oversubscribed", "distance"]


def disturbed(launches: pd.DataFrame, cases: pd.DataFrame) -> dict[str, float]:
    """Of each disturbed launch, by file: how many times as long its round trip at 8 B took as the median of the other launches,
    over the same transport, start line and distance of ranks 0 and 1. It takes two others to tell which one was disturbed."""
    trips = round_trips(cases[cases.payload_bytes == SMALL_BYTES])
    trips = trips.assign(distance=trips.file.map(launches.distance))
    found: dict[str, float] = {}
    for _, same in trips.groupby(ALIKE):
        medians = same.groupby("file").p50_ns.median()
        for file, median in medians.items():
            others = medians.drop(file)
            if len(others) >= 2 and median >= TIMES * others.median():
                found[file] = max(found.get(file, 0), median / others.median())
    return found


def remarks_on(found: dict[str, float], dropped: bool) -> list[str]:
    what = ("it is left out" if dropped else "it is included, and --drop-disturbed would leave it out")
    told = "was disturbed: its ping_pong took {:.3g} times as long as that of the other launches"
    return [f"{Path(file).name} {told.format(times)}; {what}"
            for file, times in sorted(found.items())]
