"""Made-up launches whose truth is known: how often analysis/compare errs, and what it finds. Takes some ten minutes.

    /usr/bin/python3 tests/analysis/compare_trials.py [--errors 1000] [--powers 400] [--exchanges 1000]

Fewer exchanges than the program draws save time. The test remains exact with any number of them (Hemerik and Goeman, TEST 27
(2018) 811), only its p is coarser.
"""

import argparse
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis import exchange  # noqa: E402
from analysis.exchange import ERROR, Family, brunner_munzel  # noqa: E402
from analysis.shift import smallest_ratio  # noqa: E402

SPREAD = 0.02  # standard deviation of the logarithm of a launch's median


def noise(rng: np.random.Generator, cases: int, launches: int, shared: float) -> np.ndarray:
    """Launch medians, [case, launch], of both sides, `launches` each, around 1000 ns with SPREAD; `shared` is the share of the
    variance that all cases of a launch have in common."""
    own, common = rng.standard_normal((cases, 2 * launches)), rng.standard_normal((1, 2 * launches))
    return 1000 * np.exp(SPREAD * (np.sqrt(1 - shared) * own + np.sqrt(shared) * common))


def tested(values: np.ndarray, factors: np.ndarray) -> Family:
    """As one report: case c takes factors[c] times as long in B."""
    launches = values.shape[1] // 2
    return Family(values * np.where(np.arange(2 * launches) < launches, 1, factors[:, None]), launches)


def errors(reports: int, factors: np.ndarray, launches: int, shared: float, seed: int) -> tuple[float, float]:
    """Shares of reports that call any case with the factor 1 different, and of those in which any interval lacks its factor:
    the test, with the critical value of the intervals, then tells the noise of A from that of B."""
    rng = np.random.default_rng(seed)
    as_measured = np.repeat([1.0, 0.0], launches).astype(np.float32)[:, None]
    called = missed = 0
    for _ in range(reports):
        values = noise(rng, len(factors), launches, shared)
        family = tested(values, factors)
        called += (family.adjusted[factors == 1] <= ERROR).any()
        missed += max(brunner_munzel(row, as_measured)[0] for row in values) >= family.critical
    return called / reports, missed / reports


def power(reports: int, effect: float, cases: int, launches: int, shared: float, seed: int) -> tuple[float, np.ndarray]:
    """Share of reports that call the first case different, which takes 1 + effect times as long, and its smallest effect, as
    it is told, in each. The same seed makes the same noise."""
    rng = np.random.default_rng(seed)
    factors = np.ones(cases)
    factors[0] += effect
    found, told = 0, []
    for _ in range(reports):
        values = noise(rng, cases, launches, shared)
        family = tested(values, factors)
        found += family.adjusted[0] <= ERROR
        told.append(smallest_ratio(values[0, :launches], values[0, launches:], family.critical) - 1)
    return found / reports, np.array(told)


def simulated_effect(reports: int, told: float, cases: int, launches: int, shared: float, seed: int) -> float:
    """The effect that 90 % of reports find, between the powers at some multiples of what was told; NaN if outside of them."""
    multiples = np.array([0.75, 1.0, 1.25])
    found = np.array([power(reports, told * each, cases, launches, shared, seed)[0] for each in multiples])
    inside = found[0] < 0.9 <= found[-1]
    return told * float(np.interp(0.9, np.maximum.accumulate(found), multiples)) if inside else np.nan


def tell_errors(reports: int) -> None:
    print(f"A against A, 100 cases, {reports} reports: share that calls any case different; in which any interval lacks 1")
    for launches in (6, 10):
        for shared in (0.0, 0.5, 0.9):
            called, missed = errors(reports, np.ones(100), launches, shared, seed=1)
            print(f"  {launches:2} launches, {shared:3.0%} of the variance shared: {called:.2%}, {missed:.2%}", flush=True)
    for factor, count in ((1.05, 50), (1.3, 100)):
        factors = np.where(np.arange(100) < count, factor, 1)
        called, missed = errors(reports, factors, 10, 0.0, seed=2)
        print(f"  10 launches, {count} cases times {factor}: any other called different {called:.2%}, any interval lacks its "
              f"ratio {missed:.2%}", flush=True)


def tell_power(reports: int) -> None:
    print(f"One case of +5 %, a spread of {SPREAD:.0%}: share of reports that call it different; the smallest effect, as told "
          "(median; 10 to 90 % of reports) and as simulated")
    for cases, launches, shared, tried in ((1, 6, 0.0, 5 * reports), (2, 6, 0.0, 2 * reports), (2, 6, 0.9, 2 * reports),
                                           (1, 10, 0.0, reports), (100, 6, 0.0, reports // 4),
                                           (100, 6, 0.9, reports // 4), (100, 10, 0.0, reports // 4),
                                           (100, 10, 0.9, reports // 4)):
        share, effects = power(tried, 0.05, cases, launches, shared, seed=3)
        told, low, high = np.quantile(effects, [0.5, 0.1, 0.9], method="nearest")
        simulated = simulated_effect(tried, told, cases, launches, shared, seed=4) if np.isfinite(told) else np.inf
        print(f"  {cases:3} cases, {launches:2} launches, {shared:3.0%} shared: {share:.1%} of {tried}; told {told:.2%} "
              f"({low:.2%} … {high:.2%}), simulated {simulated:.2%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--errors", type=int, default=1000, help="reports of each kind in which nothing differs (default 1000)")
    parser.add_argument("--powers", type=int, default=400, help="reports, about, in which one case differs (default 400)")
    parser.add_argument("--exchanges", type=int, default=1000, help="at most so many of launches (1000)")
    options = parser.parse_args()
    with patch.object(exchange, "EXCHANGES_MAX", options.exchanges):
        if options.errors:
            tell_errors(options.errors)
        if options.powers:
            tell_power(options.powers)


if __name__ == "__main__":
    main()
