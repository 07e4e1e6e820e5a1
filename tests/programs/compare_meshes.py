"""Compare domains, fields and initial states on all ranks with those on one; argv[1] is a folder."""

import sys
from pathlib import Path

import h5py
import numpy as np
import ufl
from dolfinx import fem, io
from meshes_for_tests import domain_of, exterior_midpoints, integral, nodes_on_geometry, poisson_error
from mpi4py import MPI
from pydantic import TypeAdapter

from phasefield.case.schema import InitialSpec
from phasefield.errors import MeshError
from phasefield.fields import function_spaces
from phasefield.initial import initial_polarization, nodes_of
from phasefield.mesh import Domain

WORLD, SELF = MPI.COMM_WORLD, MPI.COMM_SELF
FOLDER = Path(sys.argv[1])
MESHES = Path(__file__).parents[2] / "meshes"
NM = 1e-9
FILM = {"kind": "film", "thickness": 3 * NM, "spacing": NM, "dead_top": NM, "substrate": 4 * NM}
TIP = {"kind": "tip", "thickness": 3 * NM, "substrate": 5 * NM, "contact": NM, "spacing": 0.7 * NM}
TABLES: list[dict] = [
    {"kind": "box", "size": (7 * NM,), "cells": (7,), "axes": "z"},
    {"kind": "box", "size": (7 * NM,), "cells": (7,), "periodic": "x"},
    {"kind": "box", "size": (5 * NM, 6 * NM), "cells": (5, 6), "periodic": "xy"},
    {"kind": "box", "size": (5 * NM, 6 * NM), "cells": (3, 6), "periodic": "x", "cell": "tensor"},
    {"kind": "box", "size": (3 * NM, 4 * NM, 5 * NM), "cells": (3, 4, 5), "periodic": "xyz"},
    {"kind": "box", "size": (4 * NM,) * 3, "cells": (4,) * 3, "periodic": "xz", "cell": "tensor"},
    {**FILM, "width": (4 * NM, 5 * NM), "periodic": "xy"},
    {**FILM, "width": (4 * NM,)},
    {**TIP, "reach": 9 * NM},
    {**TIP, "reach": (6 * NM, 8 * NM), "axes": "xyz", "half": "y"},
    {"kind": "file", "path": str(MESHES / "periodic_cell.msh"), "periodic": "xy"},
    {"kind": "file", "path": str(MESHES / "sphere_in_box.msh")},
]
STATES: list[dict] = [
    {"kind": "noise", "amplitude": 0.1, "seed": 5},
    {"kind": "stripes", "value": (0, 0, 0.7), "normal": (1, 0, 1), "period": 4 * NM},
    {"kind": "wall", "left": (0, 0, 0.7), "right": (0, 0.7, 0), "normal": (1, 1, 1), "position": 3 * NM},
    {
        "kind": "vortex",
        "center": (2 * NM,) * 3,
        "axis": (0, 1, 0),
        "radius": NM,
        "magnitude": 0.7,
        "core": 0.1,
    },
]


def measured(domain: Domain) -> dict[str, float | str]:
    """Numbers that must not depend on the number of ranks."""
    result: dict[str, float | str] = {"hash": domain.hash}
    result |= {name: domain.volume_of(name) for name in domain.regions}
    for name in domain.boundaries:
        inside = name in domain.interfaces
        result[name] = integral(domain, 1.0, domain.dS(name) if inside else domain.ds(name))
        for region in domain.regions:
            normal = domain.normal()
            integrand = 2.0 + normal[0] + normal[2]
            result[f"{name} {region}"] = integral(domain, integrand, domain.ds(name, side=region))
    result["surface"] = integral(domain, 1.0, domain.ds())
    result["inside"] = integral(domain, 1.0, domain.dS())
    result["exterior facets"] = domain.comm.allreduce(len(exterior_midpoints(domain)), op=MPI.SUM)
    result["vertices"] = domain.mesh.topology.index_map(0).size_global
    return result


def states(domain: Domain, degree: int) -> np.ndarray:
    """Positions and initial polarizations of all nodes in the order of their positions."""
    P = fem.Function(function_spaces(domain, degree).P)
    nodes = nodes_of(P.function_space, domain)
    columns = [nodes.x / NM]
    for table in STATES:
        if "z" in domain.axis_names or "normal" not in table:
            initial_polarization(TypeAdapter(InitialSpec).validate_python(table), domain, P, 0.5)
            columns.append(P.x.array.reshape(-1, 3).copy())
    rows = np.concatenate(columns, axis=1)[: nodes.owned]
    rows = np.concatenate(domain.comm.allgather(rows))
    return rows[np.lexsort(np.rint(rows[:, :3] / 1e-3).T)]


def check_function(domain: Domain, name: str) -> None:
    """A nodal function is continuous over all facets and is written with the right positions."""
    phi = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 1)), name="phi")
    waves = [2 * np.pi / length for length in domain.lengths]

    def value(x: np.ndarray) -> np.ndarray:
        return sum(np.sin(k * x[i] + 0.1 + i) for i, k in enumerate(waves))

    phi.interpolate(value)
    assert integral(domain, ufl.jump(phi) ** 2, domain.dS()) < 1e-20
    x, values = nodes_on_geometry(domain, phi)
    assert np.allclose(values, value(x.T), atol=1e-10)
    with io.XDMFFile(WORLD, str(FOLDER / f"{name}.xdmf"), "w") as file:
        file.write_mesh(domain.mesh)
        file.write_function(phi)
    WORLD.barrier()
    with h5py.File(FOLDER / f"{name}.h5") as file:
        written = file["Function/phi/0"][:, 0]
        points = np.zeros((len(written), 3))
        points[:, : domain.dim] = file["Mesh/mesh/geometry"][:, : domain.dim]
    assert np.allclose(written, value(points.T), atol=1e-10)


for number, table in enumerate(TABLES):
    here, alone = domain_of(WORLD, **table), domain_of(SELF, **table)
    expected, found = measured(alone), measured(here)
    assert set(found) == set(expected), f"{table}: {found} instead of {expected}"
    for key, reference in expected.items():
        same = found[key] == reference if isinstance(reference, str) else np.isclose(found[key], reference)
        assert same, f"{table}: {key} is {found[key]} instead of {reference}"
    check_function(here, f"mesh{number}")
    for degree in (1, 2):
        difference = np.abs(states(here, degree) - states(alone, degree)).max()
        assert difference < 1e-9, f"{table}: initial states differ by {difference}"

for arguments in ((2, 6, "xy", "simplex", 2), (3, 5, "xz", "simplex", 1), (3, 4, "xyz", "tensor", 2)):
    errors = [poisson_error(*arguments, comm) for comm in (WORLD, SELF)]
    assert np.isclose(*errors, rtol=1e-6), f"{arguments}: {errors}"

try:
    domain_of(WORLD, kind="file", path=str(FOLDER / "absent.msh"))
except MeshError as error:
    assert "no such mesh file" in str(error)
else:
    raise AssertionError("a missing file went unnoticed")
