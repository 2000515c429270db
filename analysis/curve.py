"""One curve: the latencies of one series (a kernel with its parameters, payload, transport and start line, one operation at a
time) in one regime against the number of ranks, and what was found of it."""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.choice import MIN_CHOOSING, MIN_RANK_COUNTS, WORST_FACTOR, Choice
from analysis.load import KEY
from analysis.regimes import regime_name
from analysis.statistics import CONFIDENCE
from analysis.terms import PLAIN, TERMS, Basis, predicted_ns

SERIES = [name for name in KEY if name not in ("ranks", "oversubscribed")]
REACH = 4  # so many times the largest measured rank count
TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
NO_REFITS = np.empty((0, len(TERMS)))


@dataclass(frozen=True, eq=False)
class Curve:
    """`grouping`: the kernel's `group` and `baseline_of`. `plain`: all parameters are the kernel's defaults. `simulated`: time
    without noise. `points`, by `ranks`: the median of launch medians `value`, its interval `low`, `high`, in ns, the number
    of `launches` and the `flags` of any of them. `ceiling`: the largest rank count that is of this regime for all that is
    known. `basis`: its terms, the kernel's own among them. `choice`: None with fewer than five rank counts, or if the choice
    errs by more than a factor of 1.5; then it is `refused`. `refits`: coefficients [refit, term] that the band is made of; its
    `band_source` is "launches" (drawn anew), "models" (simulated time has no noise: those that cross-validation cannot tell
    apart) or "". `held_out_interval`: 95 %, of predicted ÷ measured − 1 at the largest rank count. `exponent`: slope of log T
    over log N and its interval."""

    series: dict
    grouping: dict
    plain: bool
    level: str
    oversubscribed: bool
    simulated: bool
    points: pd.DataFrame
    ceiling: float
    basis: Basis = PLAIN
    choice: Choice | None = None
    refused: Choice | None = None
    refits: np.ndarray = field(default_factory=lambda: NO_REFITS)
    band_source: str = ""
    held_out_interval: tuple[float, float] = (math.nan,) * 2
    exponent: tuple[float, float, float] = (math.nan,) * 3

    @property
    def regime(self) -> str:
        return regime_name(self.level, self.oversubscribed)

    @property
    def smallest(self) -> int:
        return int(self.points.ranks.min())

    @property
    def largest(self) -> int:
        return int(self.points.ranks.max())

    @property
    def lacking(self) -> str:
        """Why there is no model; empty where there is one."""
        count = len(self.points)
        if count < MIN_RANK_COUNTS:
            return (f"{count} rank count{'s' * (count > 1)} in regime {self.regime}, and a model needs {MIN_RANK_COUNTS}, "
                    f"as the largest is held out and {MIN_CHOOSING} must remain")
        if self.refused and self.refused.chosen.error <= math.log(WORST_FACTOR):
            return (f"the model chosen without the largest rank count misses it by more than a factor of {WORST_FACTOR:g} "
                    f"in regime {self.regime}")
        unseen = f"no terms predict unseen rank counts within a factor of {WORST_FACTOR:g} in regime {self.regime}"
        return unseen if self.refused else ""

    def limit(self, reach: float = REACH) -> int:
        """The largest rank count to which the model may be followed; without one, the largest measured."""
        if self.choice is None:
            return self.largest
        return int(max(self.largest, min(reach * self.largest, self.ceiling, self.known_to)))

    @property
    def known_to(self) -> float:
        """Where the terms of the chosen model end, if they were counted and follow no generic term."""
        return self.basis.known_to(self.choice.chosen.terms)

    @property
    def goes_beyond(self) -> bool:
        return self.limit() > self.largest

    def predicted_ns(self, ranks) -> np.ndarray:
        return predicted_ns(self.choice.chosen.coefficients_ns, ranks, self.basis)

    def band_ns(self, ranks) -> tuple[np.ndarray, np.ndarray]:
        """Of the true curve, 95 % if it is made of launches, the extremes if of models; NaN without a band."""
        if not len(self.refits):
            return (np.full(len(ranks), math.nan),) * 2
        ends = TAILS if self.band_source == "launches" else (0, 1)
        low, high = np.quantile(predicted_ns(self.refits, ranks, self.basis), ends, axis=0)
        return low, high
