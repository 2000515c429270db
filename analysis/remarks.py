"""What the reader of a campaign's numbers must know before them, one sentence each."""

from pathlib import Path

import pandas as pd


def remarks_on(launches: pd.DataFrame, cases: pd.DataFrame) -> list[str]:
    """Of the launches and cases of a Campaign: what is incomplete, differs, is crowded, wrong, or mostly clock."""
    remarks = [f"{Path(file).name} is incomplete (the launch did not end cleanly): its finished cases are included"
               for file in launches.index[launches.complete != 1]]
    remarks += [f"{Path(file).name}: {check}; its stamps are not to be trusted"
                for file, check in launches.clock_check[launches.clock_check != "ok"].items()]
    if launches.campaign.nunique() > 1:
        remarks.append(f"the launches differ in campaign: {', '.join(sorted(launches.campaign.unique()))}")
    if launches.oversubscribed.any():
        remarks.append(f"{launches.oversubscribed.sum()} of {len(launches)} launches had more ranks than cores "
                       "(oversubscribed)")
    for verdict, count in cases.verdict[cases.verdict != "ok"].value_counts().sort_index().items():
        remarks.append(f"{count} cases ended as {verdict}: their latencies are left out")
    return remarks + _clock_remark(launches, cases)


def _clock_remark(launches: pd.DataFrame, cases: pd.DataFrame) -> list[str]:
    """In how many cases reading the clock is a good part of what was measured."""
    measured = cases[cases.drift_watch == 0]
    flagged = sum("timer_overhead" in flags.split() for flags in measured["flags"])
    limits = sorted({5 if version == "1.0" else 20 for version in launches.schema_version})
    above = " or ".join(f"{limit} %" for limit in limits)
    return [f"{flagged} of {len(measured)} cases carry the flag timer_overhead (a case measured in six launches counts six "
            f"times): one reading of the clock takes more than {above} of their median"] if flagged else []
