"""A displacement given everywhere, by formulas or a table: the field and polarization that it makes (V5.1, V5.2)."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from plates import F11, F12, F44, STIFFNESS, flexo, material
from relaxed import NO_ELECTROSTATICS, TIGHT, relaxed, simulation_of, uniform

from phasefield.case import load_case
from phasefield.errors import CaseError
from phasefield.simulation import Simulation

KAPPA = 1e5  # 1/m
#: A section bent to a cylinder, ε_xx = κ z with ε_zz = −κ z/4: u_x = κ x z, u_z = −κ x²/2 − κ z²/8.
FORMULAS = ["x*z/R", "0", "-x**2/(2*R) - z**2/(8*R)"]
BENT = {"kind": "expression", "value": FORMULAS, "parameters": {"R": "10 um"}}
#: Flexoelectric field (V/m) of the section.
FIELD = (F12 - F11 / 4) * KAPPA


def section(prescribed: dict, **tables: object) -> dict:
    """Tables of a section in x and z, of elements of degree 2."""
    return {
        "material": material(),
        "mesh": {"kind": "box", "size": [6e-9, 4e-9], "cells": [3, 2], "axes": "xz", "degree": 2},
        "initial": uniform(0, 0, 0),
        "electrostatics": NO_ELECTROSTATICS,
        "mechanics": {"prescribed": prescribed},
        "flexoelectricity": flexo(form="strain gradient"),
        **tables,
    }


def check(simulation: Simulation, row: dict[str, float]) -> None:
    """All of the textbook polarization, the field of the formulas, and u as it was given."""
    assert row["mean_P_z"] == pytest.approx(FIELD / STIFFNESS, rel=1e-9)
    assert row["mean_P_x"] == pytest.approx(0.0, abs=1e-9 * FIELD / STIFFNESS)
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    assert field == pytest.approx(np.broadcast_to([0.0, 0.0, FIELD], field.shape), abs=1e-8 * FIELD)
    u = simulation.field("u")
    x, z = 1e-9 * u.function_space.tabulate_dof_coordinates()[:, :2].T
    assert u.x.array[0::3] == pytest.approx(KAPPA * x * z, abs=1e-9 * KAPPA * 1e-17)


@pytest.mark.parametrize("method", ["staggered", "newton"])
def test_formulas(method: str) -> None:
    """V5.1: nothing acts back on u, and P minimizes the energy of its form, so that steps may watch it."""
    simulation, row = relaxed(**section(BENT, solver=TIGHT["solver"] | {"method": method}))
    check(simulation, row)
    assert simulation.functional.variational
    energies = [r["energy_total"] for r in simulation.rows]
    assert all(later <= earlier for earlier, later in pairwise(energies))


def table(path: Path, shape: tuple[int, int], shuffled: bool) -> dict:
    """The section's displacement on a grid over it, in a file."""
    x, z = (v.ravel() for v in np.meshgrid(np.linspace(0, 6e-9, shape[0]), np.linspace(0, 4e-9, shape[1])))
    columns = np.stack([x, z, KAPPA * x * z, 0 * x, -KAPPA * (x**2 / 2 + z**2 / 8)], axis=1)
    if shuffled:
        columns = np.random.default_rng(1).permutation(columns)
    if path.suffix == ".npz":
        np.savez(path, **dict(zip(("x", "z", "u_x", "u_y", "u_z"), columns.T, strict=True)))
    else:
        np.savetxt(path, columns, delimiter=",", header="x,z,u_x,u_y,u_z", comments="")
    return {"kind": "file", "path": str(path)}


@pytest.mark.parametrize(("name", "shape"), [("u.csv", (5, 6)), ("u.npz", (4, 4)), ("nodes.csv", (7, 5))])
def test_table(name: str, shape: tuple[int, int], tmp_path: Path) -> None:
    """On a grid of its own, in any order, cubic splines have a parabola exactly."""
    check(*relaxed(**section(table(tmp_path / name, shape, shuffled=True))))


def test_nodes_in_any_order(tmp_path: Path) -> None:
    """Points that are no grid are taken as nodes; one that is missing is named."""
    path = tmp_path / "u.csv"
    table(path, (7, 5), shuffled=False)
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*rows, rows[-1]]), encoding="utf-8")  # twice: no grid
    check(*relaxed(**section({"kind": "file", "path": str(path)})))
    path.write_text("\n".join(rows[:-1]), encoding="utf-8")
    with pytest.raises(CaseError, match="no point within"):
        simulation_of(**section({"kind": "file", "path": str(path)})).parts.initialize()


def clamped_film(**tables: object) -> dict:
    """A film of PbTiO3 from noise, periodic along x, clamped below."""
    return {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "mesh": {"kind": "box", "size": [4e-9, 3e-9], "cells": [4, 3], "axes": "xz", "periodic": "x"},
        "initial": {"kind": "noise", "amplitude": 0.1, "seed": 5},
        "mechanics": {"boundary": [{"on": "z_min", "kind": "clamped"}]},
        "electrostatics": {"boundary": [{"on": ["z_min", "z_max"], "kind": "electrode"}]},
        "flexoelectricity": {"coefficients": {"f11": 2.0, "f12": 1.0, "f44": 0.5}},
        "time": {"mode": "transient", "scheme": "backward-euler", "steps": [1e-14, 2e-14, 2e-14]},
        "output": {"figure": False, "every_steps": 1},
        "solver": {"linear_tolerance": 1e-12, "mechanics_tolerance": 1e-12, "newton_tolerance": 1e-12},
        **tables,
    }


def test_displacement_of_another_run(tmp_path: Path) -> None:
    """The last state of a result folder, or that of a time: P and u have the energies that the other run reported."""
    path = tmp_path / "other"
    other = Simulation(load_case(clamped_film()))
    rows = other.run(path).observables
    for time, row in ((None, -1), (3e-14, 2)):
        named = {"path": str(path)} | ({"time": time} if time else {})
        case = clamped_film(
            initial={"kind": "file", **named}, mechanics={"prescribed": {"kind": "file", **named}}, output={}
        )
        found = Simulation(load_case(case))
        found.parts.initialize()
        row_found = found.observables.row(0, 0.0, 0.0)
        for name in ("energy_elastic", "energy_flexo", "energy_landau"):
            assert row_found[name] == pytest.approx(rows[name][row], rel=1e-9), name
    assert abs(rows["energy_elastic"][2] / rows["energy_elastic"][-1] - 1.0) > 1e-3


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (1e-15, "no fields at time = 1e-15 s; it has 0, 1e-14, 3e-14, 5e-14 s"),
        (None, "no P_x, P_y, P_z; the file has x, y, z, u_x"),
    ],
)
def test_what_another_run_does_not_have_is_said(time: float | None, message: str, tmp_path: Path) -> None:
    Simulation(load_case(clamped_film(output={"figure": False, "every_steps": 1, "fields": ["u"]}))).run(tmp_path)
    initial = {"kind": "file", "path": str(tmp_path)} | ({"time": time} if time else {})
    with pytest.raises(CaseError, match=message):
        Simulation(load_case(clamped_film(initial=initial))).parts.initialize()


def test_a_table_has_no_times(tmp_path: Path) -> None:
    spec = table(tmp_path / "u.csv", (5, 5), shuffled=False) | {"time": 1e-12}
    with pytest.raises(CaseError, match="only the fields of a result folder have a time"):
        simulation_of(**section(spec)).parts.initialize()


def test_grid_that_is_too_small(tmp_path: Path) -> None:
    wide = {"kind": "box", "size": [7e-9, 4e-9], "cells": [3, 2], "axes": "xz", "degree": 2}
    with pytest.raises(CaseError, match="the mesh reaches 1e-09 m beyond it"):
        simulation_of(**section(table(tmp_path / "u.csv", (5, 5), shuffled=False), mesh=wide)).parts.initialize()


def test_shear_gradient() -> None:
    """ε_xz = κ z alone makes the field 2 f44 κ along x (V5.1), and an angle may be written with a condition."""
    bent = {"kind": "expression", "value": ["k*z**2 if z > 0 else -k*z**2", 0, 0], "parameters": {"k": 1e5}}
    mesh = {"kind": "box", "size": [6e-9, 4e-9], "cells": [3, 2], "axes": "xz", "degree": 2}
    simulation = simulation_of(**section(bent, mesh=mesh))
    simulation.parts.initialize()
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    assert field == pytest.approx(np.broadcast_to([2 * F44 * KAPPA, 0.0, 0.0], field.shape), abs=1e-8 * F44 * KAPPA)
