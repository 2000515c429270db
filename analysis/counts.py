"""Messages of randomised kernels: the mean over their operations and its interval, to be held against the expectation."""

import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.reading import read
from analysis.statistics import mean_interval

COLUMNS = [*KEY, "messages_per_operation", "messages_low", "messages_high"]


def mean_messages(campaign: Campaign) -> pd.DataFrame:
    """One row per case whose file tells the messages of each operation: the mean over the operations of all its launches, and
    its 95 % interval."""
    cases = _drawn_apart(campaign)
    rows = []
    for key, launches in cases.groupby(KEY):
        counts = [counts for case in launches.itertuples() if (counts := _messages(case)) is not None]
        if counts:
            each = np.concatenate(counts)
            rows.append((*key, each.mean() if len(each) else np.nan, *mean_interval(each)))
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict(cases.dtypes[KEY]))


def _drawn_apart(campaign: Campaign) -> pd.DataFrame:
    """Launches of one seed draw the same numbers, so that only the longest of them says anything."""
    cases = campaign.counted[campaign.counted.count_rule == "expected"]
    seeded = cases.merge(campaign.launches[["seed"]], left_on="file", right_index=True)
    return seeded.sort_values("operations").drop_duplicates([*KEY, "seed"], keep="last").sort_index()


def _messages(case) -> np.ndarray | None:
    with opened(case.file) as file:
        samples = file[f"/samples/{case.name}"]
        return read(samples["messages"], schema.OF_OPERATIONS["messages"]) if "messages" in samples else None
