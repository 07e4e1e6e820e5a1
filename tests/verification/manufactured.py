"""A manufactured solution of the coupled equations: smooth fields, and the sources that make them exact.

The strong form is written here with full tensors in SI and evaluated with NumPy, independently of the energies
of the package:

    e_i = ∂f_landau/∂P_i − G_ijkl ∂_j∂_lP_k − 2 Q_klij P_j s_kl − f_jkil ∂_lε_jk + ∂_iφ      (extra field)
    b_i = −∂_j(s_ij + f_ijkl ∂_lP_k),  s_ij = C_ijkl (ε_kl − Q_klmn P_m P_n)                  (body force)
    ρ   = ∂_i P_i − ε0 ε_b ∂_i∂_iφ                                           (free charge)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from phasefield import tensors
from phasefield.boundary import Conditions
from phasefield.build import region_coefficients
from phasefield.case import load_case
from phasefield.case.material import case_material
from phasefield.ferroelectric import Body, crystal_rotation
from phasefield.materials import Material
from phasefield.mesh import build_domain
from phasefield.physics import landau
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling, scaling_for
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.mechanics import MechanicsSolver
from phasefield.solvers.polarization import PolarizationSolver
from phasefield.solvers.rescue import Rescue
from phasefield.stepping import Relax

EPSILON_0 = 8.8541878128e-12


@dataclass(frozen=True)
class Waves:
    """A sum of sines: value_i = amplitude_i sin(k_i · x + phase_i) for each component i, x in m (3, n)."""

    amplitude: np.ndarray  # (components,)
    k: np.ndarray  # (components, 3), 1/m
    phase: np.ndarray  # (components,)

    def _argument(self, x: np.ndarray) -> np.ndarray:
        return self.k @ x + self.phase[:, None]

    def value(self, x: np.ndarray) -> np.ndarray:
        """(components, n)."""
        return self.amplitude[:, None] * np.sin(self._argument(x))

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """(components, 3, n): derivative along the second index."""
        return np.einsum("i,ij,in->ijn", self.amplitude, self.k, np.cos(self._argument(x)))

    def hessian(self, x: np.ndarray) -> np.ndarray:
        """(components, 3, 3, n)."""
        return -np.einsum("i,ij,ik,in->ijkn", self.amplitude, self.k, self.k, np.sin(self._argument(x)))


class Manufactured:
    """The exact fields P (C/m²), u (m), φ (V) on lab axes `axes`, and their sources in `material`."""

    def __init__(self, material: Material, rotation: np.ndarray, axes: tuple[int, ...]):
        self.material, self.rotation = material, rotation
        self.C = tensors.rotate4(material.stiffness, rotation)
        self.Q = tensors.rotate4(material.electrostriction, rotation)
        self.G = tensors.rotate4(material.gradient, rotation)
        self.f = np.zeros((3, 3, 3, 3)) if material.flexo is None else tensors.rotate4(material.flexo, rotation)
        self.permittivity = EPSILON_0 * material.background_permittivity
        # Incommensurate wave numbers of order 1/nm; none along axes that the mesh does not resolve.
        k = 1e9 * np.sqrt(np.arange(1.0, 22.0).reshape(7, 3) * [0.13, 0.17, 0.11] % 1.0 + 0.3)
        k *= np.where(np.arange(21).reshape(7, 3) % 4 == 1, -1.0, 1.0)
        k[:, [axis for axis in range(3) if axis not in axes]] = 0.0
        phase = np.sqrt(np.arange(2.0, 9.0))
        self.P = Waves(np.array([0.20, 0.15, 0.25]), k[:3], phase[:3])
        self.u = Waves(1e-11 * np.array([1.0, 0.8, 1.2]), k[3:6], phase[3:6])
        self.phi = Waves(np.array([0.3]), k[6:], phase[6:])

    def _landau_gradient(self, P: np.ndarray) -> np.ndarray:
        alpha = [self.material.landau.get(name, 0.0) for name in landau.TERMS]
        step = 1e-30
        # Complex step: exact to round-off.
        return np.stack(
            [
                landau.energy_density(
                    np.einsum("ij,jn->in", self.rotation, P + 1j * step * np.eye(3)[i][:, None]), alpha
                ).imag
                / step
                for i in range(3)
            ]
        )

    def sources(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Field (V/m), body force (N/m³) and charge (C/m³) at points x (3, n) in m."""
        P, dP = self.P.value(x), self.P.gradient(x)
        du = self.u.gradient(x)
        strain = 0.5 * (du + du.swapaxes(0, 1)) - np.einsum("ijkl,kn,ln->ijn", self.Q, P, P)
        stress = np.einsum("ijkl,kln->ijn", self.C, strain)
        # ∂_m of the elastic strain; C is symmetric in kl, so ∂_l∂_m u_k need not be symmetrized.
        change = self.u.hessian(x) - 2.0 * np.einsum("klpq,pn,qmn->klmn", self.Q, P, dP)
        force = -np.einsum("ijkl,kljn->in", self.C, change)
        force -= np.einsum("ijkl,kjln->in", self.f, self.P.hessian(x))
        e = self._landau_gradient(P) - np.einsum("ijkl,kjln->in", self.G, self.P.hessian(x))
        e += -2.0 * np.einsum("klij,jn,kln->in", self.Q, P, stress) + self.phi.gradient(x)[0]
        # Its ij is symmetric, so ∂_l∂_j u_i need not be symmetrized.
        e -= np.einsum("ijkl,ijln->kn", self.f, self.u.hessian(x))
        laplacian = np.einsum("iin->n", self.phi.hessian(x)[0])
        charge = np.einsum("iin->n", dP) - self.permittivity * laplacian
        return e, force, charge


def lab_points(axes: tuple[int, ...], x: np.ndarray) -> np.ndarray:
    """Lab coordinates (m) of mesh coordinates (nm)."""
    points = np.zeros((3, x.shape[1]))
    points[list(axes)] = 1e-9 * x[: len(axes)]
    return points


class ManufacturedProblem:
    """The package's problem with the sources of a manufactured solution, its fields exact on the surface."""

    EXACT = Manufactured

    def __init__(self, tables: dict, exact: bool = False, tolerance: float = 1e-9):
        case = self.case = load_case(tables)
        self.material = case_material(case)
        self.domain = build_domain(case.mesh, MPI.COMM_WORLD)
        self.scaling = scaling_for(self.material)
        self.exact = self.EXACT(self.material, crystal_rotation(case), self.domain.axes)
        self.functional = Functional(
            self.domain,
            case.mesh.degree,
            region_coefficients(case, self.domain, Body(case, self.domain, self.scaling)),
        )
        self._add_sources()
        conditions = Conditions(case, self.functional, self.scaling)
        self._hold_surface(conditions)
        polarization = PolarizationSolver(
            self.functional,
            conditions.free_P,
            conditions.free_phi,
            exact=exact,
            tolerance=tolerance,
        )
        mechanics = MechanicsSolver(self.functional, conditions.free_u, [], np.zeros(12), tolerance)
        self.problem = CoupledProblem(self.functional, conditions, polarization, mechanics)

    def _add_sources(self) -> None:
        """The sources as functions of a degree high enough not to be seen in the orders."""
        s: Scaling = self.scaling
        f0 = s.energy_density
        # Energies per volume: −e·P, −b·u and ρφ, each over f0.
        scales = (s.polarization / f0, s.displacement / f0, s.potential / f0)
        fields = []
        for i, (shape, scale) in enumerate(zip(((3,), (3,), ()), scales, strict=True)):
            space = fem.functionspace(self.domain.mesh, ("Lagrange", self.functional.degree + 2, shape))
            source = fem.Function(space)
            source.interpolate(
                lambda x, i=i, scale=scale: scale * self.exact.sources(lab_points(self.domain.axes, x))[i]
            )
            fields.append(source)
        e, b, rho = fields
        self.functional.volume_loads.append(lambda P, u, phi: -ufl.inner(e, P) - ufl.inner(b, u) + rho * phi)

    def _hold_surface(self, conditions: Conditions) -> None:
        """Exact values on the whole surface, zero inside; the surface is held."""
        f, mesh = self.functional, self.domain.mesh
        mesh.topology.create_connectivity(mesh.topology.dim - 1, mesh.topology.dim)
        facets = np.concatenate([self.domain.facets(name) for name in self.domain.boundaries])
        nodes = fem.locate_dofs_topological(f.spaces.phi, mesh.topology.dim - 1, np.unique(facets))
        self._hold(conditions, nodes)

    def _hold(self, conditions: Conditions, nodes: np.ndarray) -> None:
        f = self.functional
        for name, free in (
            ("P", conditions.free_P),
            ("u", conditions.free_u),
            ("phi", conditions.free_phi),
        ):
            function = getattr(f, name)
            function.interpolate(lambda x, name=name: self.value(name, x))
            size = function.function_space.dofmap.index_map_bs
            free.reshape(-1, size)[nodes] = 0.0
            function.x.array[free == 1.0] = 0.0

    def value(self, name: str, x: np.ndarray) -> np.ndarray:
        """An exact field in solver units at mesh coordinates."""
        unit = {
            "P": self.scaling.polarization,
            "u": self.scaling.displacement,
            "phi": self.scaling.potential,
        }[name]
        return getattr(self.exact, name).value(lab_points(self.domain.axes, x)) / unit

    def solve(self) -> int:
        """Relax to equilibrium; the number of steps."""
        stepper = Relax(self.problem, self.case.time, self.scaling, Rescue(self.problem, 0))
        stepper.start()
        return [step.number for step in stepper.run()][-1]
