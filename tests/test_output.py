"""Field series and observable tables: viewers read what was written, on any number of ranks."""

import fcntl
import shutil
from pathlib import Path

import h5py
import meshio.xdmf
import numpy as np
import pytest
import pyvista
from dolfinx import fem
from mpi4py import MPI
from ranks import run_on
from small_domains import CELLS, KINDS, P_exact, functions, phi_exact, set_exact, small_domain

from phasefield.errors import ResultError
from phasefield.output import ObservablesTable, XdmfSeries

TIMES = [0.0, 1.25e-12, 3e-12]
ALL = [(kind, degree) for kind in KINDS for degree in (1, 2)]


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """Folder with the series of programs/write_results.py, written on one rank ("1") and two."""
    out = tmp_path_factory.mktemp("results")
    for ranks in (1, 2):
        run_on(ranks, "write_results.py", out / str(ranks))
    return out


@pytest.fixture(params=["1", "2"], ids=["1 rank", "2 ranks"])
def written(request, results) -> Path:
    return results / request.param


def mesh_coordinates(points: np.ndarray, kind: str) -> np.ndarray:
    """Mesh coordinates (3, n) of lab points (n, 3)."""
    axes = KINDS[kind][3]
    x = np.zeros((3, len(points)))
    x[: len(axes)] = points[:, list(axes)].T
    return x


def check(points, t, point_data, cell_data, cell_middles, kind):
    x = mesh_coordinates(points, kind)
    np.testing.assert_allclose(point_data["P"], P_exact(x, t).T, rtol=0, atol=1e-12)
    np.testing.assert_allclose(point_data["phi"], 2 * phi_exact(x, t), rtol=0, atol=1e-12)
    last = mesh_coordinates(cell_middles, kind)[KINDS[kind][0] - 1]
    np.testing.assert_array_equal(cell_data["region"], np.where(last < 1.4, 1, 2))


@pytest.mark.parametrize(("kind", "degree"), ALL)
def test_meshio_reads_all_times_and_fields(written, kind, degree):
    with meshio.xdmf.TimeSeriesReader(written / f"{kind} {degree}" / "fields.xdmf") as reader:
        points, (block,) = reader.read_points_cells()
        times = []
        for k in range(reader.num_steps):
            t, point_data, cell_data = reader.read_data(k)
            assert sorted(point_data) == ["P", "phi"]
            middles = points[block.data].mean(axis=1)
            check(points, t, point_data, {"region": cell_data["region"][0]}, middles, kind)
            times.append(t)
    assert times == TIMES


@pytest.mark.parametrize(("kind", "degree"), ALL)
def test_pyvista_reads_all_times_and_fields(written, kind, degree):
    reader = pyvista.XdmfReader(str(written / f"{kind} {degree}" / "fields.xdmf"))
    assert reader.time_values == TIMES
    for t in TIMES:
        reader.set_active_time_value(t)
        grid = reader.read()
        check(grid.points, t, grid.point_data, grid.cell_data, grid.cell_centers().points, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_cells_fill_the_domain_without_cracks(written, kind):
    """Right vertex order, no points twice at the border between ranks, seams opened once."""
    pyvista_reader = pyvista.XdmfReader(str(written / f"{kind} 1" / "fields.xdmf"))
    grid = pyvista_reader.read()
    dim = KINDS[kind][0]
    sizes = grid.compute_cell_sizes()
    size = {1: sizes["Length"], 2: sizes["Area"], 3: sizes["Volume"]}[dim]
    assert (size > 0).all()
    assert size.sum() == pytest.approx(np.prod([9.0, 7.0, 5.0][:dim]), rel=1e-12)
    assert grid.n_points == np.prod([n + 1 for n in CELLS[:dim]])
    assert len(np.unique(grid.points.round(9), axis=0)) == grid.n_points


def test_files_of_one_and_two_ranks_are_the_same(results):
    for kind, degree in ALL:
        one, two = (h5py.File(results / ranks / f"{kind} {degree}" / "fields.h5") for ranks in ("1", "2"))
        with one, two:
            np.testing.assert_array_equal(one["mesh/cells"], two["mesh/cells"])
            np.testing.assert_allclose(one["mesh/points"], two["mesh/points"], atol=1e-14)
            for name in ("P", "phi"):
                values = [file[f"times/00000002/{name}"] for file in (one, two)]
                np.testing.assert_allclose(*values, rtol=0, atol=1e-13)


def test_a_series_is_continued_on_another_number_of_ranks(results, tmp_path):
    kind = "periodic tetrahedra"
    folder = shutil.copytree(results / "1" / f"{kind} 2", tmp_path / f"{kind} 2")
    run_on(2, "continue_series.py", folder)
    with meshio.xdmf.TimeSeriesReader(folder / "fields.xdmf") as reader:
        points, (block,) = reader.read_points_cells()
        middles = points[block.data].mean(axis=1)
        read = [reader.read_data(k) for k in range(reader.num_steps)]
    assert [t for t, _, _ in read] == [0.0, 5e-12]
    for t, point_data, cell_data in read:
        check(points, t, point_data, {"region": cell_data["region"][0]}, middles, kind)


def test_cell_fields_tensors_and_plane_vectors(tmp_path):
    domain = small_domain("triangles")
    flux = fem.Function(fem.functionspace(domain.mesh, ("DG", 0, (2,))))
    flux.interpolate(lambda x: x[:2])
    stress = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 1, (3, 3))))
    stress.interpolate(lambda x: np.outer(np.arange(9.0), x[0] + 2 * x[1]))
    voigt = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 1, (6,))))
    voigt.interpolate(lambda x: np.outer(np.arange(6.0), x[0] + 2 * x[1]))
    fields = {"flux": flux, "stress": stress, "voigt": voigt}
    XdmfSeries(tmp_path / "f.xdmf", domain, fields).write(0.0)
    with meshio.xdmf.TimeSeriesReader(tmp_path / "f.xdmf") as reader:
        points, (block,) = reader.read_points_cells()
        _, point_data, cell_data = reader.read_data(0)
    middles = points[block.data].mean(axis=1)[:, [0, 2]]
    np.testing.assert_allclose(cell_data["flux"][0][:, :2], middles, atol=1e-12)
    np.testing.assert_array_equal(cell_data["flux"][0][:, 2], 0.0)
    expected = np.outer(points[:, 0] + 2 * points[:, 2], np.arange(9.0))
    np.testing.assert_allclose(point_data["stress"], expected, atol=1e-12)
    grid = pyvista.XdmfReader(str(tmp_path / "f.xdmf")).read()
    np.testing.assert_allclose(grid.point_data["stress"], expected, atol=1e-12)
    for i, component in enumerate(("xx", "yy", "zz", "yz", "xz", "xy")):
        for data in (point_data, grid.point_data):
            np.testing.assert_allclose(data[f"voigt_{component}"], expected[:, i], atol=1e-12)


def test_fields_that_cannot_be_shown_are_refused(tmp_path):
    domain = small_domain("triangles")
    for element in (("DG", 1), ("Lagrange", 1, (4,)), ("N1curl", 1)):
        function = fem.Function(fem.functionspace(domain.mesh, element))
        with pytest.raises(ValueError, match="field broken"):
            XdmfSeries(tmp_path / "f.xdmf", domain, {"broken": function})


def series_with(tmp_path: Path, times: list[float]) -> tuple:
    domain = small_domain("triangles")
    fields = functions(domain, 1)
    series = XdmfSeries(tmp_path / "f.xdmf", domain, fields)
    for t in times:
        set_exact(fields, t)
        series.write(t)
    return domain, fields, series


def test_times_must_increase(tmp_path):
    _, _, series = series_with(tmp_path, [0.0, 1e-12])
    for t in (1e-12, 0.5e-12, float("nan")):
        with pytest.raises(ResultError, match="1e-12"):
            series.write(t)
    assert pyvista.XdmfReader(str(tmp_path / "f.xdmf")).time_values == [0.0, 1e-12]


def test_continued_series_has_no_time_twice(tmp_path):
    domain, fields, _ = series_with(tmp_path, [0.0, 1e-12, 2e-12, 3e-12])
    again = XdmfSeries.open_existing(tmp_path / "f.xdmf", domain, fields, truncate_after=1e-12)
    assert again.times == [0.0, 1e-12]
    with pytest.raises(ResultError, match="not after"):
        again.write(1e-12)
    set_exact(fields, 9e-12)
    again.write(2e-12)
    with meshio.xdmf.TimeSeriesReader(tmp_path / "f.xdmf") as reader:
        points, _ = reader.read_points_cells()
        read = [reader.read_data(k) for k in range(reader.num_steps)]
    assert [t for t, _, _ in read] == [0.0, 1e-12, 2e-12]
    x = mesh_coordinates(points, "triangles")
    np.testing.assert_allclose(read[1][1]["phi"], phi_exact(x, 1e-12), atol=1e-12)
    np.testing.assert_allclose(read[2][1]["phi"], phi_exact(x, 9e-12), atol=1e-12)


def test_series_that_is_not_there_is_begun(tmp_path):
    domain = small_domain("line")
    series = XdmfSeries.open_existing(tmp_path / "f.xdmf", domain, functions(domain, 1), truncate_after=1.0)
    assert series.times == []
    series.write(0.0)
    assert pyvista.XdmfReader(str(tmp_path / "f.xdmf")).time_values == [0.0]


def test_series_of_another_mesh_is_not_continued(tmp_path):
    series_with(tmp_path, [0.0])
    other = small_domain("quadrilaterals")
    with pytest.raises(ResultError, match=r"hash of triangles.*hash of quadrilaterals"):
        XdmfSeries.open_existing(tmp_path / "f.xdmf", other, functions(other, 1), truncate_after=1.0)


def without_table_of_contents(path: Path) -> None:
    """What a kill while HDF5 rewrites its tables may leave: the arrays are there, the way to them is not."""
    with h5py.File(path) as file:
        first = file["times/00000000/P"].id.get_offset()
    data = path.read_bytes()
    path.write_bytes(bytes(64) + data[64:first] + data[first:])


def without_last_time(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file.move("times/00000001/phi", "times/elsewhere")


def with_a_time_begun(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file.create_group("times/00000002")


@pytest.mark.parametrize("damage", [without_table_of_contents, without_last_time, with_a_time_begun])
def test_a_series_that_a_kill_damaged_is_continued(tmp_path, damage):
    domain, fields, _ = series_with(tmp_path, [0.0, 1e-12])
    damage(tmp_path / "f.h5")
    series = XdmfSeries.open_existing(tmp_path / "f.xdmf", domain, fields, truncate_after=1e-12)
    assert series.times == [0.0, 1e-12]
    set_exact(fields, 2e-12)
    series.write(2e-12)
    with meshio.xdmf.TimeSeriesReader(tmp_path / "f.xdmf") as reader:
        points, _ = reader.read_points_cells()
        read = [reader.read_data(k) for k in range(reader.num_steps)]
    x = mesh_coordinates(points, "triangles")
    assert [t for t, _, _ in read] == [0.0, 1e-12, 2e-12]
    for t, at_points, at_cells in read:
        np.testing.assert_allclose(at_points["phi"], phi_exact(x, t), atol=1e-12)
        assert set(at_points) == set(read[0][1]) and set(at_cells) == set(read[0][2])


def test_a_series_without_its_arrays_is_not_continued(tmp_path):
    domain, fields, _ = series_with(tmp_path, [0.0])
    data = (tmp_path / "f.h5").read_bytes()
    (tmp_path / "f.h5").write_bytes(data[: len(data) // 2])
    with pytest.raises(ResultError, match="ends before the values of"):
        XdmfSeries.open_existing(tmp_path / "f.xdmf", domain, fields, truncate_after=1.0)
    (tmp_path / "f.xdmf").write_text("<Xdmf>")
    with pytest.raises(ResultError, match="damaged and cannot be continued"):
        XdmfSeries.open_existing(tmp_path / "f.xdmf", domain, fields, truncate_after=1.0)


def test_a_viewer_that_locks_the_file_does_not_stop_the_run(tmp_path):
    _, _, series = series_with(tmp_path, [0.0])
    with open(tmp_path / "f.h5", "rb") as viewer:
        fcntl.flock(viewer, fcntl.LOCK_SH)
        series.write(1.0)
    assert pyvista.XdmfReader(str(tmp_path / "f.xdmf")).time_values == [0.0, 1.0]


COLUMNS = ("step", "time", "energy_total")


def rows_of(path: Path) -> list[list[float]]:
    return [[float(cell) for cell in line.split(",")] for line in path.read_text().split()[1:]]


def test_table_keeps_every_bit_and_every_row_at_once(tmp_path):
    path = tmp_path / "observables.csv"
    table = ObservablesTable(path, COLUMNS, MPI.COMM_SELF)
    energies = [0.1 + 0.2, -1 / 3 * 1e-18, np.float64(np.pi)]
    for step, energy in enumerate(energies):
        table.write({"energy_total": energy, "step": np.int64(step), "time": step * 1e-12})
        assert rows_of(path)[-1] == [step, step * 1e-12, energy]
    assert path.read_text().splitlines()[:2] == [
        "step,time,energy_total",
        "0,0.0,0.30000000000000004",
    ]


def test_table_refuses_rows_with_other_columns(tmp_path):
    table = ObservablesTable(tmp_path / "o.csv", COLUMNS, MPI.COMM_SELF)
    with pytest.raises(ValueError, match=r"missing \['energy_total'\], unknown \['energy'\]"):
        table.write({"step": 0, "time": 0.0, "energy": 1.0})


def test_continued_table_drops_later_and_broken_rows(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("step,time,energy_total\n0,0.0,5.0\n10,1e-12,4.0\n20,2e-12,3.0\n3")
    table = ObservablesTable.open_existing(path, COLUMNS, MPI.COMM_SELF, truncate_after=10)
    table.write({"step": 11, "time": 1.1e-12, "energy_total": 3.9})
    assert rows_of(path) == [[0, 0, 5], [10, 1e-12, 4], [11, 1.1e-12, 3.9]]


def test_continued_table_keeps_a_row_cut_short_out_even_if_its_step_is_early(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("step,time,energy_total\n0,0.0,5.0\n10,1e-12")
    ObservablesTable.open_existing(path, COLUMNS, MPI.COMM_SELF, truncate_after=10)
    assert rows_of(path) == [[0, 0, 5]]


def test_continued_table_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("step,time,mean_P_x\n0,0.0,5.0\n")
    with pytest.raises(ResultError, match=r"missing \['energy_total'\], surplus \['mean_P_x'\]"):
        ObservablesTable.open_existing(path, COLUMNS, MPI.COMM_SELF, truncate_after=10)
