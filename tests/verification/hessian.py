"""The second variation of the energy of a small problem as dense matrices."""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem
from scipy.linalg import eig, eigh

from phasefield.simulation import Simulation


def dense(form: ufl.Form) -> np.ndarray:
    """A bilinear form as a dense matrix, on one rank."""
    return fem.assemble_matrix(fem.form(form)).to_dense()


def smallest_eigenvalue(simulation: Simulation) -> float:
    """The first of `eigenvalues`."""
    return float(eigenvalues(simulation)[0])


def eigenvalues(simulation: Simulation) -> np.ndarray:
    """Eigenvalues (real parts) of the operator of P at relaxed u, rising: δ²H/δP² where there is an energy.

    In solver units, without electrostatics and prescribed values.
    """
    f = simulation.functional
    trial, test = ufl.TrialFunction(f.spaces.P), ufl.TestFunction(f.spaces.P)
    by_P = ufl.derivative(f.polarization_energy(), f.P, test)
    by_u = ufl.derivative(f.mechanical_energy(), f.u, test)
    PP, uu = dense(ufl.derivative(by_P, f.P, trial)), dense(ufl.derivative(by_u, f.u, trial))
    mass = dense(ufl.inner(trial, test) * ufl.dx)
    Pu, uP = coupling_blocks(simulation)
    # Rigid motions and strains that nothing opposes cost nothing and are not driven by P.
    condensed = PP - Pu @ np.linalg.pinv(uu, rcond=1e-12, hermitian=True) @ uP
    if f.variational:
        return np.asarray(eigh(condensed, mass, eigvals_only=True))
    return np.sort(eig(condensed, mass, right=False).real)


def coupling_blocks(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the equation of P by u, and of that of u by P."""
    f = simulation.functional
    trial, test = ufl.TrialFunction(f.spaces.P), ufl.TestFunction(f.spaces.P)
    by_P = ufl.derivative(f.polarization_energy(), f.P, test)
    by_u = ufl.derivative(f.mechanical_energy(), f.u, test)
    return dense(ufl.derivative(by_P, f.u, trial)), dense(ufl.derivative(by_u, f.P, trial))
