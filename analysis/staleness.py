"""How old what reads return is: versions behind the newest write that had ended when the read began, and since when."""

import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.markdown import digits, table
from analysis.naming import arranged
from analysis.reading import read

HEADER = ["kernel", "ranks", "reads", "stale reads", "by the formula", "versions behind: mean, 99 %, most",
          "behind for: median of the stale, most", "launches"]
COUNTED = ("versions_behind", "behind_ns")
PURPOSE = ("group", "baseline_of")


def reads(campaign: Campaign) -> pd.DataFrame:
    """One row per case with reads: the columns of KEY, `group`, `baseline_of`, `expected` (the closed form's share of stale
    reads, or NaN), `launches`, and of the reads of all launches `versions` behind and `behind_ns`, arrays."""
    rows = []
    for path, cases in campaign.timed[campaign.timed.stale_share.notna()].groupby("file"):
        with opened(path) as file:
            for case in cases.to_dict("records"):
                samples = file[f"/samples/{case['name']}"]
                versions, behind = (read(samples[name], schema.OF_OPERATIONS[name]) for name in COUNTED)
                rows.append({**{key: case[key] for key in (*KEY, *PURPOSE)}, "expected": case["expected_stale_share"],
                             "versions": versions[versions >= 0], "behind_ns": behind[versions >= 0]})
    if not rows:
        return pd.DataFrame(columns=[*KEY, *PURPOSE, "expected", "launches", "versions", "behind_ns"])
    found = pd.DataFrame(rows)
    together = found.groupby([*KEY, *PURPOSE], as_index=False)
    joined = {"versions": ("versions", lambda parts: np.concatenate(list(parts))),
              "behind_ns": ("behind_ns", lambda parts: np.concatenate(list(parts)))}
    return together.agg(expected=("expected", "first"), launches=("expected", "size"), **joined)


def staleness_table(campaign: Campaign) -> list[str]:
    """Nothing where nothing is read."""
    rows = reads(campaign)
    if rows.empty:
        return []
    return [table(HEADER, [_cells(row) for row in arranged(rows).itertuples()]),
            "- a read is stale if a newer write had ended when the read began; a write is newer than another if it began after "
            "that one had ended; over the reads of all launches\n"]


def _cells(row) -> list[str]:
    stale = row.behind_ns[row.versions > 0]
    ordered = np.sort(row.versions)
    return [row.series, str(row.ranks), str(len(ordered)), f"{100 * len(stale) / len(ordered):.3g} %",
            "–" if np.isnan(row.expected) else f"{100 * row.expected:.3g} %",
            f"{ordered.mean():.3g}, {ordered[int(np.ceil(0.99 * len(ordered))) - 1]}, {ordered[-1]}",
            f"{digits(np.median(stale) / 1000)} µs, {digits(stale.max() / 1000)} µs" if len(stale) else "–", str(row.launches)]
