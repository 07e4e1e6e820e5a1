"""Initial polarization against closed forms, on periodic meshes, and from files."""

from pathlib import Path

import numpy as np
import pytest
from dolfinx import fem
from meshes_for_tests import SIZES, box, domain_of
from pydantic import TypeAdapter

from phasefield.case.schema import InitialSpec
from phasefield.errors import CaseError
from phasefield.fields import function_spaces
from phasefield.initial import initial_polarization, nodes_of, random_vectors
from phasefield.mesh import Domain
from phasefield.output import XdmfSeries

_TABLE = TypeAdapter(InitialSpec)
NM = 1e-9


def state(domain: Domain, degree: int = 1, scale: float = 1.0, **table: object) -> tuple[np.ndarray, np.ndarray]:
    """Node positions in the first period (n, 3) in nm and polarizations (n, 3)."""
    P = fem.Function(function_spaces(domain, degree).P)
    initial_polarization(_TABLE.validate_python(table), domain, P, scale)
    return nodes_of(P.function_space, domain).x / NM, P.x.array.reshape(-1, 3)


def test_uniform_is_scaled() -> None:
    _, P = state(box(2, 3, ""), kind="uniform", value=(0.1, -0.2, 0.3), scale=0.5)
    assert pytest.approx(np.tile((0.2, -0.4, 0.6), (len(P), 1))) == P


def test_nodes_lie_in_the_first_period() -> None:
    for degree in (1, 2):
        x, _ = state(box(3, 3, "xy"), degree, kind="uniform", value=(0, 0, 1))
        assert (x > -1e-9).all()
        assert (x[:, :2] < np.array(SIZES[:2]) - 0.1).all()
        assert x[:, 2].max() == pytest.approx(SIZES[2])


def test_unresolved_axes_are_zero() -> None:
    x, _ = state(domain_of(kind="film", thickness=3 * NM, spacing=NM), kind="uniform", value=(0, 0, 1))
    assert (x[:, :2] == 0).all()
    assert np.sort(x[:, 2]) == pytest.approx([0, 1, 2, 3])


def test_noise_is_uniform_white_and_seeded() -> None:
    domain = domain_of(kind="box", size=(20 * NM,) * 3, cells=(20,) * 3, periodic="xyz")
    _, P = state(domain, kind="noise", amplitude=0.2, seed=1)
    count = P.size
    assert np.abs(P).max() < 0.2
    assert np.abs(P).max() > 0.2 * (1 - 10 / count)
    # Five standard deviations of mean and mean square of uniform numbers.
    assert abs(P.mean()) < 5 * 0.2 / np.sqrt(3 * count)
    assert abs((P**2).mean() - 0.2**2 / 3) < 5 * 0.2**2 * np.sqrt(4 / 45 / count)
    correlation = np.corrcoef(P.T)[np.triu_indices(3, 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(len(P))
    grid = np.lexsort(np.rint(nodes_of(function_spaces(domain, 1).P, domain).x / NM).T)
    field = P[grid].reshape(20, 20, 20, 3)
    for axis in range(3):
        neighbours = (field * np.roll(field, 1, axis)).mean() / (field**2).mean()
        assert abs(neighbours) < 5 / np.sqrt(count)
    assert (state(domain, kind="noise", amplitude=0.2, seed=1)[1] == P).all()
    other = state(domain, kind="noise", amplitude=0.2, seed=2)[1]
    assert abs(np.corrcoef(P.ravel(), other.ravel())[0, 1]) < 5 / np.sqrt(count)


def test_noise_is_added_to_any_state() -> None:
    domain = box(2, 4, "x")
    _, quiet = state(domain, kind="uniform", value=(0, 0, 0.5))
    x, noisy = state(domain, kind="uniform", value=(0, 0, 0.5), noise=0.01, seed=4)
    assert noisy - quiet == pytest.approx(0.01 * random_vectors(x * NM, 4))
    assert np.abs(noisy - quiet).max() > 0.005


def test_sharp_stripes() -> None:
    domain = domain_of(kind="box", size=(8 * NM, 3 * NM), cells=(8, 3), periodic="x")
    x, P = state(domain, kind="stripes", value=(0, 0, 0.7), normal=(2, 0, 0), period=4 * NM)
    expected = np.where(np.rint(x[:, 0]).astype(int) % 4 < 2, 0.7, -0.7)
    assert P[:, 2] == pytest.approx(expected)
    assert (P[:, :2] == 0).all()


def test_stripes_of_two_kinds() -> None:
    domain = domain_of(kind="box", size=(8 * NM, 3 * NM), cells=(32, 3), periodic="x")
    a, c = (0.5, 0, 0), (0, 0, -0.6)
    x, P = state(domain, kind="stripes", value=a, other=c, share=0.25, normal=(1, 0, 0), period=4 * NM)
    first = np.mod(x[:, 0] + 1e-6, 4.0) < 1.0
    assert np.allclose(P[first], a) and np.allclose(P[~first], c)
    assert 0 < first.sum() < len(first)
    x, P = state(domain, kind="stripes", value=a, other=c, share=0.25, normal=(1, 0, 0), period=4 * NM, width=0.2 * NM)
    near = np.mod(x[:, 0] + 1e-6, 4.0) - 1e-6
    from_wall = np.where(near < 1.0, np.minimum(near, 1.0 - near), -np.minimum(near - 1.0, 4.0 - near))
    share = 0.5 * (1.0 + np.tanh(from_wall / 0.2))
    assert pytest.approx(np.outer(share, a) + np.outer(1.0 - share, c), abs=1e-9) == P


def test_smooth_stripes_on_inclined_normal() -> None:
    domain = domain_of(kind="box", size=(8 * NM, 8 * NM), cells=(16, 16), axes="xz")
    x, P = state(domain, kind="stripes", value=(0.7, 0, 0), normal=(1, 0, 1), period=4 * NM, width=0.2 * NM)
    s = (x[:, 0] + x[:, 2]) / np.sqrt(2)
    # The wall nearest to s is at a multiple of half the period; polarization grows upwards at even ones.
    wall = np.rint(s / 2)
    assert P[:, 0] == pytest.approx(0.7 * (-1) ** wall * np.tanh((s - 2 * wall) / 0.2), abs=1e-9)


@pytest.mark.parametrize("width", [0.0, 0.8])
def test_wall(width: float) -> None:
    domain = domain_of(kind="box", size=(10 * NM,), cells=(10,), axes="y")
    x, P = state(
        domain,
        kind="wall",
        left=(0.1, 0, -0.7),
        right=(0, 0.2, 0.7),
        normal=(0, 3, 0),
        position=4 * NM,
        width=width * NM,
    )
    distance = x[:, 1] - 4.0
    t = np.tanh(distance / width) if width else np.where(distance > -0.5, 1.0, -1.0)
    expected = np.stack([0.05 * (1 - t), 0.1 * (1 + t), 0.7 * t], axis=1)
    assert pytest.approx(expected) == P


def test_vortex() -> None:
    domain = domain_of(kind="box", size=(8 * NM, 6 * NM, 2 * NM), cells=(8, 6, 2))
    x, P = state(
        domain,
        kind="vortex",
        center=(4 * NM, 3 * NM, 55 * NM),
        axis=(0, 0, 2),
        radius=NM,
        magnitude=0.6,
        core=0.3,
    )
    dx, dy = x[:, 0] - 4, x[:, 1] - 3
    r = np.hypot(dx, dy)
    assert np.linalg.norm(P[:, :2], axis=1) == pytest.approx(0.6 * np.tanh(r))
    assert P[:, 0] * dx + P[:, 1] * dy == pytest.approx(0, abs=1e-15)
    assert (dx * P[:, 1] - dy * P[:, 0])[r > 0].min() > 0
    assert P[:, 2] == pytest.approx(0.3 / np.cosh(r))


def test_vortex_uses_the_nearest_image() -> None:
    domain = domain_of(kind="box", size=(8 * NM, 8 * NM), cells=(8, 8), periodic="xy")
    table = {"kind": "vortex", "axis": (0, 0, 1), "radius": NM, "magnitude": 0.6}
    _, here = state(domain, center=(NM, NM, 0), **table)
    _, image = state(domain, center=(9 * NM, -7 * NM, 0), **table)
    assert pytest.approx(image) == here
    x, _ = state(domain, center=(NM, NM, 0), **table)
    beyond = np.isclose(x[:, 0], 7) & np.isclose(x[:, 1], 1)  # two to the left of the centre
    assert here[beyond] == pytest.approx(np.array([[0, -0.6 * np.tanh(2), 0]]))


@pytest.mark.parametrize(
    "table",
    [
        {"kind": "stripes", "value": (0, 0, 1), "normal": (0, 1, 0), "period": NM},
        {"kind": "wall", "left": (0, 0, 1), "right": (0, 0, -1), "normal": (0, 1, 0)},
    ],
)
def test_direction_that_the_mesh_does_not_resolve_is_refused(table: dict) -> None:
    domain = domain_of(kind="box", size=(4 * NM, 4 * NM), cells=(4, 4), axes="xz")
    with pytest.raises(CaseError, match="the mesh resolves x, z only"):
        state(domain, **table)


def test_zero_direction_is_refused() -> None:
    with pytest.raises(CaseError, match="a direction cannot be"):
        state(box(2, 3, ""), kind="wall", left=(0, 0, 1), right=(0, 0, -1), normal=(0, 0, 0))


def values_at(x: np.ndarray) -> np.ndarray:
    """A polarization for any position in nm, periodic along x and y of `box`."""
    wave = np.sin(2 * np.pi * x / np.array(SIZES) + 0.2)
    return wave + 2 * np.roll(wave, 1, axis=1) ** 2


def write_nodal_data(path: Path, x: np.ndarray, P: np.ndarray, axes: str = "xyz") -> Path:
    """Points (nm) and values in the format of `path`."""
    names = [*axes, "P_x", "P_y", "P_z"]
    columns = np.concatenate([x[:, ["xyz".index(letter) for letter in axes]] * NM, P], axis=1)
    if path.suffix == ".npz":
        np.savez(path, **dict(zip(names, columns.T, strict=True)))
    else:
        np.savetxt(path, columns, delimiter=",", header=",".join(names), comments="", fmt="%.9g")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".npz"])
@pytest.mark.parametrize("degree", [1, 2])
def test_nodal_data_in_any_order_and_any_period(tmp_path: Path, suffix: str, degree: int) -> None:
    domain = box(3, 3, "xy")
    x, _ = state(domain, degree, kind="uniform", value=(0, 0, 0))
    random = np.random.default_rng(0)
    moved = x + np.array([*SIZES[:2], 0.0]) * random.integers(-2, 3, (len(x), 3))
    order = random.permutation(len(x))
    path = write_nodal_data(tmp_path / f"P{suffix}", moved[order], values_at(x)[order])
    _, P = state(domain, degree, kind="file", path=str(path), scale=0.5)
    assert pytest.approx(2 * values_at(x), abs=1e-7) == P


def test_nodal_data_need_the_axes_of_the_mesh_only(tmp_path: Path) -> None:
    domain = domain_of(kind="box", size=(4 * NM, 4 * NM), cells=(4, 4), axes="xz", periodic="x")
    x, _ = state(domain, kind="uniform", value=(0, 0, 0))
    path = write_nodal_data(tmp_path / "P.csv", x, values_at(x), axes="xz")
    _, P = state(domain, kind="file", path=str(path))
    assert pytest.approx(values_at(x), abs=1e-7) == P


def test_nodes_without_a_point_are_named(tmp_path: Path) -> None:
    domain = box(2, 3, "")
    x, _ = state(domain, kind="uniform", value=(0, 0, 0))
    corner = np.argmax(x.sum(axis=1))
    kept = np.arange(len(x)) != corner
    path = write_nodal_data(tmp_path / "P.csv", x[kept], values_at(x)[kept])
    with pytest.raises(CaseError, match=r"of 1 nodes .* at \(2e-09, 3e-09, 0\) m, 6.67e-10 m from"):
        state(domain, kind="file", path=str(path))
    with pytest.raises(CaseError, match="also for the middles of edges"):
        state(domain, degree=2, kind="file", path=str(path))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("P.csv", "x,y,P_x,P_y\n0,0,1,1\n", "no P_z; the file has x, y, P_x, P_y"),
        ("P.csv", "x,P_x,P_y,P_z\n0,1,1,1\n", "no y; the file has"),
        ("P.csv", "x,y,P_x,P_y,P_z\n0,0,1,1\n", "5 names in the header but 4 columns"),
        ("P.csv", "x,y,P_x,P_y,P_z\n0,0,1,1,one\n", "cannot read the data: .*one"),
        ("P.csv", "x,y,P_x,P_y,P_z\n0,0,1,1,1\n0,0,1,1,nan\n", "point 2 has an entry that is not a number"),
        ("P.npz", "no archive", "P.npz: cannot read the data"),
        ("P.txt", "", "from .csv or .npz files or from result folders, not .txt"),
        ("fields.h5", "no fields", "fields.h5: cannot read the data"),
    ],
)
def test_unusable_nodal_data_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(CaseError, match=message):
        state(box(2, 3, ""), kind="file", path=str(path))
    with pytest.raises(CaseError, match=r"absent.csv: cannot read"):
        state(box(2, 3, ""), kind="file", path=str(tmp_path / "absent.csv"))


def written(folder: Path, domain: Domain) -> Path:
    """A result folder with the fields of a run on `domain`: a polarization linear in x, y and z, and its continuation
    through periodic sides."""
    folder.mkdir()
    P = fem.Function(function_spaces(domain, 1).P)
    P.x.array[:] = linear(nodes_of(P.function_space, domain).x / NM).ravel()
    XdmfSeries(folder / "fields.xdmf", domain, {"P": P}).write(1e-9)
    return folder


def linear(x: np.ndarray) -> np.ndarray:
    return x @ np.array([[0.1, 0.0, 0.3], [0.2, -0.1, 0.0], [0.0, 0.3, -0.2]]) + np.array([0.5, -0.4, 0.1])


@pytest.mark.parametrize("cell", ["simplex", "tensor"])
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_a_run_on_another_mesh_is_interpolated(tmp_path: Path, dim: int, cell: str) -> None:
    run = written(tmp_path / "run", box(dim, 3, "", cell))
    domain = box(dim, 4, "", "tensor")
    x, P = state(domain, degree=2, kind="file", path=str(run), interpolate=True)
    assert pytest.approx(linear(x), abs=1e-12) == P
    with pytest.raises(CaseError, match="interpolate = true"):
        state(domain, degree=2, kind="file", path=str(run))


def test_a_run_is_interpolated_across_periodic_sides(tmp_path: Path) -> None:
    size, cells = (4 * NM, 2 * NM), (4, 2)
    run = written(tmp_path / "run", domain_of(kind="box", size=size, cells=cells, periodic="x"))
    fine = domain_of(kind="box", size=size, cells=(16, 2), periodic="x")
    x, P = state(fine, kind="file", path=str(run), time=1e-9, interpolate=True)
    # Within the last cell it goes back to the value at x = 0, which is that at the other side.
    folded = np.where(x[:, :1] > 3.0, 3.0 * (4.0 - x[:, :1]), x[:, :1])
    assert pytest.approx(linear(np.hstack([folded, x[:, 1:]])), abs=1e-12) == P


def test_a_run_that_cannot_be_interpolated_is_refused(tmp_path: Path) -> None:
    run = written(tmp_path / "run", box(2, 3, ""))
    larger = domain_of(kind="box", size=(2 * NM, 3.5 * NM), cells=(2, 7))
    with pytest.raises(CaseError, match=r"3 nodes of the mesh lie outside .* at \(.*, 3.5e-09, 0\) m"):
        state(larger, kind="file", path=str(run), interpolate=True)
    table = write_nodal_data(tmp_path / "P.csv", np.zeros((1, 3)), np.zeros((1, 3)))
    with pytest.raises(CaseError, match="only the fields of a result folder can be interpolated"):
        state(larger, kind="file", path=str(table), interpolate=True)
    with pytest.raises(CaseError, match="no fields at time = 2e-09 s"):
        state(larger, kind="file", path=str(run), time=2e-9, interpolate=True)
