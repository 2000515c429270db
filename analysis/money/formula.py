"""Formulas of the number of ranks N, as data files hold them: N*(N - 1), 2*N + 1, N*ceil(log2(N))."""

import math
from fractions import Fraction

from analysis.formula import ERRORS, evaluated
from analysis.refusal import Refusal

ACCEPTED = "a formula has numbers, N, + - * / **, brackets, log2(…), floor(…) and ceil(…)"
EXPONENT_MOST = 4  # N**4 is more than any kernel needs, and a number of ranks to the hundredth takes for ever


def value(formula: str, ranks: int, where: str) -> Fraction:
    """Exact, but for logarithms of what is no power of two. `where` names the place of the formula for a refusal."""
    try:
        found = evaluated(formula, {"N": ranks}, FUNCTIONS, lambda constant: Fraction(str(constant)), _power)
    except ERRORS:
        raise Refusal(f"{where} is {formula!r}, which is no formula; {ACCEPTED}") from None
    if found < 0:
        raise Refusal(f"{where} is {formula!r}, which is below 0 at N = {ranks}; write one that is not")
    return found


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent not in range(EXPONENT_MOST + 1):
        raise ValueError(exponent)
    return base ** int(exponent)


FUNCTIONS = {"log2": lambda x: Fraction(math.log2(x)), "floor": lambda x: Fraction(math.floor(x)),
             "ceil": lambda x: Fraction(math.ceil(x))}
