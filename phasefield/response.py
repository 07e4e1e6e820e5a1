"""Small-signal response of an equilibrium by linearization: permittivity, piezoelectric and pyroelectric coefficients.

A drive x (a component of the applied field, the temperature) moves the fields y of an equilibrium R(y; x) = 0 by
dy/dx = −J⁻¹ ∂R/∂x with J = ∂R/∂y, the second derivatives of the energy. J is factorized once for all drives of a
state; each takes two residuals and one solve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from mpi4py import MPI

from phasefield.build import Parts
from phasefield.errors import CaseError, ConvergenceError
from phasefield.log import logger
from phasefield.observables import Observables
from phasefield.registry import response_columns
from phasefield.solvers.monolithic import MonolithicSystem, Unknowns
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


def field_drive(parts: Parts, axis: int, step: float = 1e4) -> Drive:
    """The component `axis` of the applied field (V/m), as between electrodes at a voltage.

    Raises CaseError for a field across the axis of a body of revolution.
    """
    if parts.domain.axisymmetric and axis != 2:
        raise CaseError("a field across the axis of a body of revolution needs a mesh in three dimensions")
    constant, unit = parts.functional.applied_field, parts.scaling.field
    start = float(constant.value[axis])

    def set_value(value: float) -> None:
        constant.value[axis] = start + (value - start * unit) / unit  # the start itself, to the last bit

    return Drive(start * unit, set_value, step)


def temperature_drive(parts: Parts, step: float = 0.1) -> Drive:
    """The temperature (K) of the ferroelectric body."""
    return Drive(parts.body.temperature, parts.set_temperature, step)


def means(observables: Observables) -> Array:
    """Means of P, E, D (3 each) and the strain (6) in SI."""
    found = observables.means()[:15] / observables.volume * observables.scales[:15]
    return np.array(found, dtype=np.float64)


class Linearization:
    """The linearized coupled problem of a run, at whatever state it is in when `at_present` is called.

    Makes its matrices once; `at_present` assembles and factorizes them.
    """

    def __init__(self, parts: Parts, observables: Observables):
        self.parts = parts
        self.observables = observables
        self.system = MonolithicSystem(parts.problem)

    def at_present(self, clamped: bool = False) -> None:
        """Linearize around the present state; `clamped`: with the strain held everywhere.

        Raises ConvergenceError if the state is no minimum of the energy, such as one at a spinodal.
        """
        self.system.assemble(held=(self.parts.functional.u,) if clamped else ())
        self.system.factorize()
        if not clamped and not self.system.convex:
            raise ConvergenceError("unstable_state", "the state is no minimum of the energy: relax it first")

    def response(self, drive: Drive) -> Response:
        """Response of the linearized problem; the state stays as it is."""
        residual, explicit = self._derivatives(drive)
        change = self.system.solve(residual)
        largest = max(np.abs(change.fields).max(initial=0.0), np.abs(change.strain).max(initial=0.0))
        largest = self.system.comm.allreduce(float(largest), op=MPI.MAX)
        if largest == 0.0:
            return Response.of(explicit)
        # The means are linear in the fields: any length of the move gives their derivative.
        length = 1e-2 / largest
        saved, before = self.parts.problem.snapshot(), means(self.observables)
        self.system.move(change, length)
        after = means(self.observables)
        self.parts.problem.restore(saved)
        return Response.of(explicit + (after - before) / length)

    def _derivatives(self, drive: Drive) -> tuple[Unknowns, Array]:
        """Changes per unit of the drive at fixed fields, by central differences: of the residuals and of the means."""
        found = []
        for sign in (1.0, -1.0):
            drive.set(drive.value + sign * drive.step)
            residual = self.system.residual()
            found.append((residual.fields.copy(), residual.strain.copy(), means(self.observables)))
        drive.set(drive.value)
        fields, strain, mean = ((above - below) / (2.0 * drive.step) for above, below in zip(*found, strict=True))
        return Unknowns(fields, strain), mean


# --- coefficients -----------------------------------------------------------------------------------------

#: Tensor to engineering strains.
ENGINEERING = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])


def permittivity_of(to_fields: Iterable[Response]) -> Array:
    """Relative permittivity ε_ij = ∂D_i/∂E_j/ε0 (3, 3) from the responses to the field along x, y and z."""
    return np.column_stack([response.D / EPSILON_0 for response in to_fields])


def piezoelectric_of(to_fields: Iterable[Response]) -> Array:
    """Piezoelectric coefficients ∂γ_p/∂E_j (6, 3) in m/V, engineering shear, from the responses to the field."""
    return np.column_stack([response.strain * ENGINEERING for response in to_fields])


class ResponseColumns:
    """Columns of observables.csv with the coefficients that a case asks for, of every state in equilibrium.

    NaN where the state is none, or no minimum of the energy. Raises CaseError: too many unknowns to factorize.
    """

    def __init__(self, parts: Parts, observables: Observables, wanted: Sequence[str]):
        self.wanted = tuple(wanted)
        self.nothing = {name: float("nan") for kind in self.wanted for name in response_columns(kind)}
        self.parts = parts
        if self.wanted:
            parts.stepper.rescue.newton.demand("output.response")
        self.linearization = Linearization(parts, observables) if self.wanted else None

    def row(self, in_equilibrium: bool) -> dict[str, float]:
        """The columns for the present state."""
        if self.linearization is None or not in_equilibrium:
            return self.nothing
        try:
            values = self._values(self.linearization)
        except ConvergenceError as error:
            logger.warning("output.response: %s", error)
            return self.nothing
        return dict(zip(self.nothing, values, strict=True))

    def _values(self, linearization: Linearization) -> list[float]:
        linearization.at_present()
        drives = [field_drive(self.parts, axis) for axis in range(3)] if self.wanted != ("pyroelectric",) else []
        to_fields = [linearization.response(drive) for drive in drives]
        found: dict[str, Array] = {}
        if "permittivity" in self.wanted:
            found["permittivity"] = permittivity_of(to_fields).ravel()
        if "piezoelectric" in self.wanted:
            found["piezoelectric"] = piezoelectric_of(to_fields).T.ravel()
        if "pyroelectric" in self.wanted:
            found["pyroelectric"] = self._pyroelectric(linearization)
        return [float(value) for kind in self.wanted for value in found[kind]]

    def _pyroelectric(self, linearization: Linearization) -> Array:
        """The whole coefficient and the part at constant strain, whose linearization is another."""
        drive = temperature_drive(self.parts)
        whole = linearization.response(drive).D
        linearization.at_present(clamped=True)
        return np.concatenate([whole, linearization.response(drive).D])
