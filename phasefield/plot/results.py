"""Reading a result folder for figures: run.json, observables.csv and one time of fields.xdmf."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import numpy.typing as npt
from meshio.xdmf import TimeSeriesReader

from phasefield.errors import ResultError

Array = npt.NDArray[np.float64]

#: Two times are one if they differ by this part of them.
SAME_TIME = 1e-9
#: Dimension of the cells that a series may hold.
_DIMENSION = {"line": 1, "triangle": 2, "quad": 2, "tetra": 3, "hexahedron": 3}


@dataclass(frozen=True)
class Snapshot:
    """The fields at one time: points (n, 3) in nm along the lab axes, cells, values in SI at points and in cells."""

    time: float
    points: Array
    cells: npt.NDArray[np.int64]
    cell_type: str
    point_data: dict[str, Array]
    cell_data: dict[str, Array]
    region: npt.NDArray[np.int64]

    @property
    def dimension(self) -> int:
        """Number of mesh coordinates."""
        return _DIMENSION[self.cell_type]

    @property
    def axes(self) -> tuple[int, ...]:
        """The lab axes along which the domain extends."""
        extent = np.ptp(self.points, axis=0)
        return tuple(int(a) for a in sorted(np.argsort(-extent, kind="stable")[: self.dimension]))

    def polar_cells(self, share: float = 0.05) -> npt.NDArray[np.bool_]:
        """Cells of regions with at least `share` of the rms polarization of the strongest region.

        The smallest |P| of a cell's points counts: a substrate shares points with the film.
        """
        square = (self.point_data["P"] ** 2).sum(axis=1)[self.cells].min(axis=1)
        tags = np.unique(self.region)
        strength = np.sqrt([square[self.region == tag].mean() for tag in tags])
        polar = tags[strength >= share * strength.max()]
        return np.isin(self.region, polar)


class Results:
    """A result folder opened for reading.

    Raises ResultError where the folder lacks a file or the file cannot be read.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.record: dict[str, Any] = self._record()

    def unit(self, name: str) -> str:
        """Unit of a column or field as run.json tells it, empty if it does not."""
        fields = self.record.get("fields", {})
        return str(self.record.get("units", {}).get(name) or fields.get(name, {}).get("unit", ""))

    @property
    def title(self) -> str:
        """Title of the case."""
        return str(self.record.get("title", ""))

    @property
    def is_ramp(self) -> bool:
        """Whether the run swept a load quasi-statically."""
        return self.record.get("case", {}).get("time", {}).get("mode") == "ramp"

    def observables(self) -> dict[str, Array]:
        """Columns of observables.csv; a last row that is still being written is left out."""
        file = self.folder / "observables.csv"
        try:
            rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        except FileNotFoundError:
            raise ResultError(f"{self.folder} holds no observables.csv") from None
        if len(rows) < 2:
            raise ResultError(f"{file} holds no row yet")
        header, *body = rows
        if len(body[-1]) != len(header):
            body.pop()
        table = np.array(body, dtype=float).reshape(-1, len(header))
        return dict(zip(header, table.T, strict=True))

    def snapshot(self, index: int = -1) -> Snapshot:
        """The fields at the time number `index` (-1: the last)."""
        return next(self._snapshots(lambda number: [range(number)[index]]))

    def snapshots(self) -> Iterator[Snapshot]:
        """The fields at all times, one after the other."""
        yield from self._snapshots(range)

    def snapshot_at(self, time: float) -> Snapshot:
        """The fields at a time (s). Raises ResultError if none were written then: others are of another state."""
        times = []
        for snapshot in self.snapshots():
            if math.isclose(snapshot.time, time, rel_tol=SAME_TIME):
                return snapshot
            times.append(f"{snapshot.time:g}")
        raise ResultError(
            f"{self.folder}: no fields at {time:g} s, only at {', '.join(times)} s; output.every_steps says when"
        )

    def _snapshots(self, chosen: Callable[[int], Iterable[int]]) -> Iterator[Snapshot]:
        """Snapshots of those numbers that are `chosen` of so many."""
        file = self.folder / "fields.xdmf"
        if not file.exists():
            raise ResultError(f"{self.folder} holds no fields.xdmf")
        try:
            with TimeSeriesReader(file) as reader:
                if not reader.num_steps:
                    raise ResultError(f"{file} holds no time yet")
                points, (block,) = reader.read_points_cells()
                for i in chosen(reader.num_steps):
                    yield _snapshot(points, block, *reader.read_data(i))
        except (OSError, KeyError, meshio.ReadError) as exc:
            raise ResultError(f"{file} cannot be read: {exc}") from exc

    def _record(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "run.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise ResultError(f"{self.folder} holds no run.json: not a result folder") from None
        except ValueError as exc:
            raise ResultError(f"{self.folder / 'run.json'} is not readable: {exc}") from exc


def _snapshot(
    points: Array, block: meshio.CellBlock, time: float, point_data: dict[str, Array], cell_data: dict[str, list[Any]]
) -> Snapshot:
    in_cells = {name: np.asarray(blocks[0]) for name, blocks in cell_data.items()}
    region = in_cells.pop("region").astype(np.int64)
    return Snapshot(time, points, block.data.astype(np.int64), block.type, point_data, in_cells, region)
