"""Electronic and lattice parts from moments, and the force-pattern pseudo-inverse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasefield import flexocoupling as flexo
from phasefield.errors import MaterialError

seeds = st.integers(0, 2**32 - 1)


def random_force_constants(rng, translations):
    """Symmetric, positive on everything but the rigid translations (n, m)."""
    n = len(translations)
    q, _ = np.linalg.qr(translations)
    project = np.eye(n) - q @ q.T
    root = project @ rng.normal(size=(n, n))
    return root @ root.T + project


@given(seeds, st.integers(2, 6))
@settings(max_examples=50)
def test_defining_property_for_every_pattern(seed, n):
    rng = np.random.default_rng(seed)
    t = rng.uniform(0.5, 2.0, n)
    K = random_force_constants(rng, t[:, None])
    patterns = (
        flexo.even_pattern(t),
        flexo.mass_pattern(t, rng.uniform(1.0, 200.0, n)),
        flexo.single_pattern(t, int(rng.integers(n))),
    )
    for w in patterns:
        assert t @ w == pytest.approx(1.0)
        J = flexo.force_pattern_inverse(K, t, w)
        np.testing.assert_allclose(K @ J, np.eye(n) - np.outer(w, t), atol=1e-8)
        np.testing.assert_allclose(J, J.T, atol=1e-8)
        np.testing.assert_allclose(J @ w, 0.0, atol=1e-8)


@given(seeds)
@settings(max_examples=20)
def test_defining_property_in_three_dimensions(seed):
    """Five atoms: K is 15 x 15 with three translations and three pattern vectors."""
    rng = np.random.default_rng(seed)
    t = np.tile(np.eye(3), (5, 1))
    K = random_force_constants(rng, t)
    masses = np.repeat(rng.uniform(10.0, 200.0, 5), 3)
    w = masses[:, None] * t / (masses.sum() / 3.0)
    J = flexo.force_pattern_inverse(K, t, w)
    np.testing.assert_allclose(K @ J, np.eye(15) - w @ t.T, atol=1e-8)


def test_even_pattern_is_the_moore_penrose_inverse():
    t = np.ones(4)
    K = random_force_constants(np.random.default_rng(0), t[:, None])
    J = flexo.force_pattern_inverse(K, t, flexo.even_pattern(t))
    np.testing.assert_allclose(J, np.linalg.pinv(K), atol=1e-10)


def test_even_pattern_loads_every_atom_alike_in_mode_coordinates():
    """xi4 = (O2 + O3)/sqrt(2) carries two of five atoms."""
    w = flexo.even_pattern(np.array([1.0, 1.0, 1.0, np.sqrt(2.0)]))
    np.testing.assert_allclose(w, np.array([1.0, 1.0, 1.0, np.sqrt(2.0)]) / 5.0)


def test_patterns_differ_through_the_net_force_only():
    rng = np.random.default_rng(5)
    t = np.ones(3)
    K = random_force_constants(rng, t[:, None])
    charges = rng.normal(size=3)
    charges -= charges.mean()
    w = (flexo.even_pattern(t), flexo.single_pattern(t, 1))
    J = [flexo.force_pattern_inverse(K, t, pattern) for pattern in w]
    balanced = np.array([1.0, -3.0, 2.0])
    loaded = balanced + 0.7
    mu = [[flexo.lattice_part(charges, j, T, 1.0) for j in J] for T in (balanced, loaded)]
    assert mu[0][0] == pytest.approx(mu[0][1])
    shift = charges @ np.linalg.pinv(K) @ (w[1] - w[0]) * loaded.sum()
    assert mu[1][0] - mu[1][1] == pytest.approx(shift)


def test_lattice_part_of_two_atoms():
    """A spring k between charges +q and -q: relative displacement (T1 - T2)/(2k)."""
    k, q, T1, T2, volume = 120.0, 2e-19, 4e-18, 1e-18, 6e-29
    K = k * np.array([[1.0, -1.0], [-1.0, 1.0]])
    t = np.ones(2)
    J = flexo.force_pattern_inverse(K, t, flexo.even_pattern(t))
    mu = flexo.lattice_part([q, -q], J, [T1, T2], volume)
    assert mu == pytest.approx(q * (T1 - T2) / (2.0 * k) / volume)


@pytest.mark.parametrize(
    ("K", "t", "w", "message"),
    [
        ([[1.0, -1.0], [-0.5, 1.0]], [1, 1], [0.5, 0.5], "not symmetric"),
        ([[1.0, -0.5], [-0.5, 1.0]], [1, 1], [0.5, 0.5], "acoustic sum rule"),
        ([[1.0, -1.0], [-1.0, 1.0]], [1, 1], [1.0, 1.0], "add up to one"),
    ],
)
def test_wrong_force_constants_are_refused(K, t, w, message):
    with pytest.raises(MaterialError, match=message):
        flexo.force_pattern_inverse(np.array(K), np.array(t), np.array(w))


def test_electronic_part():
    assert flexo.electronic_part([-1e-40, -2e-40], 6e-29) == pytest.approx(-3e-40 / 36e-29)
