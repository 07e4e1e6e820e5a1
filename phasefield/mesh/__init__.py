"""Meshes: boxes, films, films under a tip and files, periodic where asked, with named regions and boundaries."""

from __future__ import annotations

from collections.abc import Callable

from mpi4py import MPI

from phasefield.case import schema
from phasefield.mesh.box import build_box
from phasefield.mesh.domain import Domain
from phasefield.mesh.files import build_file
from phasefield.mesh.film import build_film
from phasefield.mesh.tip import build_tip

__all__ = ["Domain", "build_domain"]

_BUILDERS: dict[str, Callable[..., Domain]] = {
    "box": build_box,
    "film": build_film,
    "tip": build_tip,
    "file": build_file,
}


def build_domain(spec: schema.MeshSpec, comm: MPI.Comm) -> Domain:
    """The domain of a mesh table of a case (SI), with coordinates in nm. Collective.

    Raises MeshError if the mesh cannot be made as described.
    """
    return _BUILDERS[spec.kind](spec, comm)
