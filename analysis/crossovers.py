"""From which number of ranks on one kernel beats another: N*, where the models of two competitors cross.

Competitors are of one group, with the same payload, transport and start line, in the same regime. Gossip competes with
broadcasts, and the MPI library's own with what they are baselines of; so does an anti-pattern, or with nothing. Kernels with
parameters other than their defaults do not compete. A lead that is not above the larger cross-validation error of the two
models is none: at two ranks most kernels send the same message.
"""

import itertools
import math
from typing import Iterator

import numpy as np
import pandas as pd

from analysis.curve import SERIES, TAILS, Curve
from analysis.groups import ANTI_PATTERN, GOSSIP, POINT_TO_POINT, purpose
from analysis.load import Campaign
from analysis.regimes import REGIME
from analysis.scaling import curves
from analysis.terms import predicted_ns

ELSEWHERE = {GOSSIP: "broadcast", ANTI_PATTERN: "", POINT_TO_POINT: ""}  # the contest, where it is not the group
ALIKE = [name for name in SERIES if name not in ("kernel", "parameters")]
COLUMNS = ["contest", *ALIKE, *REGIME, "first", "second", "few_ranks_winner", "many_ranks_winner", "crossover_ranks",
           "crossover_low", "crossover_high", "interval_source", "from_ranks", "to_ranks", "times_measured"]
STEP = 1.01  # rank counts are looked at one by one up to a hundred, then in steps of a hundredth


def crossovers(campaign: Campaign) -> pd.DataFrame:
    """One row per pair of competitors, `first` and `second`, looked at from `from_ranks` to `to_ranks`: the winner at few
    ranks and the other one, if it wins from `crossover_ranks` on; NaN and one winner where they do not cross, no winner where
    neither leads. The interval, of launches drawn anew or of the models that cannot be told apart, ends at infinity where it
    goes beyond. `times_measured`: N* over the largest rank count that both were measured at, above 1 extrapolated."""
    rows = [_row(contest, alike, a, b) for contest, alike, a, b in _pairs(campaign)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _pairs(campaign: Campaign) -> Iterator[tuple[str, tuple, Curve, Curve]]:
    modelled = [curve for curve in curves(campaign) if curve.choice and curve.plain]
    contests: dict[tuple, list[Curve]] = {}
    for curve in modelled:
        group = purpose(**curve.grouping)
        contest = ELSEWHERE.get(group, group)
        if contest:
            alike = (*(curve.series[name] for name in ALIKE), curve.level, curve.oversubscribed)
            contests.setdefault((contest, alike), []).append(curve)
    for (contest, alike), competitors in contests.items():
        for a, b in itertools.combinations(competitors, 2):
            if max(a.smallest, b.smallest) <= min(a.limit(), b.limit()):
                yield contest, alike, a, b


def _row(contest: str, alike: tuple, a: Curve, b: Curve) -> dict:
    first, last = max(a.smallest, b.smallest), min(a.limit(), b.limit())
    ranks, margin = _rank_counts(first, last), max(a.choice.chosen.error, b.choice.chosen.error)
    row = {"contest": contest, **dict(zip([*ALIKE, *REGIME], alike)), "first": a.series["kernel"], "second": b.series["kernel"],
           "from_ranks": first, "to_ranks": last}
    lead = np.log(b.predicted_ns(ranks) / a.predicted_ns(ranks))
    clear = np.flatnonzero(np.abs(lead) > margin)
    if not len(clear):
        return {**row, "few_ranks_winner": "", "many_ranks_winner": ""}
    few, many, lead = (a, b, -lead) if lead[clear[0]] > 0 else (b, a, lead)
    found, = _taken_over(lead[None], margin, ranks)
    winners = {"few_ranks_winner": few.series["kernel"], "many_ranks_winner": few.series["kernel"]}
    if math.isinf(found):
        return {**row, **winners}
    low, high, source = _interval(few, many, ranks, margin)
    return {**row, **winners, "many_ranks_winner": many.series["kernel"], "crossover_ranks": found, "crossover_low": low,
            "crossover_high": high, "interval_source": source, "times_measured": found / min(a.largest, b.largest)}


def _rank_counts(first: int, last: int) -> np.ndarray:
    steps = np.geomspace(first, last, 2 + math.ceil(math.log(last / first) / math.log(STEP)))
    return np.unique([*range(first, min(last, 100) + 1), *np.round(steps).astype(int)])


def _taken_over(lead: np.ndarray, margin: float, ranks: np.ndarray) -> np.ndarray:
    """[row]: from which of the `ranks` on the challenger is ahead, by `lead` [row, rank count] = ln(other ÷ challenger), until
    its lead is above the margin; infinity where it never is."""
    clear = lead > margin
    until = np.where(clear.any(axis=1), clear.argmax(axis=1), 0)
    behind = (lead <= 0) & (np.arange(len(ranks)) < until[:, None])
    since = np.where(behind.any(axis=1), len(ranks) - behind[:, ::-1].argmax(axis=1), 0)
    return np.where(clear.any(axis=1), ranks[np.minimum(since, len(ranks) - 1)], math.inf)


def _interval(few: Curve, many: Curve, ranks: np.ndarray, margin: float) -> tuple[float, float, str]:
    """Over the refits of both: those of one draw of launches, or every pair of models."""
    source = few.band_source or many.band_source
    if not source or "launches" in (few.band_source, many.band_source) and few.band_source != many.band_source:
        return math.nan, math.nan, ""
    refits = [curve.refits if len(curve.refits) else curve.choice.chosen.coefficients_ns[None] for curve in (few, many)]
    if source == "models":
        refits = np.array(list(itertools.product(*refits))).swapaxes(0, 1)
    lead = np.log(predicted_ns(refits[0], ranks) / predicted_ns(refits[1], ranks))
    ends = TAILS if source == "launches" else (0, 1)
    low, high = np.quantile(_taken_over(lead, margin, ranks), ends, method="inverted_cdf")
    return float(low), float(high), source
