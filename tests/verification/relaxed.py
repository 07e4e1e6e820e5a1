"""Equilibria of small cases, and errors against exact fields."""

from collections.abc import Callable, Sequence

import numpy as np
import ufl
from dolfinx import fem

from phasefield.boundary import Prescribed
from phasefield.case import load_case
from phasefield.simulation import Simulation

EPSILON_0 = 8.8541878128e-12

#: Tolerances far below those of the tests.
TIGHT = {
    "time": {"equilibrium": 1e-10},
    "solver": {"linear_tolerance": 1e-13, "mechanics_tolerance": 1e-13},
}
NO_MECHANICS = {"enabled": False}
NO_ELECTROSTATICS = {"enabled": False}


def simulation_of(**tables: object) -> Simulation:
    """The simulation of a case with tight tolerances."""
    return Simulation(load_case({"version": 1, **TIGHT, **tables}))


def relaxed(**tables: object) -> tuple[Simulation, dict[str, float]]:
    """The simulation of a case after it came to rest, and its last row of observables (SI)."""
    simulation = simulation_of(**tables)
    result = simulation.run()
    assert result.status == "done"
    return simulation, {name: float(column[-1]) for name, column in result.observables.items()}


def prescribe(simulation: Simulation, function: fem.Function, values: np.ndarray) -> None:
    """Hold the prescribed unknowns of `function` at `values`, given for all local unknowns (solver units)."""
    conditions = simulation.parts.conditions
    for i, held in enumerate(conditions.prescribed):
        if held.function is function:
            at = values[held.unknowns]
            conditions.prescribed[i] = Prescribed(function, held.unknowns, lambda t, v=at: v)


def linear_dielectric(alpha: float, permittivity: float, gradient: float = 1e-10) -> dict[str, object]:
    """Inline material of energy ½ alpha P² and background permittivity, without electrostriction."""
    return {
        "landau": {"alpha_1": alpha / 2},
        "elastic": {"C11": 2e11, "C12": 1e11, "C44": 1e11},
        "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
        "gradient": {"G11": gradient, "G12": 0.0, "G44": gradient, "G44p": 0.0},
        "background_permittivity": permittivity,
        "kinetic": 1e4,
    }


def uniform(*value: float) -> dict[str, object]:
    """The initial state of uniform polarization (C/m²)."""
    return {"kind": "uniform", "value": value}


def errors(function: fem.Function, exact: Callable, weight: object = 1.0) -> tuple[float, float]:
    """L2 norm and H1 seminorm of `function` minus `exact`, a function of mesh coordinates (3, n), with a weight."""
    space = function.function_space
    element = space.ufl_element()
    degree = element.degree + 2
    finer = fem.functionspace(space.mesh, ("Lagrange", degree, element.reference_value_shape))
    reference = fem.Function(finer)
    reference.interpolate(exact)
    difference = function - reference
    dx = ufl.dx(metadata={"quadrature_degree": 2 * degree})
    squares = (
        weight * ufl.inner(difference, difference) * dx,
        weight * ufl.inner(ufl.grad(difference), ufl.grad(difference)) * dx,
    )
    integrals = [space.mesh.comm.allreduce(fem.assemble_scalar(fem.form(form))) for form in squares]
    return float(np.sqrt(integrals[0])), float(np.sqrt(integrals[1]))


def order(spacings: Sequence[float], found: Sequence[float]) -> float:
    """Observed order of convergence on the two finest meshes."""
    return float(np.log(found[-2] / found[-1]) / np.log(spacings[-2] / spacings[-1]))
