"""Verdicts, computed from points and their intervals against what is claimed."""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.markdown import digits
from analysis.statistics import MIN_LAUNCHES
from analysis.verdicts import formula
from analysis.verdicts.declared import GROWTHS, Claim
from analysis.verdicts.growth import MIN_RANK_COUNTS, TERMS, claimed_exponent, growth
from analysis.verdicts.quantities import QUANTITIES

HOLDS, OFF, CONTRADICTED, UNDECIDED = "holds", "off", "contradicted", "cannot be decided"
SAME = 1e-9  # of a count, of its prediction
FEW = f"too few launches for an interval: it takes {MIN_LAUNCHES}, or three sittings"


@dataclass(frozen=True, eq=False)
class Verdict:
    """`word`: one of the four above. `k`: of what is off, measured ÷ claimed, the least and the most of all points, and of
    their intervals `k_interval`. `told`: a sentence. `points`: with `predicted`, `k` and `word` where the comparison has any.
    `exponent`: of what grows, measured with its interval, and claimed."""

    word: str
    told: str
    points: pd.DataFrame
    k: tuple[float, float] = (math.nan, math.nan)
    k_interval: tuple[float, float] = (math.nan, math.nan)
    exponent: tuple[float, ...] = field(default=(math.nan,) * 4)

    @property
    def decided(self) -> bool:
        return self.word != UNDECIDED

    @property
    def words(self) -> str:
        """holds, off by ×2, off by ×0.2 to ×1.4, contradicted, cannot be decided."""
        if self.word != OFF or math.isnan(self.k[0]):
            return self.word
        low, high = (f"×{ratio(k)}" for k in self.k)
        return f"off by {low}" if low == high else f"off by {low} to {high}"


def ratio(k: float) -> str:
    if math.isinf(k):
        return "∞"
    return f"{k:.1e}" if 0 < k < 0.001 or k >= 1e5 else f"{k:.3g}"


def undecided(reason: str, points: pd.DataFrame | None = None) -> Verdict:
    return Verdict(UNDECIDED, reason, pd.DataFrame() if points is None else points)


def judge(claim: Claim, points: pd.DataFrame) -> Verdict:
    """Of points that are not none."""
    if claim.compare == "increasing":
        return _increasing(claim, points)
    if claim.compare == "grows":
        return _grows(claim, points)
    if claim.compare == "none_best":
        return _none_best(claim, points)
    return _pointwise(claim, points)


def _pointwise(claim: Claim, points: pd.DataFrame) -> Verdict:
    if claim.cells:
        points = points[points.ranks.astype(str).isin(claim.cells)]
        if points.empty:
            return undecided(f"no case at N = {', '.join(claim.cells)}, the numbers of ranks that the text names")
    judged = points.assign(predicted=[_predicted(claim, point) for point in points.itertuples()])
    told = [_one(claim, point) for point in judged.itertuples()]
    judged = judged.assign(word=[word for word, _ in told], k=[k[0] for _, k in told], k_low=[k[1] for _, k in told],
                           k_high=[k[2] for _, k in told])
    off, open_ = judged[~judged.word.isin([HOLDS, UNDECIDED])], judged[judged.word == UNDECIDED]
    if len(off):
        word = off.word.iloc[0]
        known = off[np.isfinite(off.k)] if np.isfinite(off.k).any() else off
        ends = pd.concat([known.k_low, known.k_high])
        return Verdict(word, _off_sentence(claim, judged), judged, (known.k.min(), known.k.max()), (ends.min(), ends.max()))
    if len(open_):
        narrow = open_.low.notna().all()
        reason = "the interval reaches beyond what would be equal" if narrow else FEW
        return undecided(f"{reason} ({_where(open_)})", judged)
    return Verdict(HOLDS, f"at {_where(judged)}", judged)


def _predicted(claim: Claim, point) -> float | tuple[float, ...]:
    if claim.cells:
        return float(claim.cells[str(point.ranks)])
    if isinstance(claim.predicts, tuple):
        return tuple(formula.value_of(each, point.names) for each in claim.predicts)
    return formula.value_of(claim.predicts, point.names)


def _one(claim: Claim, point) -> tuple[str, tuple[float, ...]]:
    """The word of a point, and measured ÷ claimed with its interval."""
    low, high = _admitted(claim, point.predicted)
    nearest = point.predicted
    if isinstance(nearest, tuple):
        nearest = nearest[0] if point.value < nearest[0] else nearest[1]
    k = tuple(_over(each, nearest) for each in (point.value, point.low, point.high))
    return _word(claim, point, low, high), k


def _word(claim: Claim, point, low: float, high: float) -> str:
    """Whether the whole interval lies where it was claimed to, or the whole of it does not."""
    if math.isnan(point.low) or math.isnan(low) or math.isnan(high):
        return UNDECIDED
    if claim.compare == "below":
        return HOLDS if point.high < high else CONTRADICTED if point.low >= high else UNDECIDED
    if claim.compare == "above":
        return HOLDS if point.low > low else CONTRADICTED if point.high <= low else UNDECIDED
    slack = SAME * max(abs(each) for each in (low, high) if math.isfinite(each))
    if point.low > high + slack or point.high < low - slack:
        return OFF
    inside = low - slack <= point.low and point.high <= high + slack
    contains = claim.compare == "equal" and claim.factor == 1  # an interval is not narrower than one number, or its rounding
    return HOLDS if inside or contains else UNDECIDED


def _admitted(claim: Claim, predicted: float | tuple[float, ...]) -> tuple[float, float]:
    """From where to where a measured value is what was claimed."""
    least, most = predicted if isinstance(predicted, tuple) else (predicted, predicted)
    low, high = least / claim.factor - claim.rounded, most * claim.factor + claim.rounded
    if claim.compare in ("at_least", "above"):
        return low, math.inf
    if claim.compare in ("at_most", "below"):
        return -math.inf, high
    return low, high


def _over(value: float, predicted: float) -> float:
    if predicted == 0:
        return 1.0 if value == 0 else math.inf
    return value / predicted


def _off_sentence(claim: Claim, judged: pd.DataFrame) -> str:
    good, off = judged[judged.word == HOLDS], judged[judged.word.isin([OFF, CONTRADICTED])]
    fewer = QUANTITIES[claim.quantity].fewer if claim.quantity in QUANTITIES else "less"
    if (off.word == CONTRADICTED).all():
        return f"not {claim.prediction} at {_where(off)}"
    more = "more" if (off.k > 1).all() else fewer if (off.k < 1).all() else f"more or {fewer}"
    told = f"{more} than claimed at {_where(off)}"
    return told + (f"; holds at {_where(good)}" if len(good) else "")


def _where(points: pd.DataFrame) -> str:
    """N = 2, 4, 8, and what else varies."""
    ranks = sorted(each for each in points.ranks.unique() if each)  # a soak has schedules of many
    shown = ", ".join(map(str, ranks)) if len(ranks) <= 8 else f"{ranks[0]} … {ranks[-1]}"
    others = [each for name in ("network", "varied") if name in points for each in points[name].unique() if each]
    if not ranks:
        return "; ".join(others)
    return f"N = {shown}" + (f" ({'; '.join(others[:6])})" if others else "")


def _increasing(claim: Claim, points: pd.DataFrame) -> Verdict:
    """The text ranks kernels; at every number of ranks at which all were measured, no later one may have less or as much."""
    table = points.pivot_table(index="ranks", columns="kernel", values=["value", "low", "high"], aggfunc="first")
    complete = table.dropna(subset=[("value", kernel) for kernel in claim.kernels if ("value", kernel) in table])
    missing = [kernel for kernel in claim.kernels if ("value", kernel) not in table]
    if missing or complete.empty:
        what = f"no case of {', '.join(missing)}" if missing else "no number of ranks at which all of them were measured"
        return undecided(what, points)
    broken, known = [], True
    for ranks, row in complete.iterrows():
        for place, first in enumerate(claim.kernels):
            for second in claim.kernels[place + 1:]:
                word = _ordered(row, first, second)
                known &= word != UNDECIDED
                if word == CONTRADICTED:
                    broken.append((ranks, first, second, row["value"][first], row["value"][second]))
    if broken:
        return Verdict(CONTRADICTED, _broken_sentence(broken), points)
    if not known:
        return undecided("intervals of neighbours overlap" if points.low.notna().all() else FEW, points)
    return Verdict(HOLDS, f"at N = {', '.join(map(str, complete.index))}", points)


def _ordered(row, first: str, second: str) -> str:
    low, high = row["low"], row["high"]
    if math.isnan(low.get(first, math.nan)) or math.isnan(low.get(second, math.nan)):
        return UNDECIDED
    if high[first] < low[second]:
        return HOLDS
    return CONTRADICTED if low[first] >= high[second] else UNDECIDED


def _broken_sentence(broken: list[tuple]) -> str:
    """Of the smallest number of ranks, one pair for each kernel that comes too late."""
    ranks = broken[0][0]
    pairs = [pair for pair in broken if pair[0] == ranks]
    firsts = {first: (second, a, b) for _, first, second, a, b in reversed(pairs)}
    said = [f"{first} ({digits(a)}) is not below {second} ({digits(b)})" for first, (second, a, b) in list(firsts.items())[:4]]
    return f"at N = {ranks} {'; '.join(said)}"


def _grows(claim: Claim, points: pd.DataFrame) -> Verdict:
    """Every kernel that is named has to grow as claimed."""
    verdicts = [_grows_one(claim, part.sort_values("ranks")) for _, part in points.groupby("kernel", sort=False)]
    wrong = [each for each in verdicts if each.word == CONTRADICTED]
    if len(wrong) > 1:
        steepest = max(each.exponent for each in wrong)
        return Verdict(CONTRADICTED, "; ".join(each.told for each in wrong), points, exponent=steepest)
    open_ = [each for each in verdicts if not each.decided]
    return (wrong or open_ or verdicts)[0]


def _grows_one(claim: Claim, points: pd.DataFrame) -> Verdict:
    kernel, claimed = points.kernel.iloc[0], str(claim.predicts)
    if "ranged" in points and points.ranged.any():
        return _grows_between(claim, points)
    exact = bool((points.low == points.high).all())
    found = growth(points.ranks, points.value, exact)
    if found is None:
        reason = f"{kernel} was measured at {len(points)} numbers of ranks, and growth needs {MIN_RANK_COUNTS}"
        return undecided(reason, points)
    if QUANTITIES[claim.quantity].timed and points.low.isna().all():
        return undecided(FEW, points)
    wanted = claimed_exponent(claimed, points.ranks)
    exponent = (found.exponent, found.low, found.high, wanted)
    if found.term:
        word = HOLDS if found.term == claimed else CONTRADICTED
        return Verdict(word, f"{kernel} grows as {found.term}, exactly, {_where(points)}", points, exponent=exponent)
    told = (f"{kernel} has the exponent {found.exponent:.2f} [{found.low:.2f}, {found.high:.2f}], {claimed} has {wanted:.2f} "
            f"at the same {_where(points)}")
    if not found.low <= wanted <= found.high:
        return Verdict(CONTRADICTED, told, points, exponent=exponent)
    others = {term: claimed_exponent(term, points.ranks) for term in GROWTHS if term != claimed}
    also = [f"{term} has {each:.2f}" for term, each in others.items() if found.low <= each <= found.high]
    if also:
        return Verdict(UNDECIDED, f"{told}, and {', '.join(also)}; more numbers of ranks tell them apart", points,
                       exponent=exponent)
    return Verdict(HOLDS, told, points, exponent=exponent)


def _grows_between(claim: Claim, points: pd.DataFrame) -> Verdict:
    """Of a count that timing decides: what grows faster than its most, or slower than its least, is contradicted."""
    kernel, claimed, order = points.kernel.iloc[0], str(claim.predicts), list(TERMS)
    found = [growth(points.ranks, points[end], exact=True) for end in ("low", "high")]
    if not all(each and each.term for each in found):
        return undecided(f"timing decides how many {claim.quantity} {kernel} has, and its ends follow no formula", points)
    least, most = (each.term for each in found)
    told = f"timing decides: {kernel} grows at least as {least} and at most as {most}, {_where(points)}"
    exponent = (math.nan, found[0].exponent, found[1].exponent, claimed_exponent(claimed, points.ranks))
    within = order.index(least) <= order.index(claimed) <= order.index(most)
    word = CONTRADICTED if not within else HOLDS if least == most else UNDECIDED
    return Verdict(word, told, points, exponent=exponent)


def _none_best(claim: Claim, points: pd.DataFrame) -> Verdict:
    """Points have `level` (consistency), `value` (speed) and `messages` (cost): whether one kernel is first in all three. Only
    where one is first in level and messages do the intervals of times matter."""
    if points.level.nunique() < 2:
        return undecided("kernels of one level alone", points)
    for each in points[(points.level == points.level.max()) & (points.messages == points.messages.min())].itertuples():
        others = points[points.kernel != each.kernel]
        if (each.high <= others.low).all():
            return Verdict(CONTRADICTED, f"{each.kernel} promises most, is fastest and sends least", points)
        if not (each.low > others.high).any():
            return undecided(f"{each.kernel} promises most and sends least, and whether it is fastest is within the noise",
                             points)
    return Verdict(HOLDS, f"none of {points.kernel.nunique()} kernels promises most, is fastest and sends least", points)
