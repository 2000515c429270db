"""A number of a sentence, with its interval over launches."""

import math
from dataclasses import dataclass

ALIKE = 1e-9  # numbers are equal if they differ by no more than this share


@dataclass(frozen=True)
class Number:
    """A number over `launches`, with its interval, or NaN where these are too few. `noisy`: another launch may tell another
    number. `neutral`: what words are decided against, or None; a name until `page.py` has looked it up."""

    value: float
    low: float
    high: float
    launches: int
    noisy: bool
    neutral: float | str | None = None

    @property
    def has_interval(self) -> bool:
        return not math.isnan(self.low) and not math.isclose(self.low, self.high, rel_tol=ALIKE)

    @property
    def side(self) -> int:
        """Above the neutral value 0, below it 2; 1 if they are equal, or the interval holds it, or noise asks for an interval
        and there is none."""
        if self.noisy and math.isnan(self.low):
            return 1
        low, high = (self.low, self.high) if self.has_interval else (self.value, self.value)
        reach = ALIKE * max(1, abs(self.neutral))
        return 0 if low > self.neutral + reach else 2 if high < self.neutral - reach else 1
