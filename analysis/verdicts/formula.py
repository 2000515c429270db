"""Formulas in data, such as "2*(N-1)": numbers, names that are handed in, arithmetic, some functions; nothing else runs."""

import ast
import math
import operator
from collections.abc import Mapping

from analysis.refusal import Refusal

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
             ast.Pow: operator.pow, ast.FloorDiv: operator.floordiv, ast.USub: operator.neg}
FUNCTIONS = {"log2": math.log2, "ln": math.log, "ceil": math.ceil, "floor": math.floor, "min": min, "max": max,
             "sqrt": math.sqrt}


def value_of(formula: str | float, names: Mapping[str, float]) -> float:
    """Raises Refusal, one sentence, for what is no formula of these names, and for what it has no value of."""
    try:
        return float(_value(ast.parse(str(formula), mode="eval").body, names))
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, TypeError, RecursionError, MemoryError) as error:
        known = ", ".join([*names, *FUNCTIONS])
        raise Refusal(f"the formula '{formula}' has no value ({error}); it may hold numbers, + - * / // ** and "
                      f"{known}") from None


def names_in(formula: str | float) -> set[str]:
    """Of what it is a formula, functions left out."""
    try:
        found = {node.id for node in ast.walk(ast.parse(str(formula), mode="eval")) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Refusal(f"'{formula}' is no formula; write one such as 2*(N-1)") from None
    return found - set(FUNCTIONS)


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in names:
        return float(names[node.id])
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.left, names), _value(node.right, names))
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.operand, names))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords:
        return FUNCTIONS[node.func.id](*(_value(each, names) for each in node.args))
    raise ValueError(f"it does not know {ast.unparse(node)}")


def of_ranks(ranks: float) -> dict[str, float]:
    """What a formula may say of N ranks: n others, f that may lie."""
    return {"N": ranks, "n": ranks - 1, "f": (ranks - 1) // 3}
