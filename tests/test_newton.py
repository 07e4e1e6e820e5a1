"""Full Newton: the Jacobian, the way to a minimum, agreement with the staggered solvers, and the largest size."""

import json
from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import laid_over
from mpi4py import MPI
from newton_cases import KINDS, newton_of, run_of
from ranks import run_on

from phasefield.errors import CaseError

STEPS = (1e-3, 1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_jacobian(kind: str) -> None:
    """A Newton correction h δx changes the residual by −h R, up to h² (Taylor), in every unknown."""
    newton = newton_of(kind)
    system = newton.system
    system.problem.settle_potential()
    before, saved = system.residual(), system.problem.snapshot()
    system.assemble()
    system.factorize(shift := 5.0)
    correction = system.solve(before)
    remainders = []
    for h in STEPS:
        system.move(correction, h)
        after = system.residual()
        system.problem.restore(saved)
        shifted = shift * system.volumes * correction.fields * system.free
        fields = (after.fields - before.fields) / h + before.fields + shifted
        strain = (after.strain - before.strain) / h + before.strain
        remainders.append(np.linalg.norm(np.concatenate([fields, strain])))
    assert remainders[1] < 1e-5 * np.linalg.norm(before.fields)
    assert remainders[0] / remainders[1] == pytest.approx(STEPS[0] / STEPS[1], rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_settled_state_is_in_equilibrium_at_fixed_polarization(kind: str) -> None:
    newton = newton_of(kind)
    P = newton.problem.P.copy()
    newton.settle()
    residual = newton.system.residual()
    assert np.array_equal(newton.problem.P, P)
    assert np.abs(residual.fields[len(P) :]).max() < 1e-13
    assert np.abs(residual.strain).max(initial=0.0) < 1e-13


@pytest.mark.parametrize("kind", KINDS)
def test_descent_ends_in_a_minimum(kind: str) -> None:
    """From noise around P = 0, a saddle: energy falls in every step, and the end is no saddle."""
    newton = newton_of(kind)
    newton.settle()
    energies = []
    for _ in range(80):
        energies.append(sum(newton.problem.report.parts().values()))
        if newton.problem.driving_field() < 1e-11:
            break
        newton.step()
    assert newton.problem.driving_field() < 1e-11
    if newton.problem.functional.variational:
        assert np.diff(energies).max() < 1e-11 * abs(energies[-1])
    assert energies[-1] < -0.1
    newton.system.assemble()
    newton.system.factorize()
    assert newton.system.convex


def test_saddle_is_recognized() -> None:
    newton = newton_of("square")
    newton.problem.set_P(0.0 * newton.problem.P)
    newton.settle()
    newton.system.assemble()
    newton.system.factorize()
    assert not newton.system.convex
    newton.system.factorize(shift=10.0)
    assert newton.system.convex


@pytest.mark.parametrize("kind", ["square", "one way"])
@pytest.mark.parametrize(
    "time",
    [
        {"mode": "relax", "equilibrium": 1e-9},
        {"mode": "transient", "end": "0.5 ps", "tolerance": 1e-4},
        {"mode": "transient", "scheme": "backward-euler", "steps": ["10 fs", "20 fs"]},
    ],
    ids=["relax", "transient", "backward-euler"],
)
def test_both_methods_give_the_same(kind: str, time: dict) -> None:
    case = laid_over(KINDS[kind], {"time": time, "solver": {"linear_tolerance": 1e-8}})
    staggered, newton = (run_of(laid_over(case, {"solver": {"method": m}})) for m in ("staggered", "newton"))
    tolerance = 1e-3 if time.get("tolerance") else 1e-7
    for name in ("energy_total", "rms_P", "mean_strain_xx"):
        found, expected = (result.observables[name][-1] for result in (newton, staggered))
        assert abs(found - expected) < tolerance * abs(expected), name


def test_too_large_for_a_direct_solver() -> None:
    case = laid_over(KINDS["square"], {"solver": {"method": "newton", "newton_unknowns": 100}})
    with pytest.raises(CaseError, match=r"found 252, allowed 100.*solver\.newton_unknowns"):
        run_of(case)


def test_ranks(tmp_path: Path) -> None:
    case = laid_over(KINDS["floating"], {"solver": {"method": "newton"}, "time": {"equilibrium": 1e-6}})
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    run_on(2, "run_case.py", tmp_path / "case.json", tmp_path / "two.npz")
    one, two = run_of(case).observables, np.load(tmp_path / "two.npz")
    assert MPI.COMM_WORLD.size == 1
    for name in ("energy_total", "rms_P", "min_phi"):
        np.testing.assert_allclose(two[name], one[name], rtol=1e-8)
