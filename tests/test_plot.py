"""Figures of result folders: right colours, walls, labels, and nothing but the folder needed."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from dolfinx import fem
from dolfinx import mesh as dmesh
from matplotlib.image import imread
from mpi4py import MPI
from small_domains import SmallDomain

import phasefield.plot
from phasefield.errors import ResultError
from phasefield.mesh.grid import Grid
from phasefield.output import ObservablesTable, XdmfSeries
from phasefield.plot import Results, plot_results, variants
from phasefield.plot.curves import loop_columns, symbol
from phasefield.plot.style import label, scaled
from phasefield.plot.volume import _grid, _walls
from phasefield.runfolder import RunFolder

PZ, MINUS_PZ, PX = 4, 5, 0
SIZES = (24.0, 12.0, 16.0)
COLUMNS = ("step", "time", "dt", "energy_landau", "energy_total")
MEANS = ("mean_P_x", "mean_P_y", "mean_P_z", "mean_E_z")


def make_run(path: Path, axes, P, *, simplex=False, mode="relax", substrate=-1.0, phi=True) -> Path:
    """A finished run whose last field is P(x, y, z) of lab coordinates; material above `substrate`."""
    dim = len(axes)
    grid = Grid([np.linspace(0, SIZES[a], int(SIZES[a]) + 1) for a in axes], [False] * dim, simplex)
    mesh = grid.mesh(MPI.COMM_SELF)
    cells = np.arange(mesh.topology.index_map(dim).size_local, dtype=np.int32)
    height = dmesh.compute_midpoints(mesh, dim, cells)[:, dim - 1]
    tags = dmesh.meshtags(mesh, dim, cells, np.where(height < substrate, 1, 2).astype(np.int32))
    domain = SmallDomain(mesh, tuple(axes), tags, {}, "plot")

    def of_lab(x):
        lab = np.zeros((3, x.shape[1]))
        lab[list(axes)] = x[:dim]
        return np.where(lab[axes[-1]] < substrate, 0.0, P(*lab))

    polarization = fem.Function(fem.functionspace(mesh, ("Lagrange", 1, (3,))))
    potential = fem.Function(fem.functionspace(mesh, ("Lagrange", 1)))
    potential.interpolate(lambda x: 0.2 * np.sin(x[0]))
    folder = RunFolder.create(path, MPI.COMM_SELF, {"title": "test", "time": {"mode": mode}})
    fields = {"P": polarization, "phi": potential} if phi else {"P": polarization}
    series = XdmfSeries(folder.fields, domain, fields)
    series.write(0.0)
    polarization.interpolate(of_lab)
    series.write(2.5e-11)
    table = ObservablesTable(folder.observables, (*COLUMNS, *MEANS), MPI.COMM_SELF)
    for step in range(12):
        field = 1e7 * np.sin(step)
        row = [step, step * 1e-12, 1e-12, -step * 1e-18, -step * 2e-18]
        row += [0.0, 0.0, 0.2 * np.sin(step - 0.5), field]
        table.write(dict(zip(table.columns, row, strict=True)))
    units = {"energy_total": "J", "mean_P_z": "C/m^2", "mean_E_z": "V/m"}
    folder.update(units=units, fields={"P": {"unit": "C/m^2"}, "phi": {"unit": "V"}})
    folder.finish("done")
    return path


def half_up_half_down(x, y, z):
    zero = np.zeros_like(x)
    return np.stack([zero, zero, 0.7 * np.tanh((x - 12.25) / 1.5)])


def inclined(x, y, z):
    """+z below the plane x = z + 4, +x above it, turning through the diagonal."""
    angle = np.pi / 4 * (1 + np.tanh((x - z - 4.1) / 2.0))
    return 0.7 * np.stack([np.sin(angle), np.zeros_like(x), np.cos(angle)])


def up(x, y, z):
    return np.stack([np.zeros_like(x), np.zeros_like(x), np.full_like(x, 0.7)])


def share(image: np.ndarray, number: int) -> float:
    """Share of the pixels that have the hue of a variant, at any brightness the light may give it."""
    colour = variants.COLOURS[number]
    pixels = image[..., :3].reshape(-1, 3)
    length = np.linalg.norm(pixels, axis=1) * np.linalg.norm(colour)
    alike = (pixels @ colour) / np.maximum(length, 1e-9) > 0.9995
    return float((alike & (np.ptp(pixels, axis=1) > 0.1)).mean())


@pytest.mark.parametrize("simplex", [True, False], ids=["tetrahedra", "hexahedra"])
def test_domain_picture_shows_the_domains_that_are_there(tmp_path, simplex):
    make_run(tmp_path, (0, 1, 2), half_up_half_down, simplex=simplex)
    written = plot_results(tmp_path)
    assert [p.relative_to(tmp_path).as_posix() for p in written] == [
        "figures/domains.png",
        "figures/observables.png",
    ]
    image = imread(written[0])
    assert min(image.shape[:2]) > 500
    assert share(image, PZ) > 0.02
    assert share(image, MINUS_PZ) > 0.02
    assert share(image, PX) < 1e-4


@pytest.mark.parametrize("simplex", [True, False], ids=["tetrahedra", "hexahedra"])
def test_walls_have_the_right_area_and_angle(tmp_path, simplex):
    for name, P, angle, area in (
        ("flat", half_up_half_down, 180, SIZES[1] * SIZES[2]),
        ("inclined", inclined, 90, SIZES[1] * np.hypot(SIZES[2], SIZES[2])),
    ):
        folder = make_run(tmp_path / name, (0, 1, 2), P, simplex=simplex)
        walls = _walls(_grid(Results(folder).snapshot()))
        assert set(walls.cell_data["angle"].tolist()) == {angle}
        assert walls.area == pytest.approx(area, rel=1e-6)


@pytest.mark.parametrize("axes", [(0, 1, 2), (0, 2)], ids=["3D", "2D"])
def test_states_without_walls_are_drawn(tmp_path, axes):
    for name, P in ("one domain", up), ("paraelectric", lambda x, y, z: 0 * up(x, y, z)):
        make_run(tmp_path / name, axes, P, phi=False)
        image = imread(plot_results(tmp_path / name)[0])
        assert (share(image, PZ) > 0.02) == (P is up)
        assert share(image, MINUS_PZ) < 0.01  # dark blue blends with white at the rims of arrows


def test_profiles_show_the_components_that_are_not_negligible(tmp_path):
    make_run(tmp_path, (0,), half_up_half_down)
    image = imread(plot_results(tmp_path)[0])
    assert share(image, PZ) > 1e-3
    assert share(image, PX) < 1e-5


def test_profiles_of_a_paraelectric_line(tmp_path):
    make_run(tmp_path, (0,), lambda x, y, z: 0 * up(x, y, z), phi=False)
    assert share(imread(plot_results(tmp_path)[0]), PX) > 1e-5  # its legend: no line is left out


def test_map_of_a_section_shows_domains_and_substrate(tmp_path):
    make_run(tmp_path, (0, 2), inclined, simplex=True, substrate=4.0)
    image = imread(plot_results(tmp_path)[0])
    grey = np.abs(image[..., :3] - variants.COLOURS[variants.NONE]).max(axis=-1) < 0.01
    assert share(image, PX) > 0.02
    assert share(image, PZ) > 0.02
    assert grey.mean() > 0.02


def test_substrate_is_unpolar_although_it_shares_points_with_the_film(tmp_path):
    snapshot = Results(make_run(tmp_path, (0, 2), up, substrate=4.0)).snapshot()
    assert snapshot.axes == (0, 2)
    middles = snapshot.points[snapshot.cells].mean(axis=1)
    np.testing.assert_array_equal(snapshot.polar_cells(), middles[:, 2] > 4.0)


def test_any_time_of_the_series_can_be_drawn(tmp_path):
    make_run(tmp_path, (0, 2), up)
    results = Results(tmp_path)
    assert [results.snapshot(k).time for k in (0, -1)] == [0.0, 2.5e-11]
    assert [snapshot.time for snapshot in results.snapshots()] == [0.0, 2.5e-11]
    assert [results.snapshot_at(time).time for time in (0.0, 2.5e-11 * (1 + 1e-12))] == [0.0, 2.5e-11]
    with pytest.raises(ResultError, match=r"no fields at 2.4e-11 s, only at 0, 2.5e-11 s"):
        results.snapshot_at(2.4e-11)
    first = imread(plot_results(tmp_path, index=0, out=tmp_path / "first")[0])
    last = imread(plot_results(tmp_path, out=tmp_path / "last")[0])
    assert share(first, PZ) < 1e-4 < 0.02 < share(last, PZ)


def test_ramp_gets_a_loop(tmp_path):
    make_run(tmp_path, (2,), up, mode="ramp")
    assert [p.name for p in plot_results(tmp_path)] == ["domains.png", "observables.png", "loop.png"]


def test_loop_columns():
    t = np.linspace(0, 6, 20)
    columns = {
        "time": t,
        "mean_P_x": 0 * t,
        "mean_P_z": np.sin(t),
        "mean_E_x": t,
        "mean_E_z": np.cos(t),
        "load_tip": t,
    }
    assert loop_columns(columns, {}) == ("mean_E_z", "mean_P_z")
    assert loop_columns(columns, {"x": "load_tip", "y": "mean_P_x"}) == ("load_tip", "mean_P_x")
    columns["mean_E_z"] = np.ones(20)
    assert loop_columns(columns, {}) == ("load_tip", "mean_P_z")
    with pytest.raises(ResultError, match="no load that varies"):
        loop_columns({"time": t, "mean_P_z": t}, {})
    with pytest.raises(ResultError, match="no column force"):
        loop_columns(columns, {"x": "force"})


def test_nearest_variant_and_angle():
    P = np.array([[0.1, -0.5, 0.3], [0.0, 0.0, 0.7], [-0.6, 0.0, 0.5], [0.01, 0.0, 0.0]])
    np.testing.assert_array_equal(variants.variant(P, 0.05), [3, 4, 1, variants.NONE])
    assert [variants.angle(0, n) for n in range(6)] == [0, 180, 90, 90, 90, 90]


def test_numbers_get_metric_prefixes_and_labels_their_unit():
    unit, (a, b) = scaled("V/m", np.array([-4.2e7]), np.array([1e3]))
    assert (unit, a[0], b[0]) == ("MV/m", pytest.approx(-42.0), pytest.approx(1e-3))
    assert scaled("C/m^2", np.array([2e-5]))[0] == "C/m^2"
    assert scaled("J", np.zeros(3))[0] == "J"
    assert scaled("J", np.array([3e-20]))[0] == "aJ"
    unit, (curvature,) = scaled("1/m", np.array([-5e5, 1e6]))
    assert unit == "1/µm" and np.allclose(curvature, [-0.5, 1.0])
    assert label("$P$", "C/m^2") == "$P$ (C/m²)"
    assert symbol("mean_P_z") == r"$\langle P_{z} \rangle$"


def test_folders_that_are_not_results_are_refused(tmp_path):
    with pytest.raises(ResultError, match=r"no run\.json"):
        plot_results(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(ResultError, match="not readable"):
        plot_results(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(ResultError, match=r"no fields\.xdmf"):
        plot_results(tmp_path)


def test_damaged_fields_and_empty_tables_are_named(tmp_path):
    make_run(tmp_path, (2,), up)
    (tmp_path / "observables.csv").write_text("step,time\n")
    with pytest.raises(ResultError, match="holds no row yet"):
        plot_results(tmp_path)
    (tmp_path / "fields.h5").write_bytes(b"")
    with pytest.raises(ResultError, match=r"fields\.xdmf cannot be read"):
        plot_results(tmp_path)


def test_a_row_still_being_written_is_left_out(tmp_path):
    make_run(tmp_path, (2,), up)
    with (tmp_path / "observables.csv").open("a") as file:
        file.write("12,1.2e-11")
    assert Results(tmp_path).observables()["step"].tolist() == list(range(12))


def test_imports_nothing_of_the_package_above_errors():
    for file in Path(phasefield.plot.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert not name.startswith("dolfinx"), file.name
                if name.startswith("phasefield"):
                    assert name.startswith(("phasefield.plot", "phasefield.errors")), file.name
