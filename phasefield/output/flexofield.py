"""Strain gradients and the flexoelectric field, as fields of continuous elements.

Both are derivatives of the strain, which jumps from cell to cell. They are found in the weak sense, so that elements
of degree 1 have them too; with these the nodes on a surface are off by a part that stays under refinement.
"""

from __future__ import annotations

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from phasefield.mesh.revolution import Measure, voigt_around
from phasefield.output.derived import DerivedField
from phasefield.output.projection import Projection
from phasefield.physics import flexoelectricity
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling
from phasefield.units import LENGTH

#: From engineering Voigt components to those of the tensor.
TENSOR = (1.0, 1.0, 1.0, 0.5, 0.5, 0.5)
#: Lab axes along which strain gradients are written, by the name of the field.
STRAIN_GRADIENTS = {f"strain_gradient_{axis}": i for i, axis in enumerate("xyz")}


class FlexoField(DerivedField):
    """E_k = ∂_l(f_ijkl ε_ij) in the space of P; f is constant but where it follows the composition.

    ∫ E·v dV = −∫ f_ijkl ε_ij ∂_lv_k dV + ∮ f_ijkl ε_ij v_k n_l dA for all v of the space of P, over the body with
    flexocoupling: what the equation of P is driven by, without the surface terms of any form.
    """

    def __init__(self, functional: Functional, scaling: Scaling):
        self.name, self.functional, self.scale = "E_flexo", functional, scaling.field
        space = functional.spaces.P
        weak = self._weak(ufl.TestFunction(space))
        self.projection = Projection(weak, space, functional, functional.flexo_regions, self.name)
        self.function = self.projection.function

    def _weak(self, v: Expr) -> ufl.Form:
        f = self.functional
        volume = [
            -flexoelectricity.energy_density(f.lattice_strain(), f.domain.grad(v), c.flexo) * f.dx(region)
            for region, c in f.flexo_regions.items()
        ]
        return sum(volume) + f.flexo_surface_density(v) * f.flexo_skin()

    def update(self) -> None:
        """Project at the present strain (solver units; multiply by `scale` for SI)."""
        self.projection.update()


class StrainGradient(DerivedField):
    """∂_lε_ij along one lab axis l: tensor components in Voigt order, at the nodes of the polar body.

    ∫ g_ij w_ij dV = −∫ ε_ij ∂_lw_ij dV + ∮ ε_ij w_ij n_l dA for all w, with the strain ε from the stress-free lattice.
    Zero along an axis that the mesh does not resolve. In a body of revolution ∂_x is along r, whose divergence 1/r
    joins ∂_lw, and "y" is around the axis, where no derivative has to be moved to w.
    """

    def __init__(self, name: str, functional: Functional, scaling: Scaling):
        self.name, self.functional, self.scale = name, functional, scaling.strain / LENGTH
        f, axis = functional, STRAIN_GRADIENTS[name]
        space = fem.functionspace(f.domain.mesh, ("Lagrange", f.degree, (6,)))
        self.projection = None
        around = f.domain.axisymmetric and axis == 1
        if axis not in f.domain.axes and not around:
            self.function = fem.Function(space, name=name)
            return
        w = ufl.TestFunction(space)
        weak = self._around(w) if around else self._along(axis, w)
        self.projection = Projection(weak, space, f, f.polar_regions, name)
        self.function = self.projection.function

    def _measures(self) -> list[Measure]:
        f = self.functional
        return [f.dx(region, 2 * f.degree) for region in f.polar_regions]

    def _along(self, axis: int, w: Expr) -> ufl.Form:
        """∫ ∂_lε·w dV along a lab axis that the mesh resolves, without a derivative of the strain."""
        f = self.functional
        tensor, change = _tensor_components(f.lattice_strain()), ufl.grad(w)[:, f.domain.axes.index(axis)]
        if f.domain.axisymmetric and axis == 0:
            change += w / f.domain.radius
        skin = f.domain.skin(*f.polar_regions, quadrature_degree=2 * f.degree)
        volume = sum(-ufl.inner(tensor, change) * dx for dx in self._measures())
        return volume + ufl.inner(tensor, w) * f.domain.normal()[axis] * skin

    def _around(self, w: Expr) -> ufl.Form:
        """The same around the axis of a body of revolution."""
        f = self.functional
        hoop = _tensor_components(ufl.as_vector(voigt_around(f.lattice_strain(), f.domain.radius)))
        return sum(ufl.inner(hoop, w) * dx for dx in self._measures())

    def update(self) -> None:
        """Project at the present strain (solver units; multiply by `scale` for SI)."""
        if self.projection:
            self.projection.update()


def _tensor_components(voigt: Expr) -> Expr:
    return ufl.as_vector([factor * voigt[k] for k, factor in enumerate(TENSOR)])
