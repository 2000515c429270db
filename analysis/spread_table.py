"""The table of spreads: how much a latency differs between sittings, between launches of a sitting, and within a launch."""

import math

import pandas as pd

from analysis.load import Campaign
from analysis.markdown import digits, table
from analysis.naming import arranged
from analysis.selection import STREAM, at_reference_ranks, one_at_a_time, preferred, small_payload
from analysis.sittings import APART_S, MIN_SITTINGS, PARTS

HEADER = ["kernel", "ranks", "payload", "between sittings", "between launches", "within a launch", "sittings", "launches"]
REMARK = ("- spread: standard deviation of the logarithm of the median, in percent. Launches with {apart} minutes or more "
          "between them are of two sittings. Within a launch: how uncertain its own operations leave its median. From {least} "
          "sittings on intervals are made of sittings; `jobs/again` adds one\n")


def spread_table(campaign: Campaign, summary: pd.DataFrame) -> list[str]:
    """Of each kernel at the largest number of ranks with a core each, at 8 B or what is nearest; nothing where time has no
    noise, or no case has two launches."""
    told = summary.dropna(subset=[PARTS[1]])
    if campaign.simulated or told.empty:
        return []
    rows, _ = at_reference_ranks(small_payload(preferred(one_at_a_time(told[told.kernel != STREAM]))))
    lines = [[row.series, str(row.ranks), f"{row.payload_bytes} B", *(_percent(getattr(row, part)) for part in PARTS),
              str(row.sittings), str(row.ok)] for row in arranged(rows).itertuples()]
    return [table(HEADER, lines), REMARK.format(apart=APART_S // 60, least=MIN_SITTINGS)] if lines else []


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{digits(value)} %"
