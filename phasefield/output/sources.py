"""Where the values of an output field come from: an unknown or a derived field, and its factor to SI."""

from __future__ import annotations

from dataclasses import dataclass

from dolfinx import fem

from phasefield.output.carriers import BAND, CONCENTRATIONS, CarrierField
from phasefield.output.derived import DERIVED, DerivedField
from phasefield.output.flexofield import STRAIN_GRADIENTS, FlexoField, StrainGradient
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling


@dataclass(frozen=True)
class Source:
    """A field in solver units and the factor to SI."""

    field: fem.Function | DerivedField
    scale: float

    @property
    def function(self) -> fem.Function:
        """The function that holds the values, as of the last `update`."""
        return self.field.function if isinstance(self.field, DerivedField) else self.field

    def update(self) -> None:
        """Compute the values of the present state, where they do not follow by themselves."""
        if isinstance(self.field, DerivedField):
            self.field.update()


def always_written(functional: Functional) -> tuple[str, ...]:
    """Fields that are written whether asked for or not: all concentrations."""
    species = tuple(species.c.name for species in functional.species)
    return species if functional.carriers is None else (*species, *CONCENTRATIONS)


def source_of(name: str, functional: Functional, scaling: Scaling) -> Source:
    """The source of one of the fields that the case may ask for."""
    derived = _derived(name, functional, scaling)
    if derived:
        return Source(derived, derived.scale)
    for species in functional.species:
        if species.c.name == name:
            return Source(species.c, species.unit)
    scales = {"P": scaling.polarization, "phi": scaling.potential, "u": scaling.displacement}
    return Source(getattr(functional, name), scales[name])


def _derived(name: str, functional: Functional, scaling: Scaling) -> DerivedField | None:
    if name in DERIVED:
        return DerivedField(name, functional, scaling)
    if functional.carriers is not None and name in (*CONCENTRATIONS, BAND):
        return CarrierField(name, functional, scaling)
    if name in STRAIN_GRADIENTS:
        return StrainGradient(name, functional, scaling)
    return FlexoField(functional, scaling) if name == "E_flexo" else None
