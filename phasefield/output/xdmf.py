"""Fields over time as one XDMF collection over one HDF5 file, readable while the run goes on.

Every time has a grid of its own with topology, geometry and all fields, which is what ParaView,
PyVista and `meshio.xdmf.TimeSeriesReader` agree on. The mesh is stored once; the grids refer to it.
The HDF5 file is closed after every write and the small XML file replaced, so nothing is lost when
the run is killed between writes. Points and cells have the same order whatever the number of ranks,
so a series may be continued on another one.

Geometry is in nanometres along the lab axes, fields and times are SI.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self
from xml.sax.saxutils import quoteattr

import h5py
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx import mesh as dmesh

from phasefield.errors import ResultError
from phasefield.output.ordering import owned_cells
from phasefield.output.points import PointMesh, point_mesh
from phasefield.rankzero import on_root, write_text

if TYPE_CHECKING:
    from phasefield.mesh import Domain

FORMAT = "phasefield-fields 1"
_KINDS = {1: "Scalar", 3: "Vector", 9: "Tensor"}


class XdmfSeries:
    """Writes `fields` at successive times to `path` (.xdmf) and its HDF5 neighbour (.h5).

    Parameters
    ----------
    path: name of the .xdmf file.
    domain: the mesh; its regions are written as cell data `region`.
    fields: the functions to write by name; `write` takes their values at that moment. Continuous
    Lagrange fields
        become point data (their values at the vertices), piecewise constant ones cell data;
        scalars, vectors (2 components are padded to 3) and 3x3 tensors.
    scales: factor from a function's values to SI, by name; 1 where missing.

    All methods are collective; only rank 0 touches files.
    """

    def __init__(
        self,
        path: str | Path,
        domain: Domain,
        fields: Mapping[str, fem.Function],
        scales: Mapping[str, float] | None = None,
    ):
        self._prepare(path, domain, fields, scales)
        on_root(self._comm, self._create)

    @classmethod
    def open_existing(
        cls,
        path: str | Path,
        domain: Domain,
        fields: Mapping[str, fem.Function],
        scales: Mapping[str, float] | None = None,
        *,
        truncate_after: float,
    ) -> Self:
        """Continue the series at `path` without what came after the time `truncate_after` (s).

        A series that does not exist is begun. Raises ResultError if the file is damaged or of
        another mesh.
        """
        series = cls.__new__(cls)
        series._prepare(path, domain, fields, scales)
        series.times = on_root(series._comm, lambda: series._reopen(truncate_after))
        return series

    def write(self, t: float) -> None:
        """Write all fields at time `t` (s). ResultError unless `t` is later than the last one."""
        if self.times and not t > self.times[-1]:
            raise ResultError(
                f"{self.path}: time {t!r} s is not after {self.times[-1]!r} s, the last one written"
            )
        gathered = {name: field.gather() for name, field in self._fields.items()}
        on_root(self._comm, lambda: self._append(float(t), gathered))
        self.times.append(float(t))

    def _prepare(
        self,
        path: str | Path,
        domain: Domain,
        fields: Mapping[str, fem.Function],
        scales: Mapping[str, float] | None,
    ) -> None:
        self.path = Path(path)
        self.times: list[float] = []
        self._h5 = self.path.with_suffix(".h5")
        self._comm = domain.mesh.comm
        self._hash = domain.hash
        self._mesh = point_mesh(domain.mesh, tuple(domain.axes))
        self._regions = self._mesh.order.gather(_cell_values(domain.mesh, domain.cell_tags))
        self._fields = {
            name: _FieldValues(name, function, self._mesh, (scales or {}).get(name, 1.0))
            for name, function in fields.items()
        }
        self._grids: list[str] = []

    # --- rank 0 only ------------------------------------------------------------------------------

    def _create(self) -> None:
        mesh = self._mesh
        assert mesh.cells is not None and mesh.points is not None
        smallest_int = np.int32 if len(mesh.points) < 2**31 else np.int64
        with self._open("w") as file:
            file.attrs.update(format=FORMAT, mesh_hash=self._hash, length_unit="nm")
            file["mesh/points"] = mesh.points
            file["mesh/cells"] = mesh.cells.astype(smallest_int)
            file["mesh/cells"].attrs["topology"] = mesh.topology
            file["mesh/region"] = self._regions
            file.create_group("times")
        self._write_xml()

    def _open(self, mode: str) -> h5py.File:
        # Without a lock: a viewer that has the file open must not stop the run.
        return h5py.File(self._h5, mode, locking=False)

    def _reopen(self, truncate_after: float) -> list[float]:
        if not self._h5.exists():
            self._create()
            return []
        try:
            with self._open("r+") as file:
                self._check(file)
                steps = file["times"]
                for name in [n for n in steps if steps[n].attrs["time"] > truncate_after]:
                    del steps[name]
                self._grids = [self._grid(steps[name]) for name in sorted(steps)]
                times = [float(steps[name].attrs["time"]) for name in sorted(steps)]
        except (OSError, KeyError) as exc:
            raise ResultError(f"{self._h5} is damaged and cannot be continued: {exc}") from exc
        self._write_xml()
        return times

    def _check(self, file: h5py.File) -> None:
        assert self._mesh.points is not None
        if file.attrs.get("format") != FORMAT:
            raise ResultError(f"{self._h5} is not a field series of this version ({FORMAT})")
        same_hash = file.attrs["mesh_hash"] == self._hash
        if not same_hash or file["mesh/points"].shape != self._mesh.points.shape:
            raise ResultError(
                f"{self._h5} holds fields on another mesh ({file.attrs['mesh_hash']}, "
                f"{len(file['mesh/points'])} points; this run: {self._hash}, "
                f"{len(self._mesh.points)} points)"
            )

    def _append(self, t: float, data: Mapping[str, npt.NDArray | None]) -> None:
        with self._open("r+") as file:
            group = file.create_group(f"times/{len(self.times):08d}")
            group.attrs["time"] = t
            for name, values in data.items():
                group[name] = values
                group[name].attrs["center"] = self._fields[name].center
            self._grids.append(self._grid(group))
        self._write_xml()

    def _grid(self, group: h5py.Group) -> str:
        """XML of one time, from what the HDF5 file holds for it."""
        file = group.file
        cells = file["mesh/cells"]
        topology = cells.attrs["topology"]
        per_element = f' NodesPerElement="{cells.shape[1]}"' if topology == "Polyline" else ""
        lines = [
            '<Grid Name="domain" GridType="Uniform">',
            f"<Time Value={quoteattr(repr(float(group.attrs['time'])))}/>",
            f'<Topology TopologyType="{topology}" NumberOfElements="{len(cells)}"{per_element}>'
            f"{self._item(cells)}</Topology>",
            f'<Geometry GeometryType="XYZ">{self._item(file["mesh/points"])}</Geometry>',
            self._attribute("region", file["mesh/region"], "Cell"),
        ]
        lines += [self._attribute(name, group[name], group[name].attrs["center"]) for name in group]
        return "\n".join([*lines, "</Grid>"])

    def _attribute(self, name: str, data: h5py.Dataset, center: str) -> str:
        kind = _KINDS[data.shape[1] if data.ndim == 2 else 1]
        return (
            f'<Attribute Name={quoteattr(name)} AttributeType="{kind}" Center="{center}">'
            f"{self._item(data)}</Attribute>"
        )

    def _item(self, data: h5py.Dataset) -> str:
        dimensions = " ".join(map(str, data.shape))
        number = "Float" if data.dtype.kind == "f" else "Int"
        return (
            f'<DataItem Dimensions="{dimensions}" NumberType="{number}" '
            f'Precision="{data.dtype.itemsize}" Format="HDF">{self._h5.name}:{data.name}</DataItem>'
        )

    def _write_xml(self) -> None:
        head = '<?xml version="1.0"?>\n<Xdmf Version="3.0"><Domain>\n'
        collection = '<Grid Name="series" GridType="Collection" CollectionType="Temporal">'
        text = "\n".join([head + collection, *self._grids, "</Grid>\n</Domain></Xdmf>\n"])
        write_text(self.path, text)


def _cell_values(mesh: dmesh.Mesh, tags: dmesh.MeshTags) -> npt.NDArray[np.int32]:
    """Tag of every owned cell, 0 where there is none."""
    owned = owned_cells(mesh)
    values = np.zeros(owned, dtype=np.int32)
    here = tags.indices < owned
    values[tags.indices[here]] = tags.values[here]
    return values


class _FieldValues:
    """The values of one function at points or cells, in file order and SI."""

    def __init__(self, name: str, function: fem.Function, mesh: PointMesh, scale: float):
        V = function.function_space
        element = V.ufl_element()
        self._function, self._scale = function, scale
        self._block = V.dofmap.index_map_bs
        components = int(np.prod(V.value_shape, dtype=int))
        if components != self._block or self._block not in (1, 2, 3, 9):
            raise ValueError(
                f"field {name}: only scalars, vectors and full 3x3 tensors can be written"
            )
        if element.degree == 0:
            self.center, self._order = "Cell", mesh.order
            self._source = V.dofmap.list[: owned_cells(V.mesh), 0]
        elif not element.discontinuous and element.family_name == "P":
            self.center, self._order = "Node", mesh.nodes
            self._source = _vertex_dofs(V, mesh.space)
        else:
            raise ValueError(
                f"field {name}: only continuous Lagrange and constant per cell can be written"
            )

    def gather(self) -> npt.NDArray[np.float64] | None:
        """Values on rank 0, (rows,) or (rows, components); None elsewhere. Collective."""
        self._function.x.scatter_forward()
        local = self._function.x.array.reshape(-1, self._block)[self._source]
        values = self._order.gather(local)
        if values is None:
            return None
        values *= self._scale
        if self._block == 2:
            values = np.pad(values, ((0, 0), (0, 1)))
        return values[:, 0] if self._block == 1 else values


def _vertex_dofs(V: fem.FunctionSpace, vertices: fem.FunctionSpace) -> npt.NDArray[np.int32]:
    """For every owned degree of freedom of the P1 space `vertices`, that of `V` at its vertex."""
    layout = V.dofmap.dof_layout
    corners = [layout.entity_dofs(0, v)[0] for v in range(vertices.dofmap.list.shape[1])]
    index_map = vertices.dofmap.index_map
    source = np.empty(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
    source[vertices.dofmap.list] = V.dofmap.list[:, corners]
    return source[: index_map.size_local]
