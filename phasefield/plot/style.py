"""Look of all figures: fonts, sizes, labels with units, saving."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from phasefield.plot.variants import COLOURS, NAMES

#: "compressed" brings panels of equal aspect together.
Layout = Literal["constrained", "compressed"]

DPI = 200
AXIS_NAMES = "xyz"
#: Colours of lines, told apart with colour-vision deficiencies.
LINES = ("#0f3d8c", "#c24514", "#00705a", "#8a4fa3", "#b8860b", "#4d4d4d", "#5fa8d3", "#d17ba0")
#: Lines of the x, y and z components, in the hues of the variants.
COMPONENT_COLOURS = tuple(COLOURS[i] for i in (0, 2, 4))

_RC: dict[str, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
}
_PREFIX = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
#: Units whose numbers are quoted as they are.
_UNPREFIXED = ("", "C/m^2", "1")


def style() -> Any:
    """Context in which figures are drawn."""
    return rc_context(_RC)


def new_figure(width: float, height: float, layout: Layout = "constrained") -> Figure:
    """An empty figure of the given size in inches, independent of any display."""
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> Path:
    """Write `figure` to `path` as PNG, making the folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI, facecolor="white", bbox_inches="tight", pad_inches=0.05)
    return path


def scaled(unit: str, *arrays: npt.NDArray[np.float64]) -> tuple[str, list[npt.NDArray[np.float64]]]:
    """Arrays of the SI unit `unit` in one unit with a metric prefix, and that unit's name."""
    largest = max((float(np.abs(a).max()) for a in arrays if a.size), default=0.0)
    if unit in _UNPREFIXED or largest == 0.0 or not np.isfinite(largest):
        return unit, list(arrays)
    exponent = int(np.clip(3 * np.floor(np.log10(largest) / 3), min(_PREFIX), max(_PREFIX)))
    if unit.startswith("1/"):  # 1e6 1/m are 1/µm
        exponent = max(exponent, -max(_PREFIX))
        return f"1/{_PREFIX[-exponent]}{unit[2:]}", [np.divide(a, 10.0**exponent) for a in arrays]
    return _PREFIX[exponent] + unit, [np.divide(a, 10.0**exponent) for a in arrays]


def label(symbol: str, unit: str) -> str:
    """Axis label such as "$P_z$ (C/m²)"."""
    printed = unit.replace("^2", "²").replace("^3", "³")
    return f"{symbol} ({printed})" if printed else symbol


def seconds(value: float) -> str:
    """A time with a metric prefix, e.g. "12.5 ps"."""
    unit, (number,) = scaled("s", np.array([value]))
    return f"{number[0]:.4g} {unit}"


def variant_patches(numbers: Sequence[int]) -> list[Patch]:
    """Legend entries of the given variants, in their order."""
    return [Patch(facecolor=COLOURS[n], edgecolor="0.3", linewidth=0.4, label=NAMES[n]) for n in sorted(numbers)]


def mark_panel(axes: Axes, letter: str) -> None:
    """Put the panel's letter above its upper left corner."""
    axes.set_title(f"({letter})", loc="left", fontweight="bold")
