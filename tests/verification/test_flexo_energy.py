"""The flexocoupling energy: order of its indices, its three forms, its bound, and its gauge freedom (V0)."""

import numpy as np
import pytest
from hessian import coupling_blocks, eigenvalues, smallest_eigenvalue
from plates import (
    C11,
    CURVATURE,
    F12,
    F_PLATE,
    STIFFNESS,
    fixed_faces,
    flexo,
    line,
    material,
    short_circuit,
)
from relaxed import NO_ELECTROSTATICS, linear_dielectric, relaxed, simulation_of, uniform

from phasefield import tensors
from phasefield.errors import MaterialError
from phasefield.simulation import Simulation
from phasefield.units import LENGTH

FORMS = {"gradient of P": 0.0, "symmetric": 0.5, "strain gradient": 1.0}
AXES = "xyz"
KAPPA = 1e5  # 1/m

# --- order of the indices -----------------------------------------------------------------------------------


def strained(axes: str, displacement) -> Simulation:
    """P = 0 in a square of elements of degree 2 with the given displacement (m) of mesh coordinates (m)."""
    simulation = simulation_of(
        material=linear_dielectric(STIFFNESS, 7.0),
        mesh={"kind": "box", "size": [4e-9, 3e-9], "cells": [2, 2], "axes": axes, "degree": 2},
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        flexoelectricity=flexo(2.0, 3.0, 5.0, form="strain gradient", one_way=True),
    )
    u = np.zeros((3, simulation.functional.u.x.array.size // 3))
    x = LENGTH * simulation.functional.spaces.u.tabulate_dof_coordinates()[:, :2].T
    first, second = (AXES.index(axis) for axis in axes)
    u[first], u[second] = displacement(*x)
    simulation.functional.u.x.array[:] = u.T.ravel() / simulation.scaling.displacement
    return simulation


#: Displacement along the mesh axes 1 and 2, and what it makes of (f11, f12, f44) along them.
GRADIENTS = {
    "e11 = k x1": (lambda x, y: (0.5 * KAPPA * x**2, 0.0 * x), (2.0, 0.0)),
    "e22 = k x1": (lambda x, y: (-0.5 * KAPPA * y**2, KAPPA * x * y), (3.0, 0.0)),
    "e12 = k x2": (lambda x, y: (KAPPA * y**2, 0.0 * x), (10.0, 0.0)),
    "e12 = k x1": (lambda x, y: (0.0 * x, KAPPA * x**2), (0.0, 10.0)),
}


@pytest.mark.parametrize("axes", ["xy", "yz", "zx", "yx"])
@pytest.mark.parametrize("case", GRADIENTS)
def test_order_of_the_indices(case: str, axes: str) -> None:
    """V0: each strain gradient alone gives the field of its coefficient, in the output and in the force on P."""
    displacement, (along, across) = GRADIENTS[case]
    simulation = strained(axes, displacement)
    expected = np.zeros(3)
    expected[AXES.index(axes[0])], expected[AXES.index(axes[1])] = along * KAPPA, across * KAPPA
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    assert field == pytest.approx(np.broadcast_to(expected, field.shape), abs=1e-9 * 10.0 * KAPPA)
    force = simulation.problem.polarization.residual()[0].reshape(-1, 3).sum(axis=0)
    mean = -force / simulation.domain.volume * simulation.scaling.field
    assert mean == pytest.approx(expected, abs=1e-9 * 10.0 * KAPPA)
    row = simulation.observables.row(0, 0.0, 0.0)
    assert [row[f"mean_E_flexo_{axis}"] for axis in AXES] == pytest.approx(expected, abs=1e-9 * 10.0 * KAPPA)


#: Strain gradients of `GRADIENTS` over κ: tensor component and direction, in mesh axes.
COMPONENTS = {
    "e11 = k x1": {(0, 0, 0): 1.0},
    "e22 = k x1": {(1, 1, 0): 1.0},
    "e12 = k x2": {(0, 1, 1): 1.0},
    "e12 = k x1": {(0, 1, 0): 1.0},
}


@pytest.mark.parametrize("axes", ["xy", "zx"])
@pytest.mark.parametrize("case", GRADIENTS)
def test_output_of_strain_gradients(case: str, axes: str) -> None:
    """V5.1: each component of a quadratic displacement, and nothing else, at every node."""
    simulation = strained(axes, GRADIENTS[case][0])
    letters = [AXES.index(axis) for axis in axes]
    expected = np.zeros((3, 6))
    for (i, j, l), value in COMPONENTS[case].items():
        pair = sorted((letters[i], letters[j]))
        expected[letters[l], [[0, 0], [1, 1], [2, 2], [1, 2], [0, 2], [0, 1]].index(pair)] = value * KAPPA
    for l, axis in enumerate(AXES):
        found = simulation.field(f"strain_gradient_{axis}").x.array.reshape(-1, 6)
        assert found == pytest.approx(np.broadcast_to(expected[l], found.shape), abs=1e-8 * KAPPA)


def test_a_tensor_of_any_symmetry() -> None:
    """One entry of the general tensor: strain 13 along y acts on P_z, and on nothing else."""
    rows = np.zeros((6, 9))
    rows[4, 3 * 2 + 1] = 7.0
    simulation = strained("xy", lambda x, y: (0.0 * x, 0.0 * x))
    assert simulation.material.flexo is not None
    simulation = simulation_of(
        material=linear_dielectric(STIFFNESS, 7.0),
        mesh={"kind": "box", "size": [4e-9, 3e-9], "cells": [2, 2], "degree": 2},
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        flexoelectricity={"tensor": rows.tolist(), "one_way": True},
    )
    u = simulation.functional.u
    x = LENGTH * u.function_space.tabulate_dof_coordinates()
    u.x.array[2::3] = KAPPA * x[:, 0] * x[:, 1] / simulation.scaling.displacement  # 2 e13 = k y, 2 e23 = k x
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    # Both e13 and e31 are in the sum.
    assert field == pytest.approx(np.broadcast_to([0.0, 0.0, 7.0 * KAPPA], field.shape), abs=1e-9 * KAPPA)


def test_any_tensor_in_any_orientation() -> None:
    """A crystal turned against the lab axes is one with a turned tensor, if all else is isotropic."""
    f = np.random.default_rng(3).normal(size=(3, 3, 3, 3))
    f += f.swapaxes(0, 1)
    x, z = [1, 2, 2], [2, -2, 1]

    def driving(tensor: np.ndarray, **crystal: list[int]) -> np.ndarray:
        simulation = simulation_of(
            material={
                "landau": {"alpha_1": 1e8, "alpha_11": 1e8, "alpha_12": 2e8},
                "elastic": {"C11": 3e11, "C12": 1e11, "C44": 1e11},
                "electrostriction": {"Q11": 0.05, "Q12": -0.01, "Q44": 0.12},
                "gradient": {"G11": 3e-10, "G12": 1e-10, "G44": 1e-10, "G44p": 0.0},
                "background_permittivity": 10.0,
                "kinetic": 1e4,
            },
            mesh={"kind": "box", "size": [3e-9, 2e-9], "cells": [3, 2], "axes": "xz"},
            initial={"kind": "noise", "amplitude": 0.1},
            crystal=crystal,
            flexoelectricity={"tensor": tensor.tolist(), "allow_unstable": True},
        )
        simulation.parts.initialize()
        return simulation.problem.polarization.residual()[0].copy()

    turned = tensors.rotate4(f, tensors.rotation(x=x, z=z))
    force, same = driving(f, x=x, z=z), driving(turned)
    assert same == pytest.approx(force, abs=1e-9 * np.abs(force).max())
    assert np.abs(driving(f) - force).max() > 1e-2 * np.abs(force).max()


# --- the three forms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("cells", "degree"), [(1, 2), (3, 2), (8, 2), (2, 1), (7, 1)])
def test_mean_polarization_of_a_bent_plate(form: str, cells: int, degree: int) -> None:
    """V0.1: free surfaces, short circuit, prescribed curvature: a<P> = θ f_eff κ on any mesh."""
    # With degree 1 the strain across the plate is not linear; without Poisson contraction it need not be.
    c12 = 0.0 if degree == 1 else 102e9
    f_eff = F12 if degree == 1 else F_PLATE
    _, row = relaxed(
        material=material(c12=c12),
        mesh=line(20e-9, cells, degree),
        initial=uniform(0, 0, 0),
        mechanics={"strain": {"xx": "free"}, "curvature": {"xx": CURVATURE}},
        electrostatics=short_circuit(),
        flexoelectricity=flexo(form=form, one_way=True),
        time={"equilibrium": 1e-13},
    )
    textbook = f_eff * CURVATURE / STIFFNESS
    assert row["mean_P_z"] / textbook == pytest.approx(FORMS[form], abs=1e-10)


def noisy(form: str, **tables: object) -> Simulation:
    """Noise, with u and φ in equilibrium with it."""
    simulation = simulation_of(
        material={"name": "BaTiO3_Li2005"},
        initial={"kind": "noise", "amplitude": 0.1, "seed": 4},
        mechanics={"strain": {"xx": "free", "yy": "free"}},
        flexoelectricity={"set": "Ponomareva2012", "form": form, "allow_unstable": True},
        **tables,
    )
    simulation.parts.initialize()
    return simulation


def noisy_plate(form: str, **tables: object) -> dict[str, float]:
    """Observables of noise with u and φ in equilibrium with it."""
    return noisy(form, **tables).observables.row(0, 0.0, 0.0)


@pytest.mark.parametrize("boundary", ["periodic", "P = 0", "free"])
def test_forms_differ_by_a_surface_term_only(boundary: str) -> None:
    """V0.1: they agree without a surface and where P vanishes on it, but not on a free surface."""
    mesh = line(4e-9, 8, 1)
    tables: dict[str, object] = {"mesh": mesh}
    if boundary == "P = 0":
        tables["polarization"] = fixed_faces()
    elif boundary == "periodic":
        tables["mesh"] = mesh | {"periodic": "z"}
    first, *others = [noisy_plate(form, **tables) for form in FORMS]
    assert abs(first["energy_flexo"]) > 1e-3 * abs(first["energy_total"])
    for row in others:
        same = [row[name] == pytest.approx(first[name], rel=1e-9) for name in ("energy_flexo", "energy_elastic")]
        assert same == ([False] * 2 if boundary == "free" else [True] * 2)


def free_plate(cells: int, **table: object) -> Simulation:
    """A plate with free surfaces on a line of elements of degree 1."""
    return simulation_of(
        material=linear_dielectric(1e9, 1e6, 1e-9) | {"elastic": {"C11": 2e11, "C12": 0.0, "C44": 1e11}},
        mesh=line(8e-9, cells, 1),
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        flexoelectricity=flexo(allow_unstable=True, **table),
    )


def plate_eigenvalue(cells: int, **table: object) -> float:
    """Smallest eigenvalue of δ²H/δP² with u and φ relaxed, over a, of a plate with free surfaces."""
    simulation = free_plate(cells, **table)
    return smallest_eigenvalue(simulation) / (1e9 / simulation.scaling.alpha)


def test_only_the_gradient_of_P_form_is_bounded_below() -> None:
    """V0.1: with f² = C G/4 the other two have a surface mode that falls without end as the mesh is refined."""
    f11 = 0.5 * np.sqrt(2e11 * 1e-9)
    found = {form: [plate_eigenvalue(n, f11=f11, f12=0.0, f44=0.0, form=form) for n in (8, 32, 128)] for form in FORMS}
    assert found["gradient of P"] == pytest.approx([1.0, 1.0, 1.0], abs=1e-6)
    for form in ("symmetric", "strain gradient"):
        first, second, third = found[form]
        assert third < second < first < 1.0
        # In proportion to 1/h² in the end.
        assert third - 1.0 < 4.0 * (second - 1.0)
    assert found["strain gradient"][2] < found["symmetric"][2] < 0.0


def stabilized_eigenvalue(cells: int, length: float, form: str) -> float:
    """As `plate_eigenvalue`, with degree 2 and strain-gradient elasticity of the given length (m)."""
    more = {"strain_gradient_length": length} if length else {}
    simulation = simulation_of(
        material=linear_dielectric(1e9, 1e6, 1e-9) | {"elastic": {"C11": 2e11, "C12": 5e10, "C44": 1e11}},
        mesh=line(4e-9, cells),
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        flexoelectricity=flexo(7.0, 3.0, 2.0, form=form, allow_unstable=True, **more),
    )
    return smallest_eigenvalue(simulation) / (1e9 / simulation.scaling.alpha)


@pytest.mark.parametrize("form", ["symmetric", "strain gradient"])
def test_strain_gradients_bound_the_other_forms(form: str) -> None:
    """V0.1: the surface mode falls as 1/h² without strain-gradient elasticity, and settles with it."""
    bare, stabilized = ([stabilized_eigenvalue(n, length, form) for n in (16, 32, 64)] for length in (0.0, 1e-9))
    assert bare[2] - 1.0 < 3.5 * (bare[1] - 1.0) < 3.5**2 * (bare[0] - 1.0) < 0.0
    assert stabilized[1:] == pytest.approx(stabilized[:-1], abs=1e-3)
    assert 0.0 < stabilized[-1] < 1.0


# --- the combination of the phase-field literature ------------------------------------------------------------


def driven(form: str, **tables: object) -> tuple[np.ndarray, np.ndarray]:
    """Driving fields on the free unknowns and displacements of the noise of `noisy_plate`."""
    simulation = noisy(form, **tables)
    return simulation.problem.polarization.residual()[0].copy(), simulation.functional.u.x.array.copy()


@pytest.mark.parametrize("boundary", ["periodic", "P = 0"])
def test_literature_is_the_same_without_free_surfaces(boundary: str) -> None:
    """V0.1: equations of P and u of the energy, wherever there is no surface on which P is free."""
    mesh = {"kind": "box", "size": [4e-9, 3e-9], "cells": [5, 4], "periodic": "xy"}
    tables = {"mesh": mesh, "crystal": {"x": [1, 2, 0], "z": [0, 0, 1]}}
    if boundary == "P = 0":
        tables = {"mesh": line(4e-9, 8, 1), "polarization": fixed_faces()}
    (force, u), (same_force, same_u) = (driven(form, **tables) for form in ("gradient of P", "phase-field literature"))
    assert same_force == pytest.approx(force, abs=1e-10 * np.abs(force).max())
    assert same_u == pytest.approx(u, abs=1e-10 * np.abs(u).max())


def test_literature_has_the_field_of_one_form_and_the_stress_of_another() -> None:
    """V0.1: on free surfaces the equation of P is that of "strain gradient", that of u of "gradient of P"."""
    mesh = {"mesh": line(4e-9, 8, 1)}
    force, u = driven("phase-field literature", **mesh)
    assert u == pytest.approx(driven("gradient of P", **mesh)[1], abs=1e-10 * np.abs(u).max())
    simulation = noisy("strain gradient", **mesh)
    simulation.functional.u.x.array[:] = u
    literature = noisy("phase-field literature", **mesh)
    simulation.functional.mean_strain.value[:] = literature.functional.mean_strain.value
    assert force == pytest.approx(simulation.problem.polarization.residual()[0], abs=1e-10 * np.abs(force).max())
    assert not literature.functional.variational
    assert simulation.functional.variational


@pytest.mark.parametrize(("form", "symmetric"), [("symmetric", True), ("phase-field literature", False)])
def test_symmetry_of_the_coupled_operator(form: str, symmetric: bool) -> None:
    """V0.1: ∂R_P/∂u is the transpose of ∂R_u/∂P for an energy, and only then."""
    by_u, by_P = coupling_blocks(free_plate(6, form=form))
    assert (np.abs(by_u - by_P.T).max() < 1e-12 * np.abs(by_P).max()) == symmetric


def test_literature_has_the_bound_of_waves_and_no_surface_mode() -> None:
    """V0.1, V0.2: below the bound the spectrum stays at that of the uniform mode; above it falls as 1/h²."""
    bound = np.sqrt(2e11 * 1e-9)
    below, above = (
        [plate_eigenvalue(n, f11=ratio * bound, f12=0.0, f44=0.0, form="phase-field literature") for n in (8, 32, 128)]
        for ratio in (0.95, 1.1)
    )
    assert below == pytest.approx([1.0, 1.0, 1.0], abs=1e-6)
    assert above[2] / above[1] == pytest.approx(16.0, rel=0.15)
    assert above[2] < -100.0


# --- ellipticity ----------------------------------------------------------------------------------------------


def test_below_and_above_the_bound() -> None:
    """V0.2: f² = 0.99 C G converges under refinement, 1.21 C G blows up as 1/h²."""
    bound = np.sqrt(2e11 * 1e-9)
    below = [plate_eigenvalue(n, f11=np.sqrt(0.99) * bound, f12=0.0, f44=0.0) for n in (16, 32, 64)]
    above = [plate_eigenvalue(n, f11=1.1 * bound, f12=0.0, f44=0.0) for n in (16, 32, 64)]
    assert below == pytest.approx([1.0, 1.0, 1.0], abs=1e-6)
    assert above[1] / above[0] == pytest.approx(4.0, rel=0.1)
    assert above[2] / above[1] == pytest.approx(4.0, rel=0.1)
    assert above[2] < -100.0


def beyond(factor: float, **table: object) -> Simulation:
    return simulation_of(
        material=material(2e-10),
        mesh=line(8e-9, 4),
        initial=uniform(0, 0, 0),
        flexoelectricity=flexo(f11=factor * np.sqrt(C11 * 2e-10), f12=0.0, f44=0.0, **table),
    )


def test_a_case_beyond_the_bound_is_refused() -> None:
    """V0.2: with the largest scale, the direction and the remedies; just below it is accepted."""
    with pytest.raises(MaterialError) as refusal:
        beyond(1.01)
    text = str(refusal.value)
    assert "0.99 times" in text
    assert "[0 0 1]" in text
    for remedy in ("gradient coefficients", "strain_gradient_length", "one_way", "allow_unstable"):
        assert remedy in text
    assert beyond(0.99).material.flexo is not None
    assert beyond(1.01, allow_unstable=True).material.flexo is not None
    assert beyond(1.01, one_way=True).material.flexo is not None
    with pytest.raises(MaterialError, match="surface mode"):
        beyond(0.5, form="symmetric")


def test_just_below_the_bound_relaxes() -> None:
    """V0.2: at 99 % of the bound P between fixed faces is that of the softened gradient coefficient."""
    f11, gradient, thickness, field = 0.99 * np.sqrt(C11 * 1e-8), 1e-8, 8e-9, 1e7
    _, row = relaxed(
        material=material(gradient),
        mesh=line(thickness, 400, 1),
        initial=uniform(0, 0, 0),
        polarization=fixed_faces(),
        electrostatics={"enabled": False, "applied_field": [0.0, 0.0, field]},
        flexoelectricity=flexo(f11=f11, f12=0.0, f44=0.0),
        time={"equilibrium": 1e-8},
    )
    xi = np.sqrt((gradient - f11**2 / C11) / STIFFNESS)
    ratio = np.tanh(thickness / (2 * xi)) / (thickness / (2 * xi))
    assert row["mean_P_z"] == pytest.approx(field / STIFFNESS * (1 - ratio), rel=1e-4)


# --- dispersion -----------------------------------------------------------------------------------------------


def test_discrete_dispersion() -> None:
    """V5.7: in a periodic line each wave relaxes at the rate a + (g − f²/C) k², with the k² of linear elements."""
    cells, length, a = 8, 8e-9, 1e9
    C, G, f = (
        {"C11": 2e11, "C12": 5e10, "C44": 1e11},
        {"G11": 1e-9, "G12": 0.0, "G44": 6e-10, "G44p": 0.0},
        (9.0, 4.0, 5.0),
    )
    simulation = simulation_of(
        material=linear_dielectric(a, 1.0) | {"elastic": C, "gradient": G},
        mesh={"kind": "box", "size": [length], "cells": [cells], "periodic": "x"},
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        flexoelectricity=flexo(*f),
    )
    h, angle = length / cells, 2 * np.pi * np.arange(cells) / cells
    k_squared = 2 * (1 - np.cos(angle)) / h**2 / ((2 + np.cos(angle)) / 3)
    longitudinal = a + (G["G11"] - f[0] ** 2 / C["C11"]) * k_squared
    transverse = a + (G["G44"] - f[2] ** 2 / C["C44"]) * k_squared
    expected = np.sort(np.concatenate([longitudinal, transverse, transverse]))
    assert eigenvalues(simulation) * simulation.scaling.alpha == pytest.approx(expected, rel=1e-9)


def test_gradient_coefficients_at_fixed_stress_bound_any_coupling() -> None:
    """With G free a coupling far beyond the bound leaves the softest mode the uniform one, at any h (1.3)."""
    bound = np.sqrt(2e11 * 1e-9)
    for n in (8, 32):
        table = {"f11": 3.0 * bound, "f12": -bound, "f44": bound, "gradient": "free"}
        assert plate_eigenvalue(n, **table) == pytest.approx(1.0, abs=1e-6)
    assert plate_eigenvalue(32, **table | {"gradient": "clamped"}) < -100.0


# --- gauge freedom --------------------------------------------------------------------------------------------


#: λ (m³/C), not small: λC is of the size of f.
GAUGE = 1e-11
COEFFICIENTS = {"C11": 1.8e11, "C12": 0.9e11, "C44": 1.2e11, "f11": 2.0, "f12": 1.0, "f44": 0.4}
GRADIENT = {"G11": 6e-10, "G12": 1e-10, "G44": 2e-10, "G44p": 1e-10}


def gauge_case(dim: int, f_shift: float, G_shift: float, **tables: object) -> Simulation:
    """A crystal along no axis with f + `f_shift` C and G − 2 `G_shift` f − `G_shift`² C, from noise."""
    c, keys = COEFFICIENTS, ("11", "12", "44")
    G = {f"G{k}": GRADIENT[f"G{k}"] - 2 * G_shift * c[f"f{k}"] - G_shift**2 * c[f"C{k}"] for k in keys}
    mesh = {"kind": "box", "size": [6e-9, 5e-9, 4e-9][:dim], "cells": [12, 7, 5][:dim]}
    return simulation_of(
        material={
            "landau": {"alpha_1": -1e8, "alpha_11": 2e8, "alpha_12": 3e8},
            "elastic": {f"C{k}": c[f"C{k}"] for k in keys},
            "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
            "gradient": GRADIENT | G,
            "background_permittivity": 10.0,
            "kinetic": 1e4,
        },
        crystal={"x": [1, 2, 0], "z": [0, 0, 1]},
        mesh=mesh | tables.pop("mesh", {}),
        initial={"kind": "noise", "amplitude": 0.1, "seed": 2},
        flexoelectricity={"coefficients": {f"f{k}": c[f"f{k}"] + f_shift * c[f"C{k}"] for k in keys}},
        time={"equilibrium": 1e-11},
        **tables,
    )


def held(dim: int) -> dict:
    """P = 0, u = 0 and φ = 0 on the whole surface, and a field that makes P differ from zero inside."""
    on = {"on": [f"{axis}_{side}" for axis in AXES[:dim] for side in ("min", "max")]}
    return {
        "electrostatics": {"applied_field": [3e8, 2e8, 1e8], "boundary": [on | {"kind": "electrode"}]},
        "polarization": {"boundary": [on | {"kind": "fixed", "value": [0.0, 0.0, 0.0]}]},
        "mechanics": {"boundary": [on | {"kind": "clamped"}]},
    }


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_gauge_freedom(dim: int) -> None:
    """V0.3: (f + λC, G) with u is (f, G − 2λf − λ²C) with u + λP, whatever the crystal's orientation."""
    simulations = [gauge_case(dim, *shifts, **held(dim)) for shifts in ((GAUGE, 0.0), (0.0, GAUGE))]
    for simulation in simulations:
        simulation.run()
    (P, u), (P_shifted, u_shifted) = ([s.field(name).x.array for name in ("P", "u")] for s in simulations)
    assert np.abs(P_shifted - P).max() < 1e-9 * np.abs(P).max()
    assert np.abs(u + GAUGE * P - u_shifted).max() < 1e-9 * GAUGE * np.abs(P).max()
    assert np.abs(u - u_shifted).max() > 0.1 * np.abs(u).max()
    assert np.abs(P).max() > 0.05


@pytest.mark.parametrize("dim", [1, 2])
def test_gauge_freedom_of_a_periodic_crystal(dim: int) -> None:
    """V0.3: for any P, in mechanical equilibrium, the displacements and the driving fields correspond."""
    strain = {"strain": {"xx": "free", "xy": "free", "zz": "free"}}
    tables = {"mesh": {"periodic": AXES[:dim]}, "mechanics": strain}
    first, second = (gauge_case(dim, *shifts, **tables) for shifts in ((GAUGE, 0.0), (0.0, GAUGE)))
    forces, displacements = [], []
    for simulation in (first, second):
        simulation.parts.initialize()
        forces.append(simulation.problem.polarization.residual()[0].copy())
        displacements.append(simulation.field("u").x.array.reshape(-1, 3))
    P = first.field("P").x.array.reshape(-1, 3)
    difference = displacements[0] + GAUGE * P - displacements[1]
    assert np.ptp(difference, axis=0).max() < 1e-9 * GAUGE * np.abs(P).max()
    assert np.abs(forces[1] - forces[0]).max() < 1e-9 * np.abs(forces[0]).max()
