"""Small domains of every kind of mesh, and fields on them that differ at every point."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from dolfinx import fem
from dolfinx import mesh as dmesh
from mpi4py import MPI

from phasefield.mesh.grid import Grid

LENGTHS = (9.0, 7.0, 5.0)
CELLS = (5, 4, 3)
#: name -> (dimension, simplices, periodic coordinates, lab axes)
KINDS = {
    "line": (1, True, (False,), (2,)),
    "triangles": (2, True, (False, False), (0, 2)),
    "quadrilaterals": (2, False, (False, False), (1, 2)),
    "tetrahedra": (3, True, (False, False, False), (0, 1, 2)),
    "hexahedra": (3, False, (False, False, False), (0, 1, 2)),
    "periodic line": (1, True, (True,), (0,)),
    "periodic triangles": (2, True, (True, True), (0, 2)),
    "periodic tetrahedra": (3, True, (True, True, False), (0, 1, 2)),
    "periodic hexahedra": (3, False, (True, False, True), (0, 1, 2)),
}


@dataclass
class SmallDomain:
    """What the writers of results need of a `phasefield.mesh.Domain`."""

    mesh: dmesh.Mesh
    axes: tuple[int, ...]
    cell_tags: dmesh.MeshTags
    regions: dict[str, int]
    kind: str

    @property
    def hash(self) -> str:
        """A name of the mesh; collective, as that of a `Domain` is."""
        self.mesh.comm.barrier()
        return f"hash of {self.kind}"


def small_domain(kind: str, comm: MPI.Comm = MPI.COMM_SELF) -> SmallDomain:
    """The domain `kind` of KINDS, region "low" (1) where the last coordinate is small, else 2."""
    dim, simplex, periodic, axes = KINDS[kind]
    coordinates = [np.linspace(-1.0, length - 1.0, n + 1) for length, n in zip(LENGTHS[:dim], CELLS[:dim], strict=True)]
    mesh = Grid(coordinates, periodic, simplex).mesh(comm)
    index_map = mesh.topology.index_map(dim)
    cells = np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
    middles = dmesh.compute_midpoints(mesh, dim, cells)
    # No middle of a cell is so high, whatever the rounding errors.
    values = np.where(middles[:, dim - 1] < 1.4, 1, 2).astype(np.int32)
    tags = dmesh.meshtags(mesh, dim, cells, values)
    return SmallDomain(mesh, axes, tags, {"low": 1, "high": 2}, kind)


def phi_exact(x: np.ndarray, t: float = 0.0) -> np.ndarray:
    """A scalar of mesh coordinates (3, n), periodic over LENGTHS and without any symmetry."""
    wave = 2 * np.pi * x / np.array(LENGTHS)[:, None]
    return np.sin(wave[0] + 0.3) + 2 * np.sin(wave[1] + 0.7) + 3 * np.cos(wave[2] + 0.2) + t * 1e12


def P_exact(x: np.ndarray, t: float = 0.0) -> np.ndarray:
    """A vector of mesh coordinates (3, n)."""
    return np.stack([phi_exact(x, t), phi_exact(x + 0.4, t), -phi_exact(x - 0.9, t)])


def functions(domain: SmallDomain, degree: int) -> dict[str, fem.Function]:
    """P and phi of the given degree, zero."""
    shapes: dict[str, tuple[int, ...]] = {"P": (3,), "phi": ()}
    return {
        name: fem.Function(fem.functionspace(domain.mesh, ("Lagrange", degree, shape)), name=name)
        for name, shape in shapes.items()
    }


def set_exact(fields: dict[str, fem.Function], t: float = 0.0) -> None:
    """Interpolate the exact fields at time `t`."""
    exact: dict[str, Callable] = {"P": P_exact, "phi": phi_exact}
    for name, function in fields.items():
        function.interpolate(lambda x, f=exact[name]: f(x, t))
