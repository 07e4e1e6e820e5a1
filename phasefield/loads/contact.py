"""Closed forms of frictionless contact with an elastic half-space: Hertz's sphere, the flat punch, a point force.

F is the force, a the contact radius, R the radius of the sphere, E* the reduced modulus, 1/E* = (1 − ν²)/E of the body
plus that of the indenter. With a cylinder in plane strain F is a force per length. Stresses on the axis are functions
of t = z/a, z the depth; tension is positive. Sources: H. Hertz, J. reine angew. Math. 92, 156 (1882); K. L. Johnson,
Contact Mechanics (Cambridge, 1985), sections 2.2, 3.2, 3.6, 3.7 and 4.2.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Real = TypeVar("Real", float, np.ndarray)


def sphere_contact_radius(force: float, radius: float, modulus: float) -> float:
    """a = (3 F R/(4 E*))^(1/3) of a sphere (m)."""
    return float((0.75 * force * radius / modulus) ** (1.0 / 3.0))


def cylinder_contact_radius(force: float, radius: float, modulus: float) -> float:
    """a = (4 F R/(π E*))^(1/2) of a cylinder, half the width of its contact (m); `force` in N/m."""
    return float(np.sqrt(4.0 * force * radius / (np.pi * modulus)))


def sphere_peak_pressure(force: float, contact_radius: float) -> float:
    """p0 = 3 F/(2π a²) in the middle of the contact with a sphere (Pa)."""
    return 1.5 * force / (np.pi * contact_radius**2)


def sphere_indentation(contact_radius: float, radius: float) -> float:
    """δ = a²/R by which a sphere comes closer (m)."""
    return contact_radius**2 / radius


def sphere_axial_stress(t: Real, peak: float) -> Real:
    """σ_zz = −p0/(1 + t²) on the axis under a sphere (Pa)."""
    return -peak / (1.0 + t**2)


def sphere_radial_stress(t: Real, peak: float, poisson: float) -> Real:
    """σ_rr = −p0 [(1 + ν)(1 − t arctan(1/t)) − 1/(2 (1 + t²))] on the axis under a sphere (Pa)."""
    return -peak * ((1.0 + poisson) * (1.0 - t * np.arctan2(1.0, t)) - 0.5 / (1.0 + t**2))


def punch_indentation(force: float, contact_radius: float, modulus: float) -> float:
    """δ = F/(2 a E*) of a flat punch (m)."""
    return force / (2.0 * contact_radius * modulus)


def punch_axial_stress(t: Real, mean: float) -> Real:
    """σ_zz = −(p_m/2) (1 + 3t²)/(1 + t²)² on the axis under a flat punch of mean pressure p_m = F/(π a²) (Pa)."""
    return -0.5 * mean * (1.0 + 3.0 * t**2) / (1.0 + t**2) ** 2


def point_deflection(force: float, distance: Real, poisson: float, shear_modulus: float) -> Real:
    """(1 − ν) F/(2π G r): how far the surface sinks at the distance r from a point force (m)."""
    return (1.0 - poisson) * force / (2.0 * np.pi * shear_modulus * distance)
