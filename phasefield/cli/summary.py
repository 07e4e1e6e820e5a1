"""What `phasefield check` prints: the run in words, with units and a size estimate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from phasefield.case import Case
from phasefield.case.carriers import degenerate, levels
from phasefield.case.defects import FEWEST_CELLS, debye_length, diffusivity
from phasefield.case.flexoelectricity import case_bound, direction_text, unstable
from phasefield.case.layout import axes_of, cells_of, lengths_of
from phasefield.case.material import Ferroelectric, temperatures
from phasefield.case.profiles import extreme_values
from phasefield.case.schema import (
    BoxMesh,
    ElectricalCondition,
    FileMesh,
    FilmMesh,
    IndenterTip,
    MechanicalCondition,
    PlacedTip,
    PointTip,
    PolarizationCondition,
    SphereAbove,
    SphereTip,
    TipMesh,
    TipSpec,
)
from phasefield.case.tipmesh import estimated_cells
from phasefield.cli.lines import Line, print_lines
from phasefield.materials import Material
from phasefield.materials.thermodynamics import PHASES, ground_state
from phasefield.units import ELEMENTARY_CHARGE, pretty

#: Memory of a run per unknown (bytes): what the solver is designed to stay below.
BYTES_PER_UNKNOWN = 2000


def print_summary(case: Case, material: Material, out: Path) -> None:
    """Print what the case would run and where its results would go."""
    print_lines(summary(case, material, out))


def summary(case: Case, material: Material, out: Path) -> Iterator[Line]:
    """Lines (name, text) of the summary."""
    yield "case", case.title or (case.source.name if case.source else "")
    yield from _mesh(case)
    yield from _material(case, material)
    yield from _mechanics(case)
    yield from _flexoelectricity(case, material)
    yield from _electrostatics(case, material)
    yield from _conditions("surfaces", case.polarization.boundary)
    yield from _defects(case, material)
    yield "initial", _initial(case)
    for name, load in case.loads.items():
        yield "load", f"{name}: {load.kind}" + (f" in {load.unit}" if load.unit else "")
    yield "time", _time(case)
    yield "results", f"{out}{' (exists)' if (out / 'run.json').exists() else ''}"


# --- mesh -----------------------------------------------------------------------------------------


def _mesh(case: Case) -> Iterator[Line]:
    mesh = case.mesh
    periodic = f", periodic along {', '.join(mesh.periodic)}" if mesh.periodic else ""
    if isinstance(mesh, FileMesh):
        size = pretty(Path(mesh.path).stat().st_size, "byte")
        yield "mesh", f"{mesh.path} ({size}), degree {mesh.degree}{periodic}"
        return
    lengths = " x ".join(pretty(length, "m") for length in lengths_of(mesh))
    yield "mesh", f"{mesh.kind} {lengths} along {', '.join(axes_of(mesh) or '')}{periodic}"
    about = ""
    if isinstance(mesh, TipMesh):
        about = "about "
        yield "", f"cells of {pretty(mesh.spacing, 'm')} at the contact, growing away from it, degree {mesh.degree}"
        if (tip := mesh.conductor) is not None:
            yield "", f"metal {tip.kind} of radius {pretty(tip.radius, 'm')}, {pretty(tip.gap, 'm')} above the film"
    else:
        cells = " x ".join(map(str, cells_of(mesh)))
        kind = "simplices" if mesh.cell == "simplex" else "tensor cells"
        yield "", f"{cells} blocks of {kind}, degree {mesh.degree}"
    nodes = node_count(mesh)
    unknowns = nodes * _unknowns_per_node(case)
    memory = pretty(unknowns * BYTES_PER_UNKNOWN, "byte", digits=3)
    yield "size", f"{about}{nodes:,} nodes, {unknowns:,} unknowns, at most about {memory} of memory"


def node_count(mesh: BoxMesh | FilmMesh | TipMesh) -> int:
    """Number of nodes of the fields, about that for a tip mesh; on a periodic axis the last node is the first."""
    if isinstance(mesh, TipMesh):
        # There are about two triangles or 5.5 tetrahedra for each vertex.
        dim = len(axes_of(mesh) or "")
        return round(estimated_cells(mesh) * {2: 0.5, 3: 0.18}[dim] * mesh.degree**dim)
    pairs = zip(axes_of(mesh) or "", cells_of(mesh), strict=True)
    return math.prod(mesh.degree * cells + (axis not in mesh.periodic) for axis, cells in pairs)


def _unknowns_per_node(case: Case) -> int:
    """P has three, u three, phi one, each species of defects two."""
    return 3 + 3 * case.mechanics.enabled + case.electrostatics.enabled + 2 * len(case.defects.species)


# --- material -------------------------------------------------------------------------------------


def _material(case: Case, material: Material) -> Iterator[Line]:
    yield "material", f"{material.name} at {_temperature(case)}{_composition(case)}"
    middle = case.material.grading is not None or isinstance(case.material.temperature, str)
    yield "", f"{'in the middle: ' if middle else ''}{_spontaneous(material)}"
    for name, region in case.material.regions.items():
        stiffness = "fluid" if region.fluid else region.material or "inline stiffness"
        yield "region", f"{name}: {stiffness}, relative permittivity {region.permittivity:g}"
    for warning in material.warnings:
        yield "warning", warning
    yield "crystal", f"[{_vector(case.crystal.x)}] along x, [{_vector(case.crystal.z)}] along z"


def _temperature(case: Case) -> str:
    given = case.material.temperature
    if not isinstance(given, str):
        return pretty(given, "K")
    every = temperatures(case)
    return f"{pretty(min(every), 'K')} to {pretty(max(every), 'K')} (load {given})"


def _composition(case: Case) -> str:
    grading = case.material.grading
    if grading is None:
        return "" if case.material.composition is None else f", x = {case.material.composition:g}"
    lowest, highest = extreme_values(grading)
    return f", graded along {grading.axis} ({grading.kind}), x from {lowest:g} to {highest:g}"


def _spontaneous(material: Material) -> str:
    """Ground state of the free crystal."""
    state = ground_state(material.landau)
    if state.phase == "C":
        return "cubic, no spontaneous polarization"
    direction = state.polarization / np.abs(state.polarization).max()
    return (
        f"{PHASES[state.phase]}, P_s = {state.magnitude:.4g} C/m² along"
        f" <{' '.join(f'{n:.2g}' for n in direction)}> (stress-free)"
    )


# --- mechanics, electrostatics, conditions --------------------------------------------------------


def _mechanics(case: Case) -> Iterator[Line]:
    mechanics = case.mechanics
    if not mechanics.enabled:
        yield "mechanics", "off"
        return
    parts = [
        f"mean strain {component} {value if isinstance(value, str) else f'{value:g}'}"
        for component, value in mechanics.strain.items()
    ]
    parts += [f"mean stress {c} {pretty(value, 'Pa')}" for c, value in mechanics.stress.items()]
    parts += [
        f"curvature {c} {value if isinstance(value, str) else pretty(value, '1/m')}"
        for c, value in mechanics.curvature.items()
    ]
    parts += [f"misfit {c} {value:g}" for c, value in mechanics.misfit.items()]
    if mechanics.reference_lattice is not None:
        parts.append(f"coherent with a lattice parameter of {pretty(mechanics.reference_lattice, 'm')}")
    if mechanics.misfit_profile is not None:
        lowest, highest = extreme_values(mechanics.misfit_profile)
        parts.append(f"{lowest:g} to {highest:g} of it left ({mechanics.misfit_profile.kind})")
    if mechanics.thermal is not None:
        thermal = mechanics.thermal
        parts.append(f"grown at {thermal.growth:g} K, thermal expansion {thermal.expansion:+g}/K against the substrate")
    if mechanics.prescribed is not None:
        yield "mechanics", ", ".join(["displacement prescribed", *parts])
        return
    yield "mechanics", ", ".join(parts) or "mean strain zero where the mesh does not end"
    yield from _conditions("", mechanics.boundary)
    if mechanics.tip is not None:
        yield "tip", _tip(mechanics.tip)


def _tip(tip: TipSpec) -> str:
    """What presses where, and how it moves."""
    if isinstance(tip, IndenterTip):
        by = f"force {_value(tip.force, 'N')}" if tip.force is not None else f"to {_value(tip.indentation or 0.0, 'm')}"
        return f"rigid sphere of radius {pretty(tip.radius, 'm')} in contact with {tip.on}, {by}{_moving(tip)}"
    if isinstance(tip, PointTip):
        size = f"spread over a radius of {pretty(tip.cutoff, 'm')}"
    elif isinstance(tip, SphereTip) and tip.contact_radius is None:
        size = f"of radius {pretty(tip.radius or 0.0, 'm')}, reduced modulus {pretty(tip.modulus or 0.0, 'Pa')}"
    else:
        size = f"with a contact radius of {pretty(tip.contact_radius or 0.0, 'm')}"
    return f"{tip.kind} {size} on {tip.on}, force {_value(tip.force, 'N')}{_moving(tip)}"


def _moving(tip: PlacedTip) -> str:
    return "" if tip.track is None else f", along {len(tip.track)} corners at {pretty(tip.speed or 0.0, 'm/s')}"


def _flexoelectricity(case: Case, material: Material) -> Iterator[Line]:
    """The form and the bound; `check_flexocoupling` has refused what is beyond it."""
    flexo = case.flexoelectricity
    if material.flexo is None:
        return
    source = flexo.set or ("tensor given" if flexo.tensor is not None else "cubic coefficients given")
    one_way = f", {flexo.one_way} effect alone" if flexo.one_way else ""
    yield "flexo", f"{source}, form {flexo.form}{one_way}"
    if one_way or flexo.form == "phase-field literature":
        yield "", "not derived from one energy: the total need not fall, and steps are judged by the driving field"
    yield "", _gradient_kind(case, material)
    if flexo.strain_gradient_length is not None:
        yield "", f"strain-gradient elasticity of length {pretty(flexo.strain_gradient_length, 'm')}"
    bound = case_bound(case, material)
    yield "", f"stable up to s* = {bound.scale:.3g} times this, limited along {direction_text(bound.direction)}"
    if reason := unstable(case, material):
        yield "warning", reason


def _gradient_kind(case: Case, material: Material) -> str:
    """What the gradient coefficients hold for, who says so, and what they become."""
    ferroelectric = Ferroelectric.of(case)
    origin = "the case" if case.flexoelectricity.gradient else ferroelectric.set.name
    if ferroelectric.gradient_kind == "clamped":
        return f"G at fixed strain (clamped, says {origin}): as it stands"
    G11 = ferroelectric.set.gradient(material.temperature, material.composition)[0]
    clamped = material.gradient[0, 0, 0, 0]
    return f"G at fixed stress (free, says {origin}): F:C:F added, G11 from {G11:.3g} to {clamped:.3g} J m³/C²"


def _electrostatics(case: Case, material: Material) -> Iterator[Line]:
    electrostatics = case.electrostatics
    if not electrostatics.enabled:
        yield "potential", "off"
        return
    field = ", ".join(_value(component, "V/m") for component in electrostatics.applied_field)
    applied = f"applied field ({field})" if any(electrostatics.applied_field) else ""
    yield "potential", applied or "no applied field"
    if electrostatics.space_charge is not None:
        lowest, highest = extreme_values(electrostatics.space_charge)
        yield "", f"fixed space charge of {lowest:g} to {highest:g} C/m³ ({electrostatics.space_charge.kind})"
    yield from _conditions("", electrostatics.boundary)
    if (tip := electrostatics.tip) is not None:
        above = f" at a distance of {pretty(tip.gap, 'm')}" if isinstance(tip, SphereAbove) else ""
        potential = f"potential {_value(tip.potential, 'V')}"
        yield "tip", f"{tip.kind} of radius {pretty(tip.radius, 'm')}{above} on {tip.on}, {potential}{_moving(tip)}"
    yield from _carriers(case, material)


def _carriers(case: Case, material: Material) -> Iterator[Line]:
    """Bands, Fermi level and concentrations of electrons and holes, and how bands bend at metals."""
    spec, found = case.electrostatics.carriers, levels(case, material)
    if spec is None or found is None:
        return
    n, p = found.concentrations(material.temperature)
    gap, level = (value / ELEMENTARY_CHARGE for value in (found.bands.band_gap, found.fermi_level))
    yield "carriers", f"{spec.statistics}, band gap {gap:.3g} eV, contact at {_value(spec.potential, 'V')}"
    yield "", f"E_F - E_c = {level:.3g} eV where phi = 0: {n:.3g} electrons, {p:.3g} holes per m³"
    for condition in case.electrostatics.boundary:
        if condition.work_function is not None or condition.barrier is not None:
            bent = -found.built_in(condition)
            way = "up" if bent > 0.0 else "down"
            yield "", f"{', '.join(condition.on)}: bands bend {way} by {pretty(abs(bent), 'V', 3)}"
    if warning := degenerate(case, material):
        yield "warning", warning


def _conditions(
    name: str,
    conditions: tuple[MechanicalCondition, ...] | tuple[ElectricalCondition, ...] | tuple[PolarizationCondition, ...],
) -> Iterator[Line]:
    for condition in conditions:
        yield name, f"{', '.join(condition.on)}: {condition.kind} {_details(condition)}".rstrip()


def _details(condition: MechanicalCondition | ElectricalCondition | PolarizationCondition) -> str:
    if isinstance(condition, ElectricalCondition):
        return {
            "electrode": f"at {_value(condition.potential, 'V')}",
            "floating": f"with {pretty(condition.charge, 'C')}",
            "screened": f"at {_value(condition.potential, 'V')} behind"
            f" {pretty(condition.thickness or 0.0, 'm')} of permittivity"
            f" {condition.permittivity:g}",
            "free": f"with {condition.charge_density:g} C/m²",
        }[condition.kind]
    if isinstance(condition, PolarizationCondition):
        if condition.length is not None:
            return pretty(condition.length, "m")
        return _tuple(condition.value, "C/m^2") if condition.value is not None else ""
    unit = "m" if condition.kind == "displacement" else "Pa"
    if isinstance(condition.value, tuple):
        return _tuple(condition.value, unit)
    return _value(condition.value, unit) if condition.value is not None else ""


def _tuple(values: tuple[float | str | None, ...], unit: str) -> str:
    return f"({', '.join('free' if v is None else _value(v, unit) for v in values)})"


def _value(value: float | str, unit: str) -> str:
    """A number with its unit, or the name of a load."""
    if isinstance(value, str):
        return value
    return f"{value:g} C/m²" if unit == "C/m^2" else pretty(value, unit)


def _vector(vector: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in vector)


# --- defects --------------------------------------------------------------------------------------


def _defects(case: Case, material: Material) -> Iterator[Line]:
    """The species, what they move by, and the lengths that the mesh must resolve."""
    for name, s in case.defects.species.items():
        D = diffusivity(s, material.temperature)
        yield (
            "defects",
            f"{name}: charge {s.charge:+g} e, {s.concentration:g} of {s.site_density:g} 1/m³, D = {D:.3g} m²/s",
        )
        for condition in s.boundary:
            value = f" {condition.value:g}" if condition.value is not None else ""
            yield "", f"{', '.join(condition.on)}: {condition.kind}{value}"
    for name, fixed in case.defects.fixed.items():
        yield "defects", f"{name}: charge {fixed.charge:+g} e, immobile, {fixed.concentration:g} 1/m³"
    length = debye_length(case, material)
    if math.isfinite(length):
        finest = pretty(length / FEWEST_CELLS, "m", 3)
        yield (
            "screening",
            f"Debye length {pretty(length, 'm', 3)}: cells at electrodes of at most {finest} resolve screening layers",
        )
    if case.defects.species:
        yield "", f"background {case.defects.background or 'none'}, polarization {case.defects.polarization}"


# --- initial state and time -----------------------------------------------------------------------


def _initial(case: Case) -> str:
    noise = f", noise {case.initial.noise:g} C/m²" if case.initial.noise else ""
    return f"{case.initial.kind}{noise}, seed {case.initial.seed}"


def _time(case: Case) -> str:
    time = case.time
    if time.mode == "ramp":
        return f"ramp of {time.points} load points to t = {pretty(time.end or 0.0, 's')}"
    if time.steps is not None:
        return f"{len(time.steps)} steps of backward Euler to {pretty(sum(time.steps), 's')}"
    if time.mode == "transient":
        return f"transient to {pretty(time.end or 0.0, 's')}, local error {time.tolerance:g}"
    return f"relax to a driving field of {time.equilibrium:g}, at most {time.max_steps} steps"
