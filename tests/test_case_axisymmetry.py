"""What a case may and may not say about a body of revolution, and the means of its coefficients."""

import numpy as np
import pytest
from cases_for_tests import BOX, laid_over, problems

from phasefield import tensors
from phasefield.case import load_case
from phasefield.case.material import check_materials
from phasefield.errors import MaterialError
from phasefield.materials import landau
from phasefield.materials.axial import EXPONENTS, axial_density, axial_landau, is_axial, is_axial_landau

HALF = laid_over(
    BOX,
    {
        "mesh": {"size": ["4 nm", "4 nm"], "cells": [4, 4], "axes": "xz", "axisymmetric": True},
        "crystal": {"axial_average": True},
    },
)


def test_a_body_of_revolution_is_accepted():
    assert problems(HALF) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mesh": {"axes": None}}, 'mesh.axes: found "xy"'),
        ({"mesh": {"periodic": "x"}}, 'mesh.periodic: found "x"; an axisymmetric mesh'),
        ({"mesh": {"origin": ["-1 nm", 0]}}, "mesh.origin: found x = -1e-09 m"),
        ({"mesh": {"axisymmetric": False}}, "crystal.axial_average: has a meaning with mesh.axisymmetric"),
        ({"electrostatics": {"applied_field": [1e6, 0, 0]}}, "electrostatics.applied_field: its component along x"),
        ({"mechanics": {"strain": {"yy": "free"}}}, "mechanics.strain.yy: follows from the displacement"),
        ({"output": {"response": ["permittivity"]}}, "output.response: permittivity need"),
        ({"mechanics": {"misfit": {"xx": 0.01}}}, "mechanics.misfit: must be the same in all directions"),
        (
            {"mechanics": {"boundary": [{"on": ["x_min", "x_max"], "kind": "roller"}]}},
            'mechanics.boundary[0].on: "x_min" is the axis of revolution',
        ),
    ],
)
def test_what_is_not_the_same_at_every_angle_is_refused(changes, expected):
    assert any(problem.startswith(expected) for problem in problems(HALF, **changes))


def with_vacancies(**species):
    vacancy = {"charge": 2, "site_density": 5e28, "concentration": 1e25, "diffusivity": 1e-17}
    return {"defects": {"background": "neutralizing", "species": {"V": vacancy | species}}}


def test_defects_move_around_an_axis_if_they_do_so_alike_in_all_directions():
    isotropic = laid_over(HALF, {"crystal": {"axial_average": False}})
    along = {"anisotropy": [1, 1, 0.1], "vegard": [1e-30, 1e-30, 2e-30, 0, 0, 0]}
    across = {"anisotropy": [1, 0.1, 1], "vegard": [1e-30, 2e-30, 1e-30, 0, 0, 0]}
    assert problems(isotropic, **with_vacancies(**along)) == []
    assert problems(HALF, **with_vacancies(**across)) == []
    found = problems(isotropic, **with_vacancies(**across))
    assert [problem.split(":")[0] for problem in found] == ["defects.species.V.anisotropy", "defects.species.V.vegard"]
    on_axis = {"boundary": [{"on": "x_min", "kind": "concentration", "value": 1e25}]}
    assert problems(HALF, **with_vacancies(**on_axis))[0].startswith(
        'defects.species.V.boundary[0].on: "x_min" is the axis of revolution'
    )


def test_the_inside_of_a_tube_is_a_boundary():
    conditions = {"boundary": [{"on": "x_min", "kind": "clamped"}]}
    assert problems(HALF, mesh={"origin": ["1 nm", 0]}, mechanics=conditions) == []


def test_a_cubic_crystal_is_refused_by_name_unless_averaged():
    cubic = laid_over(HALF, {"crystal": {"axial_average": False}})
    with pytest.raises(MaterialError, match=r"the stiffness, .* change .*crystal\.axial_average = true"):
        check_materials(load_case(cubic))
    check_materials(load_case(HALF))


def test_mean_of_a_cubic_stiffness():
    C11, C12, C44 = 3.0, 1.0, 2.0
    c = tensors.voigt_stiffness(tensors.axial_average(tensors.cubic_stiffness(C11, C12, C44)))
    across = (3 * C11 + C12 + 2 * C44) / 4
    assert c[0, 0] == pytest.approx(across)
    assert c[0, 1] == pytest.approx(across - 2 * c[5, 5])
    assert c[5, 5] == pytest.approx((C11 - C12 + 2 * C44) / 4)
    assert (c[2, 2], c[0, 2], c[3, 3]) == pytest.approx((C11, C12, C44))


@pytest.mark.parametrize("z", [(0, 0, 1), (1, 1, 1), (0, 1, 1), (1, 2, 0)])
def test_means_keep_their_value_under_rotation(z):
    x = (2.0, -1.0, 0.0) if z[2] == 0 else (1.0, -1.0, 0.0) if z[0] == z[1] else (1.0, 0.0, 0.0)
    T = tensors.rotate4(tensors.cubic_tensor(3.0, 1.0, 2.0, 0.5), tensors.rotation(x=x, z=z))
    assert not is_axial(T)
    mean = tensors.axial_average(T)
    assert is_axial(mean)
    many = np.mean(
        [tensors.rotate4(T, tensors.about_z(a)) for a in np.linspace(0, 2 * np.pi, 100, endpoint=False)], axis=0
    )
    np.testing.assert_allclose(mean, many, atol=1e-13)


EIGHTH = {
    "alpha_1": -4e7,
    "alpha_11": -2e8,
    "alpha_12": 8e8,
    "alpha_111": 1e9,
    "alpha_112": -2e9,
    "alpha_123": -2.5e9,
    "alpha_1111": 4e10,
    "alpha_1112": 2.5e10,
    "alpha_1122": 1.6e10,
    "alpha_1123": 1.4e10,
}


@pytest.mark.parametrize(("x", "z"), [((1, 0, 0), (0, 0, 1)), ((1, -1, 0), (1, 1, 1)), ((2, -1, 0), (1, 2, 3))])
def test_mean_landau_energy(x, z):
    R = tensors.rotation(x=x, z=np.cross(x, np.cross(z, x)))
    assert not is_axial_landau(EIGHTH, R)
    P = np.random.default_rng(3).normal(scale=0.3, size=(50, 3))
    turned = [landau.density(EIGHTH, P @ (R @ tensors.about_z(a)).T) for a in 2 * np.pi * np.arange(100) / 100]
    np.testing.assert_allclose(axial_density(axial_landau(EIGHTH, R), P), np.mean(turned, axis=0), rtol=1e-11)


def test_mean_landau_energy_about_a_cube_axis():
    means = dict(zip(EXPONENTS, axial_landau(EIGHTH, np.eye(3)), strict=True))
    a = EIGHTH
    assert means[1, 0] == pytest.approx(a["alpha_1"])
    assert means[2, 0] == pytest.approx(3 / 4 * a["alpha_11"] + a["alpha_12"] / 8)
    assert means[1, 1] == pytest.approx(a["alpha_12"])
    assert means[0, 4] == pytest.approx(a["alpha_1111"])
    assert means[3, 0] == pytest.approx(5 / 8 * a["alpha_111"] + a["alpha_112"] / 8)


def test_what_is_the_same_in_all_directions_needs_no_mean():
    assert is_axial_landau({"alpha_1": 1.0, "alpha_11": 3.0, "alpha_12": 6.0}, np.eye(3))
