"""What the XML file of a series lists: times, and where the arrays of each are in the HDF5 file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from phasefield.errors import ResultError


@dataclass(frozen=True)
class ListedArray:
    """One field at one time: name, "Node" or "Cell", and its place in the HDF5 file, where it is not compressed."""

    name: str
    center: str
    shape: tuple[int, ...]
    dtype: np.dtype
    byte: int

    def read(self, file: Path) -> npt.NDArray:
        """The array from the bytes of `file`. Raises ResultError if they are not all there."""
        count = int(np.prod(self.shape))
        values = np.fromfile(file, dtype=self.dtype, count=count, offset=self.byte)
        if values.size < count:
            raise ResultError(f"{file} is damaged: it ends before the values of {self.name}; start in a new folder")
        return values.reshape(self.shape)


@dataclass(frozen=True)
class Frame:
    """The fields of one time, which are in `group` of the HDF5 file."""

    time: float
    group: str
    arrays: tuple[ListedArray, ...]


def listed(path: Path) -> list[Frame]:
    """All times of the XML file `path`, in order. Raises ResultError if it cannot be read."""
    try:
        root = ElementTree.parse(path).getroot()
        return [_frame(i, grid) for i, grid in enumerate(root.iterfind("Domain/Grid/Grid"))]
    except (ElementTree.ParseError, OSError, KeyError, ValueError, IndexError) as exc:
        raise ResultError(f"{path} is damaged and cannot be continued ({exc}); start in a new folder") from exc


def _frame(number: int, grid: ElementTree.Element) -> Frame:
    group = frame_group(number)
    arrays = (_array(attribute, group) for attribute in grid.iterfind("Attribute"))
    time = float(grid[0].attrib["Value"])
    return Frame(time, group, tuple(array for array in arrays if array))


def frame_group(number: int) -> str:
    """The group of the times numbered from 0."""
    return f"/times/{number:08d}"


def _array(attribute: ElementTree.Element, group: str) -> ListedArray | None:
    """The field, None for what all times share."""
    item = attribute[0]
    if f":{group}/" not in (item.text or ""):
        return None
    kind = {"Float": "f", "Int": "i"}[item.attrib["NumberType"]]
    return ListedArray(
        name=attribute.attrib["Name"],
        center=attribute.attrib["Center"],
        shape=tuple(int(n) for n in item.attrib["Dimensions"].split()),
        dtype=np.dtype(f"{kind}{item.attrib['Precision']}"),
        byte=int(item.attrib["Byte"]),
    )
