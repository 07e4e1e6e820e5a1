"""Elastic half-spaces under tips: cases on graded meshes, and their stresses on the axis."""

import basix
import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, geometry

from phasefield import compat
from phasefield.case import load_case
from phasefield.simulation import Simulation

#: Of the numbers of V10.1: a force of 1 uN on a rigid sphere of 20 nm.
YOUNG, POISSON, FORCE, RADIUS = 264e9, 0.24, 1e-6, 20e-9
SHEAR = YOUNG / (2.0 * (1.0 + POISSON))
LAME = YOUNG * POISSON / ((1.0 + POISSON) * (1.0 - 2.0 * POISSON))
MODULUS = YOUNG / (1.0 - POISSON**2)
ISOTROPIC = {
    "landau": {"alpha_1": 1e8},
    "elastic": {"C11": LAME + 2.0 * SHEAR, "C12": LAME, "C44": SHEAR},
    "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
    "gradient": {"G11": 2e-10, "G12": 0.0, "G44": 1e-10},
    "background_permittivity": 10.0,
    "kinetic": 1e4,
}


def half_space(a: float, size: float, tip: dict | None, *, mesh: dict, sides: str = "clamped") -> Simulation:
    """A quarter of a block of isotropic material as deep and as wide as `size` contact radii `a`, at rest under `tip`.

    `mesh` says more of the mesh, `sides` what holds the block far from the tip.
    """
    axes = mesh.get("axes", "xz")
    far = ["bottom", "x_max", *(["y_max"] if "y" in axes else [])]
    planes = [] if mesh.get("axisymmetric") else ["x_min", *(["y_min"] if "y" in axes else [])]
    held = [{"on": far, "kind": sides}, *([{"on": planes, "kind": "roller"}] if planes else [])]
    table = {"kind": "tip", "half": axes[:-1], "thickness": size * a, "reach": size * a, "contact": 1.2 * a, **mesh}
    case = {
        "version": 1,
        "material": ISOTROPIC,
        "mesh": table,
        "initial": {"kind": "uniform", "value": [0, 0, 0]},
        "electrostatics": {"enabled": False},
        "mechanics": {"boundary": held, **({"tip": tip} if tip else {})},
        "solver": {"mechanics_tolerance": 1e-10},
    }
    simulation = Simulation(load_case(case))
    simulation.parts.initialize()
    return simulation


def stress_at(simulation: Simulation, points: np.ndarray) -> np.ndarray:
    """Voigt stress (n, 6) in Pa at mesh points (n, 3) in nm on one rank: the mean over the cells that touch a point."""
    f, mesh = simulation.functional, simulation.domain.mesh
    # Nodes inside the cells: on the axis of a body of revolution hoop strains have no value.
    inside = basix.LagrangeVariant.gl_isaac if f.degree > 1 else basix.LagrangeVariant.unset
    element = basix.ufl.element(
        "Lagrange", mesh.basix_cell(), f.degree - 1, lagrange_variant=inside, shape=(6,), discontinuous=True
    )
    space = fem.functionspace(mesh, element)
    stress = fem.Function(space)
    stress.interpolate(fem.Expression(ufl.as_vector(list(f.stress("film"))), compat.interpolation_points(space)))
    tree = geometry.bb_tree(mesh, mesh.topology.dim)
    cells = geometry.compute_colliding_cells(mesh, geometry.compute_collisions_points(tree, points), points)
    means = [np.mean([stress.eval(p, cell) for cell in cells.links(i)], axis=0) for i, p in enumerate(points)]
    return np.array(means) * simulation.scaling.stress


def below(simulation: Simulation, depths: np.ndarray) -> np.ndarray:
    """Mesh points (n, 3) in nm on the axis of the tip at `depths` (m), or so near it that a hoop strain is defined."""
    points = np.zeros((len(depths), 3))
    points[:, 0] = 0.01
    last = simulation.domain.dim - 1
    points[:, last] = simulation.domain.lower[last] + simulation.domain.lengths[last] - depths * 1e9
    return points
