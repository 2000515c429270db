"""What was predicted from a launch's own calibration against what the launch measured. Simulated and measured times meet in
ratios only, each within one launch, and never in one statistic.
"""

import numpy as np
import pandas as pd

from analysis import markdown
from analysis.groups import GROUPING, native
from analysis.load import IDENTITY, KEY, Campaign
from analysis.naming import labelled
from analysis.refusal import Refusal
from analysis.statistics import median_interval

HEADER = ["kernel", "ranks", "payload", "measured", "predicted", "predicted ÷ measured", "launches"]
BOUND = 0.15
OWN, LIBRARY = "our kernels", "the MPI library's own"
WHAT = """Predicted: the same programs between simulated ranks, on a platform that holds nothing but what the launch itself
measured of its machine: the LogGP parameters, what copying and folding a payload take, and what reading the clock does.
Nothing is fitted to a kernel. The MPI library's own collectives stand apart: SimGrid simulates them with algorithms of
its own, not the library's. Measured: medians of launch medians, with their distribution-free 95 % interval from six
launches on. Ratios: within each launch, medians over launches.
"""


def predictions(measured: Campaign, simulated: Campaign) -> pd.DataFrame:
    """One row per case (KEY) that was measured and predicted: `measured_ns` with `measured_low_ns`, `measured_high_ns` (NaN
    below six launches), `predicted_ns`, `ratio` (predicted ÷ measured) with `low`, `high`, `error` (|ratio - 1|), `launches`,
    `group`, `baseline_of`. Of several predictions of one launch the newest counts, the one in the last file."""
    pairs = _pairs(measured, simulated)
    rows = [{**dict(zip(KEY, key)), **_over_launches(launches)} for key, launches in pairs.groupby(KEY)]
    return pd.DataFrame(rows).astype(dict(pairs.dtypes[KEY]))


def errors(rows: pd.DataFrame) -> pd.DataFrame:
    """The median `error` over the cases of each group: `whose` kernels, with a core for each rank or not, all `ranks` (0) or
    each number of them; `cases`, and the `share` of them that are off by no more than the bound."""
    named = rows.assign(whose=np.where(native(rows), LIBRARY, OWN))
    parts = [named.assign(ranks=0), named]
    return pd.concat([part.groupby(["whose", "oversubscribed", "ranks"]).error.agg(
        error="median", cases="size", share=lambda error: (error <= BOUND).mean()).reset_index() for part in parts],
        ignore_index=True).sort_values(["whose", "oversubscribed", "ranks"], ignore_index=True)


def page(rows: pd.DataFrame) -> str:
    """Both tables in Markdown."""
    shown = labelled(rows, apart=("sync",)).sort_values(["series", "ranks", "payload_bytes"])
    cases = [[row.series + (" (oversubscribed)" if row.oversubscribed else ""), str(row.ranks), f"{row.payload_bytes} B",
              _microseconds(row), markdown.digits(row.predicted_ns / 1000) + " µs",
              markdown.with_interval(row.ratio, row.low, row.high), str(row.launches)] for row in shown.itertuples()]
    return "\n".join(["# Predicted against measured\n", WHAT, error_table(rows), markdown.table(HEADER, cases)])


def error_table(rows: pd.DataFrame) -> str:
    header = ["whose kernels", "ranks", "median of abs(ratio − 1)", f"within {BOUND:.0%}", "cases"]
    return markdown.table(header, [
        [row.whose + (" (oversubscribed)" if row.oversubscribed else ""), str(row.ranks or "all"), f"{row.error:.1%}",
         f"{row.share:.0%}", str(row.cases)] for row in errors(rows).itertuples()])


def _pairs(measured: Campaign, simulated: Campaign) -> pd.DataFrame:
    """One row per case and launch, `measured_ns` and `predicted_ns`, of operations that do not overlap, behind a start line."""
    for campaign, source in ((measured, "measured"), (simulated, "simulated")):
        if set(campaign.launches.source) != {source}:
            raise Refusal(f"the launches of {campaign.name} are not {source}; "
                          "name the folder of what was measured first, that of what was predicted second")
    times = _times(measured, "identity").rename(columns={"p50_ns": "measured_ns"})
    predicted = _times(simulated, "calibration").rename(columns={"p50_ns": "predicted_ns"})
    predicted = predicted.drop_duplicates([*IDENTITY, "of"], keep="last")
    pairs = times.merge(predicted[[*IDENTITY, "of", "predicted_ns"]], on=[*IDENTITY, "of"])
    if pairs.empty:
        raise Refusal("no case was predicted from the calibration of a launch that measured it; "
                      "simulate with: jobs/simulate --calibration FILE.h5, for a launch of coordbench run --calibrate")
    return pairs


def _times(campaign: Campaign, launch: str) -> pd.DataFrame:
    alone = campaign.timed[(campaign.timed.in_flight == 1) & (campaign.timed.sync != "none") & (campaign.timed.p50_ns > 0)]
    return alone.assign(of=alone.file.map(campaign.launches[launch]))[[*KEY, "of", *GROUPING, "p50_ns"]]


def _over_launches(launches: pd.DataFrame) -> dict:
    ratios = launches.predicted_ns / launches.measured_ns
    (low, high), (ratio_low, ratio_high) = median_interval(launches.measured_ns), median_interval(ratios)
    return {"measured_ns": launches.measured_ns.median(), "measured_low_ns": low, "measured_high_ns": high,
            "predicted_ns": launches.predicted_ns.median(), "ratio": ratios.median(), "low": ratio_low, "high": ratio_high,
            "error": abs(ratios.median() - 1), "launches": len(launches), **launches[GROUPING].iloc[0]}


def _microseconds(row) -> str:
    times_ns = row.measured_ns, row.measured_low_ns, row.measured_high_ns
    return markdown.with_interval(*(time_ns / 1000 for time_ns in times_ns)) + " µs"
