"""Meshes: boxes, films, films under a tip and files, periodic where asked, with named regions and boundaries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mpi4py import MPI

from phasefield.case import schema
from phasefield.errors import MeshError
from phasefield.mesh.box import build_box
from phasefield.mesh.domain import Domain
from phasefield.mesh.files import build_file
from phasefield.mesh.film import build_film
from phasefield.mesh.revolution import ON_AXIS
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
    domain = _BUILDERS[spec.kind](spec, comm)
    return _revolved(domain) if spec.axisymmetric else domain


def _revolved(domain: Domain) -> Domain:
    """The body of revolution with the mesh of `domain` as its half-plane."""
    if domain.axis_names != "xz" or domain.lower[0] < -ON_AXIS * domain.lengths[0]:
        raise MeshError(
            f'mesh.axisymmetric: found a mesh with axes "{domain.axis_names}" from {domain.axis_names[0]} ='
            f' {domain.lower[0]:g} nm on; expected the half-plane with axes "xz", x the distance from the axis, from'
            " 0 or more on"
        )
    return replace(domain, axisymmetric=True)
