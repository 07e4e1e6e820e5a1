"""Fields over time as one XDMF collection over one HDF5 file, readable while the run goes on.

Every time has a grid of its own with topology, geometry and all fields, which is what ParaView,
PyVista and `meshio.xdmf.TimeSeriesReader` agree on. The mesh is stored once; the grids refer to it.
The HDF5 file is closed after every write and then the small XML file replaced. A run that is killed
while HDF5 changes its tables of contents may leave a file that HDF5 no longer reads; the arrays of
earlier times stay where they were, and the XML file says where (`Byte`), so that a continued series
is recovered from them. Points and cells have the same order whatever the number of ranks, so a
series may be continued on another one.

Geometry is in nanometres along the lab axes, fields and times are SI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self
from xml.sax.saxutils import quoteattr

import h5py
import numpy as np
import numpy.typing as npt
from dolfinx import fem

from phasefield.atomic import replace_durably, to_disk, write_text
from phasefield.errors import ResultError
from phasefield.log import logger
from phasefield.output.listing import Frame, frame_group, listed
from phasefield.output.points import point_mesh
from phasefield.output.values import FieldValues, cell_tags
from phasefield.rankzero import on_root

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
        Lagrange fields become point data (their values at the vertices), fields constant per cell
        become cell data. Scalars, vectors (2 components are padded to 3), 3x3 tensors, and Voigt
        vectors: these become one scalar per component, `stress_xx` to `stress_xy`, as they are.
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

        A series that does not exist is begun, a damaged one recovered with a warning. Raises
        ResultError if it is of another mesh, or its list is unreadable.
        """
        series = cls.__new__(cls)
        series._prepare(path, domain, fields, scales)
        series.times = on_root(series._comm, lambda: series._reopen(truncate_after))
        return series

    def write(self, t: float) -> None:
        """Write all fields at time `t` (s). ResultError unless `t` is later than the last one."""
        if self.times and not t > self.times[-1]:
            raise ResultError(f"{self.path}: time {t!r} s is not after {self.times[-1]!r} s, the last one written")
        arrays = [(field.center, field.gather()) for field in self._fields]
        on_root(self._comm, lambda: self._append(float(t), arrays))
        self.times.append(float(t))

    def sync(self) -> None:
        """Wait until all times are on the disk."""
        if self._comm.rank == 0:
            to_disk(self._h5)
            to_disk(self.path)

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
        self._hash = domain.hash  # collective
        self._mesh = point_mesh(domain.mesh, tuple(domain.axes))
        self._regions = self._mesh.order.gather(cell_tags(domain.mesh, domain.cell_tags))
        self._fields = [
            FieldValues(name, function, self._mesh, (scales or {}).get(name, 1.0)) for name, function in fields.items()
        ]
        self._grids: list[str] = []

    # --- rank 0 only ------------------------------------------------------------------------------

    def _create(self) -> None:
        with self._open("w") as file:
            self._begin(file)
        self._write_xml()

    def _begin(self, file: h5py.File) -> None:
        """Mesh and regions into an empty file."""
        mesh = self._mesh
        assert mesh.cells is not None and mesh.points is not None
        smallest_int = np.int32 if len(mesh.points) < 2**31 else np.int64
        file.attrs.update(format=FORMAT, mesh_hash=self._hash, length_unit="nm")
        file["mesh/points"] = mesh.points
        file["mesh/cells"] = mesh.cells.astype(smallest_int)
        file["mesh/cells"].attrs["topology"] = mesh.topology
        file["mesh/region"] = self._regions
        file.create_group("times")

    def _open(self, mode: str) -> h5py.File:
        # Without a lock: a viewer that has the file open must not stop the run.
        return h5py.File(self._h5, mode, locking=False)

    def _reopen(self, truncate_after: float) -> list[float]:
        if not self._h5.exists() or not self.path.exists():
            self._create()
            return []
        frames = [frame for frame in listed(self.path) if frame.time <= truncate_after]
        try:
            with self._open("r") as file:
                self._check(file)
                self._grids = [self._grid(self._sound(file, frame)) for frame in frames]
        except (OSError, KeyError, ValueError, RuntimeError) as exc:
            logger.warning("%s is damaged (%s): recovered from its arrays", self._h5, exc)
            self._recover(frames)
            return [frame.time for frame in frames]
        # First the list, then what it no longer names: at every moment all that is listed is there.
        self._write_xml()
        self._cut(frames)
        return [frame.time for frame in frames]

    def _sound(self, file: h5py.File, frame: Frame) -> h5py.Group:
        """The group of a frame. Raises KeyError or ValueError if it is not what was listed."""
        group = file[frame.group]
        for array in frame.arrays:
            data = group[array.name]
            if (data.shape, data.dtype, data.id.get_offset()) != (array.shape, array.dtype, array.byte):
                raise ValueError(f"{data.name} is not what {self.path.name} says")
        if float(group.attrs["time"]) != frame.time:
            raise ValueError(f"{group.name} has another time than {self.path.name} says")
        return group

    def _cut(self, frames: Sequence[Frame]) -> None:
        kept = {frame.group.rpartition("/")[2] for frame in frames}
        with self._open("r+") as file:
            for name in [name for name in file["times"] if name not in kept]:
                del file["times"][name]

    def _recover(self, frames: Sequence[Frame]) -> None:
        """Write the file anew from the arrays that the list names, wherever they are in the damaged one."""
        fresh = self._h5.with_suffix(".h5.tmp")
        with h5py.File(fresh, "w", locking=False) as file:
            self._begin(file)
            for frame in frames:
                group = file.create_group(frame.group)
                group.attrs["time"] = frame.time
                for array in frame.arrays:
                    self._put(group, array.name, array.center, array.read(self._h5))
            self._grids = [self._grid(file[frame.group]) for frame in frames]
        replace_durably(fresh, self._h5)
        self._write_xml()

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

    def _append(self, t: float, arrays: Sequence[tuple[str, Mapping[str, npt.NDArray[np.float64]]]]) -> None:
        with self._open("r+") as file:
            group = file.create_group(frame_group(len(self.times)))
            group.attrs["time"] = t
            for center, named in arrays:
                for name, values in named.items():
                    self._put(group, name, center, values)
            self._grids.append(self._grid(group))
        self._write_xml()

    @staticmethod
    def _put(group: h5py.Group, name: str, center: str, values: npt.NDArray) -> None:
        group[name] = values
        group[name].attrs["center"] = center

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
            f'<Attribute Name={quoteattr(name)} AttributeType="{kind}" Center="{center}">{self._item(data)}</Attribute>'
        )

    def _item(self, data: h5py.Dataset) -> str:
        dimensions = " ".join(map(str, data.shape))
        number = "Float" if data.dtype.kind == "f" else "Int"
        return (
            f'<DataItem Dimensions="{dimensions}" NumberType="{number}" Precision="{data.dtype.itemsize}" '
            f'Byte="{data.id.get_offset()}" Format="HDF">{self._h5.name}:{data.name}</DataItem>'
        )

    def _write_xml(self) -> None:
        head = '<?xml version="1.0"?>\n<Xdmf Version="3.0"><Domain>\n'
        collection = '<Grid Name="series" GridType="Collection" CollectionType="Temporal">'
        text = "\n".join([head + collection, *self._grids, "</Grid>\n</Domain></Xdmf>\n"])
        write_text(self.path, text)
