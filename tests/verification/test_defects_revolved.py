"""Mobile defects in bodies of revolution: conservation, bounds, equilibrium with the weight r, closed forms, ranks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ions import (
    CONCENTRATION,
    DEBYE,
    ELEMENTARY_CHARGE,
    THERMAL,
    D,
    advance,
    case_of,
    electrode,
    nodal_error,
    run,
    started,
    vacancy,
)
from ranks import on_one_and_two
from scipy.special import i0, j0, k0

from phasefield.simulation import Simulation

#: First root of J1, where the slope of J0 vanishes.
J1_ROOT = 3.8317059702


def half_plane(size: tuple[float, float], cells: tuple[int, int], **changes: object) -> dict:
    """The half-plane of a cylinder, or of a tube with an `origin`; lengths in λ_D."""
    lengths = {"size": [x * DEBYE for x in size], "cells": list(cells)}
    return {"kind": "box", "axes": "xz", "axisymmetric": True, **lengths} | changes


def revolved(mesh: dict, species: dict, electrical: list, time: dict | None = None) -> dict:
    """A case around an axis, without mechanics."""
    return case_of(mesh, species, electrical, time, crystal={"axial_average": True})


def places(simulation: Simulation) -> np.ndarray:
    """r and z (2, n) of the owned nodes of the concentration, in λ_D."""
    space = simulation.stepper.solver.species[0].species.space
    n = space.dofmap.index_map.size_local
    return space.tabulate_dof_coordinates()[:n, :2].T * 1e-9 / DEBYE


@pytest.mark.parametrize("cell", ["simplex", "tensor"])
def test_diffusion_of_a_bessel_function(cell):
    """c = c0 [1 + J0(kr) cos(qz) e^{−D(k²+q²)t}/2] of uncharged defects in a closed cylinder; second order."""
    R, H, end = 2.0, 1.5, 0.2
    k, q = J1_ROOT / R, np.pi / H
    errors = []
    for n in (6, 12, 24):
        mesh = half_plane((R, H), (n, n), cell=cell)
        case = revolved(mesh, {"V": vacancy(charge=0)}, [], {"mode": "transient", "end": 1.0})
        simulation = started(case | {"electrostatics": {"enabled": False}})
        r, z = places(simulation)
        wave = 0.5 * j0(k * r) * np.cos(q * z)
        simulation.stepper.solver.species[0].species.set(1.0 + wave)
        found = advance(simulation, lambda _, r=r: np.zeros_like(r), end, n)
        errors.append(nodal_error(simulation, found, 1.0 + wave * np.exp(-(k**2 + q**2) * end)))
    assert errors[-1] < 2e-3, errors
    assert np.log2(errors[-2] / errors[-1]) > 1.85, errors


@pytest.mark.parametrize("cell", ["simplex", "tensor"])
def test_screening_layer_around_a_wire(cell):
    """Small potentials: ψ = A I0(r/λ) + B K0(r/λ) from a wire at ψ0 to a reservoir at 0; second order."""
    inner, outer, psi0 = 1.0, 5.0, 1e-4
    A, B = np.linalg.solve([[i0(inner), k0(inner)], [i0(outer), k0(outer)]], [psi0, 0.0])
    volts = psi0 * THERMAL / (2.0 * ELEMENTARY_CHARGE)
    errors = []
    for n in (10, 20, 40):
        mesh = half_plane((outer - inner, 4.0), (n, n), origin=[inner * DEBYE, 0.0], cell=cell)
        species = vacancy(boundary=[{"on": "x_max", "kind": "concentration", "value": CONCENTRATION}])
        simulation = run(revolved(mesh, {"V": species}, [electrode("x_min", volts), electrode("x_max")]))
        r, _ = places(simulation)
        psi = A * i0(r) + B * k0(r)
        c = simulation.stepper.solver.species[0].c
        errors.append(nodal_error(simulation, c, 1.0 - psi) / psi0)
    assert errors[-1] < 1e-3, errors
    assert np.log2(errors[-2] / errors[-1]) > 1.85, errors


@pytest.mark.parametrize(("cells", "cell"), [((2, 2), "simplex"), ((5, 3), "tensor")])
def test_boltzmann_holds_at_the_nodes_of_any_mesh(cells, cell):
    """On the axis as elsewhere, also where a cell is many Debye lengths."""
    mesh = half_plane((15.0, 15.0), cells, cell=cell)
    electrodes = [electrode("x_max", 40.0 * THERMAL / (2.0 * ELEMENTARY_CHARGE)), electrode("bottom")]
    simulation = run(revolved(mesh, {"V": vacancy()}, electrodes))
    species = simulation.functional.species[0]
    c = species.c.x.array * species.unit
    phi = simulation.field("phi").x.array
    assert (c > 0.0).all()
    assert np.ptp(np.log(c / (1e32 - c)) + 2.0 * ELEMENTARY_CHARGE * phi / THERMAL) < 1e-8
    number = simulation.result.observables["number_V"]
    volume = np.pi * 15.0**3 * DEBYE**3
    assert number[0] == pytest.approx(CONCENTRATION * volume, rel=1e-12)
    assert np.abs(number / number[0] - 1.0).max() < 1e-12


def test_defects_in_a_gradient_of_stress():
    """V11.4 in a cylinder: c = c_avg (lh/2)/sinh(lh/2) e^{lz} at every distance from the axis."""
    height, gradient, Omega = 20e-9, 2e16, 1e-29
    slope = Omega * gradient / THERMAL
    curvature = gradient / ((3e11 + 2 * 1e11) / 3.0)
    species = vacancy(charge=0, site_density=5e28, concentration=1e19, excess_volume=Omega)
    mesh = half_plane((5e-9 / DEBYE, height / DEBYE), (4, 80), cell="tensor")
    case = revolved(mesh, {"V": species}, [])
    case["mechanics"] = {"prescribed": {"kind": "expression", "value": [0, 0, f"{0.5 * curvature}*z**2"]}}
    case["electrostatics"] = {"enabled": False}
    simulation = run(case)
    _, z = places(simulation)
    z = z * DEBYE - 0.5 * height
    exact = 0.5 * slope * height / np.sinh(0.5 * slope * height) * np.exp(slope * z)
    inside = np.abs(z) < 0.49 * height  # in the last cells the stress at the node is that of the cell
    assert simulation.stepper.solver.species[0].c[inside] == pytest.approx(exact[inside], rel=2e-4)


@settings(max_examples=3)
@given(
    st.lists(st.floats(-6.0, 6.0), min_size=16, max_size=16),
    st.floats(-40.0, 40.0),
    st.floats(-4.0, 6.0),
    st.floats(1.5, 1e6),
)
def test_any_step_conserves_defects_keeps_their_bounds_and_lowers_the_energy(logarithms, voltage, decades, sites):
    """V11.5 around an axis: from any distribution, at any voltage, on coarse cells, for steps of any length."""
    potential = voltage * THERMAL / ELEMENTARY_CHARGE
    species = {"V": vacancy(site_density=sites * CONCENTRATION)}
    simulation = started(
        revolved(half_plane((12.0, 12.0), (3, 3)), species, [electrode("bottom"), electrode("x_max", potential)])
    )
    solver, equations = simulation.stepper.solver, simulation.stepper.solver.species[0]
    equations.species.set(np.exp(np.array(logarithms) - max(logarithms)))
    limit = equations.species.site_density
    simulation.problem.settle_potential()
    simulation.stepper._relax_polarization()
    duration = 10.0**decades * DEBYE**2 / D / simulation.scaling.time
    energy = sum(simulation.problem.report.parts().values())
    for _ in range(2):
        number, start = equations.number(), equations.c.copy()
        solver.begin(duration, [start])
        solver.solve(0.0, None, 1e-9)
        assert abs(equations.number() / number - 1.0) < 1e-12
        assert (equations.c > 0.0).all()
        assert (equations.c < limit).all()
        parts = simulation.problem.report.parts()
        assert sum(parts.values()) <= energy + 1e-9 * sum(abs(v) for v in parts.values())
        energy = sum(parts.values())


def test_ranks(tmp_path):
    """Vacancies around the axis of a film under a voltage, with Vegard strain and anisotropic diffusion."""
    one, two = on_one_and_two("drift_ranks.py", tmp_path, "revolved")
    assert len(one) == len(two) > 5
    for a, b in zip(one, two, strict=True):
        for name in ("time", "energy_total", "energy_defect", "number_V", "max_c_V", "min_c_V", "mean_stress_xx"):
            assert b[name] == pytest.approx(a[name], rel=1e-6)
        assert b["number_V"] == pytest.approx(one[0]["number_V"], rel=1e-12)
