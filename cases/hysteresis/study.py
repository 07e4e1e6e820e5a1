"""P-E loops of BaTiO3: the same crystal, and three ways in which it switches before it must."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.rankzero import on_root
from phasefield.simulation import run_case

CASE = Path(__file__).parent / "case.toml"
#: Field at which the uniform, stress-free crystal loses stability along its axis: f''(P) = 0 (V/m).
THERMODYNAMIC = 1.517205e7

_SLAB = [
    'mesh.size=["15 nm"]',
    "mesh.cells=[60]",
    "mesh.periodic=",
    'mechanics.strain={ yy = "free", zz = "free", yz = "free" }',
    "time.points=250",
]
#: Label of each loop and the changes to case.toml that make it.
LOOPS = {
    "uniform": [],
    "tilted": ['electrostatics.applied_field=[0.2e6, 0, "field"]', "time.points=250"],
    "surface": [
        *_SLAB,
        'polarization.boundary=[{ on = ["x_min", "x_max"], kind = "fixed", value = [0, 0, 0] }]',
    ],
    "domains": [
        *_SLAB,
        "polarization.boundary=["
        '{ on = "x_min", kind = "fixed", value = [0, 0, 0.26] },'
        '{ on = "x_max", kind = "fixed", value = [0, 0, -0.26] }]',
    ],
}


def coercive_field(field: np.ndarray, P: np.ndarray) -> tuple[float, float]:
    """Half the width of the loop at P = 0, and half the step of the field around it (V/m).

    Between two load points P jumps: the coercive field is known to lie between them.
    """
    crossings = np.flatnonzero(np.sign(P[:-1]) * np.sign(P[1:]) < 0)
    down = [i for i in crossings if P[i] > 0][-1]
    up = [i for i in crossings if P[i] < 0][-1]
    middles = [0.5 * (field[i] + field[i + 1]) for i in (down, up)]
    return 0.5 * (middles[1] - middles[0]), 0.5 * abs(field[up + 1] - field[up])


def main(out: Path) -> dict[str, float]:
    """Run the loops into folders of `out`, print the coercive fields (V/m, returned) and draw the figure."""
    loops = {}
    for name, changes in LOOPS.items():
        result = run_case(load_case(CASE, changes), out / name, overwrite=True)
        loops[name] = (result.observables["mean_E_z"][1:], result.observables["mean_P_z"][1:])
    coercive = {name: coercive_field(*loop) for name, loop in loops.items()}
    on_root(MPI.COMM_WORLD, lambda: _report(coercive, loops, out))
    return {name: value for name, (value, _) in coercive.items()}


def _report(coercive: dict[str, tuple[float, float]], loops: dict, out: Path) -> None:
    print(f"{'loop':10} coercive field (MV/m)      thermodynamic {THERMODYNAMIC / 1e6:.3f}")
    for name, (value, half_step) in coercive.items():
        print(f"{name:10} {value / 1e6:7.3f} ± {half_step / 1e6:.3f}   {value / THERMODYNAMIC:6.3f} of it")
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
        print(save(figure, out / "hysteresis.png"))
