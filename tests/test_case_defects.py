"""The table `defects` and fine cells at faces: what is refused, with which words, and what they become."""

import numpy as np
import pytest
from cases_for_tests import BOX, FILM, laid_over, problems
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.case.defects import debye_length, diffusivity, static_permittivity
from phasefield.case.layout import cells_of
from phasefield.case.material import case_material
from phasefield.mesh import build_domain
from phasefield.units import EPSILON_0

VACANCY = {
    "charge": 2,
    "site_density": "5e28 1/m^3",
    "concentration": "1e19 1/cm^3",
    "D0": "1e-6 m^2/s",
    "activation_energy": "0.62 eV",
}


def with_defects(**changes):
    defects = {"background": "neutralizing", "species": {"V_O": VACANCY}}
    return {"defects": laid_over(defects, changes)}


def test_complete_tables_are_accepted():
    assert problems(BOX, **with_defects()) == []
    assert problems(BOX, **with_defects(background=None, fixed={"Fe": {"charge": -1, "concentration": 2e25}})) == []


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"background": None}, "defects.background", "missing; say what balances the charge"),
        ({"species": {"V_O": {"D0": None}}}, "defects.species.V_O.diffusivity", "missing"),
        ({"species": {"V_O": {"diffusivity": 1e-17}}}, "defects.species.V_O.diffusivity", "remove one or the other"),
        ({"species": {"V_O": {"concentration": 5e28}}}, "defects.species.V_O.concentration", "less than site_density"),
        (
            {"species": {"V_O": {"profile": {"kind": "linear", "bottom": 0.0, "top": 2.0}}}},
            "defects.species.V_O.profile",
            "factors above 0",
        ),
        (
            {"species": {"V_O": {"excess_volume": 1e-29, "vegard": [1e-29] * 6}}},
            "defects.species.V_O.vegard",
            "remove one",
        ),
        ({"species": {"V_O": {"anisotropy": [0, 0, 0]}}}, "defects.species.V_O.anisotropy", "three zeros"),
        (
            {"species": {"V_O": {"boundary": [{"on": "topp", "kind": "blocking"}]}}},
            "defects.species.V_O.boundary[0].on",
            'did you mean "top"',
        ),
        (
            {"species": {"V_O": {"boundary": [{"on": "top", "kind": "concentration"}]}}},
            "defects.species.V_O.boundary[0].value",
            "missing",
        ),
        (
            {"species": {"V_O": {"boundary": [{"on": "top", "kind": "concentration", "value": 1e29}]}}},
            "defects.species.V_O.boundary[0].value",
            "less than site_density",
        ),
        (
            {"species": {"V_O": {"boundary": [{"on": ["top", "z_max"], "kind": "blocking"}]}}},
            "defects.species.V_O.boundary[0].on",
            "has a condition already",
        ),
    ],
)
def test_contradictions_are_named_with_their_place(changes, path, words):
    found = problems(BOX, **with_defects(**changes))
    assert any(problem.startswith(f"{path}:") and words in problem for problem in found), found


def test_values_have_the_unit_of_their_kind():
    reservoir = [{"on": "top", "kind": "reservoir", "value": "-0.3 eV"}]
    case = load_case(laid_over(BOX, with_defects(species={"V_O": {"boundary": reservoir}})))
    assert case.defects.species["V_O"].boundary[0].value == pytest.approx(-0.3 * 1.602176634e-19)
    found = problems(BOX, **with_defects(species={"V_O": {"boundary": [reservoir[0] | {"kind": "concentration"}]}}))
    assert "1/m^3" in found[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time": {"mode": "ramp", "end": 1.0, "points": 5}}, "has no rate at which defects could move"),
        ({"flexoelectricity": {"set": "Ponomareva2012", "form": "phase-field literature"}}, "has no energy"),
    ],
)
def test_modes_without_meaning_are_refused(changes, words):
    assert any(words in problem for problem in problems(BOX, **with_defects(), **changes))


def test_nothing_else_without_species():
    assert "has no meaning without mobile defects" in problems(BOX, defects={"background": "none"})[0]


def test_diffusivity_and_debye_length():
    case = load_case(laid_over(BOX, with_defects()))
    species = case.defects.species["V_O"]
    assert diffusivity(species, 300.0) == pytest.approx(1e-6 * np.exp(-0.62 / 8.617333262e-5 / 300.0), rel=1e-9)
    material = case_material(case)
    # One domain of this material: chi = 1/(4 |alpha_1| eps0) along P; across it P turns at no cost.
    chi = 1.0 / (4.0 * 1e8 * EPSILON_0)
    assert static_permittivity(material) == pytest.approx(material.background_permittivity + chi, rel=1e-9)
    length = debye_length(case, material)
    assert 1e-10 < length < 5e-9
    uncharged = load_case(laid_over(BOX, with_defects(species={"V_O": {"charge": 0}})))
    assert debye_length(uncharged, material) == np.inf


# --- fine cells at faces --------------------------------------------------------------------------------------


def test_cells_grow_from_faces():
    mesh = {"kind": "box", "size": [50.0e-9], "spacing": 2e-9, "faces": {"z_min": 1e-10, "z_max": 4e-10}, "axes": "z"}
    case = load_case(BOX | {"mesh": mesh})
    domain = build_domain(case.mesh, MPI.COMM_SELF)
    z = np.sort(domain.mesh.geometry.x[:, 0])
    sizes = np.diff(z)
    assert (z[0], z[-1]) == (0.0, pytest.approx(50.0))
    assert sizes[0] <= 0.1 + 1e-12
    assert sizes[-1] <= 0.4 + 1e-12
    assert sizes[0] > 0.08
    assert sizes.max() <= 2.0 + 1e-12
    assert (sizes[1:] / sizes[:-1]).max() < 1.2 + 1e-9
    assert cells_of(case.mesh) == (len(sizes),)


def test_film_has_fine_cells_at_its_sides():
    faces = {"film_bottom": "0.25 nm"}
    case = load_case(laid_over(FILM, {"mesh": {"faces": faces, "width": ["4 nm", "4 nm"]}}))
    domain = build_domain(case.mesh, MPI.COMM_SELF)
    heights = np.unique(np.round(domain.mesh.geometry.x[:, 2], 9))
    film = heights[heights >= -1e-9]
    assert film[1] <= 0.25
    assert cells_of(case.mesh)[2] == len(heights) - 1


@pytest.mark.parametrize(
    ("mesh", "words"),
    [
        ({"faces": {"x_min": "2 nm"}, "cells": None, "spacing": "1 nm"}, "at most mesh.spacing"),
        ({"faces": {"x_min": "0.1 nm"}}, "give spacing instead of cells"),
        ({"faces": {"x_min": "0.1 nm"}, "periodic": "x", "cells": None, "spacing": "1 nm"}, "is periodic along x"),
    ],
)
def test_faces_that_contradict_the_mesh(mesh, words):
    assert any(words in problem for problem in problems(BOX, mesh=mesh))
