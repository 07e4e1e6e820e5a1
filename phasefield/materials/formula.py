"""Arithmetic of material files: a formula in T, x and named quantities, evaluated without `eval`.

Allowed are numbers, names, + - * / **, brackets, `a if x <= 0.5 else b` with one comparison, and
the functions exp, sqrt, log, tanh, coth. Anything else is refused with the offending piece.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from phasefield.errors import MaterialError, nearest

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
    "tanh": math.tanh,
    "coth": lambda z: 1.0 / math.tanh(z),
}
"""Functions of one argument that a formula may call."""

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def evaluate(formula: str, names: Mapping[str, float]) -> float:
    """Value of `formula` with the given names.

    Raises:
        MaterialError: syntax, unknown name or function, forbidden construct, or no finite real
            value.
    """
    try:
        value = _value(_parsed(formula), names)
    except (SyntaxError, ValueError) as error:
        raise MaterialError(f'formula "{formula}" is not allowed: {error}') from error
    except (ZeroDivisionError, OverflowError) as error:
        raise MaterialError(f'formula "{formula}" has no value: {error}') from error
    if isinstance(value, complex) or not math.isfinite(value):
        raise MaterialError(f'formula "{formula}" has no finite real value')
    return value


@lru_cache(maxsize=1024)
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)  # as float, so that an excessive power overflows at once
        case ast.Name(id=name):
            if name not in names:
                raise ValueError(f'unknown name "{name}"{nearest(name, names)}')
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, names))
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right])) if type(op) in _COMPARE:
            holds = _COMPARE[type(op)](_value(left, names), _value(right, names))
            return _value(node.body if holds else node.orelse, names)
    raise ValueError(f'"{ast.unparse(node)}" (functions: {", ".join(FUNCTIONS)})')
