"""When an operation is over, for whom: three ends that protocols have in common, whatever their own marks are called.

    go_on      its user knows the outcome and may go on: two-phase commit has decided, Raft has committed
    everyone   every rank that has to know it does: the last participant has learned it, the last follower has applied it
    forgotten  no rank has to remember it any longer: all acknowledgements have arrived

A protocol has all three only if it measures them. What followers learn from the next operation's message is not measured: a
start line delays that message.
"""

import functools

import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.marks import is_brought_by_next, one_after_another
from analysis.reading import read, text
from analysis.stamps import gathered, latencies_ns, over_ranks, stamped
from analysis.statistics import quantile

ENDS = ("go_on", "everyone", "forgotten")
# Marks at the user with which the outcome is certain. Others, such as a lock that is granted, are steps on the way.
DECISIVE = ("decided", "committed", "handed_over", "appended", "incremented", "counted", "updated", "edited")
# Marks with which a rank, not the user, knows the outcome.
KNOWN = ("learned", "applied", "executed", "delivered", "known", "informed", "folded", "worked", "decided")
LAST = "ended"  # the mark after which nobody has to remember the operation, if everyone knows before it
CERTAIN_AT_ONE = "byzantine"  # the group of protocols in which one replica's word is not enough


@functools.lru_cache(maxsize=2)
def end_medians(campaign: Campaign) -> pd.DataFrame:
    """One row per launch and protocol case with one operation in flight: KEY, `file`, `sitting`, and the launch's medians
    `go_on_ns`, `everyone_ns` and `forgotten_ns`, NaN where the protocol does not measure one, or too few operations have it;
    and `go_on_mark` and `everyone_mark`, the marks that these are."""
    protocols = campaign.timed[(campaign.timed.family == "protocol") & (campaign.timed.in_flight == 1)]
    rows = []
    for path, cases in protocols.groupby("file"):
        with opened(path) as file:
            for case in cases.to_dict("records"):
                found = _ends(file[f"/samples/{case['name']}"], case, campaign.simulated)
                rows.append({**{name: case[name] for name in KEY}, "file": path, **found})
    columns = [*KEY, "file", *(f"{end}_ns" for end in ENDS), "go_on_mark", "everyone_mark"]
    table = pd.DataFrame(rows, columns=columns).astype(dict(protocols.dtypes[KEY]))
    return table.assign(sitting=table.file.map(campaign.launches.sitting))


def _ends(samples, case: dict, simulated: bool) -> dict:
    """The medians of one case of one launch."""
    *before, last = text(samples.attrs["marks"]).split()
    decisive = next((mark for mark in before if mark in DECISIVE), None) if case["group"] != CERTAIN_AT_ONE else None
    known = [mark for mark in before if mark in KNOWN]

    def made(part: slice, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        begun, absent = stamped(start), np.full(len(start), np.nan)
        at_user = over_ranks(np.fmin, _stamps(samples, before.index(decisive), part) - begun) if decisive else absent
        reached = _by_others(_stamps(samples, before.index(known[-1]), part), begun) if known else absent
        return np.array([over_ranks(np.fmin, begun), at_user, reached, latencies_ns(start, end, case["latency_definition"]),
                         latencies_ns(start, end, "makespan")])

    first, *delays = gathered(samples, made, 5)
    at_user, reached, whole, makespan = (_median(each, simulated) for each in delays)
    if one_after_another(case) and is_brought_by_next(first, delays[1]):
        reached = np.nan
    everyone = known[-1] if not np.isnan(reached) else ""
    if not everyone and last in KNOWN:
        reached, everyone = makespan, last
    told = {"everyone_ns": reached, "everyone_mark": everyone,
            "forgotten_ns": whole if last == LAST and whole >= reached else np.nan}
    if np.isnan(at_user):  # the user hears of it with the end
        return {"go_on_ns": whole, "go_on_mark": last, **told}
    return {"go_on_ns": at_user, "go_on_mark": decisive, **told}


def _by_others(stamps: np.ndarray, begun: np.ndarray) -> np.ndarray:
    """From the first start to the last rank that has a stamp; NaN where none but the user's has."""
    others = ~np.isnan(stamps) & np.isnan(begun)
    several = (~np.isnan(stamps)).sum(axis=1) > 1
    return np.where(others.any(axis=1) | several, over_ranks(np.fmax, stamps) - over_ranks(np.fmin, begun), np.nan)


def _stamps(samples, mark: int, part: slice) -> np.ndarray:
    return stamped(read(samples["mark_ns"], schema.MARKS["mark_ns"], (mark, part)))


def _median(values: np.ndarray, simulated: bool) -> float:
    known = values[~np.isnan(values)]
    if simulated:
        return float(np.median(known)) if len(known) else np.nan
    return quantile(known, 0.5)
