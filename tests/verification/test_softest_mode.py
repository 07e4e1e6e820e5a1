"""The softest mode of a state: uniform crystals, and the surface modes of the forms of flexocoupling (V0.1, V1.2)."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from hessian import smallest_eigenvalue
from line_cases import PBTIO3, STRESS_FREE
from plates import flexo, line
from ranks import on_one_and_two
from relaxed import EPSILON_0, NO_ELECTROSTATICS, linear_dielectric, simulation_of, uniform

from phasefield.errors import CaseError
from phasefield.measure import softest_curvature

DOCS = Path(__file__).parents[2] / "docs"
FIGURE = runpy.run_path(str(DOCS / "figures" / "surface_mode.py"))


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize(
    ("P", "expected"),
    [(0.75703950, 1.0 / (123.38728 * EPSILON_0)), (0.0, -2 * 1.7252e8)],
    ids=["ferroelectric", "paraelectric"],
)
def test_uniform_crystal(P: float, expected: float, degree: int) -> None:
    """V1.2: stress-free and periodic, 1/(ε0 χ11) of tetragonal PbTiO3, and 2 α1 < 0 where it has no polarization."""
    simulation = simulation_of(
        material=PBTIO3,
        mesh={"kind": "box", "size": [3e-9], "cells": [3], "periodic": "x", "degree": degree},
        initial=uniform(0, 0, P),
        mechanics={"strain": STRESS_FREE},
    )
    simulation.parts.initialize()
    assert softest_curvature(simulation) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("form", ["gradient of P", "strain gradient"])
def test_free_plate(form: str) -> None:
    """The same as all eigenvalues of the dense matrices give."""
    simulation = simulation_of(
        material=linear_dielectric(1e9, 1e6, 1e-9),
        mesh=line(4e-9, 6),
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        flexoelectricity=flexo(7.0, 3.0, 2.0, form=form, allow_unstable=True),
    )
    dense = smallest_eigenvalue(simulation) * simulation.scaling.alpha
    assert softest_curvature(simulation) == pytest.approx(dense, rel=1e-7)


def test_without_an_energy() -> None:
    one_way = flexo(form="strain gradient", one_way=True)
    simulation = simulation_of(
        material=PBTIO3, mesh=line(4e-9, 4), initial=uniform(0, 0, 0.7), flexoelectricity=one_way
    )
    with pytest.raises(CaseError, match="no energy"):
        softest_curvature(simulation)


def test_ranks_do_not_matter(tmp_path: Path) -> None:
    one, two = on_one_and_two("softest_mode.py", tmp_path)
    assert two == pytest.approx(one, rel=1e-7)


@pytest.mark.parametrize("dim", FIGURE["MESHES"])
def test_surface_modes(dim: str) -> None:
    """V0.1: θ = 0 is bounded below; ½ and 1 fall ever faster as the mesh is refined, or settle with a length.

    The numbers are those of the table in docs/flexoelectricity.md.
    """
    axes, cell, counts = FIGURE["MESHES"][dim]
    page = (DOCS / "flexoelectricity.md").read_text(encoding="utf-8")

    def values(form: str, length: float) -> np.ndarray:
        found = [FIGURE["curvature"](axes, cell, n, form, length) for n in counts[:3]]
        assert FIGURE["row"](form, length, found) in page
        return np.array(found)

    assert values("gradient of P", 0.0) == pytest.approx(1.0, abs=1e-6)
    for form in ("symmetric", "strain gradient"):
        first, second = np.diff(values(form, 0.0))
        assert second < 2.0 * first < 0.0
        stabilized = values(form, FIGURE["LENGTH"])
        first, second = np.diff(stabilized)
        assert abs(second) < 0.6 * abs(first)
        assert 0.0 < stabilized[-1] < 1.0
