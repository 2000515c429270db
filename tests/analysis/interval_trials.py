"""Made-up campaigns whose truth is known: how often an interval holds it. Takes about a minute.

    /usr/bin/python3 tests/analysis/interval_trials.py [--campaigns 10000]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=10_000, help="of each kind (10000)")
    campaigns = parser.parse_args().campaigns
    print(f"Independent launches, {campaigns} campaigns each: share whose 95 % interval holds the true median")
    for law in LAWS:
        found = [coverage_of_launches(law, count, campaigns) for count in COUNTS]
        each = " ".join(f"{count}: {share:.1%}" for count, share in zip(COUNTS, found))
        print(f"  {law}: {min(found):.1%} to {max(found):.1%}; {each}", flush=True)


if __name__ == "__main__":
    main()
