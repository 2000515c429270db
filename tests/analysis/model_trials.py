#!/usr/bin/python3
"""How often the models of made-up campaigns are right: N = 2 … 8, six launches, noise of 5 %, laws that are known.

    tests/analysis/model_trials.py [CAMPAIGNS]     # 200 for each row; prints the tables

Two kinds of noise: `cases`, each case of each launch 5 % apart, which is the harder one; and `launches`, launches 5 % apart
and their cases 3 % more. Three kernels: one of which nothing was counted; one whose counts grow as the law does, and as
another term; one whose counts grow unlike the law. The best possible choice is that of a likelihood ratio: it knows the noise,
that one term grows, and of each term the constants that come closest to the law. It sees the same launches, without the
largest N.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from analysis.choice import choose  # noqa: E402
from analysis.crossovers import row_of  # noqa: E402
from analysis.curve import TAILS, Curve  # noqa: E402
from analysis.markdown import table  # noqa: E402
from analysis.resampling import drawn_medians, noise_of  # noqa: E402
from analysis.scaling import foretold, with_model  # noqa: E402
from analysis.terms import COUNTED, GENERIC, PLAIN, TERMS, Basis, fit, predicted_ns  # noqa: E402

RANKS = np.arange(2, 9)
LAUNCHES, NOISE, WITHIN = 6, 0.05, 0.03
LAWS = ("⌊log2 N⌋", "N", "N log2 N", "N^2")
CONSTANTS = ((300, 900), (1000, 300))  # ns, and ns for each unit of the term
RIVALS = {"⌊log2 N⌋": ("⌊log2 N⌋", 1200, 300), "N": ("⌊log2 N⌋", 1500, 1250), "N log2 N": ("N", 0, 1900),
          "N^2": ("N log2 N", 1800, 1600)}  # of the laws with the first constants
KERNELS = {"nothing counted": lambda law: PLAIN,
           "counts as the law": lambda law: _own(law, "N" if law == LAWS[0] else LAWS[0]),
           "counts unlike it": lambda law: _own("N" if law == "N^2" else "N^2")}
HEADER = ["constant, slope", "noise of", "law", "kernel", "right term", "best possible", "band holds truth", "0 in held out"]


def _own(*terms: str) -> Basis:
    return Basis(dict(zip(terms, COUNTED)))


def coefficients(law: str, constant_ns: float, slope_ns: float) -> np.ndarray:
    """[term of TERMS]"""
    found = np.zeros(len(TERMS))
    found[[0, TERMS.index(law)]] = constant_ns, slope_ns
    return found


def launches_of(truth_ns: np.ndarray, seed: int, noise_of_launches: bool = False, noise: float = NOISE) -> np.ndarray:
    """Medians in ns, [launch, rank count]."""
    rng, shape = np.random.default_rng(seed), (LAUNCHES, len(truth_ns))
    if not noise_of_launches:
        return truth_ns * np.exp(rng.normal(0, noise, shape))
    return truth_ns * np.exp(rng.normal(0, noise, (LAUNCHES, 1)) + rng.normal(0, WITHIN, shape))


def outcome(law: str, truth_ns: np.ndarray, values: np.ndarray, basis: Basis) -> tuple[bool, bool, bool]:
    """Whether the right terms are chosen; whether the band of the fit without the largest rank count holds the truth there;
    whether the interval of predicted ÷ measured does not say that it misses."""
    drawn = drawn_medians(values)
    choice = choose(RANKS, np.median(values, axis=0), basis, noise_of(drawn[:, :-1]))
    predicted = foretold(choice, RANKS, drawn, basis)
    low, high = np.quantile(predicted, TAILS)
    least, most = np.quantile(predicted / drawn[:, -1] - 1, TAILS)
    return choice.chosen.terms == ("1", law), low <= truth_ns[-1] <= high, least <= 0 <= most


def best_possible(law: str, truth_ns: np.ndarray, values: np.ndarray, noise_of_launches: bool) -> bool:
    """Whether the likelihood of the launches without the largest rank count is largest for the law, of all generic terms."""
    measured, count = np.log(values[:, :-1]).mean(axis=0), len(RANKS) - 1
    noise = WITHIN**2 * np.eye(count) + NOISE**2 if noise_of_launches else NOISE**2 * np.eye(count)
    distance = {}
    for term in GENERIC[1:]:
        nearest = predicted_ns(fit(("1", term), RANKS[:-1], truth_ns[:-1]), RANKS[:-1])
        off = measured - np.log(nearest)
        distance[term] = off @ np.linalg.solve(noise, off)
    return min(distance, key=distance.get) == law


def shares(law: str, constants: tuple, noise_of_launches: bool, basis: Basis, campaigns: int) -> tuple[float, ...]:
    """Of the campaigns: right term, band that holds, held out in its interval, best possible."""
    truth = predicted_ns(coefficients(law, *constants), RANKS)
    rows = [(*outcome(law, truth, values, basis), best_possible(law, truth, values, noise_of_launches))
            for values in (launches_of(truth, seed, noise_of_launches) for seed in range(campaigns))]
    return tuple(np.mean(rows, axis=0))


def modelled(name: str, values: np.ndarray, basis: Basis = PLAIN) -> Curve:
    """The curve of a kernel from its launch medians in ns, [launch, rank count]."""
    points = pd.DataFrame({"ranks": RANKS, "value": np.median(values, axis=0), "launches": len(values), "flags": ""})
    curve = Curve({"kernel": name}, {}, True, "network", False, False, points, np.inf, basis)
    return with_model(curve, drawn_medians(values))


def crossing(first_ns: np.ndarray, second_ns: np.ndarray, noise: float, seed: int) -> dict:
    """The row of two kernels with these true latencies, [rank count], measured by the same launches."""
    both = [modelled(name, launches_of(truth, 2 * seed + i, noise=noise))
            for i, (name, truth) in enumerate({"first": first_ns, "second": second_ns}.items())]
    return row_of("contest", (), *both) if all(curve.choice for curve in both) else {}


def crossed(first_ns: np.ndarray, second_ns: np.ndarray, noise: float, campaigns: int) -> float:
    """The share of campaigns with a crossover."""
    return float(np.mean(["crossover_ranks" in crossing(first_ns, second_ns, noise, seed) for seed in range(campaigns)]))


def rival_of(law: str) -> np.ndarray:
    """The latency in ns, [rank count], of a kernel that crosses the law's once: 25 to 80 % slower at two ranks."""
    return predicted_ns(coefficients(*RIVALS[law]), RANKS)


def _choice_rows(campaigns: int):
    for constants in CONSTANTS:
        for noise_of_launches in (False, True):
            for law in LAWS:
                for kernel, basis in KERNELS.items():
                    right, band, held, best = shares(law, constants, noise_of_launches, basis(law), campaigns)
                    told = [f"{100 * share:.1f} %" for share in (right, best, band, held)]
                    noise = "launches" if noise_of_launches else "cases"
                    yield [f"{constants[0]}, {constants[1]} ns", noise, law, kernel, *told]


def _crossing_rows(campaigns: int):
    for law in LAWS:
        equal = predicted_ns(coefficients(law, *CONSTANTS[0]), RANKS)
        told = [f"{100 * crossed(equal, other, 0.08, campaigns):.1f} %" for other in (equal, rival_of(law))]
        yield [law, *told]


def main() -> None:
    campaigns = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{campaigns} campaigns a row\n\n" + table(HEADER, list(_choice_rows(campaigns))))
    print(table(["law, 8 % noise", "two equal curves crossed", "two that cross did"], list(_crossing_rows(campaigns))))


if __name__ == "__main__":
    main()
