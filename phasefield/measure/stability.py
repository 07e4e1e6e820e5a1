"""Stability of a state: the softest mode of the polarization (`phasefield.solvers.softest`).

A perturbation along the mode decays at the rate Γ λ: a state is stable if the smallest eigenvalue λ is positive.
"""

from __future__ import annotations

from phasefield.errors import CaseError
from phasefield.initial import random_unknowns
from phasefield.simulation import Simulation
from phasefield.solvers.monolithic import MonolithicSystem
from phasefield.solvers.softest import softest_mode


def softest_curvature(simulation: Simulation) -> float:
    """The smallest eigenvalue of the second variation by P of the present state (J m/C²). Collective.

    The problem must be small enough to be factorized. Raises CaseError where no energy exists, ConvergenceError when
    factorization fails.
    """
    problem = simulation.problem
    if not simulation.functional.variational:
        raise CaseError("one-way flexocoupling and that of the phase-field literature have no energy to be curved")
    if problem.contact is not None:
        raise CaseError("the second variation has not been derived for an indenter, whose contact changes with P")
    start = random_unknowns(simulation.functional.spaces.P, simulation.domain, 0)
    found, _ = softest_mode(problem, MonolithicSystem(problem), start)
    return found * simulation.scaling.alpha
