"""Isotropic bodies with flexocoupling: the pressurized annulus, and the field of the dilatation (V5.4, V5.6)."""

from pathlib import Path

import numpy as np
import pytest
import ufl
from annulus import INNER, OUTER, SIDES, Annulus, quarter
from relaxed import errors, order, prescribe, relaxed, simulation_of, uniform

from phasefield.simulation import Simulation
from phasefield.solvers.assembly import AssembledVector

#: ℓ = 1.1 nm, so that the layers at both circles can be resolved.
PRACTICAL = 2e-8


def test_closed_form() -> None:
    """The digits of the reference for ℓ = 0.1 nm, which no mesh here resolves."""
    free, held = Annulus(2e-10), Annulus(2e-10, free=False)
    assert free.length == pytest.approx(0.10503182e-9, rel=1e-7)
    u = free.radial("u", np.array([INNER, 20e-9, OUTER]))
    assert u == pytest.approx([4.8135762016e-11, 2.8208794532e-11, 2.3417164705e-11], rel=1e-9)
    assert free.radial("P", np.array([INNER, OUTER])) == pytest.approx([-1.9660007821e-3, -3.4790930096e-4], rel=1e-9)
    assert free.voltage == pytest.approx(-3.9048893399e-3, rel=1e-8)
    assert held.radial("u", np.array([INNER])) == pytest.approx([4.8128389951e-11], rel=1e-9)
    assert np.abs(held.radial("P", np.linspace(INNER, OUTER))).max() < 1e-15


def solved(
    folder: Path, exact: Annulus, cells: int, degree: int, simplices: bool, **more: object
) -> tuple[Simulation, dict]:
    """A quarter of the annulus in equilibrium."""
    P = [
        {"on": "x_axis", "kind": "fixed", "value": ["free", 0.0, 0.0]},
        {"on": "y_axis", "kind": "fixed", "value": [0.0, "free", 0.0]},
    ]
    if not exact.free:
        P.append({"on": ["inner", "outer"], "kind": "fixed", "value": [0.0, 0.0, 0.0]})
    return relaxed(
        material=exact.material(),
        mesh={
            "kind": "file",
            "path": str(quarter(folder / f"{cells}.msh", cells, simplices)),
            "axes": "xy",
            "degree": degree,
            "boundaries": {name: name for name in SIDES},
        },
        initial=uniform(0, 0, 0),
        mechanics={
            "boundary": [
                {"on": ["x_axis", "y_axis"], "kind": "roller"},
                {"on": "inner", "kind": "pressure", "value": exact.pressure},
            ]
        },
        polarization={"boundary": P},
        **{"flexoelectricity": {"coefficients": exact.flexo()}} | more,
    )


@pytest.mark.parametrize(
    ("degree", "simplices"),
    [(1, True), (1, False), pytest.param(2, True, marks=pytest.mark.long)],
    ids=["P1", "Q1", "P2"],
)
def test_annulus_with_free_surfaces(tmp_path: Path, degree: int, simplices: bool) -> None:
    """V5.6: P and u in L2 and H1, and the voltage. Cells with straight sides bound the order in L2 to 2."""
    exact, cells = Annulus(PRACTICAL), (16, 32, 64)
    found: dict[str, list[tuple[float, float]]] = {"P": [], "u": []}
    voltages = []
    for n in cells:
        simulation, _ = solved(tmp_path, exact, n, degree, simplices)
        for name, list_of_errors in found.items():
            list_of_errors.append(errors(simulation.field(name), lambda x, name=name: exact.vector(name, x)))
        voltages.append(abs(voltage(simulation) / exact.voltage - 1))
    spacings = [1 / n for n in cells]
    for name, list_of_errors in found.items():
        in_l2, in_h1 = (order(spacings, list(e)) for e in zip(*list_of_errors, strict=True))
        assert in_l2 == pytest.approx(2.0, abs=0.15), f"{name} in L2: {list_of_errors}"
        assert in_h1 == pytest.approx(degree, abs=0.15), f"{name} in H1: {list_of_errors}"
    assert order(spacings, voltages) == pytest.approx(2.0, abs=0.15)
    assert voltages[-1] < 1e-3


def voltage(simulation: Simulation) -> float:
    """Mean potential of the outer circle minus that of the inner one."""
    phi = simulation.field("phi")
    r = np.linalg.norm(phi.function_space.tabulate_dof_coordinates()[:, :2], axis=1) * 1e-9
    # The nodes in the middle of the sides of cells of degree 2 do not lie on the circles.
    inner, outer = (phi.x.array[np.abs(r - edge) < 1e-6 * edge].mean() for edge in (INNER, OUTER))
    return float(outer - inner)


def test_annulus_that_holds_P_at_zero(tmp_path: Path) -> None:
    """V5.6: Lamé's displacement and no P: to round-off on quadrilaterals along the circles, else in the limit."""
    exact, cells = Annulus(PRACTICAL, free=False), (16, 32, 64)
    size = errors(solved(tmp_path, Annulus(PRACTICAL), 16, 1, False)[0].field("P"), lambda x: 0.0 * x)[0]
    polarizations, displacements = [], []
    for n in cells:
        simulation, _ = solved(tmp_path, exact, n, 1, True)
        polarizations.append(errors(simulation.field("P"), lambda x: 0.0 * x)[0] / size)
        displacements.append(errors(simulation.field("u"), lambda x: exact.vector("u", x))[0])
    spacings = [1 / n for n in cells]
    assert polarizations[-1] < 1e-2
    assert order(spacings, polarizations) > 0.85
    assert order(spacings, displacements) == pytest.approx(2.0, abs=0.15)
    simulation, _ = solved(tmp_path, exact, 16, 1, False)
    assert errors(simulation.field("P"), lambda x: 0.0 * x)[0] < 1e-9 * size


# --- the field of the dilatation ------------------------------------------------------------------------------


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("dim", [2, 3])
def test_field_is_that_of_the_dilatation(dim: int, degree: int) -> None:
    """V5.4: E = [f11 − f44 (λ + 2μ)/μ] ∇(div u) in an isotropic body without body force, exact on any mesh."""
    body = Annulus(1e-9)
    coefficients = {"f11": 4.0, "f12": 1.0, "f44": 1.5}
    axes = "xyz"[:dim]
    surface = [f"{axis}_{side}" for axis in axes for side in ("min", "max")]
    simulation = simulation_of(
        material=body.material(),
        mesh={"kind": "box", "size": [4e-9, 3e-9, 2e-9][:dim], "cells": [5, 4, 3][:dim], "degree": degree},
        initial=uniform(0, 0, 0),
        mechanics={"boundary": [{"on": surface, "kind": "clamped"}]},
        electrostatics={"enabled": False},
        flexoelectricity={"coefficients": coefficients, "one_way": True},
    )
    functional = simulation.functional
    points = functional.spaces.u.tabulate_dof_coordinates().T
    # A surface that is bent and sheared at random; what is inside follows.
    waves = np.random.default_rng(1).uniform(-1.0, 1.0, (3, 3))
    prescribe(simulation, functional.u, np.cos(waves @ points + 0.3).T.ravel())
    simulation.parts.initialize()
    dilatation = sum(functional.domain.grad(functional.u)[i, i] for i in range(3))
    test = ufl.TestFunction(functional.spaces.P)
    divergence = sum(functional.domain.grad(test)[i, i] for i in range(3))
    weak = AssembledVector(dilatation * divergence * functional.dx("film"), functional.spaces.P)
    factor = coefficients["f11"] - coefficients["f44"] * body.c / body.shear
    scaled = float(simulation.scaling.flexocoupling(np.array(factor)))
    inside = simulation.problem.mechanics.free == 1.0
    force, expected = (vector[inside] for vector in (simulation.problem.polarization.residual()[0], scaled * weak()))
    assert np.abs(expected).max() > 0.0
    assert force == pytest.approx(expected, abs=1e-9 * np.abs(expected).max())


def test_no_field_in_a_pressurized_annulus(tmp_path: Path) -> None:
    """V5.4: its dilatation is uniform, so that only an anisotropic coupling makes a field in it."""
    body = Annulus(PRACTICAL)

    def field(cells: int, f44: float) -> float:
        simulation, _ = solved(
            tmp_path,
            body,
            cells,
            2,
            False,
            flexoelectricity={"coefficients": body.flexo() | {"f44": f44}, "one_way": True},
        )
        return errors(simulation.field("E_flexo"), lambda x: 0.0 * x)[0]

    isotropic = [field(n, (body.f11 - body.f12) / 2) for n in (8, 16, 32)]
    anisotropic = field(32, 0.0)
    assert isotropic[-1] < 0.1 * anisotropic
    assert isotropic[2] < 0.6 * isotropic[1] < 0.36 * isotropic[0]
