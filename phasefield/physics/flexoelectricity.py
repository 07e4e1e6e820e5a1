"""Flexocoupling: polarization and strain gradients drive each other.

One energy for the direct and the converse effect, with f_ijkl in V (strain ij, polarization k, gradient l):

    F_θ = ∫ f_ijkl ε_ij ∂_lP_k dV − θ ∮ f_ijkl ε_ij P_k n_l dA

over the polar body and its whole surface, ε the strain from its stress-free lattice without polarization, that is
the total strain minus that of misfit and composition. For every θ the bulk sees the flexoelectric field
E_k = f_ijkl ∂_lε_ij in the equation of P and the stress σ_ij = C(ε − ε°) + f_ijkl ∂_lP_k; where f follows the
composition the field is ∂_l(f_ijkl ε_ij). What θ changes is the surface: where P is free its natural condition is
(G∇P)·n = −(1 − θ) f ε n, and the tractions carry −θ f P n.

- θ = 0, "gradient of P": bounded below as long as the plane-wave block is positive definite.
- θ = ½, "symmetric" (Lifshitz), and θ = 1, "strain gradient" (−f P ∇ε, integrated by parts): a surface mode is
  unbounded below unless strain gradients cost energy too or the strain is prescribed.

With P = 0 on the surface, or in a periodic body, all three are the same.

Much of the phase-field literature combines the direct effect of θ = 1 (the field f ∇ε inside, (G∇P)·n = 0 on the
surface) with the converse effect of θ = 0 (σ = C(ε − ε°) + f ∇P, no tractions). With free surfaces these are not
derivatives of one energy: direct and converse effect are not reciprocal, and no energy need fall.
"""

from __future__ import annotations

from dataclasses import dataclass

import ufl

from phasefield.physics import gradient

#: θ of each form by its name in case files.
FORMS = {"gradient of P": 0.0, "symmetric": 0.5, "strain gradient": 1.0}


@dataclass(frozen=True)
class Coupling:
    """θ of the direct effect (equation of P) and of the converse effect (stress); None where there is none."""

    direct: float | None = 0.0
    converse: float | None = 0.0

    @property
    def variational(self) -> bool:
        """Whether both effects are derivatives of one energy."""
        return self.direct == self.converse

    @property
    def reported(self) -> float:
        """θ of the energy in reports: that of the direct effect, if there is one."""
        return next(theta for theta in (self.direct, self.converse, 0.0) if theta is not None)


#: Both effects by name: the three forms, and the non-variational combination of the literature.
COUPLINGS = {name: Coupling(theta, theta) for name, theta in FORMS.items()} | {
    "phase-field literature": Coupling(direct=1.0, converse=0.0)
}


def coupling(form: str, one_way: str | None = None) -> Coupling:
    """The coupling of a named form, with `one_way` ("direct" or "converse") without the other effect."""
    both = COUPLINGS[form]
    return Coupling(
        direct=None if one_way == "converse" else both.direct,
        converse=None if one_way == "direct" else both.converse,
    )


def energy_density(strain, grad_P, f):
    """ε : f : ∇P with the Voigt strain (6, engineering), `grad_P`[k, l] = ∂_lP_k and `f` as a 6x9 matrix."""
    return ufl.inner(strain, stress(grad_P, f))


def stress(grad_P, f):
    """Voigt stress f_ijkl ∂_lP_k that a gradient of the polarization adds."""
    return ufl.dot(f, gradient.flat(grad_P))


def surface_energy(strain, P, normal, f):
    """f_ijkl ε_ij P_k n_l per area, to be counted −θ times."""
    return energy_density(strain, ufl.outer(P, normal), f)


def field(grad_strain, f):
    """Flexoelectric field E_k = f_ijkl ∂_lε_ij of the gradient [p, l] = ∂_lε_p of the Voigt strain."""
    return ufl.as_vector(
        [sum(f[p, 3 * k + l] * grad_strain[p, l] for p in range(6) for l in range(3)) for k in range(3)]
    )
