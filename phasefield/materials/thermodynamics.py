"""What a Landau set implies for a homogeneous crystal at zero stress: phases, permittivity, walls.

Closed forms and root finding only. Along each symmetry axis (T, O, R) the energy is a polynomial in
u = P_i^2, so its minima are roots of a cubic; transitions, coercive field and the 180-degree wall
follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize

from phasefield.materials.conventions import Constants
from phasefield.materials.landau import Landau, density, gradient, hessian
from phasefield.tensors import Array, cubic_compliance
from phasefield.units import EPSILON_0

AXES: dict[str, tuple[int, int, int]] = {"T": (0, 0, 1), "O": (0, 1, 1), "R": (1, 1, 1)}
"""Polarization direction of the tetragonal, orthorhombic and rhombohedral phases."""

PHASES = {
    "C": "cubic",
    "T": "tetragonal",
    "O": "orthorhombic",
    "R": "rhombohedral",
    "M": "monoclinic or lower",
}
"""Names of the phase letters."""


@dataclass(frozen=True)
class State:
    """A homogeneous stress-free state.

    Attributes:
        phase: key of `PHASES`.
        polarization: P (3,), C/m^2, crystal axes.
        energy: Landau energy density, J/m^3, relative to the cubic phase.
    """

    phase: str
    polarization: Array
    energy: float

    @property
    def magnitude(self) -> float:
        """|P| in C/m^2."""
        return float(np.linalg.norm(self.polarization))


# --- phases ---------------------------------------------------------------------------------------


def axis_polynomial(a: Landau, phase: str) -> Array:
    """Coefficients (c1, c2, c3, c4) of f = c1 u + c2 u^2 + c3 u^3 + c4 u^4, u = P_i^2, on an axis.

    `phase` T, O or R: P = sqrt(u) times (0, 0, 1), (0, 1, 1) or (1, 1, 1).
    """
    number = sum(AXES[phase])  # of non-zero components
    pairs, ordered = number * (number - 1) // 2, number * (number - 1)
    triple = 1.0 if number == 3 else 0.0
    return np.array(
        [
            number * a["alpha_1"],
            number * a["alpha_11"] + pairs * a["alpha_12"],
            number * a["alpha_111"] + ordered * a["alpha_112"] + triple * a["alpha_123"],
            number * a["alpha_1111"]
            + ordered * a["alpha_1112"]
            + pairs * a["alpha_1122"]
            + 3.0 * triple * a["alpha_1123"],
        ]
    )


def axis_minimum(a: Landau, phase: str) -> State | None:
    """Lowest minimum with P along the axis of `phase` (T, O, R), or None if there is none."""
    c = axis_polynomial(a, phase)
    powers = np.arange(1, 5)
    slope = np.polynomial.Polynomial(powers * c)
    best: State | None = None
    for u in _positive_roots(slope):
        if slope.deriv()(u) <= 0.0:
            continue
        energy = float(np.sum(c * u**powers))
        if best is None or energy < best.energy:
            best = State(phase, np.sqrt(u) * np.array(AXES[phase], dtype=float), energy)
    return best


def ground_state(a: Landau) -> State:
    """State of lowest energy: cubic, on a symmetry axis, or found from an unstable axis (M)."""
    states = [State("C", np.zeros(3), 0.0)]
    states += [state for phase in AXES if (state := axis_minimum(a, phase)) is not None]
    lowest = min(states, key=lambda state: state.energy)
    values, vectors = np.linalg.eigh(hessian(a, lowest.polarization))
    if values[0] >= -1e-9 * np.abs(values).max():
        return lowest
    return _descend(a, lowest, vectors[:, 0])


def _descend(a: Landau, start: State, direction: Array) -> State:
    """Minimum reached from an axis state that is unstable along `direction`."""
    scale, step = abs(start.energy), 0.05 * start.magnitude
    found = minimize(
        lambda P: float(density(a, P)) / scale,
        start.polarization + step * direction,
        jac=lambda P: gradient(a, P) / scale,
        method="BFGS",
        options={"gtol": 1e-10},
    )
    P = np.sort(np.abs(found.x))
    return State("M", P, float(density(a, P)))


def transitions(
    landau: Callable[[float], Landau], low: float, high: float, step: float = 2.0
) -> list[tuple[str, str, float]]:
    """Phase changes on heating from `low` to `high` (K): (phase below, phase above, temperature).

    Args:
        landau: coefficients as a function of temperature.
        low: lowest temperature, K.
        high: highest temperature, K.
        step: scan step, K; a phase stable in a narrower interval can be missed.
    """

    def phase(T: float) -> str:
        return ground_state(landau(T)).phase

    grid = np.linspace(low, high, max(2, int(np.ceil((high - low) / step)) + 1))
    phases = [phase(T) for T in grid]
    found = []
    for i in np.flatnonzero(np.array(phases[:-1]) != np.array(phases[1:])):
        below, above = grid[i], grid[i + 1]
        while above - below > 1e-3:
            middle = 0.5 * (below + above)
            below, above = (middle, above) if phase(middle) == phases[i] else (below, middle)
        found.append((phases[i], phases[i + 1], float(0.5 * (below + above))))
    return found


# --- properties of a state ------------------------------------------------------------------------


def spontaneous_strain(Q: Array, P: Array) -> Array:
    """Strain tensor eps0_ij = Q_ijkl P_k P_l (3, 3) of the stress-free crystal."""
    return np.asarray(np.einsum("ijkl,k,l->ij", Q, P, P))


def susceptibility(a: Landau, P: Array) -> Array:
    """Stress-free dielectric susceptibility chi_ij = (1/eps0) (d2f/dPdP)^-1, shape (3, 3).

    Eigenvalues of an unstable state are negative. The relative permittivity is eps_b + chi.
    """
    return np.asarray(np.linalg.inv(hessian(a, P)) / EPSILON_0)


def coercive_field(a: Landau, state: State) -> tuple[float, float]:
    """Thermodynamic coercive field (V/m) and the polarization (C/m^2) at which P gives way.

    For a field against a uniform P that stays on its axis, at zero stress: the largest |df/dP|
    between 0 and the spontaneous value. (0, 0) for the cubic phase.
    """
    Ps = state.magnitude
    if Ps == 0.0:
        return 0.0, 0.0
    n = np.asarray(state.polarization / Ps)
    energy = np.zeros(9)
    energy[2::2] = _axial(a, n)
    field = np.polynomial.Polynomial(energy).deriv()
    turning = [p for p in _positive_roots(field.deriv()) if p < Ps]
    P = max(turning, key=lambda p: abs(float(field(p))))
    return abs(float(field(P))), P


def _positive_roots(polynomial: np.polynomial.Polynomial) -> list[float]:
    """Real positive roots; a complex pair that only rounding made complex counts as real."""
    roots = np.asarray(polynomial.roots(), dtype=complex)
    return [float(r.real) for r in roots if r.real > 0.0 and abs(r.imag) < 1e-9 * abs(r)]


def _axial(a: Landau, n: Array) -> Array:
    """Coefficients of P^2, P^4, P^6, P^8 of the energy along the unit vector n."""
    nodes = np.array([1.0, 2.0, 3.0, 4.0])  # P^2 at which the quartic in P^2 is sampled
    values = density(a, np.sqrt(nodes)[:, None] * n)
    return np.asarray(np.linalg.solve(np.vander(nodes, 5, increasing=True)[:, 1:], values))


# --- 180-degree wall ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wall:
    """A 180-degree wall of the tetragonal phase, P along z, normal x, without rotation of P.

    Attributes:
        half_width: Ps / P'(0), m.
        energy: J/m^2.
    """

    half_width: float
    energy: float


def wall_stiffening(C: Constants, Q: Constants) -> float:
    """K (J m^5/C^4) of the elastic energy K (Ps^2 - P^2)^2 inside the wall.

    The wall keeps the in-plane strain of the domains, sigma_xx = 0:
    K = [s11 (Q11^2 + Q12^2) - 2 s12 Q11 Q12] / (2 (s11^2 - s12^2)).
    """
    s11, s12, _ = cubic_compliance(*C)
    Q11, Q12, _ = Q
    return (s11 * (Q11**2 + Q12**2) - 2.0 * s12 * Q11 * Q12) / (2.0 * (s11**2 - s12**2))


def wall_180(a: Landau, G: float, stiffening: float = 0.0) -> Wall | None:
    """The wall in the tetragonal phase, or None if that phase has no minimum.

    First integral 1/2 G P'^2 = f(P) - f(Ps) + K (Ps^2 - P^2)^2.

    Args:
        a: Landau coefficients.
        G: gradient coefficient of dPz/dx, G44 + G44', J m^3/C^2.
        stiffening: K of `wall_stiffening`; 0 for a wall without elastic energy.
    """
    state = axis_minimum(a, "T")
    if state is None:
        return None
    Ps = state.magnitude
    minimum = state.energy

    def excess(P: float) -> float:
        barrier = float(density(a, np.array([0.0, 0.0, P]))) - minimum
        return max(barrier, 0.0) + stiffening * (Ps**2 - P**2) ** 2

    energy, _ = quad(lambda P: np.sqrt(2.0 * G * excess(P)), 0.0, Ps, epsrel=1e-9)
    return Wall(half_width=Ps * float(np.sqrt(0.5 * G / excess(0.0))), energy=2.0 * energy)
