"""How latencies grow with the number of ranks: all curves of a campaign, with their models, bands and growth exponents.

Rank counts of different regimes are never fitted together, and no curve goes on into another regime: beyond its last point it
may be followed to four times that many ranks, but not past the cores of a host, where ranks would share them, not where
another regime was measured, and not at all if it is oversubscribed.
"""

import functools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import linregress, t

from analysis.choice import MIN_RANK_COUNTS, Choice, choose
from analysis.curve import NO_REFITS, SERIES, TAILS, Curve
from analysis.groups import GROUPING
from analysis.load import KEY, Campaign
from analysis.own_terms import basis_of
from analysis.regimes import NETWORK, REGIME, with_levels
from analysis.resampling import drawn_medians, noise_of
from analysis.selection import STREAM
from analysis.statistics import MIN_LAUNCHES
from analysis.summary import over_launches
from analysis.terms import TERMS, Basis, predicted_ns, refits


@functools.lru_cache(maxsize=2)
def curves(campaign: Campaign) -> tuple[Curve, ...]:
    """By series and then by their smallest rank count, those that are too short for a model among them."""
    timed = campaign.timed[(campaign.timed.ranks > 1) & (campaign.timed.p50_ns > 0)]  # one rank has nobody to coordinate with
    cases = with_levels(timed[(timed.in_flight == 1) & (timed.kernel != STREAM)], campaign.launches)
    found = []
    for key, series in cases.groupby(SERIES):
        parts = [_curve(campaign, dict(zip(SERIES, key)), part, series) for _, part in series.groupby(REGIME)]
        found += sorted(parts, key=lambda curve: curve.smallest)
    return tuple(found)


def _curve(campaign: Campaign, named: dict, cases: pd.DataFrame, series: pd.DataFrame) -> Curve:
    """From the cases of one regime; `series`: those of all regimes."""
    first, points = cases.iloc[0], _points(cases)
    curve = Curve(named, dict(first[GROUPING]), first["name"].count("/") == 4, first.level, bool(first.oversubscribed),
                  campaign.simulated, points, _ceiling(campaign, cases, series.ranks.max() > points.ranks.max()))
    if len(points) < MIN_RANK_COUNTS:
        return curve
    return with_model(replace(curve, basis=basis_of(series, points.ranks)), _drawn(cases, points))


def with_model(curve: Curve, drawn: np.ndarray) -> Curve:
    """A curve of five rank counts or more with what is found of it; `drawn`: medians [draw, rank count], of launches."""
    ranks = curve.points.ranks.to_numpy()
    curve = replace(curve, exponent=_exponent(curve.points, drawn, curve.simulated))
    choice = choose(ranks, curve.points.value.to_numpy(), curve.basis, noise_of(drawn[:, :-1]))
    if not choice.chosen.holds:
        return replace(curve, refused=choice)
    again, source = _refits(choice, ranks, drawn, curve)
    return replace(curve, choice=choice, refits=again, band_source=source,
                   held_out_interval=_held_out_interval(choice, ranks, drawn, curve.basis))


def _points(cases: pd.DataFrame) -> pd.DataFrame:
    flags = cases.groupby("ranks")["flags"].agg(lambda each: " ".join(sorted(set(" ".join(each).split()))))
    points = over_launches(cases, "p50_ns", KEY).sort_values("ranks", ignore_index=True)
    return points[["ranks", "value", "low", "high", "launches"]].assign(flags=points.ranks.map(flags))


def _ceiling(campaign: Campaign, cases: pd.DataFrame, another_beyond: bool) -> float:
    if cases.oversubscribed.any() or another_beyond:
        return 0
    return math.inf if (cases.level == NETWORK).all() else int(campaign.launches.cores[cases.file].min())


def _drawn(cases: pd.DataFrame, points: pd.DataFrame) -> np.ndarray:
    """Medians [draw, rank count] of launches drawn anew; no draw if any rank count has fewer than six."""
    if points.launches.min() < MIN_LAUNCHES:
        return np.empty((0, len(points)))
    return drawn_medians(cases.pivot(index="file", columns="ranks", values="p50_ns").to_numpy())


def _refits(choice: Choice, ranks: np.ndarray, drawn: np.ndarray, curve: Curve) -> tuple[np.ndarray, str]:
    if len(drawn):
        return refitted(choice, ranks, drawn, curve.basis), "launches"
    if curve.simulated and len(choice.alike) > 1:
        return np.array([model.coefficients_ns for model in choice.alike]), "models"
    return NO_REFITS, ""


def refitted(choice: Choice, ranks: np.ndarray, drawn: np.ndarray, basis: Basis) -> np.ndarray:
    """Coefficients [draw, term]: each draw, [rank count], fitted with one of the models that cannot be told apart, in turn."""
    found, models = np.empty((len(drawn), len(TERMS))), choice.alike
    for i, model in enumerate(models):
        found[i::len(models)] = refits(model.terms, ranks, drawn[i::len(models)], basis)
    return found


def _held_out_interval(choice: Choice, ranks: np.ndarray, drawn: np.ndarray, basis: Basis) -> tuple[float, float]:
    """Of predicted ÷ measured − 1 at the largest rank count, by fits that have not seen it; NaN without draws."""
    if not len(drawn):
        return (math.nan,) * 2
    low, high = np.quantile(foretold(choice, ranks, drawn, basis) / drawn[:, -1] - 1, TAILS)
    return float(low), float(high)


def foretold(choice: Choice, ranks: np.ndarray, drawn: np.ndarray, basis: Basis) -> np.ndarray:
    """[draw]: the latency at the largest rank count in ns, by fits that have not seen it."""
    return predicted_ns(refitted(choice, ranks[:-1], drawn[:, :-1], basis), ranks[-1:], basis)[:, 0]


def _exponent(points: pd.DataFrame, drawn: np.ndarray, noiseless: bool) -> tuple[float, float, float]:
    """Of the medians; its interval is that of the draws or, for simulated time, of the regression (Student's t)."""
    x, y = np.log(points.ranks), np.log(points.value)
    line = linregress(x, y)
    if len(drawn):
        centred = (x - x.mean()).to_numpy()
        low, high = np.quantile(np.log(drawn) @ centred / (centred @ centred), TAILS)
        return float(line.slope), float(low), float(high)
    reach = t.ppf(TAILS[1], len(x) - 2) * line.stderr if noiseless else math.nan
    return float(line.slope), float(line.slope - reach), float(line.slope + reach)
