"""What was found of a campaign's curves and crossovers: as rows for CSV files, and as the report's tables."""

import math
from collections import Counter

import pandas as pd

from analysis.crossovers import crossovers
from analysis.curve import Curve
from analysis.groups import GROUPING
from analysis.load import Campaign
from analysis.markdown import digits, table, with_interval
from analysis.naming import arranged, transport_name
from analysis.regimes import assumption, regime_name
from analysis.scaling import curves
from analysis.style import size
from analysis.terms import TERMS, formula, growth

MODELS = ["kernel", "payload", "regime", "N", "T(N)", "error", "held out", "runner-up: error", "exponent", "beyond"]
CROSSOVERS = ["contest", "payload", "regime", "pair", "N*", "ahead"]
NOTES = (
    "T(N): chosen without the largest rank count, then fitted to all points. Of the models whose error is at most twice the "
    "least (1.5 times, of a constant), or twice the noise between launches, those with the fewest terms are kept. Of these, "
    "what grows as the kernel was counted to comes first (⌊log2 N⌋ as its delays), then what fits best",
    "error: each rank count but the largest in turn is left out of the fit and predicted by it; the error is the root mean "
    "square of ln(predicted ÷ measured)",
    "held out: predicted ÷ measured − 1 at the largest rank count, by the fit without it. The interval (95 %) comes from "
    "redrawing launches; without 0 in it, the model misses the largest rank count",
    "beyond: T, and its band, at the N named in the cell; (4 ×) = four times the largest rank count measured. A cell holds "
    "'–' where there is no model, where another regime begins, where ranks share cores, and where a count of the kernel ends. "
    "The band of measured times comes from redrawing launches (95 %, six or more); of simulated times it spans the models "
    "whose errors cannot be told apart",
    "exponent: slope of log T over log N and its 95 % interval, from launches drawn anew; simulated: by regression")
CROSSING = (
    "N*: the rank count from which on the other kernel's model is ahead. A lead counts only if it is larger than the error of "
    "both models and, for measured times, if 95 % of redrawn launches have it. Two kernels cross only if one leads so below "
    "N* and the other above it. The interval is made as that of the bands; ∞: not within 4 times the ranks measured. The two "
    "kernels need not promise the same: see `coordbench list`")
UNTOLD, NEITHER = "no crossing that these launches can tell", "neither for certain"
COLUMN = {term: "_".join(term.replace("⌊", "floor ").replace("⌈", "ceil ").strip("⌋⌉").split()) + "_ns" for term in TERMS}


def models(campaign: Campaign) -> pd.DataFrame:
    """One row per curve, with the reason where it has no model."""
    rows = pd.DataFrame([_model(curve) for curve in curves(campaign)])
    return rows if rows.empty else arranged(rows).drop(columns=GROUPING)


def _model(curve: Curve) -> dict:
    points = curve.points
    flags = " ".join(sorted(set(" ".join(points["flags"]).split())))
    row = {**curve.series, **curve.grouping, "regime": curve.regime, "smallest_ranks": curve.smallest,
           "largest_ranks": curve.largest, "rank_counts": len(points), "launches": points.launches.min(), "flags": flags,
           "lacking": curve.lacking, **dict(zip(("exponent", "exponent_low", "exponent_high"), curve.exponent))}
    if not curve.choice:
        return row
    chosen, runner_up = curve.choice.chosen, curve.choice.runner_up
    coefficients = {COLUMN[term]: value for term, value in zip(TERMS, chosen.coefficients_ns)}
    held_out_low, held_out_high = curve.held_out_interval
    limit = curve.limit()
    (low,), (high,) = curve.band_ns([limit])
    return {**row, "model": formula(chosen.coefficients_ns), "as_counted": _as_counted(curve), **coefficients,
            "error": chosen.error, "held_out_error": chosen.held_out_error, "held_out_low": held_out_low,
            "held_out_high": held_out_high, "runner_up": growth(runner_up.coefficients_ns) if runner_up else "",
            "runner_up_error": runner_up.error if runner_up else math.nan, "models_alike": len(curve.choice.alike),
            "band_source": curve.band_source, "limit_ranks": limit, "limit_times_measured": limit / curve.largest,
            "limit_ns": curve.predicted_ns([limit])[0], "limit_low_ns": low, "limit_high_ns": high}


def _as_counted(curve: Curve) -> str:
    """Which of the terms that grow do so as a count of the kernel, and which count, where that is not the term."""
    counted = [(term, curve.basis.own.get(term, term)) for term in curve.choice.chosen.terms[1:]]
    return ", ".join(f"{term} as its {count}" for term, count in counted if count != term)


def scaling_tables(campaign: Campaign) -> list[str]:
    """The tables of models and crossovers with their remarks; one line with the reason where there is no model."""
    rows = models(campaign)
    if rows.empty:
        return []
    lacking = Counter(rows.lacking[rows.lacking != ""])
    without = [f"- {_curves(count)} {'have' if count > 1 else 'has'} no model: {reason}\n"
               for reason, count in sorted(lacking.items())]
    known = rows[rows.exponent.notna()]
    if known.empty:
        return ["".join(without)]
    followed = [assumption(campaign.simulated)] if any(curve.goes_beyond for curve in curves(campaign)) else []
    notes = [f"- {note}\n" for note in (*NOTES, *followed)]
    return [table(MODELS, [_model_cells(row) for row in known.itertuples()]), "".join([*notes, *without]),
            *_crossover_table(crossovers(campaign))]


def no_models(campaign: Campaign) -> str:
    """One line of why a campaign has no model at all; empty where it has one."""
    rows = curves(campaign)
    if not rows or any(curve.choice for curve in rows):
        return ""
    reasons = Counter(curve.lacking for curve in rows)
    return "no scaling model: " + "; ".join(f"{reason} ({_curves(count)})" for reason, count in sorted(reasons.items()))


def _curves(count: int) -> str:
    return f"{count} curve{'s' * (count > 1)}"


def _model_cells(row) -> list[str]:
    curve = [row.series, size(row.payload_bytes), row.regime, f"{row.smallest_ranks} … {row.largest_ranks}"]
    if row.lacking:
        return [*curve, *["–"] * 4, _exponent(row), "–"]
    runner_up = f"{row.runner_up}: {_percent(row.runner_up_error)}" if row.runner_up else "–"
    beyond = "–"
    if row.limit_ranks > row.largest_ranks:
        value = with_interval(row.limit_ns / 1000, row.limit_low_ns / 1000, row.limit_high_ns / 1000)
        beyond = f"N={row.limit_ranks:.0f} ({row.limit_times_measured:.2g} ×): {value} µs"
    model = row.model + (f" ({row.as_counted})" if row.as_counted else "")
    return [*curve, model, _percent(row.error), _held_out(row), runner_up, _exponent(row), beyond]


def _held_out(row) -> str:
    interval = "" if math.isnan(row.held_out_low) else f" [{100 * row.held_out_low:+.1f}, {100 * row.held_out_high:+.1f}]"
    return f"{100 * row.held_out_error:+.1f}{interval} %"


def _exponent(row) -> str:
    if math.isnan(row.exponent_low):
        return f"{row.exponent:.2f}"
    return f"{row.exponent:.2f} [{row.exponent_low:.2f}, {row.exponent_high:.2f}]"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _crossover_table(rows: pd.DataFrame) -> list[str]:
    if rows.empty:
        return []
    return [table(CROSSOVERS, [_crossover_cells(row, _contest(row, rows)) for row in rows.itertuples()]), f"- {CROSSING}\n"]


def _contest(row, rows: pd.DataFrame) -> str:
    told = [transport_name(row.transport)] if rows.transport.nunique() > 1 else []
    return ", ".join([row.contest, *told, *([row.sync] if rows.sync.nunique() > 1 else [])])


def _crossover_cells(row, contest: str) -> list[str]:
    cells = [contest, size(row.payload_bytes), regime_name(row.level, row.oversubscribed), f"{row.first}, {row.second}"]
    if math.isnan(row.crossover_ranks):
        if row.untold:
            return [*cells, UNTOLD, f"{row.few_ranks_winner} where they can" if row.few_ranks_winner else NEITHER]
        ahead = f"{row.few_ranks_winner} throughout" if row.few_ranks_winner else NEITHER
        return [*cells, f"none within {row.from_ranks} … {row.to_ranks}", ahead]
    ends = [row.crossover_low, row.crossover_high]
    interval = "" if math.isnan(ends[0]) else " [" + ", ".join("∞" if math.isinf(end) else f"{end:.0f}" for end in ends) + "]"
    times = f", {digits(row.times_measured)} × the ranks measured" if row.times_measured > 1 else ""
    return [*cells, f"{row.crossover_ranks:.0f}{interval}{times}", f"{row.few_ranks_winner}, then {row.many_ranks_winner}"]
