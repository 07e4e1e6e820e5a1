"""The second variation of the energy of a small problem as dense matrices."""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem
from scipy.linalg import eigh

from phasefield.simulation import Simulation


def dense(form: ufl.Form) -> np.ndarray:
    """A bilinear form as a dense matrix, on one rank."""
    return fem.assemble_matrix(fem.form(form)).to_dense()


def smallest_eigenvalue(simulation: Simulation) -> float:
    """The first of `eigenvalues`."""
    return float(eigenvalues(simulation)[0])


def eigenvalues(simulation: Simulation) -> np.ndarray:
    """Eigenvalues of δ²H/δP² (solver units) at relaxed u, rising, without electrostatics and prescribed values."""
    f = simulation.functional
    trial, test = ufl.TrialFunction(f.spaces.P), ufl.TestFunction(f.spaces.P)
    energy = f.energy()
    by_P, by_u = ufl.derivative(energy, f.P, test), ufl.derivative(energy, f.u, test)
    PP, uu = dense(ufl.derivative(by_P, f.P, trial)), dense(ufl.derivative(by_u, f.u, trial))
    uP = dense(ufl.derivative(by_u, f.P, trial))
    mass = dense(ufl.inner(trial, test) * ufl.dx)
    # Rigid motions and strains that nothing opposes cost nothing and are not driven by P.
    condensed = PP - uP.T @ np.linalg.pinv(uu, rcond=1e-12, hermitian=True) @ uP
    return np.asarray(eigh(condensed, mass, eigvals_only=True))
