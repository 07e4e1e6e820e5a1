"""Bodies of revolution by their half-plane: all terms against three dimensions, closed forms, orders, ranks."""

import json
from pathlib import Path

import numpy as np
import pytest
import ufl
from dolfinx import fem
from mpi4py import MPI
from ranks import run_on
from relaxed import (
    EPSILON_0,
    NO_ELECTROSTATICS,
    errors,
    linear_dielectric,
    order,
    prescribe,
    relaxed,
    simulation_of,
    uniform,
)
from revolved import ISOTROPIC, ISOTROPIC_FLEXO, RevolvedProblem, polar_section, quarter_tube, section_table

from phasefield.build import region_coefficients
from phasefield.case import load_case
from phasefield.case.material import case_material
from phasefield.ferroelectric import Body
from phasefield.mesh import build_domain
from phasefield.physics.functional import Functional
from phasefield.scaling import scaling_for

#: A cubic crystal with no symmetry about lab z but that of order three, to be averaged.
CRYSTAL = {"crystal": {"x": [1, -1, 0], "z": [1, 1, 1], "axial_average": True}}
ANISOTROPIC = {
    "landau": {"alpha_1": 4e8, "alpha_11": 2e8, "alpha_12": 5e8, "alpha_111": 3e8, "alpha_112": 2e8, "alpha_123": 1e8},
    "elastic": {"C11": 1.7e11, "C12": 8e10, "C44": 1.1e11},
    "electrostriction": {"Q11": 0.09, "Q12": -0.03, "Q44": 0.07},
    "gradient": {"G11": 3e-10, "G12": -1e-10, "G44": 2e-10, "G44p": 1e-10},
    "background_permittivity": 20,
    "kinetic": 1e4,
}
FLEXO = {"coefficients": {"f11": 3.0, "f12": -2.0, "f44": 1.5}}


# --- every term, point by point ---------------------------------------------------------------------------


def fields(x: ufl.core.expr.Expr, z: ufl.core.expr.Expr, y: ufl.core.expr.Expr | float) -> tuple:
    """P, u and φ of revolution in Cartesian components; where y = 0 those along r, around the axis and along z."""
    square = x * x + y * y

    def swirl(a: float, b: float, c: float) -> ufl.core.expr.Expr:
        s, t = a + 0.3 * square + 0.2 * z, b - 0.4 * square * z
        return ufl.as_vector([x * s - y * t, y * s + x * t, c + 0.7 * square * z + 0.1 * z * z])

    return swirl(0.5, 0.3, -0.4), swirl(-0.2, 0.6, 0.1), 0.3 + square * z - 0.5 * square


class Pieces:
    """Domain, body and functional of a case, without the solvers' operators."""

    def __init__(self, **tables: object):
        case = load_case({"version": 1, "initial": uniform(0, 0, 0), **tables})
        self.domain = build_domain(case.mesh, MPI.COMM_SELF)
        self.body = Body(case, self.domain, scaling_for(case_material(case)))
        coefficients = region_coefficients(case, self.domain, self.body)
        self.functional = Functional(self.domain, case.mesh.degree, coefficients, strain_gradient_length=1.0)


def densities(parts: Pieces, P: object, u: object, phi: object, points: np.ndarray) -> dict[str, np.ndarray]:
    """Energy densities by term at points (n, dim) of the only cell's reference element, solver units."""
    found = {}
    for term, density in parts.functional.densities("film", P, u, phi).items():
        found[term] = fem.Expression(density, points).eval(parts.domain.mesh, np.array([0], dtype=np.int32)).ravel()
    return found


@pytest.mark.parametrize(
    ("material", "flexo", "crystal"),
    [(ISOTROPIC, ISOTROPIC_FLEXO, {}), (ANISOTROPIC, FLEXO, CRYSTAL)],
    ids=["isotropic", "averaged"],
)
def test_all_densities_are_those_of_three_dimensions(material: dict, flexo: dict, crystal: dict) -> None:
    shared = {"material": material, "flexoelectricity": {**flexo, "strain_gradient_length": 1e-9}}
    cell = {"kind": "box", "degree": 2, "cell": "tensor"}
    half = {**cell, "axes": "xz", "size": [2e-9, 2e-9], "cells": [1, 1], "axisymmetric": True}
    section = Pieces(mesh=half, **shared, **crystal)
    body = Pieces(mesh={**cell, "size": [2e-9] * 3, "cells": [1, 1, 1]}, **shared)
    # The mean crystal is the same in every direction across z: give the body the coefficients of the section.
    polar, mesh = body.functional.polar_regions["film"], body.domain.mesh
    for name, value in section.body.fields.items():
        setattr(polar, name, fem.Constant(mesh, value.value.copy()))
    polar.axial = bool(crystal)
    angle, points = 0.7, np.random.default_rng(1).uniform(0.1, 0.7, size=(6, 2))
    r, z = 2.0 * points.T
    x = ufl.SpatialCoordinate(section.domain.mesh)
    in_section = densities(section, *fields(x[0], x[1], 0.0), points)
    x = ufl.SpatialCoordinate(body.domain.mesh)
    places = np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1) / 2.0
    in_body = densities(body, *fields(x[0], x[2], x[1]), places)
    assert set(in_section) == {"landau", "gradient", "elastic", "flexo", "electric"} == set(in_body)
    for term, values in in_section.items():
        np.testing.assert_allclose(values, in_body[term], rtol=1e-11, err_msg=term)


# --- manufactured solution ----------------------------------------------------------------------------------


def mms_tables(cells: int, degree: int, cell: str) -> dict:
    return {
        "version": 1,
        "material": ANISOTROPIC,
        **CRYSTAL,
        "mesh": {
            "kind": "box",
            "axes": "xz",
            "size": [2.5e-9, 3e-9],
            "cells": [cells, cells],
            "degree": degree,
            "cell": cell,
            "axisymmetric": True,
        },
        "initial": uniform(0, 0, 0),
        "flexoelectricity": FLEXO,
        "time": {"equilibrium": 1e-8, "max_steps": 200},
    }


@pytest.mark.parametrize(
    ("degree", "cell", "cells"), [(1, "simplex", (8, 16, 32)), (2, "tensor", (6, 10, 16))], ids=["P1", "Q2"]
)
def test_orders(degree: int, cell: str, cells: tuple[int, ...]) -> None:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("P", "u", "phi")}
    for n in cells:
        problem = RevolvedProblem(mms_tables(n, degree, cell))
        problem.solve()
        for name, list_of_errors in found.items():
            field = getattr(problem.functional, name)
            exact = lambda x, name=name, p=problem: p.value(name, x)  # noqa: E731
            list_of_errors.append(errors(field, exact, problem.domain.radius))
    spacings = [1.0 / n for n in cells]
    for name, list_of_errors in found.items():
        in_l2, in_h1 = (order(spacings, list(e)) for e in zip(*list_of_errors, strict=True))
        assert in_l2 == pytest.approx(degree + 1, abs=0.15), f"{name} in L2: {list_of_errors}"
        assert in_h1 == pytest.approx(degree, abs=0.15), f"{name} in H1: {list_of_errors}"


# --- Lamé ---------------------------------------------------------------------------------------------------

LAME, SHEAR = 8e10, 5e10
#: Paraelectric and without couplings: P stays zero.
ELASTIC = {
    **ISOTROPIC,
    "landau": {"alpha_1": 2e8},
    "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
}
INNER, OUTER, PRESSURE = 2e-9, 5e-9, 1e9


def pressurized(dimension: int) -> tuple[float, float]:
    """A and B of u = A r + B/r^(dimension−1) of a cylinder in plane strain (2) or a sphere (3) pressed from inside."""
    a, b = INNER**dimension, OUTER**dimension
    A = PRESSURE * a / (b - a) / (dimension * LAME + 2.0 * SHEAR)
    B = PRESSURE * a * b / (b - a) / (2.0 * SHEAR * (dimension - 1))
    return A, B


def displacement_errors(simulation, dimension: int) -> float:  # type: ignore[no-untyped-def]
    A, B = pressurized(dimension)

    def exact(x: np.ndarray) -> np.ndarray:
        along = np.array([x[0], 0.0 * x[0], x[1] if dimension == 3 else 0.0 * x[1]]) * 1e-9
        R = np.linalg.norm(along, axis=0)
        return along / R * (A * R + B / R ** (dimension - 1)) / simulation.scaling.displacement

    return errors(simulation.functional.u, exact, simulation.domain.radius)[0]


def test_cylinder_under_pressure() -> None:
    cells, found, energies = (4, 8, 16), [], []
    for n in cells:
        simulation, row = relaxed(
            material=ELASTIC,
            mesh={
                "kind": "box",
                "axes": "xz",
                "origin": [INNER, 0.0],
                "size": [OUTER - INNER, 1e-9],
                "cells": [n, max(2, n // 3)],
                "axisymmetric": True,
            },
            initial=uniform(0, 0, 0),
            electrostatics=NO_ELECTROSTATICS,
            mechanics={
                "boundary": [
                    {"on": "x_min", "kind": "pressure", "value": PRESSURE},
                    {"on": ["z_min", "z_max"], "kind": "roller"},
                ]
            },
        )
        found.append(displacement_errors(simulation, 2))
        energies.append(row["energy_elastic"])
    assert order([1.0 / n for n in cells], found) == pytest.approx(2.0, abs=0.15)
    # Half the work of the pressure on the whole circumference.
    A, B = pressurized(2)
    exact = 0.5 * PRESSURE * 2.0 * np.pi * INNER * 1e-9 * (A * INNER + B / INNER)
    defects = [abs(energy / exact - 1.0) for energy in energies]
    assert defects[-1] < 1e-2
    assert order([1.0 / n for n in cells], defects) == pytest.approx(2.0, abs=0.15)


def test_sphere_under_pressure(tmp_path: Path) -> None:
    rings, found = (2, 4, 8), []
    for n in rings:
        path = polar_section(tmp_path / f"{n}.msh", [INNER * 1e9, OUTER * 1e9], n, quads=True)
        simulation, row = relaxed(
            material=ELASTIC,
            mesh=section_table(path, 1, 0),
            initial=uniform(0, 0, 0),
            electrostatics=NO_ELECTROSTATICS,
            mechanics={"boundary": [{"on": "sphere_0", "kind": "pressure", "value": PRESSURE}]},
        )
        # Nothing holds the sphere along z: its mean displacement is what the solver leaves out.
        found.append(displacement_errors(simulation, 3))
    assert order([1.0 / n for n in rings], found) == pytest.approx(2.0, abs=0.15)
    A, B = pressurized(3)
    exact = 0.5 * PRESSURE * 4.0 * np.pi * INNER**2 * (A * INNER + B / INNER**2)
    assert row["energy_elastic"] == pytest.approx(exact, rel=1e-2)


# --- electrostatics ---------------------------------------------------------------------------------------


def test_polarized_sphere_with_its_surroundings(tmp_path: Path) -> None:
    """V3.4, with the exact potential on the outer boundary."""
    P, background = 0.5, 7.0
    inside = -P / (EPSILON_0 * (background + 2.0))
    sizes, found = (6, 12, 24), []
    for n in sizes:
        path = polar_section(tmp_path / f"{n}.msh", [0.0, 1.0, 1.6], n)
        simulation = simulation_of(
            material={**linear_dielectric(1e9, background), "regions": {"shell_2": {"permittivity": 1.0}}},
            crystal={"axial_average": True},
            mesh=section_table(path, 2, 1),
            initial=uniform(0, 0, P),
            mechanics={"enabled": False},
            electrostatics={"boundary": [{"on": "sphere_2", "kind": "electrode"}]},
        )
        hold_dipole(simulation, inside)
        simulation.parts.initialize()
        row = simulation.observables.row(0, 0.0, 0.0)
        assert row["mean_P_z"] == pytest.approx(P, rel=1e-12)
        assert row["mean_P_x"] == row["mean_E_x"] == 0.0
        found.append(abs(row["mean_E_z"] / inside - 1.0))
    assert found[-1] < 1e-2
    assert order([1.0 / n for n in sizes], found) == pytest.approx(2.0, abs=0.2)


def hold_dipole(simulation, inside: float) -> None:  # type: ignore[no-untyped-def]
    """The exact potential −E z/r³ of the polarized unit sphere on the outer boundary."""
    phi = simulation.functional.phi
    x, z = phi.function_space.tabulate_dof_coordinates().T[:2]
    r = np.maximum(np.hypot(x, z), 1.0)
    prescribe(simulation, phi, -inside * z * 1e-9 / r**3 / simulation.scaling.potential)


# --- against three dimensions -----------------------------------------------------------------------------

TUBE = {
    "material": ISOTROPIC,
    "initial": uniform(0, 0, 0.3),
    "flexoelectricity": ISOTROPIC_FLEXO,
    "electrostatics": {
        "boundary": [{"on": "bottom", "kind": "electrode"}, {"on": "top", "kind": "electrode", "potential": 0.3}]
    },
}
HELD = [{"on": "inner", "kind": "pressure", "value": 2e9}, {"on": "bottom", "kind": "roller"}]


def per_volume(tables: dict) -> dict[str, float]:
    """Energies per volume by term, and means, of the tube at rest."""
    simulation, row = relaxed(**TUBE, **tables)
    volume = simulation.domain.volume * 1e-27
    found = {name: value / volume for name, value in row.items() if name.startswith("energy") and value != 0.0}
    return found | {name: row[name] for name in ("mean_P_z", "mean_D_z", "mean_strain_zz", "mean_strain_xx")}


def test_a_ferroelectric_tube_is_that_of_three_dimensions(tmp_path: Path) -> None:
    """Electrodes, pressure and flexocoupling both ways: the section beside hexahedra, both with cells half as large."""
    names = ("cut_x", "cut_y", "inner", "outer", "bottom", "top")
    # Mirror planes.
    rollers = [{"on": ["cut_x", "cut_y"], "kind": "roller"}]
    across = [
        {"on": "cut_x", "kind": "fixed", "value": ["free", 0, "free"]},
        {"on": "cut_y", "kind": "fixed", "value": [0, "free", "free"]},
    ]
    found = []
    for n in (3, 6):
        half = {"origin": [1e-9, 0.0], "size": [1.5e-9, 1.2e-9], "cells": [n, n], "cell": "tensor"}
        half |= {"kind": "box", "axes": "xz", "axisymmetric": True}
        section = per_volume({"mesh": half, "mechanics": {"boundary": [{**HELD[0], "on": "x_min"}, HELD[1]]}})
        path = quarter_tube(tmp_path / f"{n}.msh", (1.0, 2.5, 1.2), (n, 2 * n, n))
        mesh = {"kind": "file", "path": str(path), "boundaries": {name: name for name in names}}
        tables = {"mesh": mesh, "mechanics": {"boundary": HELD + rollers}, "polarization": {"boundary": across}}
        body = per_volume(tables)
        found.append([body[name] / value - 1.0 for name, value in section.items()])
    coarse, fine = np.abs(found)
    # Layers of P at the faces keep the coarse one from its order.
    assert (fine < 3e-3).all()
    assert (fine < 0.7 * coarse).all()


# --- ranks ------------------------------------------------------------------------------------------------


def test_one_and_two_ranks_agree(tmp_path: Path) -> None:
    results = []
    for ranks in (1, 2):
        run_on(ranks, "revolved_ranks.py", tmp_path / f"{ranks}.json")
        results.append(json.loads((tmp_path / f"{ranks}.json").read_text()))
    # No stress along z is left; 1 Pa is round-off beside the pressure of 1 GPa.
    for name, value in results[0].items():
        assert value == pytest.approx(results[1][name], rel=1e-8, abs=1.0 if "stress" in name else 1e-30), name
