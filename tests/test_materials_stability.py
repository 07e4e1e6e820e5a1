"""Bounds on the energy: Landau polynomial, gradient form, flexocoupling scale s*."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasefield.materials import load_material, stability
from phasefield.materials.landau import density, gradient, hessian
from phasefield.materials.quantities import LANDAU_UNITS
from phasefield.tensors import cubic_gradient, cubic_stiffness, flexo_tensor, rotate4, rotation

PONOMAREVA = "Ponomareva2012"
HONG = "HongVanderbilt2013_even"
LI_STIFFNESS = {"C11": 178e9, "C12": 96.4e9, "C44": 122e9}
SOFT_STO = {"gradient": {"G11": 1e-11, "G12": 0.5e-11, "G44": 1e-11, "G44p": 0.0}}
FERRET_BFO = {
    "elastic": {"C11": 295.179e9, "C12": 117.567e9, "C44": 74.07e9},
    "gradient": {"G11": 1.2e-11, "G12": -3e-12, "G44": 3e-12, "G44p": 0.0},
}


def polynomial(**given):
    return {key: given.get(key, 0.0) for key in LANDAU_UNITS}


@pytest.mark.parametrize(
    ("name", "overrides", "flexo", "transverse", "every"),
    [
        ("BaTiO3_MartonHlinka2006", None, PONOMAREVA, 3.96, 1.81),
        ("BaTiO3_MartonHlinka2006", None, HONG, 1.12, 0.36),
        ("BaTiO3_Li2005", None, PONOMAREVA, 3.65, 1.56),
        ("BaTiO3_Li2005", None, HONG, 1.03, 0.33),
        ("PbTiO3_Pertsev1998", None, PONOMAREVA, 2.47, 0.83),
        ("PbTiO3_Pertsev1998", None, HONG, 0.73, 0.25),
        ("SrTiO3_polar", SOFT_STO, "Zubko2013", 0.42, 0.42),
        ("SrTiO3_polar", SOFT_STO, HONG, 0.89, 0.14),
        ("SrTiO3_polar", None, "Zubko2013", 1.62, 1.27),
        ("SrTiO3_polar", None, HONG, 5.61, 0.40),
        ("BiFeO3_Zhang2008", FERRET_BFO, PONOMAREVA, 0.91, 0.32),
    ],
)
def test_largest_stable_scale(name, overrides, flexo, transverse, every):
    m = load_material(name, flexo=flexo, overrides=overrides)
    bounds = [stability.flexo_bound(m.stiffness, m.flexo, m.gradient, transverse=flag).scale for flag in (True, False)]
    np.testing.assert_allclose(bounds, [transverse, every], atol=5.1e-3)


@pytest.mark.parametrize(
    ("name", "overrides", "f11", "f44", "difference"),
    [
        ("BaTiO3_MartonHlinka2006", None, 11.84, 1.04, 7.13),
        ("BaTiO3_Li2005", None, 9.53, 1.56, 6.58),
        ("PbTiO3_Pertsev1998", None, 4.26, 3.40, 4.45),
        ("PbTiO3_Haun1987", None, 5.91, 4.71, 6.17),
        ("SrTiO3_polar", SOFT_STO, 1.83, 1.13, 1.07),
        ("SrTiO3_polar", None, 5.80, 3.56, 6.77),
        ("BiFeO3_Zhang2008", FERRET_BFO, 1.88, 0.47, 1.63),
    ],
)
def test_closed_bounds_and_that_the_scan_reaches_them(name, overrides, f11, f44, difference):
    """Flexocoupling that acts on one mode only is limited by exactly its closed-form bound."""
    m = load_material(name, overrides=overrides)
    C, G = m.stiffness, m.gradient
    C11, C12, C44 = C[0, 0, 0, 0], C[0, 0, 1, 1], C[0, 1, 0, 1]
    G11, G12, across, crossed = G[0, 0, 0, 0], G[0, 0, 1, 1], G[0, 1, 0, 1], G[0, 1, 1, 0]
    limits = (
        np.sqrt(C11 * G11),
        np.sqrt(C44 * across),
        np.sqrt((C11 - C12) * (G11 - G12 + across - crossed)),
    )
    np.testing.assert_allclose(limits, [f11, f44, difference], atol=6e-3)
    for f in (flexo_tensor(f11, 0.0, 0.0), flexo_tensor(0.0, 0.0, f44)):
        assert stability.flexo_bound(C, f, G).scale <= 1.01


@given(
    st.floats(0.1, 5.0), st.floats(0.1, 5.0), st.floats(0.1, 5.0), st.floats(0.1, 5.0),
    st.floats(-2.0, 2.0), st.floats(0.05, 2.0),
)  # fmt: skip
@settings(max_examples=25)
def test_bound_of_an_isotropic_body(lam, mu, G_lam, G_mu, f_lam, f_mu):
    """Longitudinal and transverse waves decouple: the smaller of two closed forms."""
    C = cubic_stiffness(lam + 2 * mu, lam, mu)
    G = cubic_gradient(G_lam + 2 * G_mu, G_lam, G_mu)
    f = flexo_tensor(f_lam + 2 * f_mu, f_lam, f_mu)
    along = np.sqrt((lam + 2 * mu) * (G_lam + 2 * G_mu)) / max(abs(f_lam + 2 * f_mu), 1e-12)
    across = np.sqrt(mu * G_mu) / f_mu
    assert stability.flexo_bound(C, f, G).scale == pytest.approx(min(along, across), rel=1e-6)
    bound = stability.flexo_bound(C, f, G, transverse=True).scale
    assert bound == pytest.approx(across, rel=1e-6)


def test_bound_does_not_depend_on_the_orientation_of_the_crystal():
    m = load_material("SrTiO3_polar", flexo="Zubko2013")
    R = rotation(x=[1, -1, 0], z=[1, 1, 1])
    turned = (rotate4(T, R) for T in (m.stiffness, m.flexo, m.gradient))
    straight = stability.flexo_bound(m.stiffness, m.flexo, m.gradient).scale
    assert stability.flexo_bound(*turned).scale == pytest.approx(straight, rel=1e-6)


def test_bound_is_where_the_block_loses_definiteness():
    m = load_material("BaTiO3_Li2005", flexo=HONG)
    scale = stability.flexo_bound(m.stiffness, m.flexo, m.gradient).scale
    for factor, sign in ((0.999, 1), (1.001, -1)):
        lowest, _ = stability.ellipticity_minimum(m.stiffness, factor * scale * m.flexo, m.gradient)
        assert np.sign(lowest) == sign


def test_no_flexocoupling_has_no_bound():
    m = load_material("BaTiO3_Li2005")
    assert stability.flexo_bound(m.stiffness, np.zeros((3, 3, 3, 3)), m.gradient).scale == np.inf


# --- Landau ---------------------------------------------------------------------------------------


def test_growth_is_sought_off_the_axes():
    """Positive along [001], [011] and [111], negative in between."""
    a = polynomial(alpha_1111=1.0, alpha_1112=-12.0, alpha_1122=30.0)
    for axis in ([0, 0, 1], [0, 1, 1], [1, 1, 1]):
        assert density(a, np.array(axis, dtype=float)) > 0.0
    order, value, n = stability.lowest_growth(a)
    assert order == 8
    assert value == pytest.approx(float(density(a, n)))
    assert value < 0.0


@pytest.mark.parametrize(
    ("given_", "order", "value"),
    [
        ({"alpha_1": 2.0}, 2, 2.0),
        ({"alpha_1": -1.0, "alpha_11": 1.0, "alpha_12": 2.0}, 4, 1.0),
        ({"alpha_11": 1.0, "alpha_12": -1.0}, 4, 0.0),
        ({"alpha_11": -9.0, "alpha_111": 1.0, "alpha_112": 3.0, "alpha_123": 6.0}, 6, 1.0),
        ({"alpha_1111": 1.0}, 8, 1.0 / 27.0),
    ],
)
def test_growth_at_the_highest_order(given_, order, value):
    found = stability.lowest_growth(polynomial(**given_))
    assert found[0] == order
    assert found[1] == pytest.approx(value, abs=1e-9)


@given(st.lists(st.floats(-3.0, 3.0), min_size=10, max_size=10), st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_landau_derivatives(values, seed):
    a = dict(zip(LANDAU_UNITS, values, strict=True))
    P = np.random.default_rng(seed).uniform(-1.0, 1.0, 3)
    h = 1e-5
    steps = h * np.eye(3)
    slope = [(density(a, P + s) - density(a, P - s)) / (2 * h) for s in steps]
    np.testing.assert_allclose(gradient(a, P), slope, atol=1e-6)
    curvature = [(gradient(a, P + s) - gradient(a, P - s)) / (2 * h) for s in steps]
    np.testing.assert_allclose(hessian(a, P), curvature, atol=1e-5)


# --- gradient and stiffness -----------------------------------------------------------------------


def test_ellipticity_ignores_null_lagrangians():
    """d1P1 d2P2 - d1P2 d2P1 changes the form on gradients but not on waves."""
    G = cubic_gradient(1.0, 0.0, 0.5, 0.5)
    shifted = G.copy()
    for i, k in ((0, 1), (0, 2), (1, 2)):
        for a, b in ((i, k), (k, i)):
            shifted[a, a, b, b] += 3.0
            shifted[a, b, b, a] -= 3.0
    assert stability.gradient_minimum(shifted) < 0.0 < stability.gradient_minimum(G)
    assert stability.gradient_ellipticity(shifted)[0] == pytest.approx(1.0)


def test_ellipticity_finds_a_diagonal_direction():
    """Negative for transverse waves along [110] only: G11 - G12 + 2 G44' < 0."""
    lowest, n = stability.gradient_ellipticity(cubic_gradient(1.0, 1.2, 0.5, 0.0))
    assert lowest == pytest.approx(0.5 * (1.0 - 1.2), abs=1e-6)
    np.testing.assert_allclose(np.sort(np.abs(n)), [0.0, np.sqrt(0.5), np.sqrt(0.5)], atol=1e-4)


def test_stiffness_minimum_is_the_smallest_elastic_modulus():
    assert stability.stiffness_minimum(cubic_stiffness(178.0, 96.4, 122.0)) == pytest.approx(81.6)
    assert stability.stiffness_minimum(cubic_stiffness(275.0, 179.0, 20.0)) == pytest.approx(40.0)
    assert stability.stiffness_minimum(cubic_stiffness(1.0, -0.6, 1.0)) == pytest.approx(-0.2)
