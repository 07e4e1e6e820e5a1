"""The case file as pydantic models: every table, key, unit, default and range, in one place.

SI throughout; strings with units are converted on reading (`phasefield.units`). Unknown keys are refused.
Lab axes are x, y, z; vectors always have three components; strain components are tensor components.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from phasefield.units import (
    Charge,
    ElectricField,
    Length,
    Polarization,
    Potential,
    Pressure,
    Quantity,
    SurfaceCharge,
    Temperature,
    Time,
)

Positive = Field(gt=0)
NonNegative = Field(ge=0)
PositiveLength = Annotated[Length, Positive]
Names = str | list[str]
Component = Literal["xx", "yy", "zz", "yz", "xz", "xy"]
Vector = tuple[float, float, float]


class Table(BaseModel):
    """Base of all tables: unknown keys are errors, values are fixed after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


# --- material ---------------------------------------------------------------------------------------------


class LandauCoefficients(Table):
    """Stress-free Landau coefficients in the crystal frame, f = alpha_1 sum P_i^2 + alpha_11 sum P_i^4 + …"""

    alpha_1: Quantity("J m/C^2") | None = None  # type: ignore[valid-type]
    alpha_11: Quantity("J m^5/C^4") | None = None  # type: ignore[valid-type]
    alpha_12: Quantity("J m^5/C^4") | None = None  # type: ignore[valid-type]
    alpha_111: Quantity("J m^9/C^6") | None = None  # type: ignore[valid-type]
    alpha_112: Quantity("J m^9/C^6") | None = None  # type: ignore[valid-type]
    alpha_123: Quantity("J m^9/C^6") | None = None  # type: ignore[valid-type]
    alpha_1111: Quantity("J m^13/C^8") | None = None  # type: ignore[valid-type]
    alpha_1112: Quantity("J m^13/C^8") | None = None  # type: ignore[valid-type]
    alpha_1122: Quantity("J m^13/C^8") | None = None  # type: ignore[valid-type]
    alpha_1123: Quantity("J m^13/C^8") | None = None  # type: ignore[valid-type]


class ElasticConstants(Table):
    """Cubic stiffness C11, C12, C44 in Pa, crystal frame."""

    C11: Annotated[Pressure, Positive] | None = None
    C12: Pressure | None = None
    C44: Annotated[Pressure, Positive] | None = None


class Electrostriction(Table):
    """Q11, Q12 and the engineering Q44 (gamma_12 = Q44 P1 P2) in m^4/C^2."""

    Q11: Quantity("m^4/C^2") | None = None  # type: ignore[valid-type]
    Q12: Quantity("m^4/C^2") | None = None  # type: ignore[valid-type]
    Q44: Quantity("m^4/C^2") | None = None  # type: ignore[valid-type]


class GradientCoefficients(Table):
    """Cubic gradient coefficients in J m^3/C^2; a 180 degree {100} wall sees G44 + G44p."""

    G11: Quantity("J m^3/C^2") | None = None  # type: ignore[valid-type]
    G12: Quantity("J m^3/C^2") | None = None  # type: ignore[valid-type]
    G44: Quantity("J m^3/C^2") | None = None  # type: ignore[valid-type]
    G44p: Quantity("J m^3/C^2") | None = None  # type: ignore[valid-type]


class Region(Table):
    """A region of the mesh without polarization: substrate or dead layer."""

    material: str | None = Field(None, description="material set whose stiffness it takes")
    elastic: ElasticConstants = ElasticConstants()
    permittivity: Annotated[float, Field(ge=1)] = Field(1.0, description="relative permittivity")
    conductor: bool = Field(False, description="a metal: its potential is that of the electrode it touches")


class Material(Table):
    """The ferroelectric: a named set, its temperature and composition, and inline coefficients over it."""

    name: str | None = Field(None, description="set of the library, or path of a material file")
    temperature: Annotated[Temperature, Positive] = 298.15
    composition: Annotated[float, Field(ge=0, le=1)] | None = None
    landau: LandauCoefficients = LandauCoefficients()
    elastic: ElasticConstants = ElasticConstants()
    electrostriction: Electrostriction = Electrostriction()
    gradient: GradientCoefficients = GradientCoefficients()
    background_permittivity: Annotated[float, Field(ge=1)] | None = None
    kinetic: Annotated[Quantity("C^2/(J m s)"), Positive] | None = None  # type: ignore[valid-type]
    regions: dict[str, Region] = Field(
        default_factory=dict, description="regions of the mesh that carry no polarization, by name"
    )


# --- mesh -------------------------------------------------------------------------------------------------


class MeshTable(Table):
    """Keys that all meshes share."""

    degree: Literal[1, 2] = Field(1, description="polynomial degree of P, u and phi")
    axes: Annotated[str, Field(pattern=r"^[xyz]{1,3}$")] | None = Field(
        None, description='lab axes that the mesh coordinates stand for, e.g. "xz" for a film in section'
    )
    periodic: Annotated[str, Field(pattern=r"^[xyz]{0,3}$")] = ""


class BoxMesh(MeshTable):
    """A line, rectangle or box in one to three dimensions."""

    kind: Literal["box"]
    size: tuple[PositiveLength, ...] = Field(min_length=1, max_length=3)
    cells: tuple[Annotated[int, Positive], ...] | None = None
    spacing: PositiveLength | tuple[PositiveLength, ...] | None = None
    origin: tuple[Length, ...] | None = None
    cell: Literal["simplex", "tensor"] = "simplex"


class FilmMesh(MeshTable):
    """Layers along z, bottom to top: substrate, dead_bottom, film, dead_top; z = 0 at the film's bottom."""

    kind: Literal["film"]
    width: tuple[PositiveLength, ...] = Field((), max_length=2)
    thickness: PositiveLength
    substrate: Annotated[Length, NonNegative] = 0.0
    dead_bottom: Annotated[Length, NonNegative] = 0.0
    dead_top: Annotated[Length, NonNegative] = 0.0
    spacing: PositiveLength | tuple[PositiveLength, ...] = Field(
        description="cell size: one for all directions or one for each mesh axis"
    )
    substrate_cells: Annotated[int, Positive] | None = Field(
        None, description="number of cell layers in the substrate, growing away from the film"
    )
    cell: Literal["simplex", "tensor"] = "simplex"


class FileMesh(MeshTable):
    """A mesh file: Gmsh .msh, or anything that meshio reads."""

    kind: Literal["file"]
    path: str
    length_unit: PositiveLength = Field(1e-9, description="metres per unit of the file's coordinates")
    regions: dict[str, int | str] = Field(default_factory=dict)
    boundaries: dict[str, int | str] = Field(default_factory=dict)


MeshSpec = Annotated[BoxMesh | FilmMesh | FileMesh, Field(discriminator="kind")]


class Crystal(Table):
    """Crystal directions along lab axes; the default is the cubic axes along x, y, z."""

    x: Vector | None = Field(None, description="crystal direction along lab x, e.g. [1, -1, 0]")
    z: Vector | None = Field(None, description="crystal direction along lab z, e.g. [0, 0, 1]")


# --- initial states ---------------------------------------------------------------------------------------


class InitialTable(Table):
    """Keys that all initial states share."""

    noise: Annotated[Polarization, NonNegative] = Field(0.0, description="amplitude of noise added on top")
    seed: int = 0


class UniformState(InitialTable):
    """The same polarization everywhere."""

    kind: Literal["uniform"]
    value: tuple[Polarization, Polarization, Polarization]


class NoiseState(InitialTable):
    """Random components in [-amplitude, amplitude] at every node, the same on any number of ranks."""

    kind: Literal["noise"]
    amplitude: Annotated[Polarization, Positive]


class StripeState(InitialTable):
    """Stripes of alternating polarization along `normal` with the given period."""

    kind: Literal["stripes"]
    value: tuple[Polarization, Polarization, Polarization]
    normal: Vector
    period: PositiveLength
    width: Annotated[Length, NonNegative] = 0.0


class WallState(InitialTable):
    """A tanh wall between `left` and `right` at `position` along `normal`."""

    kind: Literal["wall"]
    left: tuple[Polarization, Polarization, Polarization]
    right: tuple[Polarization, Polarization, Polarization]
    normal: Vector
    position: Length = 0.0
    width: Annotated[Length, NonNegative] = 1e-9


class VortexState(InitialTable):
    """A vortex about `axis` through `center`; `core` is the component along the axis at the centre."""

    kind: Literal["vortex"]
    center: tuple[Length, Length, Length]
    axis: Vector
    radius: PositiveLength
    magnitude: Polarization
    core: Polarization = 0.0


class FileState(InitialTable):
    """Nodal data from a file: columns x, y, z (m) and P_x, P_y, P_z (C/m^2), any order of rows."""

    kind: Literal["file"]
    path: str


InitialSpec = Annotated[
    UniformState | NoiseState | StripeState | WallState | VortexState | FileState, Field(discriminator="kind")
]

# --- loads ------------------------------------------------------------------------------------------------


class ConstantLoad(Table):
    """A load that does not change."""

    kind: Literal["constant"]
    value: float


class RampLoad(Table):
    """From `start` to `stop` between times t0 and t1, constant outside."""

    kind: Literal["ramp"]
    start: float = 0.0
    stop: float
    t0: Time = 0.0
    t1: Annotated[Time, Positive]


class SineLoad(Table):
    """offset + amplitude sin(2 pi t / period + phase)."""

    kind: Literal["sine"]
    amplitude: float
    period: Annotated[Time, Positive]
    phase: float = 0.0
    offset: float = 0.0


class TriangleLoad(Table):
    """0 -> +amplitude -> -amplitude -> 0 in one period, plus offset."""

    kind: Literal["triangle"]
    amplitude: float
    period: Annotated[Time, Positive]
    offset: float = 0.0


class TableLoad(Table):
    """Linear interpolation of `values` at `times`, constant outside."""

    kind: Literal["table"]
    times: tuple[Time, ...] = Field(min_length=2)
    values: tuple[float, ...] = Field(min_length=2)


LoadSpec = Annotated[
    ConstantLoad | RampLoad | SineLoad | TriangleLoad | TableLoad, Field(discriminator="kind")
]
#: A number in the SI unit of the key, or the name of a load of the table `loads`.
LoadName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
PotentialOrLoad = Potential | LoadName
FieldOrLoad = ElectricField | LoadName
PressureOrLoad = Pressure | LoadName
LengthOrLoad = Length | LoadName

# --- mechanics --------------------------------------------------------------------------------------------


class MechanicalCondition(Table):
    """A mechanical condition on one or more boundaries.

    clamped: u = 0. roller: no displacement along the boundary's normal axis. displacement: u = value.
    traction: t = value (Pa). pressure: t = -value n. free: nothing (the default of every boundary).
    """

    on: Names
    kind: Literal["clamped", "roller", "displacement", "traction", "pressure", "free"]
    value: tuple[LengthOrLoad | PressureOrLoad | None, ...] | PressureOrLoad | None = None


class Mechanics(Table):
    """Elasticity with electrostriction.

    `strain` fixes components of the mean strain or sets them "free" (stress-free, or under `stress`); they act
    along periodic and along unresolved directions. `misfit` is the strain that a coherent substrate imposes on
    the film relative to its stress-free cubic lattice; it enters as the eigenstrain -misfit of the film.
    """

    enabled: bool = True
    strain: dict[Component, Literal["free"] | float] = Field(default_factory=dict)
    stress: dict[Component, Pressure] = Field(default_factory=dict)
    misfit: dict[Component, float] = Field(default_factory=dict)
    boundary: tuple[MechanicalCondition, ...] = ()


# --- electrostatics ---------------------------------------------------------------------------------------


class ElectricalCondition(Table):
    """An electrical condition on one or more boundaries.

    electrode: phi = potential. floating: one unknown potential with the given total free charge.
    screened: imperfect electrode at `potential` behind a layer `thickness`/`permittivity` (dead layer or
    screening length). free: given surface charge density (zero by default), D·n = charge_density.
    """

    on: Names
    kind: Literal["electrode", "floating", "screened", "free"]
    potential: PotentialOrLoad = 0.0
    charge: Charge = 0.0
    thickness: PositiveLength | None = None
    permittivity: Annotated[float, Field(ge=1)] = 1.0
    charge_density: SurfaceCharge = 0.0


class Electrostatics(Table):
    """Gauss's law with background permittivity; `applied_field` is a uniform field added to -grad phi."""

    enabled: bool = True
    applied_field: tuple[FieldOrLoad, FieldOrLoad, FieldOrLoad] = (0.0, 0.0, 0.0)
    boundary: tuple[ElectricalCondition, ...] = ()


# --- polarization -----------------------------------------------------------------------------------------


class PolarizationCondition(Table):
    """free: natural condition. fixed: P = value (null leaves a component free). extrapolation: length > 0."""

    on: Names
    kind: Literal["free", "fixed", "extrapolation"]
    value: tuple[Polarization | None, Polarization | None, Polarization | None] | None = None
    length: PositiveLength | None = None


class PolarizationTable(Table):
    """Boundary conditions of the polarization; free where nothing is said."""

    boundary: tuple[PolarizationCondition, ...] = ()


# --- running ----------------------------------------------------------------------------------------------


class TimeTable(Table):
    """How to run: transient (physical time), relax (to equilibrium) or ramp (quasi-static sweep of the loads).

    In a ramp the loads are followed in `points` equal steps of t from 0 to `end`, each relaxed to equilibrium.
    """

    mode: Literal["relax", "transient", "ramp"] = "relax"
    scheme: Literal["adaptive", "backward-euler"] = "adaptive"
    steps: tuple[Annotated[Time, Positive], ...] | None = Field(
        None, description="the time steps of backward-euler, one after another"
    )
    end: Annotated[Time, Positive] | None = Field(None, description="end of a transient or of a ramp")
    points: Annotated[int, Positive] | None = Field(None, description="number of load points of a ramp")
    initial_step: Annotated[Time, Positive] | None = None
    max_step: Annotated[Time, Positive] | None = None
    tolerance: Annotated[float, Field(gt=0, lt=1)] = Field(
        1e-3, description="local error of a transient step relative to the polarization scale (rms)"
    )
    equilibrium: Annotated[float, Field(gt=0, lt=1)] = Field(
        1e-4,
        description="rms driving field at which a state counts as equilibrium, relative to the field scale",
    )
    max_steps: Annotated[int, Positive] = 10000


class Solver(Table):
    """Tolerances and discretization choices; the defaults are meant to be left alone."""

    linear_tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-4
    mechanics_tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-8
    newton_tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-9
    quadrature_degree: Annotated[int, Field(ge=2, le=16)] | None = None
    petsc: dict[str, str | float | bool] = Field(default_factory=dict)


class Output(Table):
    """What is written and how often; fields are always written at the start and at the end."""

    fields: tuple[Literal["P", "phi", "u", "E", "D", "strain", "stress"], ...] = ("P", "phi", "u")
    every_steps: Annotated[int, Positive] | None = None
    every_time: Annotated[Time, Positive] | None = None
    observables_every: Annotated[int, Positive] = 1
    checkpoint_every: Annotated[int, Positive] | None = Field(None, description="steps between checkpoints")
    figure: bool = True


class Case(Table):
    """A whole case file."""

    version: Literal[1]
    title: str = ""
    material: Material
    mesh: MeshSpec
    crystal: Crystal = Crystal()
    initial: InitialSpec
    mechanics: Mechanics = Mechanics()
    electrostatics: Electrostatics = Electrostatics()
    polarization: PolarizationTable = PolarizationTable()
    loads: dict[str, LoadSpec] = Field(default_factory=dict)
    time: TimeTable = TimeTable()
    solver: Solver = Solver()
    output: Output = Output()
