"""P-E loops of BaTiO3: coercive fields beside the thermodynamic one, and the loops in one figure."""

from __future__ import annotations

import numpy as np

from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import StudyResults

#: Field at which the uniform, stress-free crystal loses stability along its axis: f''(P) = 0 (V/m).
THERMODYNAMIC = 1.517205e7


def coercive_field(field: np.ndarray, P: np.ndarray) -> tuple[float, float]:
    """Half the width of the loop at P = 0, and half the step of the field around it (V/m).

    Between two load points P jumps: the coercive field is known to lie between them.
    """
    crossings = np.flatnonzero(np.sign(P[:-1]) * np.sign(P[1:]) < 0)
    down = [i for i in crossings if P[i] > 0][-1]
    up = [i for i in crossings if P[i] < 0][-1]
    middles = [0.5 * (field[i] + field[i + 1]) for i in (down, up)]
    return 0.5 * (middles[1] - middles[0]), 0.5 * abs(field[up + 1] - field[up])


def analyse(results: StudyResults) -> dict[str, float]:
    """Print the coercive fields (V/m, returned) beside the thermodynamic one, and draw hysteresis.png."""
    loops = {m.name: (m.observables["mean_E_z"][1:], m.observables["mean_P_z"][1:]) for m in results}
    coercive = {name: coercive_field(*loop) for name, loop in loops.items()}
    rows = [
        Comparison(f"coercive field, {name} (MV/m)", value / 1e6, THERMODYNAMIC / 1e6, f"± {half_step / 1e6:.2g} MV/m")
        for name, (value, half_step) in coercive.items()
    ]
    print(comparison_table(rows, "thermodynamic", digits=4))
    with style():
        figure = new_figure(4.2, 3.2)
        axes = figure.subplots()
        for (name, (field, P)), colour in zip(loops.items(), LINES, strict=False):
            axes.plot(field / 1e6, P, color=colour, label=name)
        for sign in (-1, 1):
            axes.axvline(sign * THERMODYNAMIC / 1e6, color="0.6", linestyle="--", linewidth=0.8)
        axes.set_xlabel(label("$E_z$", "MV/m"))
        axes.set_ylabel(label(r"$\langle P_z \rangle$", "C/m^2"))
        axes.legend(loc="center", bbox_to_anchor=(0.33, 0.5))
        print(save(figure, results.folder / "hysteresis.png"))
    return {name: value for name, (value, _) in coercive.items()}
