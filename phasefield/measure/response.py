"""Small-signal response of an equilibrium: permittivity, piezoelectric and pyroelectric coefficients.

A drive x (a component of the applied field, the temperature) moves the fields y of an equilibrium R(y; x) = 0 by
dy/dx = −J⁻¹ ∂R/∂x with J = ∂R/∂y, the second derivatives of the energy: one solve of the linearized coupled problem
(`linear`). Or the state is relaxed at two values of x (`by_differences`). Both give the means of P, E, D and the
strain over the ferroelectric body per unit of x.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from mpi4py import MPI

from phasefield.case.schema import TimeTable
from phasefield.errors import ConvergenceError
from phasefield.simulation import Simulation
from phasefield.solvers.monolithic import MonolithicSystem, Unknowns
from phasefield.stepping import Relax
from phasefield.tensors import Array
from phasefield.units import EPSILON_0


@dataclass(frozen=True)
class Drive:
    """What a state responds to: its present value (SI), how to set it, and a small step of it."""

    value: float
    set: Callable[[float], None]
    step: float


@dataclass(frozen=True)
class Response:
    """Changes of means over the ferroelectric body per unit of a drive, SI.

    Attributes: P, E, D (3,); strain (6,) in Voigt order, tensor components.
    """

    P: Array
    E: Array
    D: Array
    strain: Array

    @classmethod
    def of(cls, means: np.ndarray) -> Response:
        """From changes of the means of a row of observables."""
        return cls(P=means[0:3], E=means[3:6], D=means[6:9], strain=means[9:15])


def field(simulation: Simulation, axis: int, step: float = 1e4) -> Drive:
    """The component `axis` of the applied field (V/m), as between electrodes at a voltage."""
    constant, unit = simulation.functional.applied_field, simulation.scaling.field

    def set_value(value: float) -> None:
        constant.value[axis] = value / unit

    return Drive(float(constant.value[axis]) * unit, set_value, step)


def temperature(simulation: Simulation, step: float = 0.1) -> Drive:
    """The temperature (K) of the ferroelectric body."""
    body = simulation.parts.body
    return Drive(body.temperature, body.set_temperature, step)


def linear(simulation: Simulation, drive: Drive, clamped: bool = False) -> Response:
    """Response by one solve of the linearized problem; `clamped`: with the strain held everywhere.

    Raises ConvergenceError if the state is no minimum of the energy, such as one at a spinodal.
    """
    system = MonolithicSystem(simulation.problem)
    functional = simulation.functional
    system.assemble(held=(functional.u,) if clamped else ())
    system.factorize()
    if not clamped and not system.convex:
        raise ConvergenceError("unstable_state", "the state is no minimum of the energy: relax it first")
    residual, explicit = _derivatives(simulation, system, drive)
    change = system.solve(residual)
    largest = max(np.abs(change.fields).max(initial=0.0), np.abs(change.strain).max(initial=0.0))
    length = 1e-2 / simulation.comm.allreduce(float(largest), op=MPI.MAX)
    saved, before = simulation.problem.snapshot(), _means(simulation)
    system.move(change, length)
    after = _means(simulation)
    simulation.problem.restore(saved)
    return Response.of(explicit + (after - before) / length)


def _derivatives(simulation: Simulation, system: MonolithicSystem, drive: Drive) -> tuple[Unknowns, Array]:
    """Changes per unit of the drive at fixed fields, by central differences: of the residuals and of the means."""
    found = []
    for sign in (1.0, -1.0):
        drive.set(drive.value + sign * drive.step)
        residual = system.residual()
        found.append((residual.fields.copy(), residual.strain.copy(), _means(simulation)))
    drive.set(drive.value)
    fields, strain, means = ((above - below) / (2.0 * drive.step) for above, below in zip(*found, strict=True))
    return Unknowns(fields, strain), means


def by_differences(simulation: Simulation, drive: Drive, equilibrium: float = 1e-9) -> Response:
    """Response by central differences of two states relaxed to the driving field `equilibrium`."""
    saved = simulation.problem.snapshot()
    found = []
    for sign in (1.0, -1.0):
        drive.set(drive.value + sign * drive.step)
        _relax(simulation, equilibrium)
        found.append(_means(simulation))
        simulation.problem.restore(saved)
    drive.set(drive.value)
    return Response.of((found[0] - found[1]) / (2.0 * drive.step))


def _relax(simulation: Simulation, equilibrium: float) -> None:
    simulation.problem.settle_potential()
    simulation.problem.settle()
    spec = TimeTable(mode="relax", equilibrium=equilibrium)
    for _ in Relax(simulation.problem, spec, simulation.scaling, simulation.stepper.rescue).run():
        pass


def _means(simulation: Simulation) -> Array:
    """Means of P, E, D (3 each) and the strain (6) in SI."""
    observables = simulation.observables
    means = observables.means()[:15] / observables.volume * observables.scales[:15]
    return np.array(means, dtype=np.float64)


# --- coefficients -----------------------------------------------------------------------------------------

Method = Callable[[Simulation, Drive], Response]


def permittivity(simulation: Simulation, method: Method = linear) -> Array:
    """Relative permittivity ε_ij = ∂D_i/∂E_j/ε0 (3, 3) at the state's field, temperature and mechanical conditions.

    D is the mean over the ferroelectric body, E the applied field: between electrodes on both sides of a film that
    is resolved along z, ε_zz is what a small voltage measures.
    """
    columns = [method(simulation, field(simulation, axis)).D / EPSILON_0 for axis in range(3)]
    return np.column_stack(columns)


def piezoelectric(simulation: Simulation, method: Method = linear) -> Array:
    """Piezoelectric coefficients ∂γ_p/∂E_j (6, 3) in m/V of the mean strain, engineering shear: d33 is [2, 2]."""
    engineering = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    columns = [method(simulation, field(simulation, axis)).strain * engineering for axis in range(3)]
    return np.column_stack(columns)


def pyroelectric(simulation: Simulation, method: Method = linear) -> Array:
    """Pyroelectric coefficient ∂D_i/∂T (3,) in C/(m² K) at the state's mechanical conditions and applied field."""
    return method(simulation, temperature(simulation)).D


def primary_pyroelectric(simulation: Simulation) -> Array:
    """The part of the pyroelectric coefficient (3,) at constant strain; the rest comes with the deformation."""
    return linear(simulation, temperature(simulation), clamped=True).D


def tunability(permittivity_at_zero: float, permittivity_in_field: float) -> float:
    """(ε(0) − ε(E))/ε(0)."""
    return 1.0 - permittivity_in_field / permittivity_at_zero
