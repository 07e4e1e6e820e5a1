"""Arithmetic of material and case files: a formula in named quantities, evaluated without `eval`.

Allowed are numbers, names, + - * / **, brackets, `a if x <= 0.5 else b` with one comparison, and
the functions exp, sqrt, log, tanh, coth; of positions also sin, cos, sinh, cosh, abs. Anything else
is refused with the offending piece.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from phasefield.errors import MaterialError, nearest

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
    "tanh": math.tanh,
    "coth": lambda z: 1.0 / math.tanh(z),
}
"""Functions of one argument that a formula may call."""

FIELD_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "sqrt": np.sqrt,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "coth": lambda z: 1.0 / np.tanh(z),
    "abs": np.abs,
}
"""Functions that a formula of positions may call."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
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
        value = _value(_parsed(formula), names, FUNCTIONS)
    except (SyntaxError, ValueError) as error:
        raise MaterialError(f'formula "{formula}" is not allowed: {error}') from error
    except (ZeroDivisionError, OverflowError) as error:
        raise MaterialError(f'formula "{formula}" has no value: {error}') from error
    if isinstance(value, complex) or not math.isfinite(value):
        raise MaterialError(f'formula "{formula}" has no finite real value')
    return float(value)


def evaluate_at(formula: str, positions: Mapping[str, np.ndarray], names: Mapping[str, float]) -> np.ndarray:
    """Values of `formula` at positions, arrays (n,) by their names, with constants `names`.

    Raises:
        MaterialError: syntax, unknown name or function, forbidden construct, or a value that is not
            finite, with the first place.
    """
    shape = np.shape(next(iter(positions.values())))
    try:
        with np.errstate(all="ignore"):
            found = _value(_parsed(formula), {**names, **positions}, FIELD_FUNCTIONS)
    except (SyntaxError, ValueError) as error:
        raise MaterialError(f'formula "{formula}" is not allowed: {error}') from error
    except (ZeroDivisionError, OverflowError) as error:
        raise MaterialError(f'formula "{formula}" has no value: {error}') from error
    values = np.broadcast_to(np.asarray(found, dtype=float), shape)
    if not np.isfinite(values).all():
        first = int(np.argmin(np.isfinite(values)))
        place = ", ".join(f"{name} = {array[first]:.6g}" for name, array in positions.items())
        raise MaterialError(f'formula "{formula}" has no finite value at {place}')
    return values


@lru_cache(maxsize=1024)
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _value(node: ast.expr, names: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)  # as float, so that an excessive power overflows at once
        case ast.Name(id=name):
            if name not in names:
                raise ValueError(f'unknown name "{name}"{nearest(name, names)}')
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names, functions)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, names, functions), _value(right, names, functions))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in functions:
            return functions[name](_value(argument, names, functions))
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right])) if type(op) in _COMPARE:
            holds = _COMPARE[type(op)](_value(left, names, functions), _value(right, names, functions))
            if isinstance(holds, np.ndarray):
                return np.where(holds, _value(node.body, names, functions), _value(node.orelse, names, functions))
            return _value(node.body if holds else node.orelse, names, functions)
    raise ValueError(f'"{ast.unparse(node)}" (functions: {", ".join(functions)})')
