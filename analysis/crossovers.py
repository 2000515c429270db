"""From which number of ranks on one kernel beats another: N*, where the models of two competitors cross.

Competitors are of one group, with the same payload, transport and start line, in the same regime. Gossip competes with
broadcasts, and the MPI library's own with what they are baselines of; so does an anti-pattern, or with nothing. Kernels with
parameters other than their defaults do not compete. A lead that is not above what either of the models errs by is none: at two
ranks most kernels send the same message. Of measured times a lead counts only if 95 % of the launches drawn anew have it too,
so that two kernels that are equal do not cross: below N* one must lead so, and above it the other.
"""

import itertools
import math
from typing import Iterator

import numpy as np
import pandas as pd

from analysis.choice import INDIFFERENT
from analysis.curve import SERIES, TAILS, Curve
from analysis.groups import ANTI_PATTERN, GOSSIP, POINT_TO_POINT, purpose
from analysis.load import Campaign
from analysis.regimes import REGIME
from analysis.scaling import curves
from analysis.terms import predicted_ns

ELSEWHERE = {GOSSIP: "broadcast", ANTI_PATTERN: "", POINT_TO_POINT: ""}  # the contest, where it is not the group
ALIKE = [name for name in SERIES if name not in ("kernel", "parameters")]
COLUMNS = ["contest", *ALIKE, *REGIME, "first", "second", "few_ranks_winner", "many_ranks_winner", "crossover_ranks",
           "crossover_low", "crossover_high", "interval_source", "untold", "from_ranks", "to_ranks", "times_measured"]
MODELS = "models"  # a source of intervals
STEP = 1.01  # rank counts are looked at one by one up to a hundred, then in steps of a hundredth


def crossovers(campaign: Campaign) -> pd.DataFrame:
    """One row per pair of competitors, `first` and `second`, looked at from `from_ranks` to `to_ranks`. `few_ranks_winner` and
    `many_ranks_winner`: who leads there for certain, "" where nobody does. Where these differ they cross, at
    `crossover_ranks`, else NaN. `untold`: the models cross, but the launches cannot tell. The interval, of launches drawn
    anew or of the models that cannot be told apart, ends at infinity where it goes beyond. `times_measured`: N* over the
    largest rank count that both were measured at, above 1 extrapolated."""
    rows = [row_of(contest, alike, a, b) for contest, alike, a, b in _pairs(campaign)]
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


def row_of(contest: str, alike: tuple, a: Curve, b: Curve) -> dict:
    first, last = max(a.smallest, b.smallest), min(a.limit(), b.limit())
    ranks, margin = _rank_counts(first, last), max(a.choice.chosen.margin, b.choice.chosen.margin, INDIFFERENT)
    row = {"contest": contest, **dict(zip([*ALIKE, *REGIME], alike)), "first": a.series["kernel"],
           "second": b.series["kernel"], "from_ranks": first, "to_ranks": last, "untold": False}
    lead = np.log(b.predicted_ns(ranks) / a.predicted_ns(ranks))
    draws, source = _drawn_leads(a, b, ranks)
    certain = certain_lead(lead, draws, source, margin)
    winners = {1: a.series["kernel"], -1: b.series["kernel"]}
    led = [winners[sign] for sign in certain[certain != 0]]
    if len(set(led)) < 2:
        winner = led[0] if led else ""
        return {**row, "untold": _crosses(lead), "few_ranks_winner": winner, "many_ranks_winner": winner}
    sign = -certain[certain != 0][0]  # of the challenger's lead
    found, = _taken_over(sign * lead[None], margin, ranks)
    low, high = _interval(sign * draws, margin, ranks, source)
    return {**row, "few_ranks_winner": led[0], "many_ranks_winner": winners[sign], "crossover_ranks": found,
            "crossover_low": low, "crossover_high": high, "interval_source": source,
            "times_measured": found / min(a.largest, b.largest)}


def certain_lead(lead: np.ndarray, draws: np.ndarray, source: str, margin: float) -> np.ndarray:
    """[rank count]: 1 where `lead` is above the margin for certain, −1 where it is below −margin, else 0. Times from launches
    are certain where 95 % of their `draws`, [draw, rank count], are on that side, and never without draws."""
    sign = np.sign(lead) * (np.abs(lead) > margin)
    if source == MODELS:
        return sign
    if not len(draws):
        return np.zeros_like(lead)
    low, high = np.quantile(draws, TAILS, axis=0)
    return sign * np.where(sign > 0, low > 0, high < 0)


def _crosses(lead: np.ndarray) -> bool:
    return bool((lead > 0).any() and (lead < 0).any())


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


def _drawn_leads(a: Curve, b: Curve, ranks: np.ndarray) -> tuple[np.ndarray, str]:
    """ln(b ÷ a), [draw, rank count], of refits of both: those of one draw of launches or, of simulated time, every pair of
    models. No draw, and no source, where only one of them has launches enough."""
    if "launches" in (a.band_source, b.band_source) and a.band_source != b.band_source or not (a.simulated or a.band_source):
        return np.empty((0, len(ranks))), ""
    refits = [curve.refits if len(curve.refits) else curve.choice.chosen.coefficients_ns[None] for curve in (a, b)]
    source = a.band_source or b.band_source or MODELS
    if source == MODELS:
        refits = np.array(list(itertools.product(*refits))).swapaxes(0, 1)
    times = [predicted_ns(each, ranks, curve.basis) for each, curve in zip(refits, (a, b))]
    return np.log(times[1] / times[0]), source


def _interval(lead: np.ndarray, margin: float, ranks: np.ndarray, source: str) -> tuple[float, float]:
    """Of N*, over the draws of the challenger's `lead`; none if one pair of models is all there is."""
    if len(lead) < 2:
        return math.nan, math.nan
    ends = TAILS if source == "launches" else (0, 1)
    low, high = np.quantile(_taken_over(lead, margin, ranks), ends, method="inverted_cdf")
    return float(low), float(high)
