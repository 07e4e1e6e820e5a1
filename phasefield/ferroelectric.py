"""The ferroelectric body of a case: its coefficients, uniform or graded, at a temperature that may change."""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from phasefield import tensors
from phasefield.case.material import Ferroelectric, compositions, temperatures
from phasefield.case.misfit import coherent_misfit, remaining_misfit
from phasefield.case.profiles import profile
from phasefield.case.schema import Case, ProfileSpec
from phasefield.materials import Material
from phasefield.materials.semiconductor import Semiconductor
from phasefield.mesh import Domain
from phasefield.physics import coefficients
from phasefield.physics.coefficients import Coefficient, Polar, constant, polynomial_order, with_zeros
from phasefield.physics.places import Places
from phasefield.scaling import Scaling
from phasefield.units import LENGTH

#: Compositions that agree in this many decimals are one.
DECIMALS = 12
#: Coefficients that may change with the temperature of a run: no operator that is assembled once has them.
CHANGING = ("alpha", "electrostriction")
#: Temperatures whose coefficients are kept: a measurement goes a step up and down and back, over and over.
REMEMBERED = 4


def crystal_rotation(case: Case) -> np.ndarray:
    """R with v_crystal = R v_lab."""
    return tensors.rotation(x=case.crystal.x, z=case.crystal.z)


class Body:
    """All regions of the mesh that carry polarization, and one set of coefficients for them.

    Where the composition varies the coefficients are fields: piecewise constant for degree 1, of degree 2 for
    degree 2; the eigenstrain, whose gradient flexocoupling feels, is of the degree of the mesh. Every distinct
    composition is evaluated once.

    Attributes: regions, polar (the coefficients in the energy), fields (their values, by name), temperature (K).
    Raises MaterialError: a composition for which the material has no coefficients.
    """

    def __init__(self, case: Case, domain: Domain, scaling: Scaling):
        self.case = case
        self.scaling = scaling
        self.comm = domain.comm
        self.domain = domain
        self.material = Ferroelectric.of(case)
        self.rotation = crystal_rotation(case)
        self.axial = case.crystal.axial_average
        self.regions = tuple(name for name in domain.regions if name not in case.material.regions)
        self.temperature = temperatures(case)[0]
        self.known: dict[float, list[dict[str, np.ndarray]]] = {}
        degree = case.mesh.degree
        self.places = Places(domain, self.regions, 0 if degree == 1 else degree)
        self.strain_places = Places(domain, self.regions, degree)
        self.polar = self._coefficients()

    # --- compositions -------------------------------------------------------------------------------------

    @property
    def graded(self) -> bool:
        """Whether the composition varies."""
        return self.case.material.grading is not None

    @property
    def lattice_varies(self) -> bool:
        """Whether the coherent misfit follows the composition."""
        return self.graded and self.case.mechanics.reference_lattice is not None

    def along(self, spec: ProfileSpec, points: np.ndarray) -> np.ndarray:
        """Values (n) of a profile at points (n, 3) in lab coordinates (m)."""
        axis = "xyz".index(spec.axis)
        lowest, highest = (LENGTH * end for end in self.domain.extent(axis, *self.regions))
        return profile(spec, highest - lowest)(points[:, axis] - lowest)

    def _compositions(self, places: Places) -> tuple[list[float | None], np.ndarray]:
        """Distinct compositions of the body, the same on all ranks, and which of them is at each place (n)."""
        if self.case.material.grading is None:
            return [self.case.material.composition], np.zeros(len(places.points), dtype=int)
        here = np.round(self.along(self.case.material.grading, places.points), DECIMALS)
        everywhere = np.unique(np.concatenate(self.comm.allgather(np.unique(here))))
        return [float(x) for x in everywhere], np.searchsorted(everywhere, here)

    # --- coefficients -------------------------------------------------------------------------------------

    def _coefficients(self) -> Polar:
        samples, index = self._values()
        span = self._span()
        mesh = self.domain.mesh
        self.fields: dict[str, Coefficient] = {}
        lean: dict[str, Expr] = {}
        for name in samples[0]:
            values = np.array([sample[name] for sample in samples])
            varies = self.graded and (name in CHANGING or (values != values[0]).any())
            self.fields[name] = self.places.function(values[index]) if varies else constant(mesh, values[0])
            spread = np.abs([sample[name] for sample in span]).max(axis=0)
            lean[name] = with_zeros(self.fields[name], spread) if spread.ndim == 2 else self.fields[name]
        misfit = self._misfit()
        field_of_strains = self.lattice_varies or self.case.mechanics.misfit_profile is not None
        strains = self.strain_places.function(-misfit) if field_of_strains else constant(mesh, -misfit[0])
        self.fields["eigenstrain"] = strains
        aligned = np.array_equal(self.rotation, np.eye(3))
        return Polar(
            **lean,
            order=polynomial_order([sample["alpha"] for sample in span], self.axial),
            orientation=self.rotation,
            rotation=ufl.Identity(3) if aligned else constant(mesh, self.rotation),
            eigenstrain=strains,
            axial=self.axial,
        )

    def _samples(self) -> list[Material]:
        """Materials that span those of the body during the run."""
        return [self.material.at(T, x) for T in temperatures(self.case) for x in compositions(self.case)]

    def _evaluated(self, materials: list[Material]) -> list[dict[str, np.ndarray]]:
        return [coefficients.values(m, self.rotation, self.scaling, self.axial) for m in materials]

    def _span(self) -> list[dict[str, np.ndarray]]:
        """Coefficients that span those of the body during the run."""
        return self._evaluated(self._samples())

    def _values(self) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
        """Coefficients at each distinct composition, and which of them is at each place."""
        distinct, index = self._compositions(self.places)
        if self.temperature not in self.known:
            materials = [self.material.at(self.temperature, x) for x in distinct]
            self.known[self.temperature] = self._evaluated(materials)
            for temperature in list(self.known)[:-REMEMBERED]:
                del self.known[temperature]
        return self.known[self.temperature], index

    def _misfit(self) -> np.ndarray:
        """Voigt misfit in solver units at the places of strains (n, 6), or (1, 6) if it is the same everywhere."""
        mechanics, places = self.case.mechanics, self.strain_places
        distinct, index = self._compositions(places)
        if not self.lattice_varies:
            distinct, index = distinct[:1], np.zeros(1, dtype=int)
        coherent = np.array([coherent_misfit(self.material, self.temperature, x) for x in distinct])
        relaxation = mechanics.misfit_profile
        left = np.ones(1) if relaxation is None else self.along(relaxation, places.points)
        return remaining_misfit(mechanics, coherent[index], left, self.temperature) / self.scaling.strain

    # --- charge -------------------------------------------------------------------------------------------

    def space_charge(self, spec: ProfileSpec) -> fem.Function:
        """A profile of free charge (C/m³) in solver units, zero outside the body."""
        unit = self.scaling.polarization / LENGTH
        return self.places.function(self.along(spec, self.places.points) / unit)

    def bands(self, temperature: float) -> Semiconductor:
        """Bands of electrons and holes at a temperature (K). The composition is that of the case."""
        found = self.material.at(temperature, self.case.material.composition).semiconductor
        assert found is not None  # checked with the material
        return found

    # --- temperature --------------------------------------------------------------------------------------

    def set_temperature(self, temperature: float) -> None:
        """Give Landau coefficients, electrostriction and eigenstrain the values of a temperature (K)."""
        if temperature == self.temperature:
            return
        self.temperature = temperature
        samples, index = self._values()
        for name in CHANGING:
            values = np.array([sample[name] for sample in samples])
            _assign(self.fields[name], self.places, values[index] if self.graded else values)
        _assign(self.fields["eigenstrain"], self.strain_places, -self._misfit())


def _assign(coefficient: Coefficient, places: Places, values: np.ndarray) -> None:
    """Give a coefficient its values (n, …) at places, or the only one of `values` if it is a constant."""
    if isinstance(coefficient, fem.Function):
        places.set(coefficient, values)
    else:
        coefficient.value[...] = values[0]
