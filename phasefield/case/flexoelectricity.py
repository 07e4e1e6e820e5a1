"""Well-posedness of the flexocoupling of a case: a coupling beyond the bound is refused before anything runs."""

from __future__ import annotations

import numpy as np

from phasefield import tensors
from phasefield.case.layout import axes_of
from phasefield.case.schema import Case
from phasefield.errors import MaterialError
from phasefield.materials import Material
from phasefield.materials.stability import FlexoBound, flexo_bound

#: Forms without a surface mode that grows; the last has no energy, but the same spectrum within the bound.
BOUNDED = ("gradient of P", "phase-field literature")


def case_bound(case: Case, material: Material) -> FlexoBound:
    """Largest stable multiple s* of the flexocoupling, and the crystal direction of the wave that limits it.

    Over the wave directions that the mesh resolves: a line has one, a section those of its plane, a body of revolution
    all. The bound of coefficients averaged about the axis is no smaller than that of the crystal, which is given.
    """
    assert material.flexo is not None
    axes = (None if case.mesh.axisymmetric else axes_of(case.mesh)) or "xyz"
    R = tensors.rotation(x=case.crystal.x, z=case.crystal.z)
    span = R[:, ["xyz".index(axis) for axis in axes]].T
    return flexo_bound(material.stiffness, material.flexo, material.gradient, span=span)


def unstable(case: Case, material: Material) -> str:
    """Why the coupling of the case has no bounded energy, or "" if it has one."""
    flexo = case.flexoelectricity
    if material.flexo is None or not case.mechanics.enabled or flexo.one_way is not None:
        return ""
    if flexo.strain_gradient_length is not None or case.mechanics.prescribed is not None:
        return ""
    bound = case_bound(case, material)
    if bound.scale <= 1.0:
        return (
            f"the flexocoupling is beyond its stability bound: f may be at most {bound.scale:.3g} times as large"
            f" (limited by waves along the crystal direction {direction_text(bound.direction)}), or grid-scale noise"
            ' grows without end; use smaller coefficients, larger gradient coefficients, gradient = "free" if they hold'
            " at fixed stress, a strain_gradient_length, one_way = true, or allow_unstable = true to try nevertheless"
        )
    if flexo.form not in BOUNDED:
        return (
            f'form = "{flexo.form}" has a surface mode without lower bound unless strain gradients cost energy;'
            ' give a strain_gradient_length, or use form = "gradient of P", one_way = true, or'
            " allow_unstable = true to try nevertheless"
        )
    return ""


def check_flexocoupling(case: Case, material: Material) -> None:
    """Raise MaterialError for a flexocoupling that makes the problem ill-posed, unless the case allows it."""
    reason = unstable(case, material)
    if reason and not case.flexoelectricity.allow_unstable:
        raise MaterialError(f"flexoelectricity: {reason}")


def direction_text(n: np.ndarray) -> str:
    """A direction as [h k l] with its largest component 1."""
    scaled = n / n[np.argmax(np.abs(n))]
    return f"[{' '.join(f'{round(v, 3) + 0.0:g}' for v in scaled)}]"
