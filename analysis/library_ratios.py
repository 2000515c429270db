"""Ratios within a launch: algorithms ÷ the MPI library's choice, and ours ÷ what other suites print, under one definition."""

import json

import numpy as np
import pandas as pd

from analysis.groups import NATIVE, native
from analysis.launch_file import opened
from analysis.load import IDENTITY, Campaign
from analysis.refusal import Refusal
from analysis.stamps import stamps
from analysis.statistics import median_interval
from analysis.suites import COUNTERPARTS, Counterpart

AUTOMATIC = "automatic"  # the value of `algorithm` that leaves the choice to the library
COLUMNS = ["operation", "ranks", "payload_bytes", "definition", "measured", "against", "measured_ns", "against_ns", "ratio",
           "low", "high", "launches"]
SAME = ["ranks", "payload_bytes"]


def against_library(campaign: Campaign, promises: dict[str, str]) -> pd.DataFrame:
    """Every case behind the start line `round-time` ÷ the library's own choice in the same launch, at the same payload.

    `promises`: of every kernel, by name. A kernel is held against the native one whose promise it keeps, be it with more
    behind a comma. The rows have COLUMNS; `measured` names kernel, transport and algorithm.
    """
    cases = campaign.timed[campaign.timed.sync == "round-time"].dropna(subset=["p50_ns"])
    rows = []
    for baseline in sorted(set(cases.kernel[native(cases)])):
        if baseline not in promises:
            raise Refusal(f"kernels.json has no {baseline}, which the launches ran; write it with `coordbench list --json` of "
                          "the coordbench that ran them")
        kept = [name for name, promise in promises.items() if keeps(promise, promises[baseline])]
        rows += _of_one_operation(cases[cases.kernel.isin(kept)], baseline)
    return pd.DataFrame(rows, columns=COLUMNS)


def keeps(promise: str, native: str) -> bool:
    return promise == native or promise.startswith(native + ",")


def against_suites(campaign: Campaign, prints: pd.DataFrame) -> pd.DataFrame:
    """Ours ÷ what the suites print in the same round, the n-th launch of a case against the n-th print; COLUMNS."""
    rows = [row for counterpart in COUNTERPARTS for row in _of_one_column(campaign, prints, counterpart)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_one_column(campaign: Campaign, prints: pd.DataFrame, counterpart: Counterpart) -> list[dict]:
    ours = _chosen(_with_rounds(campaign.cases[campaign.cases.sync == counterpart.sync]), counterpart.kernel)
    ours = ours[(ours.verdict == "ok") & (ours.operations > 0)]
    theirs = prints[(prints.benchmark == counterpart.benchmark) & (prints.column == counterpart.column)]
    what = f"{counterpart.kernel} behind {counterpart.sync}", f"{counterpart.benchmark} {counterpart.column}"
    rows = []
    for (ranks, payload), launches in ours[ours.payload_bytes.isin(theirs.payload_bytes)].groupby(SAME):
        measured = pd.Series([defined_ns(case, counterpart.definition) for case in launches.itertuples()], launches["round"])
        printed = theirs[theirs.payload_bytes == payload].set_index("round").printed_ns
        rows.append(_row((counterpart.kernel, ranks, payload, counterpart.definition.__name__, *what), measured, printed))
    return rows


def _with_rounds(cases: pd.DataFrame) -> pd.DataFrame:
    """The n-th launch that ran a case is of round n, whatever came of it: later rounds keep their places."""
    cases = cases[cases.drift_watch == 0].sort_values("file")
    return cases.assign(round=cases.groupby(IDENTITY).cumcount() + 1)


def defined_ns(case, definition) -> float:
    """What the definition makes of the stamps of one row of `Campaign.cases`."""
    with opened(case.file) as file:
        return definition(*stamps(file[f"/samples/{case.name}"]))


def algorithm(parameters: str) -> str:
    return str(json.loads(parameters).get("algorithm", AUTOMATIC))


def _of_one_operation(cases: pd.DataFrame, baseline: str) -> list[dict]:
    """The library's own algorithms first."""
    base = _chosen(cases, baseline).drop_duplicates(["file", *SAME])
    if base.empty:
        raise Refusal(f"no launch has {baseline} with the library's own choice of algorithm; run {baseline} without --set")
    rows = []
    for _, launches in cases.groupby(IDENTITY, sort=False):
        case = launches.iloc[0]
        against = base[(base[SAME] == case[SAME]).all(axis=1)].set_index("file").p50_ns
        measured = launches.set_index("file").p50_ns
        place = case.group != NATIVE, label(case), *case[SAME]
        rows.append((place, _row((baseline, case.ranks, case.payload_bytes, "p50", label(case), baseline), measured, against)))
    return [row for _, row in sorted(rows, key=lambda placed: placed[0])]


def _chosen(cases: pd.DataFrame, kernel: str) -> pd.DataFrame:
    """Of one kernel over MPI, the cases in which no algorithm was forced."""
    cases = cases[(cases.kernel == kernel) & (cases.transport == "mpi")]
    return cases[cases.parameters.map(algorithm) == AUTOMATIC]


def label(case) -> str:
    forced = algorithm(case.parameters)
    return " ".join([case.kernel, *([] if case.transport == "mpi" else [f"over {case.transport}"]),
                     *([] if forced == AUTOMATIC else [forced])])


def _row(what: tuple, above: pd.Series, below: pd.Series) -> dict:
    """`what`: the first of COLUMNS. Both series are indexed by launch; launches that only one of them has are left out."""
    ratios = (above / below).replace([np.inf, -np.inf], np.nan).dropna()
    low, high = median_interval(ratios)
    return dict(zip(COLUMNS, (*what, above[ratios.index].median(), below[ratios.index].median(), ratios.median(), low, high,
                              len(ratios))))
