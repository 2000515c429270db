"""Formulas of the number of ranks N, as data files hold them: N*(N - 1), 2*N + 1, N*ceil(log2(N))."""

import ast
import math
import operator
from fractions import Fraction

from analysis.refusal import Refusal

ACCEPTED = "a formula has numbers, N, + - * / **, brackets, log2(…), floor(…) and ceil(…)"
EXPONENT_MOST = 4  # N**4 is more than any kernel needs, and a number of ranks to the hundredth takes for ever
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def value(formula: str, ranks: int, where: str) -> Fraction:
    """Exact, but for logarithms of what is no power of two. `where` names the place of the formula for a refusal."""
    try:
        found = _value(ast.parse(formula, mode="eval").body, Fraction(ranks))
    except (SyntaxError, ValueError, TypeError, KeyError, RecursionError, ZeroDivisionError, OverflowError):
        raise Refusal(f"{where} is {formula!r}, which is no formula; {ACCEPTED}") from None
    if found < 0:
        raise Refusal(f"{where} is {formula!r}, which is below 0 at N = {ranks}; write one that is not")
    return found


def _value(node: ast.expr, ranks: Fraction) -> Fraction:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name) and node.id == "N":
        return ranks
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return _power(_value(node.left, ranks), _value(node.right, ranks))
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_value(node.left, ranks), _value(node.right, ranks))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        return FUNCTIONS[node.func.id](_value(node.args[0], ranks))
    raise ValueError(node)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent not in range(EXPONENT_MOST + 1):
        raise ValueError(exponent)
    return base ** int(exponent)


FUNCTIONS = {"log2": lambda x: Fraction(math.log2(x)), "floor": lambda x: Fraction(math.floor(x)),
             "ceil": lambda x: Fraction(math.ceil(x))}
