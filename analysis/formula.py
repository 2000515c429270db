"""Formulas in data files, such as 2*(N - 1): numbers, names that are handed in, arithmetic and functions; nothing else runs."""

import ast
import operator
from collections.abc import Callable, Mapping

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
             ast.FloorDiv: operator.floordiv, ast.USub: operator.neg}
ERRORS = (SyntaxError, ValueError, ZeroDivisionError, OverflowError, TypeError, RecursionError, MemoryError)


def evaluated(formula: str, names: Mapping, functions: Mapping[str, Callable], number: Callable = float,
              power: Callable = operator.pow):
    """The value, made of what `number` makes of constants. Raises one of ERRORS for what is no formula of these names."""
    return _Formula(names, functions, number, power).value(ast.parse(formula, mode="eval").body)


class _Formula:
    def __init__(self, names: Mapping, functions: Mapping[str, Callable], number: Callable, power: Callable):
        self.names, self.functions, self.number = names, functions, number
        self.operators = OPERATORS | {ast.Pow: power}

    def value(self, node: ast.expr):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self.number(node.value)
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.number(self.names[node.id])
        if isinstance(node, ast.BinOp) and type(node.op) in self.operators:
            return self.operators[type(node.op)](self.value(node.left), self.value(node.right))
        if isinstance(node, ast.UnaryOp) and type(node.op) in self.operators:
            return self.operators[type(node.op)](self.value(node.operand))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            if node.func.id in self.functions:
                return self.functions[node.func.id](*map(self.value, node.args))
        raise ValueError(f"it does not know {ast.unparse(node)}")
