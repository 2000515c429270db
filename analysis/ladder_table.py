"""The ladder: what one operation of every protocol costs, from the lowest level to the highest, beside what the text "Axiom 5:
Cost of Coordination" says of the level."""

import pandas as pd

from analysis.load import KEY, Campaign
from analysis.markdown import digits, table
from analysis.naming import arranged
from analysis.selection import one_at_a_time, preferred, small_payload
from analysis.summary import over_launches

# "The Coordination Ladder" of the text: what an operation of each level takes in production.
TEXT = {0: "0 ms", 1: "about 100 ms", 2: "about 10 ms", 3: "about 50 ms", 4: "about 100 ms", 5: "about 500 ms", 6: "minutes"}
BETWEEN_REGIONS = "bytes_between_regions_per_operation"
SETTLED = ["level", "group", "baseline_of", "count_rule", "expected_delays", "expected_delays_most"]


def ladder_table(campaign: Campaign, summary: pd.DataFrame) -> list[str]:
    """One row per protocol and setting, one column per rank count, if the campaign spans regions. Else nothing, because the
    text speaks of round trips between regions."""
    regional = campaign.timed[(campaign.timed[BETWEEN_REGIONS] > 0) & (campaign.timed.family == "protocol")]
    if regional.empty:
        return []
    rows = one_at_a_time(small_payload(preferred(summary.merge(regional[KEY].drop_duplicates(), on=KEY))))
    bytes_between = over_launches(regional, BETWEEN_REGIONS)[[*KEY, "value"]].rename(columns={"value": "between_regions"})
    rows = arranged(rows.merge(bytes_between, on=KEY))
    ranks = sorted(rows.ranks.unique())
    lines = [_cells(part, ranks) for _, part in _by_level(rows)]
    header = ["level", "the text", "protocol", "delays", *(f"N={count}" for count in ranks),
              f"messages, N={ranks[-1]}", f"bytes between regions, N={ranks[-1]}"]
    return [table(header, lines),
            "- the ladder: time of one operation until its last mark, median; messages and bytes are those of one operation; "
            "the text: what it says of an operation of this level\n"]


def _by_level(rows: pd.DataFrame):
    return sorted(rows.groupby(["level", "series"], sort=False), key=lambda part: part[0][0])


def _cells(part: pd.DataFrame, ranks: list[int]) -> list[str]:
    by_ranks = part.set_index("ranks")
    largest = by_ranks.iloc[by_ranks.index.argmax()]
    times = [f"{digits(by_ranks.latency_ns[count] / 1e6)} ms" if count in by_ranks.index else "–" for count in ranks]
    measured = largest.name == ranks[-1]
    return [f"L{largest.level}", TEXT.get(largest.level, "–"), largest.series, _delays(largest), *times,
            digits(largest.messages_per_operation) if measured else "–", digits(largest.between_regions) if measured else "–"]


def _delays(row: pd.Series) -> str:
    least, most = row.expected_delays, row.expected_delays_most
    if least < 0:
        return "random"
    return str(least) if most <= least else f"{least} to {most}"
