"""Steps of mobile defects without factors: those with factors, whatever the mesh, the Debye length and the step."""

import json

import numpy as np
import pytest
from continued import drift_of
from ions import CONCENTRATION, DEBYE, DIELECTRIC, D, case_of, electrode, line, run, started, vacancy
from ranks import on_one_and_two, run_on

from phasefield.errors import CaseError, ConvergenceError
from phasefield.simulation import Simulation
from phasefield.solvers.drift_krylov import KrylovDriftSystem

ITERATIVE = {"drift": "iterative"}
ELECTRODES = [electrode("bottom"), electrode("top", 0.1)]
OPEN = [{"on": "top", "kind": "concentration", "value": 3.0 * CONCENTRATION}]


def assert_same(found: Simulation, wanted: Simulation, names: tuple[str, ...], rel: float) -> None:
    assert isinstance(found.stepper.solver.system, KrylovDriftSystem)
    assert not isinstance(wanted.stepper.solver.system, KrylovDriftSystem)
    assert found.stepper.number == wanted.stepper.number
    for name in names:
        assert found.last_row[name] == pytest.approx(wanted.last_row[name], rel=rel), name


@pytest.mark.parametrize(
    ("electrical", "boundary"),
    [(ELECTRODES, []), (ELECTRODES, OPEN), ([], [])],
    ids=["electrodes", "open to defects", "insulated"],
)
def test_equilibrium_is_that_of_factors(electrical, boundary):
    species = {"V": vacancy(boundary=boundary, profile={"kind": "linear", "bottom": 0.5, "top": 1.5})}
    case = case_of(line(20.0, 40), species, electrical)
    wanted, found = run(case), run(case | {"solver": ITERATIVE})
    assert_same(found, wanted, ("number_V", "max_c_V", "min_c_V", "energy_total", "energy_defect"), 1e-7)
    number = found.result.observables["number_V"]
    if not boundary:
        assert np.abs(number / number[0] - 1.0).max() < 1e-12


@pytest.mark.parametrize("name", ["relax", "dynamic"])
def test_strained_lattices_drift_as_with_factors(name):
    """With displacement, free mean strain and Vegard strain; P relaxed, or with its inertia."""
    case = drift_of(name) | {"output": {}}
    wanted, found = run(case), run(case | {"solver": ITERATIVE})
    assert_same(
        found, wanted, ("max_c_V", "min_c_V", "energy_total", "energy_elastic", "mean_P_z", "mean_strain_xx"), 1e-6
    )


@pytest.mark.parametrize("step", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("debye_lengths", [0.1, 10.0, 4000.0])
def test_iterations_depend_neither_on_the_debye_length_nor_on_the_step(debye_lengths, step):
    """On 400 cells, a film of fewer than one Debye length to cells of ten."""
    simulation = started(case_of(line(debye_lengths, 400), {"V": vacancy()}, ELECTRODES) | {"solver": ITERATIVE})
    solver, species = simulation.stepper.solver, simulation.stepper.solver.species[0]
    z = species.species.space.tabulate_dof_coordinates()[:, 0]
    species.species.set(1.0 + 0.5 * np.cos(2.0 * np.pi * z / z.max()))
    number = species.number()
    duration = step * (debye_lengths * DEBYE) ** 2 / D / simulation.scaling.time
    solver.begin(duration, [species.c.copy()])
    for _ in range(5):
        before = solver.iterations
        solver._correct(0.0, None)
        assert solver.iterations - before <= 60
    assert abs(species.number() / number - 1.0) < 1e-12


@pytest.mark.parametrize("method", ["direct", "iterative"])
def test_unstable_polarization_is_found(method):
    """A ferroelectric without polarization, on the saddle where symmetry keeps it."""
    material = DIELECTRIC | {"landau": {"alpha_1": -1e8, "alpha_11": 1e9, "alpha_12": 1e9}}
    case = case_of(line(5.0, 40), {"V": vacancy()}, [electrode("bottom"), electrode("top")])
    simulation = started(case | {"material": material, "solver": {"drift": method}})
    assert np.abs(simulation.functional.P.x.array).max() == 0.0
    solver = simulation.stepper.solver
    solver.begin(1.0, [solver.species[0].c.copy()])
    with pytest.raises(ConvergenceError) as failure:
        solver.solve(0.0, None, 1e-9)
    assert failure.value.reason == "not_convex"


def test_large_bodies_have_no_factors():
    case = case_of(line(20.0, 40), {"V": vacancy()}, ELECTRODES)
    few = {"newton_unknowns": 245}
    assert isinstance(started(case | {"solver": few}).stepper.solver.system, KrylovDriftSystem)
    with pytest.raises(CaseError, match=r"found 246, allowed 245.*solver\.newton_unknowns"):
        started(case | {"solver": few | {"drift": "direct"}})


def test_ranks(tmp_path):
    """A section with a dead layer, anisotropic diffusion and Vegard strain, beside factors on one rank."""
    run_on(1, "drift_ranks.py", tmp_path / "direct.json")
    direct = json.loads((tmp_path / "direct.json").read_text(encoding="utf-8"))
    for rows in on_one_and_two("drift_ranks.py", tmp_path, "iterative"):
        assert len(rows) == len(direct) > 10
        for row, wanted in zip(rows, direct, strict=True):
            for name in ("time", "energy_total", "energy_defect", "max_c_V", "min_c_V", "mean_stress_xx"):
                assert row[name] == pytest.approx(wanted[name], rel=1e-5), name
            assert row["number_V"] == pytest.approx(direct[0]["number_V"], rel=1e-12)
