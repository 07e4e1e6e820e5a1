"""Domains from mesh tables, and what tests measure on them, on any number of ranks."""

from collections.abc import Callable

import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import apply_lifting, assemble_matrix, assemble_vector, set_bc
from mpi4py import MPI
from petsc4py import PETSc
from pydantic import TypeAdapter

from phasefield import compat
from phasefield.case.schema import MeshSpec
from phasefield.mesh import Domain, build_domain

_TABLE = TypeAdapter(MeshSpec)
#: Sizes of the boxes of `box` in nm: all different, so that no axis can be taken for another.
SIZES = (2.0, 3.0, 4.0)


def domain_of(comm: MPI.Comm = MPI.COMM_SELF, **table: object) -> Domain:
    """Domain of a mesh table."""
    return build_domain(_TABLE.validate_python(table), comm)


def box(dim: int, n: int, periodic: str, cell: str = "simplex", comm: MPI.Comm = MPI.COMM_SELF) -> Domain:
    """Box of SIZES with n cells along x, n+1 along y and n+2 along z."""
    size = tuple(length * 1e-9 for length in SIZES[:dim])
    cells = tuple(range(n, n + dim))
    return domain_of(comm, kind="box", size=size, cells=cells, periodic=periodic, cell=cell)


def integral(domain: Domain, integrand: object, measure: ufl.Measure) -> float:
    """Integral over all ranks."""
    if isinstance(integrand, float):
        integrand = fem.Constant(domain.mesh, np.float64(integrand))
    return domain.comm.allreduce(fem.assemble_scalar(fem.form(integrand * measure)), op=MPI.SUM)


def exterior_midpoints(domain: Domain) -> np.ndarray:
    """Midpoints of this rank's exterior facets in nm."""
    dim = domain.dim
    domain.mesh.topology.create_connectivity(dim - 1, dim)
    facets = dmesh.exterior_facet_indices(domain.mesh.topology)
    return dmesh.compute_midpoints(domain.mesh, dim - 1, facets)


def wave(dim: int, periodic: str, library: object = np) -> Callable:
    """Function of x, one wave along periodic axes and zero at both ends of the others."""

    def value(x):  # type: ignore[no-untyped-def]
        result = 1.0
        for i in range(dim):
            repeats = "xyz"[i] in periodic
            phase = (2 * np.pi if repeats else np.pi) * x[i] / SIZES[i]
            # The shift keeps nodes from lying at zeros of the wave, where errors vanish.
            result = result * library.sin(phase + (0.3 if repeats else 0.0))
        return result

    return value


def poisson_error(dim: int, n: int, periodic: str, cell: str, degree: int, comm: MPI.Comm) -> float:
    """L2 error of Poisson's equation for `wave`, zero on what boundary there is."""
    domain = box(dim, n, periodic, cell, comm)
    space = fem.functionspace(domain.mesh, ("Lagrange", degree))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    x = ufl.SpatialCoordinate(domain.mesh)
    exact = wave(dim, periodic, ufl)(x)
    # A full period has 2 pi per size, a half one pi.
    wavenumbers = [(2 if "xyz"[i] in periodic else 1) * np.pi / SIZES[i] for i in range(dim)]
    source = sum(k**2 for k in wavenumbers) * exact
    # Periodic along all axes the solution is known up to a constant: a mass term fixes it.
    mass = 1.0 if len(periodic) == dim else 0.0
    dx = domain.dx(quadrature_degree=2 * degree + 3)
    a = (ufl.inner(ufl.grad(u), ufl.grad(v)) + mass * u * v) * dx
    L = (source + mass * exact) * v * dx
    boundary = np.concatenate([np.empty(0, dtype=np.int32), *map(domain.facets, domain.boundaries)])
    dofs = fem.locate_dofs_topological(space, dim - 1, np.unique(boundary))
    bcs = [fem.dirichletbc(np.float64(0), dofs, space)]
    uh = fem.Function(space)
    _solve(fem.form(a), fem.form(L), bcs, uh)
    return integral(domain, (uh - exact) ** 2, dx) ** 0.5


def _solve(a: fem.Form, L: fem.Form, bcs: list[fem.DirichletBC], solution: fem.Function) -> None:
    """Conjugate gradients to 1e-11. (The linear problems of DOLFINx differ between its releases.)"""
    matrix = assemble_matrix(a, bcs)
    matrix.assemble()
    b = assemble_vector(L)
    apply_lifting(b, [a], [bcs])
    b.ghostUpdate(PETSc.InsertMode.ADD, PETSc.ScatterMode.REVERSE)
    set_bc(b, bcs)
    x = b.duplicate()
    solver = PETSc.KSP().create(solution.function_space.mesh.comm)
    solver.setType("cg")
    solver.getPC().setType("jacobi")
    solver.setTolerances(rtol=1e-11)
    solver.setOperators(matrix)
    solver.setErrorIfNotConverged(True)
    solver.solve(b, x)
    solution.x.array[: x.getLocalSize()] = x.getArray()
    solution.x.scatter_forward()
    for item in (matrix, b, x, solver):
        item.destroy()


def nodes_on_geometry(domain: Domain, function: fem.Function) -> tuple[np.ndarray, np.ndarray]:
    """Geometry nodes touched by owned cells and the values of a P1 function there, cell by cell."""
    count = domain.mesh.topology.index_map(domain.dim).size_local
    x = domain.mesh.geometry.x[compat.geometry_dofmap(domain.mesh)[:count]]
    values = function.x.array[function.function_space.dofmap.list[:count]]
    return x.reshape(-1, 3), values.ravel()
