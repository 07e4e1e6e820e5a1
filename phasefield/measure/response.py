"""Small-signal response of an equilibrium: permittivity, piezoelectric and pyroelectric coefficients.

By one factorization of the linearized coupled problem for all drives (`linear`, see `phasefield.response`), or from
states relaxed at two values of each drive (`by_differences`). Both give the means of P, E, D and the strain over the
ferroelectric body per unit of the drive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from phasefield.case.schema import TimeTable
from phasefield.response import (
    Drive,
    Linearization,
    Response,
    field_drive,
    means,
    permittivity_of,
    piezoelectric_of,
    temperature_drive,
)
from phasefield.simulation import Simulation
from phasefield.stepping import Relax
from phasefield.tensors import Array


def field(simulation: Simulation, axis: int, step: float = 1e4) -> Drive:
    """The component `axis` of the applied field (V/m), as between electrodes at a voltage."""
    return field_drive(simulation.parts, axis, step)


def temperature(simulation: Simulation, step: float = 0.1) -> Drive:
    """The temperature (K) of the ferroelectric body."""
    return temperature_drive(simulation.parts, step)


def linear(simulation: Simulation, *drives: Drive, clamped: bool = False) -> list[Response]:
    """Responses by one factorization of the linearized problem; `clamped`: with the strain held everywhere.

    Raises ConvergenceError if the state is no minimum of the energy, such as one at a spinodal.
    """
    linearization = Linearization(simulation.parts, simulation.observables)
    linearization.at_present(clamped)
    return [linearization.response(drive) for drive in drives]


def by_differences(simulation: Simulation, *drives: Drive, equilibrium: float = 1e-9) -> list[Response]:
    """Responses by central differences of two states each, relaxed to the driving field `equilibrium`."""
    return [_difference(simulation, drive, equilibrium) for drive in drives]


def _difference(simulation: Simulation, drive: Drive, equilibrium: float) -> Response:
    saved = simulation.problem.snapshot()
    found = []
    for sign in (1.0, -1.0):
        drive.set(drive.value + sign * drive.step)
        _relax(simulation, equilibrium)
        found.append(means(simulation.observables))
        simulation.problem.restore(saved)
    drive.set(drive.value)
    return Response.of((found[0] - found[1]) / (2.0 * drive.step))


def _relax(simulation: Simulation, equilibrium: float) -> None:
    simulation.problem.settle_potential()
    simulation.problem.settle()
    spec = TimeTable(mode="relax", equilibrium=equilibrium)
    for _ in Relax(simulation.problem, spec, simulation.scaling, simulation.stepper.rescue).run():
        pass


# --- coefficients -----------------------------------------------------------------------------------------


class Method(Protocol):
    """`linear` or `by_differences`."""

    def __call__(self, simulation: Simulation, *drives: Drive) -> list[Response]:
        """The response to each drive."""


@dataclass(frozen=True)
class Coefficients:
    """Relative permittivity (3, 3), piezoelectric (6, 3; m/V) and pyroelectric (3,; C/(m² K)) coefficients."""

    permittivity: Array
    piezoelectric: Array
    pyroelectric: Array


def coefficients(simulation: Simulation, method: Method = linear) -> Coefficients:
    """All coefficients of a state, from one factorization; see the functions of their names."""
    *to_fields, to_temperature = method(simulation, *_fields(simulation), temperature(simulation))
    return Coefficients(permittivity_of(to_fields), piezoelectric_of(to_fields), to_temperature.D)


def permittivity(simulation: Simulation, method: Method = linear) -> Array:
    """Relative permittivity ε_ij = ∂D_i/∂E_j/ε0 (3, 3) at the state's field, temperature and mechanical conditions.

    D is the mean over the ferroelectric body, E the applied field: between electrodes on both sides of a film that
    is resolved along z, ε_zz is what a small voltage measures.
    """
    return permittivity_of(method(simulation, *_fields(simulation)))


def piezoelectric(simulation: Simulation, method: Method = linear) -> Array:
    """Piezoelectric coefficients ∂γ_p/∂E_j (6, 3) in m/V of the mean strain, engineering shear: d33 is [2, 2]."""
    return piezoelectric_of(method(simulation, *_fields(simulation)))


def pyroelectric(simulation: Simulation, method: Method = linear) -> Array:
    """Pyroelectric coefficient ∂D_i/∂T (3,) in C/(m² K) at the state's mechanical conditions and applied field."""
    [response] = method(simulation, temperature(simulation))
    return response.D


def primary_pyroelectric(simulation: Simulation) -> Array:
    """The part of the pyroelectric coefficient (3,) at constant strain; the rest comes with the deformation."""
    [response] = linear(simulation, temperature(simulation), clamped=True)
    return response.D


def tunability(permittivity_at_zero: float, permittivity_in_field: float) -> float:
    """(ε(0) − ε(E))/ε(0)."""
    return 1.0 - permittivity_in_field / permittivity_at_zero


def _fields(simulation: Simulation) -> list[Drive]:
    return [field(simulation, axis) for axis in range(3)]
