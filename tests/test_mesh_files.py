"""Meshes from files: groups, units, periodicity, and what is said about files that do not fit."""

from pathlib import Path

import meshio
import numpy as np
import pytest
import ufl
from meshes_for_tests import domain_of, exterior_midpoints, integral

from phasefield.errors import MeshError

MESHES = Path(__file__).parents[1] / "meshes"


def from_file(path: Path, **table: object):  # type: ignore[no-untyped-def]
    return domain_of(kind="file", path=str(path), **table)


def write(path: Path, kind: str, n: tuple[int, ...]) -> Path:
    """A grid of `kind` with lower half-cells in group 1 named "low", upper in 2, and "front" at x = 0."""
    dim = len(n)
    shape = tuple(count + 1 for count in n)
    nodes = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1).astype(float)
    number = np.arange(len(nodes)).reshape(shape)
    corners = {
        1: [(0,), (1,)],
        2: [(0, 0), (1, 0), (1, 1), (0, 1)],
        3: [(x, y, z) for z in (0, 1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))],
    }[dim]
    blocks = [number[tuple(slice(c, c + k) for c, k in zip(corner, n, strict=True))] for corner in corners]
    cells = np.stack([block.ravel() for block in blocks], axis=1)
    front = cells[nodes[cells].min(axis=1)[:, 0] == 0]
    at_front = {1: [0], 2: [0, 3], 3: [0, 3, 7, 4]}[dim]
    facet = {1: "vertex", 2: "line", 3: "quad"}[dim]
    tags = np.where(nodes[cells].mean(axis=1)[:, -1] < n[-1] / 2, 1, 2)
    points = np.zeros((len(nodes), 3))
    points[:, :dim] = nodes
    mesh = meshio.Mesh(
        points,
        [(kind, cells), (facet, front[:, at_front])],
        cell_data={
            "gmsh:physical": [tags, np.full(len(front), 7)],
            "gmsh:geometrical": [np.ones(len(cells), int), np.ones(len(front), int)],
        },
        field_data={"low": np.array([1, dim]), "front": np.array([7, dim - 1])},
    )
    mesh.write(path, file_format="gmsh22", binary=False)
    return path


@pytest.mark.parametrize(
    ("kind", "n"), [("line", (6,)), ("quad", (4, 6)), ("hexahedron", (3, 4, 6))], ids=["1D", "2D", "3D"]
)
def test_groups_of_tensor_cells(tmp_path: Path, kind: str, n: tuple[int, ...]) -> None:
    domain = from_file(write(tmp_path / "grid.msh", kind, n), length_unit="1 angstrom")
    dim = len(n)
    assert domain.axis_names == "xyz"[:dim]
    assert domain.lengths == pytest.approx([0.1 * count for count in n])
    assert domain.regions == {"low": 1, "2": 2}
    size = np.prod(n) * 0.1**dim
    assert domain.volume == pytest.approx(size)
    z = ufl.SpatialCoordinate(domain.mesh)[dim - 1]
    assert integral(domain, z, domain.dx("low")) == pytest.approx(size / 2 * 0.15)
    assert integral(domain, z, domain.dx("2")) == pytest.approx(size / 2 * 0.45)
    assert integral(domain, 1.0, domain.ds("front")) == pytest.approx(size / (0.1 * n[0]))
    assert integral(domain, domain.normal()[0], domain.ds("front")) == pytest.approx(-size / (0.1 * n[0]))


def test_chosen_names(tmp_path: Path) -> None:
    path = write(tmp_path / "grid.msh", "quad", (4, 6))
    domain = from_file(path, axes="xz", regions={"film": "low", "substrate": 2}, boundaries={"electrode": 7})
    assert domain.axes == (0, 2)
    assert domain.regions == {"film": 1, "substrate": 2}
    assert domain.boundaries == {"electrode": (7,)}
    assert integral(domain, 1.0, domain.ds("electrode", side="film")) == pytest.approx(3.0)


def test_boundary_on_a_periodic_side_is_none(tmp_path: Path) -> None:
    path = write(tmp_path / "grid.msh", "quad", (4, 6))
    domain = from_file(path, periodic="x")
    assert domain.boundaries == {}
    assert set(exterior_midpoints(domain)[:, 1]) == {0.0, 6.0}
    with pytest.raises(MeshError, match=r'boundary electrode: no group "front"'):
        from_file(path, periodic="x", boundaries={"electrode": "front"})


def test_sphere_in_box() -> None:
    domain = from_file(MESHES / "sphere_in_box.msh")
    assert set(domain.regions) == {"film", "matrix"}
    assert domain.interfaces == {"surface"}
    assert domain.volume == pytest.approx(8.0**3)
    area = integral(domain, 1.0, domain.dS("surface"))
    assert area == pytest.approx(4 * np.pi, rel=0.05)
    assert integral(domain, 1.0, domain.ds("outer")) == pytest.approx(6 * 8.0**2)
    # Gauss: the flux of the position out of the sphere is three times its volume, whichever way round.
    x = ufl.SpatialCoordinate(domain.mesh)
    for side, sign in (("film", 1.0), ("matrix", -1.0)):
        flux = integral(domain, ufl.dot(x, domain.normal()), domain.ds("surface", side=side))
        assert flux == pytest.approx(3 * sign * domain.volume_of("film"))


def test_unstructured_periodic_cell() -> None:
    domain = from_file(MESHES / "periodic_cell.msh", periodic="xy")
    assert domain.volume == pytest.approx(100.0)
    assert len(exterior_midpoints(domain)) == 0
    assert domain.interfaces == {"wall"}
    free = from_file(MESHES / "periodic_cell.msh")
    vertices = [d.mesh.topology.index_map(0).size_global for d in (domain, free)]
    # Of the nodes on the outline, 2 (m + n) with m and n edges on the sides, 1 + (m-1) + (n-1) are left.
    sides = len(exterior_midpoints(free))
    assert vertices[1] - vertices[0] == sides // 2 + 1
    half = from_file(MESHES / "periodic_cell.msh", periodic="x")
    assert len(exterior_midpoints(half)) == sides // 2


@pytest.mark.parametrize(
    ("name", "table", "message"),
    [
        ("nanodisc.msh", {}, r"nanodisc.msh: no such mesh file"),
        ("make.py", {}, r"make.py: cannot read the mesh"),
        ("nanodisk.msh", {"regions": {"film": "flim"}}, r'no group "flim".*did you mean "film".*film \(1\)'),
        ("nanodisk.msh", {"boundaries": {"top": 9}}, r'boundary top: no group "9"; the file has side \(2\)'),
        ("sphere_in_box.msh", {"regions": {"film": "film"}}, r"in no region; the file has film .*, matrix"),
        ("nanodisk.msh", {"periodic": "x"}, r"lower and 4 upper nodes do not match"),
        ("nanodisk.msh", {"periodic": "z"}, r"cells reach over half the period"),
        ("periodic_cell.msh", {"axes": "xyz"}, r"expected 2 different letters"),
    ],
)
def test_what_does_not_fit_is_named(name: str, table: dict, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        from_file(MESHES / name, **table)


def test_curved_and_mixed_cells_are_refused(tmp_path: Path) -> None:
    points = np.array([[0, 0], [2, 0], [0, 2], [1, 0], [1, 1], [0, 1], [2, 2]], dtype=float)
    curved = tmp_path / "curved.vtu"
    meshio.Mesh(points, [("triangle6", [[0, 1, 2, 3, 4, 5]])]).write(curved)
    with pytest.raises(MeshError, match="triangle6; only linear ones"):
        from_file(curved)
    mixed = tmp_path / "mixed.vtu"
    meshio.Mesh(points, [("triangle", [[1, 6, 2]]), ("quad", [[0, 3, 4, 5]])]).write(mixed)
    with pytest.raises(MeshError, match="cells of one kind, found quad and triangle"):
        from_file(mixed)


def test_surface_in_space_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tilted.vtu"
    meshio.Mesh(np.eye(3), [("triangle", [[0, 1, 2]])]).write(path)
    with pytest.raises(MeshError, match="2-dimensional cells extend along 3 coordinates"):
        from_file(path)


def test_vertical_section_gets_its_axes_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "section.vtu"
    points = np.array([[0, 5, 0], [2, 5, 0], [0, 5, 3], [2, 5, 3]], dtype=float)
    meshio.Mesh(points, [("triangle", [[0, 1, 2], [1, 2, 3]])]).write(path)
    domain = from_file(path)
    assert domain.axis_names == "xz"
    assert domain.lengths == pytest.approx((2.0, 3.0))
    assert domain.regions == {"film": 1}


def test_group_of_facets_half_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.msh"
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=float)
    mesh = meshio.Mesh(
        points,
        [("triangle", [[0, 1, 2], [1, 3, 2]]), ("line", [[0, 1], [1, 2]])],
        cell_data={
            "gmsh:physical": [np.array([1, 1]), np.array([4, 4])],
            "gmsh:geometrical": [np.array([1, 1]), np.array([1, 1])],
        },
        field_data={"rim": np.array([4, 1])},
    )
    mesh.write(path, file_format="gmsh22", binary=False)
    with pytest.raises(MeshError, match=r'"rim" has 1 of 2 facets on the surface'):
        from_file(path)


def test_facet_of_no_cell_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "grid.msh", "quad", (4, 6))
    mesh = meshio.read(path)
    mesh.cells[1].data[0] = [0, 9]  # across a cell
    mesh.write(path, file_format="gmsh22", binary=False)
    with pytest.raises(MeshError, match="1 of 6 facets are not sides of any cell"):
        from_file(path)
