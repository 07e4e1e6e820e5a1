"""Meshes under a tip: parts and their names, sizes of cells, symmetry; what contradicts itself is refused."""

import re

import numpy as np
import pytest
from cases_for_tests import BOX, problems
from meshes_for_tests import domain_of, integral

from phasefield import compat
from phasefield.case.layout import boundaries_of, lengths_of
from phasefield.case.schema import TipMesh
from phasefield.case.tipmesh import cell_size, estimated_cells
from phasefield.errors import MeshError
from phasefield.mesh import Domain
from phasefield.mesh.generator import layered_simplices

NM = 1e-9
SECTION = {
    "kind": "tip",
    "thickness": 5 * NM,
    "substrate": 20 * NM,
    "reach": 30 * NM,
    "contact": 3 * NM,
    "spacing": 0.4 * NM,
    "film_spacing": 1.5 * NM,
}
BLOCK = {**SECTION, "axes": "xyz", "reach": [30 * NM, 25 * NM], "spacing": 1.0 * NM, "film_spacing": 4 * NM}


def corners(domain: Domain) -> np.ndarray:
    """Coordinates (cells, vertices, dim) in nm."""
    return domain.mesh.geometry.x[compat.geometry_dofmap(domain.mesh)][:, :, : domain.dim]


def lengths_of_edges(x: np.ndarray) -> np.ndarray:
    """Mean edge of each cell."""
    first, second = np.triu_indices(x.shape[1], 1)
    return np.linalg.norm(x[:, first] - x[:, second], axis=2).mean(axis=1)


@pytest.mark.parametrize(
    ("table", "area", "sides"),
    [
        (SECTION, 60.0, {"x_min": 25.0, "x_max": 25.0}),
        ({**SECTION, "half": "x"}, 30.0, {"x_min": 25.0, "x_max": 25.0}),
        (BLOCK, 3000.0, {"x_min": 1250.0, "y_max": 1500.0}),
        ({**BLOCK, "half": "xy"}, 750.0, {"x_min": 625.0, "y_min": 750.0}),
    ],
)
def test_parts_and_their_names(table: dict, area: float, sides: dict[str, float]) -> None:
    domain = domain_of(**table)
    assert domain.volume_of("film") == pytest.approx(5.0 * area)
    assert domain.volume_of("substrate") == pytest.approx(20.0 * area)
    for name, expected in {"top": area, "film_top": area, "bottom": area, **sides}.items():
        assert integral(domain, 1.0, domain.ds(name)) == pytest.approx(expected)
    assert domain.interfaces == {"film_bottom", "substrate_top"}
    up = integral(domain, domain.normal()[2], domain.ds("film_bottom", side="film"))
    assert up == pytest.approx(-area)
    spec = TipMesh.model_validate(table)
    assert set(domain.boundaries) == set(boundaries_of(spec))
    assert domain.lengths == pytest.approx(np.array(lengths_of(spec)) / NM)


@pytest.mark.parametrize("table", [SECTION, BLOCK, {**SECTION, "track": 16 * NM}, {**SECTION, "depth": 5 * NM}])
def test_cells_have_the_wanted_sizes(table: dict) -> None:
    x = corners(domain_of(**table))
    spec = TipMesh.model_validate(table)
    wanted, middles = cell_size(spec), x.mean(axis=1) * NM
    points = [(p[0], p[1] if len(p) == 3 else 0.0, p[-1]) for p in middles]
    ratio = lengths_of_edges(x) * NM / np.array([wanted(*point) for point in points])
    assert 0.8 < np.median(ratio) < 1.2
    assert np.quantile(ratio, 0.98) < 1.6
    assert len(x) == pytest.approx(estimated_cells(spec), rel=0.35)


def test_along_a_track_cells_are_as_fine_as_at_the_contact() -> None:
    x = corners(domain_of(**SECTION, track=16 * NM))
    middles = x.mean(axis=1)
    on_track = (np.abs(middles[:, 0]) < 8.0) & (middles[:, 1] > 4.6)
    assert lengths_of_edges(x[on_track]).max() < 0.65


def test_cells_are_the_finest_down_to_the_depth() -> None:
    x = corners(domain_of(**SECTION, depth=5 * NM))
    middles = x.mean(axis=1)
    edges = lengths_of_edges(x)
    assert edges[(np.abs(middles[:, 0]) < 3.0) & (middles[:, 1] > 0.0)].max() < 0.65
    assert edges[middles[:, 1] < -5.0].min() > 0.65


@pytest.mark.parametrize("table", [SECTION, BLOCK])
def test_mesh_is_its_own_mirror_image_with_a_node_under_the_tip(table: dict) -> None:
    x = domain_of(**table).mesh.geometry.x
    nodes = {tuple(row) for row in np.rint(x / 1e-6).astype(int) + 0}
    assert (0, 0, 5_000_000) in nodes or (0, 5_000_000, 0) in nodes
    for sign in ((-1, 1, 1), (1, -1, 1)) if len(set(x[:, 2])) > 1 else ((-1, 1, 1),):
        assert {tuple(s * c for s, c in zip(sign, node, strict=True)) for node in nodes} == nodes


def test_same_table_same_mesh() -> None:
    assert domain_of(**BLOCK).hash == domain_of(**BLOCK).hash != domain_of(**{**BLOCK, "growth": 0.25}).hash


def test_impossible_mesh_is_an_error() -> None:
    with pytest.raises(MeshError, match="Gmsh could not make the mesh"):
        layered_simplices([0.0], [0.0, 1.0], lambda x, y, z: 1.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"axes": "xy"}, r'mesh.axes: found "xy"; a tip mesh is a section'),
        ({"half": "y"}, r'mesh.half: found "y"; expected in-plane axes of the mesh, "x"'),
        ({"half": "x", "track": "4 nm"}, r"mesh.track: the mesh begins at x = 0"),
        ({"reach": ["20 nm", "20 nm"]}, r"mesh.reach: found 2 entries; expected 1"),
        ({"reach": "4 nm", "track": "4 nm"}, r"mesh.reach: found 4e-09 m; expected more than"),
        ({"periodic": "x"}, r'mesh.periodic: found "x"; a tip mesh is not periodic'),
        ({"coarsest": "0.1 nm"}, r"mesh.coarsest: found 1e-10 m, less than mesh.spacing"),
        ({"spacing": "0.4 pm", "growth": 1e-4}, r"mesh: about .* cells, more than 2e\+07"),
    ],
)
def test_contradictions_are_refused(changes: dict, message: str) -> None:
    table = {"kind": "tip", "thickness": "5 nm", "reach": "20 nm", "contact": "3 nm", "spacing": "0.4 nm"}
    [problem] = problems({**BOX, "mesh": {**table, **changes}})
    assert re.match(message, problem)


# --- air and conductors -----------------------------------------------------------------------------------

HALF_PLANE = {
    "kind": "tip",
    "half": "x",
    "axisymmetric": True,
    "thickness": 60 * NM,
    "air": 150 * NM,
    "reach": 120 * NM,
    "contact": 8 * NM,
    "spacing": 0.4 * NM,
    "growth": 0.2,
}
QUARTER = {**HALF_PLANE, "axes": "xyz", "half": "xy", "axisymmetric": False, "spacing": 2 * NM}
SPHERE = {"kind": "sphere", "radius": 30 * NM, "gap": 2 * NM}
CONE = {**SPHERE, "kind": "cone", "half_angle": "20 deg"}


def conductor(kind: str) -> tuple[float, float, float]:
    """Volume and area of the conductors above, and the radius of the hole of a cone in the top of the air."""
    R, angle = 30.0, np.deg2rad(20.0)
    if kind == "sphere":
        return 4.0 / 3.0 * np.pi * R**3, 4.0 * np.pi * R**2, 0.0
    cap, neck = R * (1.0 - np.sin(angle)), R * np.cos(angle)
    height = 150.0 - 2.0 - cap
    wide = neck + np.tan(angle) * height
    volume = np.pi * cap**2 * (3.0 * R - cap) / 3.0 + np.pi * height * (neck**2 + neck * wide + wide**2) / 3.0
    return volume, 2.0 * np.pi * R * cap + np.pi * (neck + wide) * height / np.cos(angle), wide


@pytest.mark.parametrize("tip", [SPHERE, CONE], ids=["sphere", "cone"])
@pytest.mark.parametrize(("table", "part", "plane"), [(HALF_PLANE, 1.0, np.pi * 120.0**2), (QUARTER, 0.25, 120.0**2)])
def test_a_conductor_is_cut_out_of_the_air(table: dict, part: float, plane: float, tip: dict) -> None:
    domain = domain_of(**table, conductor=tip)
    volume, area, wide = conductor(tip["kind"])
    tolerance = 0.02 if part == 1.0 else 0.05
    assert domain.volume_of("film") == pytest.approx(60.0 * plane)
    assert domain.volume_of("air") == pytest.approx(150.0 * plane - part * volume, abs=tolerance * part * volume)
    assert integral(domain, 1.0, domain.ds("conductor")) == pytest.approx(part * area, rel=tolerance)
    assert integral(domain, 1.0, domain.ds("top")) == pytest.approx(plane - part * np.pi * wide**2, rel=tolerance)
    assert integral(domain, 1.0, domain.ds("film_top", side="film")) == pytest.approx(plane)
    assert "film_top" in domain.interfaces and "conductor" not in domain.interfaces
    up = integral(domain, domain.normal()[2], domain.ds("conductor"))
    # What the air sees of it from below is what it sees from above, but for what leaves through the top.
    assert up == pytest.approx(part * np.pi * wide**2, abs=0.01 * plane)
    assert set(domain.boundaries) == set(boundaries_of(TipMesh.model_validate({**table, "conductor": tip})))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"air": 0.0}, "mesh.air: found 0 m; expected more than 6.2e-08 m, where the conductor needs it"),
        ({"air": "60 nm"}, "mesh.air: found 6e-08 m; expected more than 6.2e-08 m"),
        (
            {"reach": "29 nm"},
            "mesh.reach: found 2.9e-08 m; expected more than 3e-08 m, the half-width of the conductor",
        ),
        ({"conductor": {**CONE, "half_angle": "60 deg"}}, "mesh.reach: found 1.2e-07 m; expected more than"),
    ],
)
def test_conductors_without_room_are_refused(changes: dict, message: str) -> None:
    mesh = {**HALF_PLANE, "conductor": SPHERE, **changes}
    regions = {"air": {"fluid": True}} if mesh["air"] else {}
    case = {
        **BOX,
        "mesh": mesh,
        "material": {**BOX["material"], "regions": regions},
        "crystal": {"axial_average": True},
    }
    [problem] = problems(case)
    assert problem.startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"material": {"regions": {"air": {"fluid": False}}}}, "material.regions.air.elastic: C11, C12, C44 missing"),
        (
            {"material": {"regions": {"air": {"material": "SrTiO3_Sheng2010"}}}},
            "material.regions.air.fluid: a fluid has",
        ),
        ({"material": {"regions": {"air": None}}}, "material.regions.air: missing; the mesh has a layer of that name"),
        (
            {"mechanics": {"boundary": [{"on": "conductor", "kind": "clamped"}]}},
            'mechanics.boundary[0].on: "conductor" is a side of "air", a fluid',
        ),
        (
            {"mechanics": {"tip": {"kind": "punch", "force": 1e-9, "contact_radius": 4e-9}}},
            'mechanics.tip.on: "top" is a side of "air", a fluid',
        ),
        (
            {"electrostatics": {"tip": {"kind": "disk", "radius": 4e-9, "potential": 1.0}}},
            'electrostatics.tip.on: "top" is the upper side of the air; a tip is above "film_top"',
        ),
    ],
)
def test_what_air_does_not_carry_is_refused(changes: dict, message: str) -> None:
    material = {**BOX["material"], "regions": {"air": {"fluid": True}}}
    mesh = {**HALF_PLANE, "conductor": SPHERE}
    case = {**BOX, "mesh": mesh, "material": material, "crystal": {"axial_average": True}}
    assert problems(case) == []
    [problem] = problems(case, **changes)
    assert problem.startswith(message)
