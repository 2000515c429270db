"""Two campaigns side by side: every case of either, what became of it, and what its launches decide."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from analysis.exchange import ERROR, Family, launches_needed
from analysis.load import CASE, IDENTITY, KEY, Campaign
from analysis.pace import in_lockstep
from analysis.refusal import Refusal
from analysis.shift import ratio_interval, smallest_ratio
from analysis.statistics import MIN_LAUNCHES

TIMES, RATES, COUNTS = ("p50", "p99"), ("rate",), ("messages",)
COLUMNS = {"p50": "p50_ns", "p99": "p99_ns", "rate": "operations_per_second", "messages": "messages_per_operation"}
WORDS = {"p50": ("faster", "slower"), "p99": ("faster", "slower"), "rate": ("slower", "faster"), "messages": ("fewer", "more")}
WRONG, FAILED = ("wrong_answer", "count_mismatch"), ("timed_out", "failed")
FAILING = ("slower", "vanished", "wrong", "failed")  # what --fail-on slower does not let pass


@dataclass(frozen=True, eq=False)
class Comparison:
    """`rows`: per case and quantity its KEY, `case` (name), `quantity` (p50, p99: ns; rate: operations per second; messages:
    per operation; empty where the case is not compared), `status` (compared, few_launches, few_samples, vanished, new, wrong,
    failed, mixed: launches of which several things were asked), `launches_a`, `launches_b`, `a`, `b` (medians of launches),
    `ratio` (b/a), `low`, `high` (its interval, all of the report at once), `adjusted_p`, `smallest_effect` (the relative
    difference that these launches would show with 90 % power; infinite: none), `verdict`, `reason`. `tested`: how many rows
    the error is controlled over. `separate`: the adjusted p of one case that alone is completely separate; `needed`: with how
    many launches of each side it would be small enough."""

    rows: pd.DataFrame
    tested: int
    separate: float
    needed: int

    @property
    def fails(self) -> bool:
        return bool(self.rows.verdict.isin(FAILING).any())


def compare(a: Campaign, b: Campaign, threshold: float | None = None) -> Comparison:
    """`threshold`, such as 0.05: a ratio whose whole interval lies between 1/1.05 and 1.05 is the `same`. Raises Refusal for
    campaigns that are not comparable."""
    _refuse_unlike(a, b)
    cases = _both(a, b)
    first, total = len(a.launches), len(a.launches) + len(b.launches)
    rows, values = [], []
    for key, case in cases.groupby(KEY):
        for row, measured in _quantities(key, case, first, total):
            rows.append(row)
            values.append(measured)
    tested = [k for k, row in enumerate(rows) if row["status"] == "compared" and not row["verdict"]]
    family = Family(np.array([values[k] for k in tested]), first, _plans(cases, total)) if tested else None
    for place, k in enumerate(tested):
        rows[k] |= _decided(values[k], first, family.critical, float(family.adjusted[place]))
        rows[k] |= dict(zip(("verdict", "reason"), _verdict(rows[k], threshold)))
    needed = launches_needed(len(tested))
    return Comparison(pd.DataFrame(rows), len(tested), family.separate if family else math.nan, needed)


def _refuse_unlike(a: Campaign, b: Campaign) -> None:
    sources = a.launches.source.iloc[0], b.launches.source.iloc[0]
    if sources[0] != sources[1]:
        raise Refusal(f"the first campaign is {sources[0]} and the second {sources[1]}; "
                      "compare measured with measured, or simulated with simulated")
    both = a.timed.merge(b.timed, on=IDENTITY, suffixes=("_a", "_b"))
    for case in both[both.latency_definition_a != both.latency_definition_b].itertuples():
        raise Refusal(f"{case.name_a} has the latency definition {case.latency_definition_a} in the first campaign and "
                      f"{case.latency_definition_b} in the second; compare campaigns of one definition")


def _both(a: Campaign, b: Campaign) -> pd.DataFrame:
    """The cases of both, drift aside, with `side` and `position`, the launch's number among those of A, then B."""
    tables, before = [], 0
    for side, campaign in (("A", a), ("B", b)):
        cases = campaign.cases[campaign.cases.drift_watch == 0]
        position = pd.Series(range(len(campaign.launches)), campaign.launches.index) + before
        tables.append(cases.assign(side=side, position=cases.file.map(position), lockstep=in_lockstep(cases)))
        before += len(campaign.launches)
    keys = [set(table[CASE].itertuples(index=False, name=None)) for table in tables]
    if not keys[0] & keys[1]:
        raise Refusal("the two campaigns have no case in common; "
                      "run both with the same kernels, ranks, bytes, parameters and start line")
    return _with_like_populations(pd.concat(tables, ignore_index=True))


def _with_like_populations(cases: pd.DataFrame) -> pd.DataFrame:
    """With `mixed`: of a case whose launches A or B ran in several ways, which are not the other side's, all of these; then its
    launches are no two groups that could be compared. Empty elsewhere."""
    cases = cases.assign(mixed="")
    for _, case in cases.groupby(CASE):
        ways = {side: set(launches.population) for side, launches in case.groupby("side")}
        if len(ways) == 2 and ways["A"] != ways["B"]:
            told = "; ".join(f"{side} ran it with {' or '.join(sorted(each))}" for side, each in ways.items() if len(each) > 1)
            cases.loc[case.index, ["population", "mixed"]] = ["", told]
    return cases


def _plans(cases: pd.DataFrame, total: int) -> np.ndarray:
    """A number for each launch, [launch], the same for those that were to run the same cases: each shares at least half of its
    own, or of the other's, with another of them. A launch of other cases is no replacement for one in which a case ran."""
    ran = np.zeros((cases.groupby(KEY).ngroups, total))
    ran[cases.groupby(KEY).ngroup(), cases.position] = 1
    shared, own = ran.T @ ran, ran.sum(axis=0)
    return connected_components(2 * shared >= np.minimum.outer(own, own))[1]


def _quantities(key: tuple, case: pd.DataFrame, first: int, total: int):
    """Of one case the rows, still without a verdict where the launches are to decide, each with its values, [launch]."""
    sides = [case[case.side == side] for side in "AB"]
    start = {"case": case["name"].iloc[-1], **dict(zip(KEY, key)), "quantity": "", "status": "compared",
             "launches_a": len(sides[0]), "launches_b": len(sides[1]), **dict.fromkeys(
                 ("a", "b", "ratio", "low", "high", "adjusted_p", "smallest_effect"), math.nan), "verdict": "", "reason": ""}
    status, reason = _status(*sides)
    if status:
        yield start | {"status": status, "verdict": status, "reason": reason}, None
        return
    for name in _measured(case):
        values = np.full(total, np.nan)
        values[case.position] = case[COLUMNS[name]]
        of_sides = [side[~np.isnan(side)] for side in (values[:first], values[first:])]
        row = start | {"quantity": name, "launches_a": len(of_sides[0]), "launches_b": len(of_sides[1])}
        exact = name in COUNTS and case.count_rule.eq("exact").all()
        yield row | _medians(*of_sides) | (_counted if exact else _few)(*of_sides, len(sides[0]), len(sides[1])), values


def _status(a: pd.DataFrame, b: pd.DataFrame) -> tuple[str, str]:
    """Why a case is not compared; empty where it is."""
    if a.empty or b.empty:
        return ("new", "only in B") if a.empty else ("vanished", "only in A")
    if mixed := a.mixed.iloc[0]:
        return "mixed", mixed
    for status, verdicts in (("wrong", WRONG), ("failed", FAILED)):
        bad = [f"{side.verdict[side.verdict.isin(verdicts)].iloc[0]} in {count} of {len(side)} launches of {name}"
               for name, side in (("A", a), ("B", b)) if (count := side.verdict.isin(verdicts).sum())]
        if bad:
            return status, ", ".join(bad)
    return "", ""


def _measured(case: pd.DataFrame) -> list[str]:
    """Which quantities a case has. Behind a start line a rate says what the latency says; in lockstep only counts are its
    own."""
    times = [] if case.lockstep.any() else [*TIMES, *(RATES if case.sync.eq("none").all() else ())]
    return times + [*COUNTS] * bool(case.count_rule.ne("none").all() and case[COLUMNS["messages"]].notna().any())


def _medians(a: np.ndarray, b: np.ndarray) -> dict:
    if not len(a) or not len(b):
        return {}
    medians = float(np.median(a)), float(np.median(b))
    return dict(zip("ab", medians)) | {"ratio": medians[1] / medians[0] if min(medians) > 0 else math.nan}


def _counted(a: np.ndarray, b: np.ndarray, *_) -> dict:
    """A count that only the protocol decides needs no statistics: one launch that is off is a change."""
    told = [", ".join(f"{count:.10g}" for count in np.unique(side)) for side in (a, b)]
    if told[0] == told[1]:
        return {"verdict": "same", "reason": "a deterministic count"}
    return {"verdict": "changed", "reason": "a deterministic count: " + " -> ".join(told)}


def _few(a: np.ndarray, b: np.ndarray, launches_a: int, launches_b: int) -> dict:
    """What stands against a test of these values; nothing where they can be tested."""
    if min(launches_a, launches_b) < MIN_LAUNCHES:
        return {"status": "few_launches", "verdict": "undecided", "reason": "fewer than six launches"}
    if min(len(a), len(b)) < MIN_LAUNCHES:
        return {"status": "few_samples", "verdict": "undecided", "reason": "too few samples in a launch"}
    if min(a.min(), b.min()) <= 0:
        return {"verdict": "undecided", "reason": "a median is zero"}
    return {}


def _decided(values: np.ndarray, first: int, critical: float, adjusted: float) -> dict:
    """What the test has excluded is no part of the interval, which need not exclude it: several cases that differ together are
    clearer than each by itself."""
    a, b = (side[~np.isnan(side)] for side in (values[:first], values[first:]))
    low, high = ratio_interval(a, b, critical)
    if adjusted <= ERROR:
        grown = np.sign(np.subtract.outer(b, a)).sum() > 0
        low, high = (max(low, 1.0), high) if grown else (low, min(high, 1.0))
    return {"low": low, "high": high, "adjusted_p": adjusted, "smallest_effect": smallest_ratio(a, b, critical) - 1}


def _verdict(row: dict, threshold: float | None) -> tuple[str, str]:
    """Sameness first: a difference within the threshold is none that matters, however sure it is."""
    low, high = row["low"], row["high"]
    less, more = WORDS[row["quantity"]]
    if threshold is not None and 1 / (1 + threshold) <= low and high <= 1 + threshold:
        return "same", f"within {100 * threshold:.3g} %"
    if row["adjusted_p"] <= ERROR:
        return (less if high <= 1 else more), ""
    return "undecided", "the interval holds 1" if math.isfinite(high) else "too few launches for so many comparisons"
