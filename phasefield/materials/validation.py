"""Is a material physical? Bounded energy, stable elasticity and gradients, sane scalars."""

from __future__ import annotations

from dataclasses import replace

from phasefield.errors import MaterialError
from phasefield.materials import stability
from phasefield.materials.model import Material
from phasefield.materials.quantities import SEMICONDUCTOR
from phasefield.tensors import Array


def validated(material: Material, place: str) -> Material:
    """The material, with a warning added where free surfaces may be unstable.

    Raises:
        MaterialError: Landau energy unbounded below, stiffness not positive definite, gradient
            energy not elliptic, eps_b < 1, kinetic <= 0 or lattice parameter <= 0; the message
            gives number and remedy.
    """
    check_landau(material.landau, place)
    _check_stiffness(material.stiffness, place)
    _check_scalars(material, place)
    return _check_gradient(material, place)


def check_landau(landau: dict[str, float], place: str) -> None:
    """Raise MaterialError unless the Landau energy is bounded below in every direction."""
    order, growth, n = stability.lowest_growth(landau)
    if growth <= 0.0:
        raise MaterialError(
            f"{place}: the Landau energy is not bounded below: its order-{order} part is"
            f" {growth:.3g} |P|^{order} along [{_text(n)}]; check signs and powers of ten of the"
            f" order-{order} coefficients, or add a higher order"
        )


def _check_stiffness(C: Array, place: str) -> None:
    lowest = stability.stiffness_minimum(C)
    if lowest <= 0.0:
        raise MaterialError(
            f"{place}: the stiffness is not positive definite (lowest eigenvalue {lowest:.3g} Pa):"
            " C11 > |C12|, C11 + 2 C12 > 0 and C44 > 0 are needed"
        )


def _check_gradient(material: Material, place: str) -> Material:
    lowest, n = stability.gradient_ellipticity(material.gradient)
    if lowest <= 0.0:
        raise MaterialError(
            f"{place}: the gradient energy of waves along [{_text(n)}] is {lowest:.3g} J m^3/C^2;"
            " it must be positive in every direction (G11 > 0, G44 + G44' > 0, ...)"
        )
    if stability.gradient_minimum(material.gradient) < -1e-6 * lowest:
        note = "gradient: the energy is negative for some grad P: free surfaces may be unstable"
        return replace(material, warnings=(*material.warnings, note))
    return material


def _check_scalars(material: Material, place: str) -> None:
    permittivity = material.background_permittivity
    if not permittivity >= 1.0:
        raise MaterialError(f"{place}: background_permittivity is {permittivity:g}; it must be >= 1")
    for key, value in (
        ("kinetic", material.kinetic),
        ("lattice_parameter", material.lattice_parameter),
    ):
        if value is not None and not value > 0.0:
            raise MaterialError(f"{place}: {key} is {value:g}; it must be > 0")
    if material.semiconductor is not None:
        for key in SEMICONDUCTOR:
            value = getattr(material.semiconductor, key)
            if not value > 0.0:
                raise MaterialError(f"{place}: semiconductor.{key} is {value:g}; it must be > 0")


def _text(n: Array) -> str:
    return " ".join(f"{value:.2f}" for value in n + 0.0)
