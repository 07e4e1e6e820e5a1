"""The operator of a step where P is unstable: positive definite, and the exact one where it is not."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse
from cases_for_tests import laid_over
from mpi4py import MPI
from newton_cases import FREE

from phasefield import load_case
from phasefield.build import Parts
from phasefield.simulation import Simulation
from phasefield.solvers.curvature import below, reflected
from phasefield.stepping.relaxation import Relaxation

CASES = Path(__file__).parents[1] / "cases"
FILM = {
    "version": 1,
    "material": {"name": "PbTiO3_Pertsev1998"},
    "mesh": {"kind": "box", "size": ["3 nm"] * 2, "cells": [4, 4], "periodic": "xy", "degree": 2},
    "initial": {"kind": "wall", "left": [0, 0, -0.7], "right": [0, 0, 0.7], "normal": [1, 0, 0], "position": "1.5 nm"},
    "mechanics": FREE,
}


def operator(degree: int, rate: float, exact: bool = False) -> tuple[np.ndarray, int]:
    """The P block of a step from two walls, whose middle is unstable, and the number of points that are."""
    case = laid_over(FILM, {"mesh": {"degree": degree}})
    if exact:
        case["time"] = {"mode": "transient", "scheme": "backward-euler", "steps": ["1 ps"]}
    parts = Parts(load_case(case), MPI.COMM_WORLD)
    parts.initialize()
    solver = parts.problem.polarization
    solver.prepare(rate)
    starts, columns, values = solver.A.getValuesCSR()
    return scipy.sparse.csr_matrix((values, columns, starts)).toarray(), solver.clipped


@pytest.mark.parametrize("degree", [1, 2])
def test_steps_of_any_length_descend(degree: int) -> None:
    matrix, unstable = operator(degree, 1e-6)
    assert unstable > 0
    assert np.linalg.eigvalsh(matrix)[0] > 0.0


def test_of_degree_2_it_is_exact_where_the_mass_term_covers_all() -> None:
    bound, unstable = operator(2, 1e3)
    exact, _ = operator(2, 1e3, exact=True)
    assert unstable == 0
    assert bound == pytest.approx(exact, rel=0.0, abs=1e-13 * abs(exact).max())
    free, _ = operator(2, 1e-6, exact=True)
    assert np.linalg.eigvalsh(free)[0] < 0.0


def test_reflection_is_continuous_and_never_below_half_the_mass_term() -> None:
    turned = scipy.linalg.expm(np.array([[0.0, 1.0, -2.0], [-1.0, 0.0, 0.5], [2.0, -0.5, 0.0]]))
    curvatures = np.array([[3.0, 1.0, x] for x in np.linspace(-2.0, 1.0, 300)])
    blocks = np.einsum("ia,na,ja->nij", turned, curvatures, turned)
    kept = np.linalg.eigvalsh(reflected(blocks, np.full(len(blocks), 1.0)))[:, 0]
    assert kept == pytest.approx(np.maximum(curvatures[:, 2] + 1.0, -curvatures[:, 2]), abs=1e-12)
    assert kept.min() >= 0.5 - 1e-12
    assert list(below(blocks, 1.0)) == list(np.flatnonzero(curvatures[:, 2] < -0.5))


def test_walls_of_degree_2_come_to_rest() -> None:
    """From noise, along a line without boundaries: with an operator that leads uphill a fifth of the steps failed."""
    noise = {"kind": "noise", "amplitude": 0.02, "seed": 3}
    mesh = {"kind": "box", "size": ["30 nm"], "cells": [60], "periodic": "x", "degree": 2}
    case = FILM | {"mesh": mesh, "initial": noise, "time": {"mode": "relax", "equilibrium": 1e-4}}
    simulation = Simulation(load_case(case))
    assert simulation.run().status == "done"
    assert simulation.stepper.rejected <= 0.1 * simulation.stepper.number < 10


@pytest.mark.parametrize("degree", [1, 2])
def test_walls_run_in_a_small_field(degree: int) -> None:
    """Two walls 6 nm apart run into each other; stiff by their own curvature, they took 400 steps."""
    walls = FILM | {
        "mesh": {"kind": "box", "size": ["12 nm"], "cells": [96 // degree], "periodic": "x", "degree": degree}
    }
    walls["initial"] = FILM["initial"] | {"position": "6 nm"}
    walls |= {"electrostatics": {"applied_field": [0, 0, 2e6]}, "time": {"mode": "relax", "equilibrium": 1e-4}}
    simulation = Simulation(load_case(walls))
    assert simulation.run().status == "done"
    P = simulation.functional.P.x.array.reshape(-1, 3)[:, 2]
    assert P.min() > 0.99 * P.max() > 0.0
    assert simulation.stepper.number + simulation.stepper.rejected < 150


def test_walls_without_an_energy_do_not_creep() -> None:
    """With the form of phase-field papers, too, extrapolation takes a wall where it goes: a domain below a tip."""
    case = tomllib.loads((CASES / "mechanical_writing" / "case.toml").read_text(encoding="utf-8"))
    case = laid_over(case, {"mesh": {"spacing": "0.5 nm", "degree": 2, "reach": "20 nm", "substrate": "20 nm"}})
    case["initial"] = FILM["initial"] | {"left": [0, 0, -0.33], "right": [0, 0, 0.33], "position": "3.2 nm"}
    case["loads"] = {"press": {"kind": "constant", "value": "175 nN"}}
    case["time"] = {"mode": "relax", "equilibrium": 1e-3}
    simulation = Simulation(load_case(case))
    assert simulation.run().status == "done"
    assert simulation.stepper.number < 25


def test_a_potential_beside_its_equilibrium_hides_no_energy() -> None:
    """H is a maximum in φ: a state is no better because its φ is wrong."""
    case = laid_over(FILM, {"mesh": {"degree": 1, "periodic": "x"}, "mechanics": {"strain": None}})
    case["electrostatics"] = {"boundary": [{"on": "y_min", "kind": "electrode"}]}
    parts = Parts(load_case(case), MPI.COMM_WORLD)
    parts.initialize()
    problem = parts.problem
    relaxation = Relaxation(problem, 1e-4, parts.stepper.rescue)
    problem.settle_potential()
    now = problem.evaluate()
    assert problem.hidden_energy() < 1e-9 * abs(now.energy)
    noise = np.random.default_rng(0)
    problem.set_P(problem.P + 0.3 * noise.standard_normal(problem.owned_P))
    phi = problem.functional.phi.x.array
    phi += 4.0 * noise.standard_normal(len(phi)) * problem.polarization.free_phi
    wrong = problem.report.parts()
    assert sum(wrong.values()) < now.energy
    assert not relaxation._better(wrong, now, 0.0)
    hidden = problem.hidden_energy()
    problem.settle_potential()
    assert sum(problem.report.parts().values()) == pytest.approx(sum(wrong.values()) + hidden, rel=1e-6)
