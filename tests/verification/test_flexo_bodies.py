"""Flexoelectricity in three dimensions: bent bars, and reciprocity in a body of no symmetry (V5.2, V6.1)."""

from pathlib import Path

import gmsh
import meshio
import numpy as np
import pytest
import ufl
from dolfinx import fem
from plates import C11, C12, CURVATURE, F11, F12, F_PLATE, STIFFNESS, flexo, material
from relaxed import prescribe, simulation_of, uniform

from phasefield.simulation import Simulation

# --- bent bars ------------------------------------------------------------------------------------------------

THICKNESS = 4e-9
NU = C12 / (C11 + C12)
F_BEAM = -NU * F11 + (1 - NU) * F12


def bar(length: float, width: float, cells: tuple[int, int, int], ends: str, sides: str = "free") -> Simulation:
    """A bar along x whose ends are turned by ±κL/2, between shorted electrodes on top and bottom.

    `ends` may be "free" to bend the other way within their planes or are "straight"; `sides` are "free" or "held"
    across, as in a wide plate.
    """
    turned = {"on": ["x_min", "x_max"], "kind": "displacement"}
    held = [0.0, "free", 0.0] if ends == "straight" else [0.0, "free", "free"]
    conditions: list[dict[str, object]] = [turned | {"value": held}]
    if sides == "held":
        conditions.append({"on": ["y_min", "y_max"], "kind": "roller"})
    simulation = simulation_of(
        material=material(),
        mesh={
            "kind": "box",
            "size": [length, width, THICKNESS],
            "origin": [-length / 2, -width / 2, -THICKNESS / 2],
            "cells": cells,
            "cell": "tensor",
            "degree": 2,
        },
        initial=uniform(0, 0, 0),
        mechanics={"boundary": conditions},
        electrostatics={"boundary": [{"on": ["z_min", "z_max"], "kind": "electrode"}]},
        flexoelectricity=flexo(form="strain gradient", one_way=True),
        time={"equilibrium": 1e-10},
    )
    u = simulation.functional.u
    points = u.function_space.tabulate_dof_coordinates() * 1e-9
    turn = np.zeros((len(points), 3))
    turn[:, 0] = CURVATURE * points[:, 0] * points[:, 2] / simulation.scaling.displacement
    prescribe(simulation, u, turn.ravel())
    simulation.run()
    return simulation


def middle(simulation: Simulation) -> float:
    """Mean P_z of the section x = 0, near y = 0, times a over the curvature there: the effective coefficient (V)."""
    P, u = simulation.field("P"), simulation.field("u")
    x, y, z = P.function_space.tabulate_dof_coordinates().T
    near = np.abs(y) <= 1e-6 + np.abs(y).min()
    here = near & (np.abs(x) < 1e-6)
    next_to_it = x[x > 1e-6].min()
    # Ends that are held are stiffer than the rest, which then bends more than they are turned.
    slope = [
        u.x.array[0::3][near & (np.abs(x - next_to_it) < 1e-6) & (np.abs(z - side) < 1e-6)].mean()
        for side in (z.min(), z.max())
    ]
    curvature = (slope[1] - slope[0]) / (THICKNESS * next_to_it * 1e-9)
    return float(P.x.array[2::3][here].mean() * STIFFNESS / curvature)


@pytest.mark.parametrize(("sides", "expected"), [("free", F_BEAM), ("held", F_PLATE)], ids=["beam", "plate"])
def test_bar_in_pure_bending(sides: str, expected: float) -> None:
    """V5.2: quadratic displacements are exact in degree 2, on any mesh, whatever the width."""
    for width, cells in ((6e-9, (2, 1, 1)), (24e-9, (2, 3, 1))):
        assert middle(bar(16e-9, width, cells, "free", sides)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.long
def test_from_beam_to_plate() -> None:
    """V5.2: with straight ends a narrow bar is a beam in its middle and a wide one a plate, to 1e-3.

    In linear elasticity the width over the length decides; Searle's parameter b²κ/h is one of large deflections.
    """
    length = 20 * THICKNESS
    found = [
        middle(bar(length, ratio * length, (20, cells, 1), "straight"))
        for ratio, cells in ((0.1, 2), (0.5, 10), (1.0, 12), (5.0, 24))
    ]
    assert np.all(np.diff(found) > 0.0)
    assert found[0] == pytest.approx(F_BEAM, rel=1e-3)
    assert found[-1] == pytest.approx(F_PLATE, rel=1e-3)


# --- reciprocity ----------------------------------------------------------------------------------------------

PATCHES = ("foot", "load", "first", "second")


def irregular(path: Path) -> Path:
    """A warped block of tetrahedra with the boundaries PATCHES: where it stands, is loaded, and two electrodes."""
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        block = gmsh.model.occ.addBox(0, 0, 0, 6, 5, 4)
        disks = [
            gmsh.model.occ.addDisk(4.0, 2.0, 4.0, 1.3, 0.9),
            gmsh.model.occ.addDisk(1.5, 3.5, 4.0, 1.0, 0.8),
        ]
        gmsh.model.occ.fragment([(3, block)], [(2, disk) for disk in disks])
        gmsh.model.occ.synchronize()
        places = {"foot": (3.0, 2.5, 0.0), "load": (4.0, 2.0, 4.0), "first": (1.5, 3.5, 4.0), "second": (6.0, 2.5, 2.0)}
        for i, (name, place) in enumerate(places.items()):
            gmsh.model.addPhysicalGroup(2, [surface_at(place)], i + 2, name)
        gmsh.model.addPhysicalGroup(3, [tag for _, tag in gmsh.model.getEntities(3)], 1, "body")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 1.2)
        gmsh.model.mesh.generate(3)
        gmsh.option.setNumber("Mesh.MshFileVersion", 2.2)
        gmsh.write(str(path))
    finally:
        gmsh.finalize()
    mesh = meshio.read(path)
    x, y, z = mesh.points.T
    mesh.points = np.stack([x + 0.15 * y * z / 4, y + 0.3 * np.sin(x), z * (1 + 0.06 * x - 0.05 * y)], axis=1)
    mesh.write(path, file_format="gmsh22", binary=False)
    return path


def surface_at(place: tuple[float, float, float]) -> int:
    """The surface whose centre of mass is nearest to a point."""
    surfaces = [tag for _, tag in gmsh.model.getEntities(2)]
    centres = [np.array(gmsh.model.occ.getCenterOfMass(2, tag)) for tag in surfaces]
    return surfaces[int(np.argmin([np.linalg.norm(centre - place) for centre in centres]))]


class Body:
    """The irregular body under a traction on one patch and a voltage or a charge on an electrode."""

    TRACTION = np.array([3e7, -2e7, 5e7])

    def __init__(self, path: Path, traction: bool, electrode: dict[str, object], **coupling: object):
        conditions: list[dict[str, object]] = [{"on": "foot", "kind": "clamped"}]
        if traction:
            conditions.append({"on": "load", "kind": "traction", "value": self.TRACTION.tolist()})
        self.simulation = simulation_of(
            material=material(2e-9),
            crystal={"x": [1, 2, 0], "z": [-2, 1, 3]},
            mesh={
                "kind": "file",
                "path": str(path),
                "boundaries": {name: name for name in PATCHES},
            },
            initial=uniform(0, 0, 0),
            mechanics={"boundary": conditions},
            electrostatics={"boundary": [{"on": "second", "kind": "electrode"}, {"on": "first"} | electrode]},
            flexoelectricity=flexo(**coupling),
            time={"equilibrium": 1e-9},
        )
        self.simulation.run()
        self.functional = self.simulation.functional

    @property
    def work(self) -> float:
        """∮ t·u dA (J) of the traction on the patch, whether it is applied or not."""
        s = self.simulation.scaling
        form = fem.form(ufl.inner(ufl.as_vector(self.TRACTION / s.stress), self.functional.u) * self._patch("load"))
        return self._sum(fem.assemble_scalar(form)) * s.energy(3)

    @property
    def charge(self) -> float:
        """∂H/∂V (C) of the electrode: the residual of Gauss's law summed over it."""
        s, solver = self.simulation.scaling, self.simulation.problem.polarization
        domain = self.simulation.domain
        nodes = fem.locate_dofs_topological(self.functional.spaces.phi, 2, domain.facets("first"))
        residual = solver.gauss()
        return self._sum(residual[nodes[nodes < len(residual)]].sum()) * s.energy(3) / s.potential

    @property
    def potential(self) -> float:
        """Mean potential of the electrode (V)."""
        one = self._sum(fem.assemble_scalar(fem.form(1.0 * self._patch("first"))))
        total = self._sum(fem.assemble_scalar(fem.form(self.functional.phi * self._patch("first"))))
        return total / one * self.simulation.scaling.potential

    def _patch(self, name: str) -> ufl.Measure:
        return self.simulation.domain.ds(name)

    def _sum(self, value: float) -> float:
        return float(self.simulation.comm.allreduce(value))


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return irregular(tmp_path_factory.mktemp("body") / "body.msh")


def test_charge_under_force_is_displacement_under_voltage(body: Path) -> None:
    """V6.1: ∂Q/∂F at no voltage against ∂U/∂V at no force, in a crystal along no axis."""
    volt = 0.2
    direct = Body(body, True, {"kind": "electrode", "potential": 0.0})
    converse = Body(body, False, {"kind": "electrode", "potential": volt})
    assert abs(direct.charge) > 0.0
    # H has −t·u, so that ∂²H/∂F∂V is ∂(∂H/∂V)/∂F and −∂U/∂V.
    assert direct.charge == pytest.approx(-converse.work / volt, rel=1e-6)


def test_voltage_under_force_is_displacement_under_charge(body: Path) -> None:
    """V6.1: ∂V/∂F of an isolated electrode against ∂U/∂Q at no force."""
    charge = 1e-20
    direct = Body(body, True, {"kind": "floating", "charge": 0.0})
    converse = Body(body, False, {"kind": "floating", "charge": charge})
    assert direct.potential == pytest.approx(-converse.work / charge, rel=1e-6)
