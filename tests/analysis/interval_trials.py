"""Made-up campaigns whose truth is known: how often an interval holds it. Takes about a minute.

    /usr/bin/python3 tests/analysis/interval_trials.py [--campaigns 10000]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.sittings import centre_and_interval  # noqa: E402
from analysis.statistics import median_interval  # noqa: E402

COUNTS = range(6, 21)
SPREAD = 0.05  # standard deviation of the logarithm
SLOW_SHARE, SLOWER = 0.3, 1.3  # of launches that are slow, and how much slower they are


def log_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.exp(SPREAD * rng.standard_normal(shape))


def heavy(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Without a variance: Student's t with two degrees of freedom, on the logarithms."""
    return np.exp(SPREAD * rng.standard_t(2, shape))


def bimodal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return log_normal(rng, shape) * np.where(rng.random(shape) < SLOW_SHARE, SLOWER, 1)


def _median_of_bimodal() -> float:
    def below(logarithm: float) -> float:
        modes = norm.cdf(logarithm / SPREAD), norm.cdf((logarithm - np.log(SLOWER)) / SPREAD)
        return (1 - SLOW_SHARE) * modes[0] + SLOW_SHARE * modes[1]
    return float(np.exp(brentq(lambda logarithm: below(logarithm) - 0.5, -1, 1)))


LAWS = {"log-normal": (log_normal, 1.0), "heavy": (heavy, 1.0), "bimodal 70/30": (bimodal, _median_of_bimodal())}


def coverage_of_launches(law: str, launches: int, campaigns: int, seed: int = 1) -> float:
    """Share of campaigns of so many independent launches whose interval holds the median of the law."""
    draw, truth = LAWS[law]
    values = draw(np.random.default_rng(seed), (campaigns, launches))
    ends = np.array([median_interval(each) for each in values])
    return float(((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean())


def coverage_of_sittings(sittings: int, campaigns: int, launches: int = 6, seed: int = 2) -> tuple[float, float]:
    """Share of campaigns of so many sittings, which differ by SPREAD as their launches do, whose interval holds the truth; and
    the same of the interval that takes all launches for independent."""
    rng = np.random.default_rng(seed)
    of_sitting = np.repeat(np.arange(sittings), launches)
    held = np.zeros(2)
    for _ in range(campaigns):
        values = np.exp(SPREAD * (rng.standard_normal(sittings)[of_sitting] + rng.standard_normal(len(of_sitting))))
        ends = centre_and_interval(pd.Series(values), pd.Series(of_sitting))[1:], median_interval(values)
        held += [low <= 1 <= high for low, high in ends]
    return tuple(held / campaigns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=10_000, help="of each kind (10000)")
    campaigns = parser.parse_args().campaigns
    print(f"Independent launches, {campaigns} campaigns each: share whose 95 % interval holds the true median")
    for law in LAWS:
        found = [coverage_of_launches(law, count, campaigns) for count in COUNTS]
        each = " ".join(f"{count}: {share:.1%}" for count, share in zip(COUNTS, found))
        print(f"  {law}: {min(found):.1%} to {max(found):.1%}; {each}", flush=True)
    print(f"Sittings of six launches, sitting and launch {SPREAD:.0%} each: share whose interval holds the truth; and if all "
          "launches are taken for independent")
    for count in (3, 4, 6):
        print("  {} sittings: {:.1%}; {:.1%}".format(count, *coverage_of_sittings(count, campaigns)), flush=True)


if __name__ == "__main__":
    main()
