"""Formulas of claims.toml, such as "2*(N-1)"."""

import ast
import math
from collections.abc import Mapping

from analysis.formula import ERRORS, evaluated
from analysis.refusal import Refusal

FUNCTIONS = {"log2": math.log2, "ln": math.log, "ceil": math.ceil, "floor": math.floor, "min": min, "max": max,
             "sqrt": math.sqrt}


def value_of(formula: str | float, names: Mapping[str, float]) -> float:
    """Raises Refusal, one sentence, for what is no formula of these names, and for what it has no value of."""
    try:
        return float(evaluated(str(formula), names, FUNCTIONS))
    except ERRORS as error:
        known = ", ".join([*names, *FUNCTIONS])
        raise Refusal(f"the formula '{formula}' has no value ({error}); it may hold numbers, + - * / // ** and "
                      f"{known}") from None


def names_in(formula: str | float) -> set[str]:
    """Of what it is a formula, functions left out."""
    try:
        found = {node.id for node in ast.walk(ast.parse(str(formula), mode="eval")) if isinstance(node, ast.Name)}
    except ERRORS:
        raise Refusal(f"'{formula}' is no formula; write one such as 2*(N-1)") from None
    return found - set(FUNCTIONS)


def of_ranks(ranks: float) -> dict[str, float]:
    """What a formula may say of N ranks: n others, f that may lie."""
    return {"N": ranks, "n": ranks - 1, "f": (ranks - 1) // 3}
