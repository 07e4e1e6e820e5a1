"""The case file as pydantic models: every table, key, unit, default and range, in one place.

SI throughout; texts with units are converted on reading (`phasefield.units`). Unknown keys are
refused. Lab axes are x, y, z; vectors always have three components; strain components are tensor
components. What one key alone cannot tell (two conditions on one boundary, a load that does not
exist) is in `phasefield.case.checks`. The text under a key is its documentation, here and in the
JSON Schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Strict,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticKnownError

from phasefield import units
from phasefield.units import (
    Charge,
    Length,
    Number,
    Polarization,
    Pressure,
    SurfaceCharge,
    Time,
    Unit,
)

# --- types that several tables share --------------------------------------------------------------

Positive = Field(gt=0)
NonNegative = Field(ge=0)
Fraction = Annotated[float, Field(gt=0, lt=1)]
Factor = Annotated[float, NonNegative]
Count = Annotated[int, Strict(), Positive]
Flag = Annotated[bool, Strict()]
# The range stands before the unit: it holds for the number in SI, and is kept in the JSON Schema.
PositiveLength = Annotated[float, Positive, Unit("m")]
NonNegativeLength = Annotated[float, NonNegative, Unit("m")]
PositiveTime = Annotated[float, Positive, Unit("s")]
NonNegativeTime = Annotated[float, NonNegative, Unit("s")]
PositivePressure = Annotated[float, Positive, Unit("Pa")]
PositivePolarization = Annotated[float, Positive, Unit("C/m^2")]
NonNegativePolarization = Annotated[float, NonNegative, Unit("C/m^2")]
Permittivity = Annotated[float, Field(ge=1)]
Vector = tuple[Number, Number, Number]
PolarizationVector = tuple[Polarization, Polarization, Polarization]
Side = Literal["x_min", "x_max", "y_min", "y_max", "z_min", "z_max"]
Growth = Annotated[float, Field(gt=1, le=3)]
Component = Literal["xx", "yy", "zz", "yz", "xz", "xy"]

LandauQuadratic = Annotated[float, Unit("J m/C^2")]
LandauQuartic = Annotated[float, Unit("J m^5/C^4")]
LandauSextic = Annotated[float, Unit("J m^9/C^6")]
LandauOctic = Annotated[float, Unit("J m^13/C^8")]
ElectrostrictiveCoefficient = Annotated[float, Unit("m^4/C^2")]
GradientCoefficient = Annotated[float, Unit("J m^3/C^2")]
Flexocoupling = Annotated[float, Unit("V")]
KineticCoefficient = Annotated[float, Positive, Unit("C^2/(J m s)")]
Concentration = Annotated[float, Positive, Unit("1/m^3")]
NonNegativeConcentration = Annotated[float, NonNegative, Unit("1/m^3")]
Diffusivity = Annotated[float, Positive, Unit("m^2/s")]
NonNegativeEnergy = Annotated[float, NonNegative, Unit("J")]
Energy = Annotated[float, Unit("J")]
PositiveEnergy = Annotated[float, Positive, Unit("J")]
Volume = Annotated[float, Unit("m^3")]

#: A number in the SI unit of the key, a text with a unit, or the name of a load of the table
#: `loads`.
PotentialOrLoad = Annotated[float | str, Unit("V", or_load=True)]
FieldOrLoad = Annotated[float | str, Unit("V/m", or_load=True)]
LengthOrLoad = Annotated[float | str, Unit("m", or_load=True)]
ForceOrLoad = Annotated[float | str, Unit("N", or_load=True)]


def _axis_letters(letters: str) -> str:
    if not set(letters) <= set("xyz") or len(set(letters)) < len(letters):
        raise ValueError(f'found "{letters}"; expected letters of x, y and z, each at most once')
    return letters


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _free_as_none(value: Any) -> Any:
    return None if value == "free" else value


def _one_or_each(value: Any) -> str:
    return "each" if isinstance(value, list | tuple) else "one"


def _or(word: str, unit: str) -> Callable[[Any], float | str]:
    def read(value: Any) -> float | str:
        if value == word:
            return word
        try:
            return units.to_si(value, unit)
        except ValueError as exc:
            raise ValueError(f'{exc} or "{word}"') from None

    return read


def _above_zero_or_load(value: float | str) -> float | str:
    if not isinstance(value, str) and value <= 0.0:
        raise PydanticKnownError("greater_than", {"gt": 0})
    return value


def _tag_or_name(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"found {units.shown(value)}; expected the number or the name of a physical group")
    return value


def _one_way(value: Any) -> Any:
    known = {True: "direct", False: None, None: None, "direct": "direct", "converse": "converse"}
    if not isinstance(value, bool | str | None) or value not in known:
        raise ValueError(f'found {units.shown(value)}; expected true, false, "direct" or "converse"')
    return known[value]


def _formula(value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"found {units.shown(value)}; expected a number (m) or a formula")
    return value


def _parameter(value: Any) -> float:
    unit = next((u for u in ("m", "1/m") if isinstance(value, str) and units.convertible(value, u)), "")
    return units.to_si(value, unit)


#: Shapes in which a flexocoupling tensor may be written.
FLEXO_SHAPES = ((6, 9), (6, 3, 3), (3, 3, 3, 3))


def _flexo_tensor(value: Any) -> Any:
    """Nested tuples of numbers in V."""
    shape: list[int] = []
    level = value
    while isinstance(level, list | tuple) and level:
        shape.append(len(level))
        level = level[0]
    if tuple(shape) not in FLEXO_SHAPES:
        found = " x ".join(map(str, shape)) or units.shown(value)
        raise ValueError(f"found {found}; expected lists of 6 x 9, 6 x 3 x 3 or 3 x 3 x 3 x 3 numbers in V")
    return _entries(value, tuple(shape), "")


def _entries(value: Any, shape: tuple[int, ...], place: str) -> Any:
    if not shape:
        try:
            return units.to_si(value, "V")
        except ValueError as exc:
            raise ValueError(f"{place}: {exc}") from None
    if not isinstance(value, list | tuple) or len(value) != shape[0]:
        raise ValueError(f"{place}: found {units.shown(value)}; expected a list of {shape[0]}")
    return tuple(_entries(entry, shape[1:], f"{place}[{i}]") for i, entry in enumerate(value))


def _petsc_value(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise ValueError(f"found {units.shown(value)}; expected a text, a number, true or false")
    return value


OneWay = Annotated[
    Literal["direct", "converse"] | None,
    BeforeValidator(_one_way),
    WithJsonSchema({"enum": [True, False, "direct", "converse"]}),
]
Formula = Annotated[float | str, BeforeValidator(_formula), units.NumberOrText()]
Parameter = Annotated[float, BeforeValidator(_parameter), units.NumberOrText()]
FlexoTensor = Annotated[
    tuple[tuple[Any, ...], ...],
    BeforeValidator(_flexo_tensor),
    WithJsonSchema({"type": "array", "items": {"type": "array"}}),
]
AxisLetters = Annotated[
    str,
    AfterValidator(_axis_letters),
    WithJsonSchema({"type": "string", "pattern": "^[xyz]{0,3}$"}),
]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]
FreeOrPolarization = Annotated[Polarization | None, BeforeValidator(_free_as_none)]
FreeOrNumber = Annotated[float | Literal["free"], BeforeValidator(_or("free", "")), units.NumberOrText()]
FreeOrCurvature = Annotated[float | Literal["free"], BeforeValidator(_or("free", "1/m")), units.NumberOrText()]
NeutralOrEnergy = Annotated[float | Literal["neutral"], BeforeValidator(_or("neutral", "J")), units.NumberOrText()]
TemperatureOrLoad = Annotated[float | str, AfterValidator(_above_zero_or_load), Unit("K", or_load=True)]
TagOrName = Annotated[int | str, BeforeValidator(_tag_or_name), WithJsonSchema({"type": ["integer", "string"]})]
PetscValue = Annotated[
    str | bool | int | float,
    BeforeValidator(_petsc_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
Spacing = Annotated[
    Annotated[PositiveLength, Tag("one")] | Annotated[tuple[PositiveLength, ...], Field(min_length=1), Tag("each")],
    Discriminator(_one_or_each),
]


class Table(BaseModel):
    """Base of all tables: unknown keys are errors, values are finite and fixed after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


# --- profiles -------------------------------------------------------------------------------------


class ProfileTable(Table):
    """A number as a function of the distance s from the lower side of the ferroelectric body along
    `axis`; bottom and top are its two sides."""

    axis: Literal["x", "y", "z"] = "z"
    """lab axis along which the number varies"""


class LinearProfile(ProfileTable):
    """From `bottom` to `top` along a straight line."""

    kind: Literal["linear"]
    """a straight line"""
    bottom: Number
    """value at the bottom"""
    top: Number
    """value at the top"""


class StepProfile(ProfileTable):
    """Layers of one value each, from the bottom; exact if the mesh has faces where they meet."""

    kind: Literal["steps"]
    """layers"""
    values: Annotated[tuple[Number, ...], Field(min_length=2)]
    """value of each layer"""
    at: Annotated[tuple[PositiveLength, ...], Field(min_length=1)]
    """distances of their interfaces from the bottom (m), increasing"""


class TanhProfile(ProfileTable):
    """(bottom + top)/2 + (top - bottom)/2 tanh((s - position)/width)."""

    kind: Literal["tanh"]
    """a smooth step"""
    bottom: Number
    """value far below `position`"""
    top: Number
    """value far above `position`"""
    position: PositiveLength | None = None
    """distance of the step from the bottom (m), half the thickness unless given"""
    width: PositiveLength
    """half-width of the step (m)"""


class ExponentialProfile(ProfileTable):
    """far + (bottom - far) exp(-(s - start)/length), and `bottom` up to `start`."""

    kind: Literal["exponential"]
    """exponential relaxation from the bottom"""
    bottom: Number
    """value at the bottom"""
    far: Number = 0.0
    """value far from the bottom"""
    length: PositiveLength
    """relaxation length (m)"""
    start: NonNegativeLength = 0.0
    """distance from the bottom up to which the value is that of the bottom (m), such as the critical
    thickness of a film that relaxes"""


class PointsProfile(ProfileTable):
    """Straight lines between `values` at `positions`, constant outside."""

    kind: Literal["points"]
    """straight lines between given points"""
    positions: Annotated[tuple[NonNegativeLength, ...], Field(min_length=2)]
    """distances from the bottom (m), increasing"""
    values: Annotated[tuple[Number, ...], Field(min_length=2)]
    """value at each position"""


class FileProfile(ProfileTable):
    """Straight lines between the rows of a .csv file, constant outside."""

    kind: Literal["file"]
    """points from a file"""
    path: str
    """file with the columns position (m, from the bottom) and value, relative to the case file"""


ProfileSpec = Annotated[
    LinearProfile | StepProfile | TanhProfile | ExponentialProfile | PointsProfile | FileProfile,
    Field(discriminator="kind"),
]

# --- material -------------------------------------------------------------------------------------


class LandauCoefficients(Table):
    """Stress-free Landau coefficients in the crystal frame, f = alpha_1 sum P_i^2 + alpha_11 sum
    P_i^4 + …"""

    alpha_1: LandauQuadratic | None = None
    """alpha_1 (J m/C^2)"""
    alpha_11: LandauQuartic | None = None
    """alpha_11 (J m^5/C^4)"""
    alpha_12: LandauQuartic | None = None
    """alpha_12 (J m^5/C^4)"""
    alpha_111: LandauSextic | None = None
    """alpha_111 (J m^9/C^6)"""
    alpha_112: LandauSextic | None = None
    """alpha_112 (J m^9/C^6)"""
    alpha_123: LandauSextic | None = None
    """alpha_123 (J m^9/C^6)"""
    alpha_1111: LandauOctic | None = None
    """alpha_1111 (J m^13/C^8)"""
    alpha_1112: LandauOctic | None = None
    """alpha_1112 (J m^13/C^8)"""
    alpha_1122: LandauOctic | None = None
    """alpha_1122 (J m^13/C^8)"""
    alpha_1123: LandauOctic | None = None
    """alpha_1123 (J m^13/C^8)"""


class ElasticConstants(Table):
    """Cubic stiffness at constant polarization, crystal frame."""

    C11: PositivePressure | None = None
    """C11 (Pa)"""
    C12: Pressure | None = None
    """C12 (Pa)"""
    C44: PositivePressure | None = None
    """C44 (Pa)"""


class Electrostriction(Table):
    """Cubic electrostriction, crystal frame, with the engineering (Voigt) Q44: gamma_12 = Q44 P1
    P2."""

    Q11: ElectrostrictiveCoefficient | None = None
    """Q11 (m^4/C^2)"""
    Q12: ElectrostrictiveCoefficient | None = None
    """Q12 (m^4/C^2)"""
    Q44: ElectrostrictiveCoefficient | None = None
    """engineering Q44 (m^4/C^2), gamma_12 = Q44 P1 P2"""


class GradientCoefficients(Table):
    """Cubic gradient coefficients, crystal frame; a 180 degree {100} wall sees G44 + G44p."""

    G11: GradientCoefficient | None = None
    """G11 (J m^3/C^2)"""
    G12: GradientCoefficient | None = None
    """G12 (J m^3/C^2)"""
    G44: GradientCoefficient | None = None
    """G44 (J m^3/C^2)"""
    G44p: GradientCoefficient | None = None
    """G44' (J m^3/C^2)"""


class SemiconductorBands(Table):
    """Bands of electrons and holes, for `electrostatics.carriers`."""

    band_gap: PositiveEnergy | None = None
    """band gap (J, or a text such as "3.2 eV")"""
    electron_affinity: PositiveEnergy | None = None
    """depth of the edge of the conduction band below the vacuum level (J, or a text such as "3.9 eV")"""
    conduction_states: Concentration | None = None
    """effective density of states N_c of the conduction band (1/m^3)"""
    valence_states: Concentration | None = None
    """effective density of states N_v of the valence band (1/m^3)"""


class Region(Table):
    """A region of the mesh without polarization: substrate, dead layer, metal or air."""

    material: str | None = None
    """material set, or path of a material file, whose stiffness it takes"""
    elastic: ElasticConstants = ElasticConstants()
    """stiffness, instead of or over that of `material`"""
    permittivity: Permittivity = 1.0
    """relative permittivity"""
    fluid: Flag = False
    """whether it is air or a liquid: it has no stiffness, and no displacement of its own"""


class Material(Table):
    """The ferroelectric: a named set, its temperature and composition, and inline coefficients
    over it."""

    name: str | None = None
    """set of the library, or path of a material file (.toml); none if all coefficients are given
    here"""
    temperature: TemperatureOrLoad = 298.15
    """temperature (K, or a text such as "25 degC"), or the name of a load"""
    composition: Annotated[float, Field(ge=0, le=1)] | None = None
    """composition x of a series such as PZT or BST"""
    grading: ProfileSpec | None = None
    """composition x that varies in space, instead of `composition`: all coefficients follow it"""
    landau: LandauCoefficients = LandauCoefficients()
    """inline stress-free Landau coefficients"""
    elastic: ElasticConstants = ElasticConstants()
    """inline stiffness"""
    electrostriction: Electrostriction = Electrostriction()
    """inline electrostriction"""
    gradient: GradientCoefficients = GradientCoefficients()
    """inline gradient coefficients"""
    background_permittivity: Permittivity | None = None
    """relative permittivity without the soft mode, D = eps0 eps_b E + P"""
    kinetic: KineticCoefficient | None = None
    """Gamma of dP/dt = -Gamma dH/dP (C^2/(J m s))"""
    semiconductor: SemiconductorBands = SemiconductorBands()
    """inline band gap and densities of states"""
    regions: dict[str, Region] = Field(default_factory=dict)
    """regions of the mesh that carry no polarization, by name"""


# --- mesh -----------------------------------------------------------------------------------------


class MeshTable(Table):
    """Keys that all meshes share."""

    degree: Literal[1, 2] = 1
    """polynomial degree of P, u and phi"""
    axes: Annotated[AxisLetters, Field(min_length=1)] | None = None
    """lab axes that the mesh coordinates stand for, e.g. "xz" for a film in section"""
    periodic: AxisLetters = ""
    """lab axes along which the mesh is periodic: "" (none), "x", "xy" and so on"""
    axisymmetric: Flag = False
    """whether a mesh with the axes "xz" is the half-plane of a body of revolution about z: x is the
    distance from the axis, components x, y, z of vectors are those along x, around the axis and
    along z, and energies, charges and forces are those of the whole body"""


class BoxMesh(MeshTable):
    """A line, rectangle or box in one to three dimensions; `axes` are "x", "xy" or "xyz" unless
    given."""

    kind: Literal["box"]
    """a line, rectangle or box"""
    size: Annotated[tuple[PositiveLength, ...], Field(min_length=1, max_length=3)]
    """extent along each axis (m)"""
    cells: tuple[Count, ...] | None = None
    """number of cells along each axis (or give `spacing`)"""
    spacing: Spacing | None = None
    """largest cell size (m): one for all axes or one for each (or give `cells`)"""
    origin: tuple[Length, ...] | None = None
    """lower corner (m), zero unless given"""
    cell: Literal["simplex", "tensor"] = "simplex"
    """triangles and tetrahedra, or quadrilaterals and hexahedra"""
    faces: dict[Side, PositiveLength] = Field(default_factory=dict)
    """size of the cells at sides (m), e.g. { z_min = "0.2 nm" }, from where they grow to `spacing`"""
    growth: Growth = 1.2
    """ratio by which cells grow away from `faces`"""


class FilmMesh(MeshTable):
    """Layers along z, bottom to top: substrate, dead_bottom, film, dead_top; z = 0 at the film's
    bottom.

    `axes` are "z", "xz" or "xyz" for no, one or two widths unless given.
    """

    kind: Literal["film"]
    """layers along z"""
    width: Annotated[tuple[PositiveLength, ...], Field(max_length=2)] = ()
    """extent along each in-plane axis (m)"""
    thickness: PositiveLength
    """thickness of the ferroelectric film (m)"""
    substrate: NonNegativeLength = 0.0
    """thickness of the substrate that is computed (m)"""
    dead_bottom: NonNegativeLength = 0.0
    """thickness of a dielectric layer below the film (m)"""
    dead_top: NonNegativeLength = 0.0
    """thickness of a dielectric layer above the film (m)"""
    spacing: Spacing
    """largest cell size (m): one for all axes or one for each"""
    substrate_cells: Count | None = None
    """number of cell layers in the substrate, growing away from the film"""
    cell: Literal["simplex", "tensor"] = "simplex"
    """triangles and tetrahedra, or quadrilaterals and hexahedra"""
    faces: dict[Literal["film_bottom", "film_top"], PositiveLength] = Field(default_factory=dict)
    """size of the cells of the film at its sides (m), from where they grow to `spacing`"""
    growth: Growth = 1.2
    """ratio by which cells grow away from `faces`"""


class ConductorTable(Table):
    """A metal tip above x = y = 0 that is cut out of the air; its surface is the boundary "conductor"."""

    radius: PositiveLength
    """radius of the sphere, or of the sphere that the cone ends in (m)"""
    gap: PositiveLength
    """distance from the film (m)"""


class SphereConductor(ConductorTable):
    """A sphere; in a section that is not the half-plane of a body of revolution a cylinder."""

    kind: Literal["sphere"]
    """a sphere"""


class ConeConductor(ConductorTable):
    """A cone that ends in a sphere, which it touches, and reaches to the top of the air; in a section a wedge."""

    kind: Literal["cone"]
    """a cone with a round end"""
    half_angle: Annotated[float, Field(gt=0, lt=1.5), Unit("")]
    """angle between the axis and the side of the cone (rad, or a text such as "15 deg")"""


ConductorSpec = Annotated[SphereConductor | ConeConductor, Field(discriminator="kind")]


class TipMesh(MeshTable):
    """A film, on a substrate and below air if there are any, meshed by Gmsh: finest where a tip is, at its top at
    x = y = 0, and coarser with the distance from there; z = 0 at the film's bottom.

    `axes` are "xz" (a section) unless given, or "xyz". The mesh is its own mirror image in x and y.
    """

    kind: Literal["tip"]
    """a film graded under a tip"""
    thickness: PositiveLength
    """thickness of the ferroelectric film (m)"""
    substrate: NonNegativeLength = 0.0
    """thickness of the substrate that is computed (m)"""
    air: NonNegativeLength = 0.0
    """thickness of the region "air" above the film (m)"""
    conductor: ConductorSpec | None = None
    """a metal tip in the air"""
    reach: Spacing
    """distance from the tip to the sides (m): one for all in-plane axes or one for each"""
    half: AxisLetters = ""
    """in-plane axes along which the mesh begins at 0, a mirror plane, instead of reaching to both sides"""
    contact: PositiveLength
    """distance from the tip within which the surface has the finest cells (m), such as 1.5 contact radii"""
    depth: NonNegativeLength = 0.0
    """depth below the surface down to which they are the finest (m), such as the thickness, where walls run through"""
    spacing: PositiveLength
    """cell size there (m)"""
    growth: Annotated[float, Field(gt=0, le=1)] = 0.2
    """growth of the cell size per distance"""
    coarsest: PositiveLength | None = None
    """largest cell size (m)"""
    film_spacing: PositiveLength | None = None
    """largest cell size in the film (m)"""
    track: NonNegativeLength = 0.0
    """length of a line along x, its middle at 0, that a tip moves along and is as fine as a contact (m)"""
    cell: Literal["simplex"] = "simplex"
    """triangles and tetrahedra"""


class FileMesh(MeshTable):
    """A mesh file: Gmsh .msh, or anything that meshio reads."""

    kind: Literal["file"]
    """a mesh from a file"""
    path: str
    """mesh file, relative to the case file"""
    length_unit: PositiveLength = 1e-9
    """metres per unit of the file's coordinates"""
    regions: dict[str, TagOrName] = Field(default_factory=dict)
    """regions by name: number or name of the file's physical group of cells"""
    boundaries: dict[str, TagOrName] = Field(default_factory=dict)
    """boundaries by name: number or name of the file's physical group of facets"""


MeshSpec = Annotated[BoxMesh | FilmMesh | TipMesh | FileMesh, Field(discriminator="kind")]


class Crystal(Table):
    """Crystal directions along lab axes (any length); the third follows. Default: cubic axes
    along x, y, z."""

    x: Vector = (1.0, 0.0, 0.0)
    """crystal direction along lab x, e.g. [1, -1, 0]"""
    z: Vector = (0.0, 0.0, 1.0)
    """crystal direction along lab z, e.g. [0, 0, 1]"""
    axial_average: Flag = False
    """take the mean of all coefficients (Landau energy too) over rotations about lab z: for
    mesh.axisymmetric, where they must not change under these rotations"""


# --- initial states -------------------------------------------------------------------------------


class InitialTable(Table):
    """Keys that all initial states share."""

    noise: NonNegativePolarization = 0.0
    """amplitude of noise added on top (C/m^2)"""
    seed: Annotated[int, Strict(), NonNegative] = 0
    """seed of the random numbers; the same seed gives the same state on any number of ranks"""


class UniformState(InitialTable):
    """The same polarization everywhere."""

    kind: Literal["uniform"]
    """the same polarization everywhere"""
    value: PolarizationVector
    """polarization (C/m^2)"""


class NoiseState(InitialTable):
    """Random components in [-amplitude, amplitude] at every node."""

    kind: Literal["noise"]
    """random polarization"""
    amplitude: PositivePolarization
    """largest component (C/m^2)"""


class StripeState(InitialTable):
    """Stripes of alternating polarization along `normal` with the given period."""

    kind: Literal["stripes"]
    """stripe domains"""
    value: PolarizationVector
    """polarization of every other stripe (C/m^2)"""
    other: PolarizationVector | None = None
    """polarization of the stripes in between (C/m^2), the opposite of `value` unless given"""
    normal: Vector
    """direction across the stripes (any length)"""
    period: PositiveLength
    """width of two stripes (m)"""
    share: Fraction = 0.5
    """part of the period that has `value`, from the origin on"""
    width: NonNegativeLength = 0.0
    """half-width of the walls (m), sharp if zero"""


class WallState(InitialTable):
    """A tanh wall between `left` and `right` at `position` along `normal`."""

    kind: Literal["wall"]
    """one domain wall"""
    left: PolarizationVector
    """polarization far against `normal` (C/m^2)"""
    right: PolarizationVector
    """polarization far along `normal` (C/m^2)"""
    normal: Vector
    """direction across the wall (any length)"""
    position: Length = 0.0
    """distance of the wall from the origin along `normal` (m)"""
    width: NonNegativeLength = 1e-9
    """half-width of the wall (m)"""


class VortexState(InitialTable):
    """A vortex about `axis` through `center`."""

    kind: Literal["vortex"]
    """a polarization vortex"""
    center: tuple[Length, Length, Length]
    """a point of the axis (m)"""
    axis: Vector
    """direction of the axis (any length)"""
    radius: PositiveLength
    """radius of the core (m)"""
    magnitude: Polarization
    """polarization around the axis (C/m^2), far from it"""
    core: Polarization = 0.0
    """polarization along the axis (C/m^2), at the centre"""


class FileState(InitialTable):
    """Nodal data from a file: columns x, y, z (m) and P_x, P_y, P_z (C/m^2), any order of rows."""

    kind: Literal["file"]
    """nodal data from a file"""
    path: str
    """data file, or result folder of another run, relative to the case file"""
    time: Time | None = None
    """time (s) of the fields of a result folder, the last one unless given"""
    interpolate: Flag = False
    """between the points of a result folder, linearly in its cells: for a run on another mesh, or of degree 2"""


InitialSpec = Annotated[
    UniformState | NoiseState | StripeState | WallState | VortexState | FileState,
    Field(discriminator="kind"),
]

# --- loads ----------------------------------------------------------------------------------------

#: SI units that a load may have: those of the keys that take a load's name.
LOAD_UNITS = ("V", "V/m", "Pa", "m", "K", "N")
#: Keys of loads whose values have that unit.
_LOAD_VALUES = ("value", "values", "start", "stop", "amplitude", "offset")


def _load_value(value: Any, info: ValidationInfo) -> float:
    unit = info.data.get("unit")
    if unit is None and isinstance(value, str):
        known = ", ".join(LOAD_UNITS)
        raise ValueError(f"found {units.shown(value)}; expected a number or a text in one of {known}")
    return units.to_si(value, unit or "")


LoadValue = Annotated[float, BeforeValidator(_load_value), units.NumberOrText()]


class LoadTable(Table):
    """A waveform; its values are in `unit`, or in the SI unit of the key that uses it."""

    unit: Literal["V", "V/m", "Pa", "m", "K", "N"] | None = None
    """SI unit of the values; found from them when they are texts with units"""

    @model_validator(mode="before")
    @classmethod
    def _find_unit(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("unit") is not None:
            return data
        given = [data[key] for key in _LOAD_VALUES if key in data]
        values = [v for item in given for v in (item if isinstance(item, list | tuple) else [item])]
        unit = next((u for v in values for u in LOAD_UNITS if units.convertible(v, u)), None)
        return {**data, "unit": unit}


class ConstantLoad(LoadTable):
    """A load that does not change."""

    kind: Literal["constant"]
    """a constant"""
    value: LoadValue
    """value, in `unit`"""


class RampLoad(LoadTable):
    """From `start` to `stop` between times t0 and t1, constant outside."""

    kind: Literal["ramp"]
    """a straight line between two constants"""
    start: LoadValue = 0.0
    """value until t0, in `unit`"""
    stop: LoadValue
    """value from t1 on, in `unit`"""
    t0: NonNegativeTime = 0.0
    """beginning (s)"""
    t1: PositiveTime
    """end (s)"""


class SineLoad(LoadTable):
    """offset + amplitude sin(2 pi t / period + phase)."""

    kind: Literal["sine"]
    """a sine wave"""
    amplitude: LoadValue
    """amplitude, in `unit`"""
    period: PositiveTime
    """period (s)"""
    phase: Number = 0.0
    """phase (rad, or a text such as "90 deg")"""
    offset: LoadValue = 0.0
    """mean value, in `unit`"""


class TriangleLoad(LoadTable):
    """0 -> +amplitude -> -amplitude -> 0 in one period, plus offset."""

    kind: Literal["triangle"]
    """a triangular wave that starts at its mean and rises"""
    amplitude: LoadValue
    """amplitude, in `unit`"""
    period: PositiveTime
    """period (s)"""
    offset: LoadValue = 0.0
    """mean value, in `unit`"""


class TableLoad(LoadTable):
    """Linear interpolation of `values` at `times`, constant outside."""

    kind: Literal["table"]
    """straight lines between given points"""
    times: Annotated[tuple[Time, ...], Field(min_length=2)]
    """times (s), increasing"""
    values: Annotated[tuple[LoadValue, ...], Field(min_length=2)]
    """value at each time, in `unit`"""


LoadSpec = Annotated[ConstantLoad | RampLoad | SineLoad | TriangleLoad | TableLoad, Field(discriminator="kind")]

# --- mechanics ------------------------------------------------------------------------------------

#: What a mechanical condition's value is: its SI unit and whether it has three components.
CONDITION_VALUES = {
    "displacement": ("m", True),
    "traction": ("Pa", True),
    "pressure": ("Pa", False),
}


class MechanicalCondition(Table):
    """A mechanical condition on one or more boundaries.

    clamped: u = 0. roller: no displacement along the boundary's normal axis. displacement: u =
    value, with "free" for a component that is not prescribed. traction: t = value. pressure: t =
    -value n. free: t = 0, the default of every boundary.
    """

    on: Names
    """boundary, or list of boundaries"""
    kind: Literal["clamped", "roller", "displacement", "traction", "pressure", "free"]
    """what is prescribed"""
    value: Annotated[
        tuple[float | str | None, ...] | float | str | None,
        WithJsonSchema({"type": ["array", "number", "string"], "items": {"type": ["number", "string"]}}),
    ] = None
    """displacement [x, y, z] (m), traction [x, y, z] (Pa) or pressure (Pa); each may be the name
    of a load"""

    @field_validator("value", mode="before")
    @classmethod
    def _in_the_unit_of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("kind")
        if value is None or kind is None:
            return None
        if kind not in CONDITION_VALUES:
            raise ValueError(f'found {units.shown(value)}; kind "{kind}" takes no value')
        unit, vector = CONDITION_VALUES[kind]
        if not vector:
            return units.to_si_or_name(value, unit)
        if not isinstance(value, list | tuple) or len(value) != 3:
            raise ValueError(f"found {units.shown(value)}; expected three values [x, y, z] in {unit}")
        free = ("free", None) if kind == "displacement" else (None,)
        return tuple(None if v in free else units.to_si_or_name(v, unit) for v in value)


class PrescribedExpression(Table):
    """A displacement by formulas."""

    kind: Literal["expression"]
    """formulas of the position"""
    value: tuple[Formula, Formula, Formula]
    """u_x, u_y, u_z (m): numbers, or formulas of x, y, z (m) and `parameters`, such as "x**2/(2*R)"
    """
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    """constants of the formulas by name: numbers, lengths (m) or curvatures (1/m)"""


class PrescribedFile(Table):
    """A displacement from a table."""

    kind: Literal["file"]
    """a table of points"""
    path: str
    """.csv or .npz file with x, y, z (those that the mesh resolves) and u_x, u_y, u_z (m), or result
    folder of another run, relative to the case file: the points of a grid, to be interpolated, or all
    nodes in any order"""
    time: Time | None = None
    """time (s) of the fields of a result folder, the last one unless given"""


PrescribedSpec = Annotated[PrescribedExpression | PrescribedFile, Field(discriminator="kind")]


class PlacedTip(Table):
    """Where a tip is: it stays at `at`, or moves along `track`."""

    at: tuple[Length, Length] = (0.0, 0.0)
    """place of the tip, x and y (m)"""
    track: Annotated[tuple[tuple[Length, Length], ...], Field(min_length=2)] | None = None
    """corners [x, y] (m) of a track that the tip moves along, from the first to the last, instead of `at`"""
    speed: Annotated[float, Positive, Unit("m/s")] | None = None
    """speed along `track` (m/s)"""
    start: NonNegativeTime = 0.0
    """time at which the tip begins to move (s)"""


class TipTable(PlacedTip):
    """A tip that presses on a boundary across z without friction.

    In a section the tip is as long as the body, and the force is that of one metre of it.
    """

    on: str = "top"
    """boundary that is pressed"""
    column: PositiveLength | None = None
    """radius of the column of the film below the tip in which its polarization is reported (m), the contact radius at
    the largest force, or the `reach` of an indenter, unless given"""


class PressureTip(TipTable):
    """A tip whose pressure is known in advance; on the mesh it is scaled so that it carries exactly the force."""

    force: ForceOrLoad
    """force along -z (N; in a section N/m times one metre), or the name of a load; there is no pull"""


class SphereTip(PressureTip):
    """A sphere, or in a section a cylinder, after Hertz: p ~ sqrt(1 - r^2/a^2) with a^3 = 3 F R/(4 E*), or in a
    section a^2 = 4 F R/(pi E*)."""

    kind: Literal["sphere"]
    """a sphere (Hertz)"""
    radius: PositiveLength | None = None
    """radius R of the tip (m)"""
    modulus: PositivePressure | None = None
    """reduced modulus E* (Pa), 1/E* = (1 - nu^2)/E of the body + (1 - nu^2)/E of the tip"""
    contact_radius: PositiveLength | None = None
    """contact radius a (m) at any force, instead of `radius` and `modulus`"""


class PunchTip(PressureTip):
    """A flat rigid punch, p ~ 1/sqrt(1 - r^2/a^2), whose rim carries its share of the force evenly."""

    kind: Literal["punch"]
    """a flat punch"""
    contact_radius: PositiveLength
    """radius a of the punch, half its width in a section (m)"""
    rim: PositiveLength | None = None
    """width of the rim in which the pressure is uniform (m), a tenth of `contact_radius` unless given"""


class PointTip(PressureTip):
    """A point force (Boussinesq; in a section Flamant) spread over a disk, p ~ 1 - r^2/c^2."""

    kind: Literal["point"]
    """a point force"""
    cutoff: PositiveLength
    """radius c of the disk (m)"""


class IndenterTip(TipTable):
    """A rigid sphere, or in a section a cylinder, in unilateral contact: where it touches and with which pressure is
    found, with the polarization as it evolves. Needs mesh.degree = 1."""

    kind: Literal["indenter"]
    """a rigid sphere in contact"""
    radius: PositiveLength
    """radius of the sphere (m)"""
    force: ForceOrLoad | None = None
    """force along -z (N; in a section N/m times one metre), or the name of a load; or give `indentation`"""
    indentation: LengthOrLoad | None = None
    """how far the sphere has come down since it first touched the body as it is at the start (m), or the name of a
    load, instead of `force`"""
    reach: PositiveLength
    """distance from the tip, or from its track, within which the surface may come into contact (m); the work to set
    a run up is one elastic solve for each node there"""


PressureSpec = SphereTip | PunchTip | PointTip
TipSpec = Annotated[PressureSpec | IndenterTip, Field(discriminator="kind")]


class ThermalMismatch(Table):
    """Thermal strain of a film against its substrate. At the growth temperature the misfit is m - expansion (growth -
    reference), with m of `misfit` or `reference_lattice`; `misfit_profile` says what part of it relaxation leaves.
    Cooling to T adds expansion (growth - T), of which nothing relaxes."""

    expansion: Annotated[float, Unit("1/K")]
    """thermal expansion of the film less that of the substrate (1/K)"""
    growth: Annotated[float, Positive, Unit("K")]
    """temperature at which the film is grown and relaxes (K)"""
    reference: Annotated[float, Positive, Unit("K")] = 298.15
    """temperature for which `misfit` or `reference_lattice` hold (K)"""


class Mechanics(Table):
    """Elasticity with electrostriction."""

    enabled: Flag = True
    """whether the displacement and the elastic energy are computed"""
    strain: dict[Component, FreeOrNumber] = Field(default_factory=dict)
    """mean strain by component along periodic and unresolved axes: a number, or "free"
    (stress-free, or under `stress`); zero unless given"""
    stress: dict[Component, Pressure] = Field(default_factory=dict)
    """mean stress (Pa) by component; the mean strain of the component is then free"""
    curvature: dict[Component, FreeOrCurvature] = Field(default_factory=dict)
    """curvature (1/m) of a plate, periodic or unresolved along all axes but its thickness: the
    in-plane strain component per height above its middle, or "free" (no bending moment); zero
    unless given"""
    misfit: dict[Component, Number] = Field(default_factory=dict)
    """strain that a coherent substrate imposes on the film relative to its stress-free cubic
    lattice; it enters as the eigenstrain -misfit of the film"""
    reference_lattice: PositiveLength | None = None
    """lattice parameter of the coherent substrate (m), instead of `misfit`: everywhere the misfit
    along all axes is this over the stress-free lattice parameter of the film there, minus 1"""
    misfit_profile: ProfileSpec | None = None
    """part of the misfit that is left at each height of a film that relaxes, 1 everywhere unless
    given"""
    thermal: ThermalMismatch | None = None
    """thermal strain of the film against its substrate, uniform, on top"""
    boundary: tuple[MechanicalCondition, ...] = ()
    """mechanical boundary conditions; free where nothing is said"""
    tip: TipSpec | None = None
    """a tip that presses on the body"""
    prescribed: PrescribedSpec | None = None
    """displacement of the whole body, instead of mechanical equilibrium; `strain` and `curvature`
    come on top"""


# --- electrostatics -------------------------------------------------------------------------------


class ElectricalCondition(Table):
    """An electrical condition on one or more boundaries.

    electrode: phi = potential. floating: one unknown potential with the given total free charge.
    screened: imperfect electrode at `potential` behind a layer `thickness`/`permittivity` (dead
    layer or screening length). free: given surface charge density, zero by default, the default
    of every boundary.
    """

    on: Names
    """boundary, or list of boundaries; those of one floating condition are one conductor"""
    kind: Literal["electrode", "floating", "screened", "free"]
    """what is prescribed"""
    potential: PotentialOrLoad = 0.0
    """potential (V) of an electrode or screened surface, or the name of a load"""
    charge: Charge = 0.0
    """total free charge of a floating electrode (C; in 2D C/m times one metre)"""
    thickness: PositiveLength | None = None
    """thickness of the layer before a screened surface's electrode (m)"""
    permittivity: Permittivity = 1.0
    """relative permittivity of that layer"""
    charge_density: SurfaceCharge = 0.0
    """surface charge density of a free surface (C/m^2)"""
    work_function: PositiveEnergy | None = None
    """work function of the metal (J, or a text such as "5.2 eV"), for bands as in `carriers`"""
    barrier: Energy | None = None
    """height of the conduction band over the Fermi level of the metal where they meet (J, or a text such as "0.9 eV"),
    instead of `work_function`"""


class ElectricTip(PlacedTip):
    """A tip at a potential as the potential that it makes on the surface of a half-space, in three dimensions or of a
    body of revolution: closed forms, `phasefield.loads.electric_tip`.

    Leave the sides of the mesh free: on a grounded side the potential of the surface would jump to zero.
    """

    on: str = "top"
    """boundary across z that the tip is above"""
    potential: PotentialOrLoad
    """potential of the tip (V), or the name of a load"""


class DiskTip(ElectricTip):
    """A flat tip in contact: V under it, (2V/pi) asin(a/r) around it, whatever the dielectric is."""

    kind: Literal["disk"]
    """a disk on the surface"""
    radius: PositiveLength
    """radius a (m)"""


class SphereAbove(ElectricTip):
    """A sphere above the surface, by its series of image charges in an anisotropic dielectric."""

    kind: Literal["sphere"]
    """a sphere"""
    radius: PositiveLength
    """radius of the sphere (m)"""
    gap: NonNegativeLength = 0.0
    """distance from the surface (m), zero in contact"""
    permittivity: tuple[Permittivity, Permittivity]
    """relative permittivities of the body across and along z, soft mode included"""


ElectricTipSpec = Annotated[DiskTip | SphereAbove, Field(discriminator="kind")]


class Carriers(Table):
    """Electrons and holes in the ferroelectric body, in equilibrium with one contact: their charge follows phi at once.

    The edge of the conduction band is E_c = -e phi, but for a constant. `work_function` or `barrier` of an electrode
    puts phi = potential - (barrier + fermi_level)/e on it, with barrier = work function - electron affinity; one
    without either has phi = potential, flat bands.
    """

    statistics: Literal["fermi-dirac", "boltzmann"] = "fermi-dirac"
    """parabolic bands with Fermi-Dirac statistics, or their limit of few carriers"""
    fermi_level: NeutralOrEnergy = "neutral"
    """E_F - E_c where phi = 0 (J, or a text such as "-0.5 eV"), or "neutral": where electrons and holes balance the
    defects, in the concentrations of the case"""
    potential: PotentialOrLoad = 0.0
    """potential (V) of the contact that sets the Fermi level, or the name of a load; zero is that of grounded
    electrodes. At others, of another potential, no carriers pass"""


class Electrostatics(Table):
    """Gauss's law with background permittivity."""

    enabled: Flag = True
    """whether the potential is computed"""
    applied_field: tuple[FieldOrLoad, FieldOrLoad, FieldOrLoad] = (0.0, 0.0, 0.0)
    """uniform field (V/m) added to -grad phi; each component may be the name of a load"""
    space_charge: ProfileSpec | None = None
    """density (C/m^3) of a fixed free charge in the ferroelectric body, as a profile"""
    boundary: tuple[ElectricalCondition, ...] = ()
    """electrical boundary conditions; free surfaces without charge where nothing is said"""
    tip: ElectricTipSpec | None = None
    """potential of a tip on one boundary"""
    carriers: Carriers | None = None
    """electrons and holes in the ferroelectric body; none unless given"""


# --- polarization ---------------------------------------------------------------------------------


class PolarizationCondition(Table):
    """free: natural condition, the default. fixed: P = value. extrapolation: surface energy
    (G/length) P^2/2."""

    on: Names
    """boundary, or list of boundaries"""
    kind: Literal["free", "fixed", "extrapolation"]
    """what is prescribed"""
    value: tuple[FreeOrPolarization, FreeOrPolarization, FreeOrPolarization] | None = None
    """polarization of a fixed boundary (C/m^2), "free" for a component that is not prescribed"""
    length: PositiveLength | None = None
    """extrapolation length (m)"""


class PolarizationTable(Table):
    """Boundary conditions of the polarization."""

    boundary: tuple[PolarizationCondition, ...] = ()
    """boundary conditions of the polarization; free where nothing is said"""


# --- flexoelectricity -----------------------------------------------------------------------------


class FlexoCoefficients(Table):
    """Cubic flexocoupling, crystal frame: E_1 = f11 d1 e11 + f12 d1 (e22 + e33) + 2 f44 (d2 e12 +
    d3 e13)."""

    f11: Flexocoupling | None = None
    """longitudinal f11 (V)"""
    f12: Flexocoupling | None = None
    """transverse f12 (V)"""
    f44: Flexocoupling | None = None
    """shear f44 (V), with tensor shear strains"""


class Flexoelectricity(Table):
    """Flexocoupling of polarization and strain gradients, both ways, from one energy.

    The three forms have the same equations inside and differ on surfaces where P is free: in a
    bent, short-circuited plate "gradient of P" gives no mean polarization, "symmetric" half and
    "strain gradient" all of the textbook value. Where P vanishes on the surface they are the same.
    "phase-field literature" is no energy: the direct effect of "strain gradient" with the converse
    effect of "gradient of P", as in much of the literature.
    """

    enabled: Flag = False
    """whether there is flexocoupling; true if any other key is given"""
    form: Literal["gradient of P", "symmetric", "strain gradient", "phase-field literature"] = "gradient of P"
    """surface terms of the energy: f e grad P, the mean of both, or -f P grad e; the last two of
    these need `strain_gradient_length` or `one_way`. "phase-field literature" is not derived from
    an energy, so that none need fall"""
    set: str | None = None
    """named set of coefficients (`phasefield materials` lists them)"""
    coefficients: FlexoCoefficients = FlexoCoefficients()
    """inline cubic coefficients"""
    tensor: FlexoTensor | None = None
    """any tensor (V), crystal frame, instead of cubic coefficients: six rows, strain 11, 22, 33,
    23, 13, 12 (tensor shear), of the nine pairs (P_k, gradient l) = 11, 12, 13, 21, 22, 23, 31,
    32, 33 in one list or in three; or all 3 x 3 x 3 x 3 components"""
    tensor_order: Literal["energy", "field", "hong"] = "energy"
    """order of the indices of all 3 x 3 x 3 x 3 components: "energy", strain ij, P_k, gradient l;
    "field", P, strain, gradient; "hong", P, gradient, strain"""
    gradient: Literal["clamped", "free"] | None = None
    """what the gradient coefficients G hold for: "clamped", fixed strain, as they stand beside f in
    the energy; "free", fixed stress: then F:C:F with C:F = f is added, and no f is too large. As
    the material file says unless given, "clamped" for inline coefficients"""
    strain_gradient_length: PositiveLength | None = None
    """length l (m) of the strain-gradient elastic energy 1/2 l^2 C grad e : grad e; needs
    mesh.degree = 2"""
    one_way: OneWay = None
    """one of both effects alone: true or "direct", strain gradients act on P but P does not act
    back; "converse", P strains the body but strain gradients do not act on P. Then the energy need
    not fall, and steps are judged without it"""
    allow_unstable: Flag = False
    """run although the energy has no lower bound"""

    @model_validator(mode="before")
    @classmethod
    def _enable(cls, data: Any) -> Any:
        given = isinstance(data, Mapping) and data and "enabled" not in data
        return {**data, "enabled": True} if given else data


# --- defects --------------------------------------------------------------------------------------


class DefectCondition(Table):
    """A condition of one species on one or more boundaries.

    blocking: no defects pass, the default of every boundary. concentration: c = value. reservoir: a phase in which
    defects have the electrochemical potential kT ln(c/(c_max - c)) + z e phi + ... = value.
    """

    on: Names
    """boundary, or list of boundaries"""
    kind: Literal["blocking", "concentration", "reservoir"]
    """what is prescribed"""
    value: Annotated[float | None, WithJsonSchema({"type": ["number", "string"]})] = None
    """concentration (1/m^3), or electrochemical potential (J, or a text such as "-0.3 eV")"""

    @field_validator("value", mode="before")
    @classmethod
    def _in_the_unit_of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("kind")
        if value is None or kind is None:
            return None
        if kind == "blocking":
            raise ValueError(f'found {units.shown(value)}; kind "blocking" takes no value')
        return units.to_si(value, {"concentration": "1/m^3", "reservoir": "J"}[kind])


class DefectSpecies(Table):
    """A kind of mobile point defects on sites of their own in the ferroelectric body."""

    charge: Number
    """charge number z, e.g. 2 for oxygen vacancies"""
    site_density: Concentration
    """sites per volume c_max (1/m^3), which the concentration never reaches"""
    concentration: Concentration
    """concentration at the start (1/m^3)"""
    profile: ProfileSpec | None = None
    """factor on `concentration` at each place at the start, 1 everywhere unless given"""
    diffusivity: Diffusivity | None = None
    """diffusion coefficient D (m^2/s), or give `D0` and `activation_energy`"""
    D0: Diffusivity | None = None
    """D0 (m^2/s) of D = D0 exp(-H/kT)"""
    activation_energy: NonNegativeEnergy | None = None
    """H (J, or a text such as "0.62 eV") of D = D0 exp(-H/kT)"""
    anisotropy: tuple[Factor, Factor, Factor] = (1.0, 1.0, 1.0)
    """factors on D along the three crystal axes"""
    excess_volume: Volume | None = None
    """volume Omega (m^3, or a text such as "10 angstrom^3") by which a defect expands the free crystal: the Vegard
    strain is (Omega/3) (c - reference) along every axis"""
    vegard: Annotated[tuple[Volume, ...], Field(min_length=6, max_length=6)] | None = None
    """any Vegard tensor (m^3), instead of `excess_volume`: strain per concentration, crystal frame, components
    xx, yy, zz, yz, xz, xy (tensor shear)"""
    reference: NonNegativeConcentration | None = None
    """concentration (1/m^3) at which the lattice has no Vegard strain, `concentration` unless given"""
    boundary: tuple[DefectCondition, ...] = ()
    """conditions on boundaries; blocking where nothing is said"""


class FixedCharge(Table):
    """Immobile charged defects, e.g. acceptors, spread evenly over the ferroelectric body.

    Without mobile species they need `electrostatics.carriers`.
    """

    charge: Number
    """charge number z, e.g. -1 for singly ionized acceptors"""
    concentration: NonNegativeConcentration
    """concentration (1/m^3)"""


class Defects(Table):
    """Charged point defects that drift and diffuse in the ferroelectric body, in physical time or to equilibrium.

    Their number is conserved but for what passes through boundaries. Their charge and that of the background are
    free charge in Gauss's law; with several species each has sites of its own.
    """

    species: dict[str, DefectSpecies] = Field(default_factory=dict)
    """mobile species by name"""
    fixed: dict[str, FixedCharge] = Field(default_factory=dict)
    """immobile charges by name"""
    background: Literal["neutralizing", "none"] | None = None
    """"neutralizing": a uniform fixed charge makes the body neutral as a whole at the start; "none": there is nothing
    but `species` and `fixed`. To be said if there is charge and nothing in `fixed`"""
    polarization: Literal["relaxed", "dynamic"] = "relaxed"
    """"relaxed": P is in equilibrium with the defects at every instant, right as long as these are much slower;
    "dynamic": P evolves in the same physical time, which resolves a switching of P step by step"""


# --- running --------------------------------------------------------------------------------------


class TimeTable(Table):
    """How to run: transient (physical time), relax (to equilibrium) or ramp (quasi-static sweep of
    the loads).

    In a ramp the loads are followed in `points` equal steps of t from 0 to `end`, each relaxed
    to equilibrium.
    """

    mode: Literal["relax", "transient", "ramp"] = "relax"
    """to equilibrium at fixed loads, in physical time, or a quasi-static sweep of the loads"""
    scheme: Literal["adaptive", "backward-euler"] = "adaptive"
    """steps under error control, or backward Euler with the given `steps`"""
    steps: Annotated[tuple[PositiveTime, ...], Field(min_length=1)] | None = None
    """the time steps (s) of backward-euler, one after another"""
    end: PositiveTime | None = None
    """end of a transient or of a ramp (s)"""
    points: Count | None = None
    """number of load points of a ramp"""
    initial_step: PositiveTime | None = None
    """first step (s), chosen by the material's relaxation time unless given"""
    max_step: PositiveTime | None = None
    """largest step (s)"""
    tolerance: Fraction = 1e-3
    """local error of a transient step relative to the polarization scale (rms)"""
    equilibrium: Fraction = 1e-4
    """rms driving field at which a state counts as equilibrium, relative to the field scale; below
    what round-off allows, a state at round-off counts, and a warning says so"""
    minimum: Flag = False
    """a state at rest must be a minimum of the energy too (relax, ramp): one that is none, as the inertia of its
    factors shows, is left for one by Newton steps; for at most solver.newton_unknowns unknowns"""
    max_steps: Count = 10000
    """number of steps after which a run gives up"""


class Solver(Table):
    """Tolerances and discretization choices; the defaults are meant to be left alone."""

    method: Literal["staggered", "newton"] = "staggered"
    """P and phi together, then u, by iterative solvers; or full Newton steps in all unknowns with a direct solver,
    which take over by themselves for some steps where the staggered solvers fail"""
    linear_tolerance: Fraction = 1e-4
    """relative tolerance of the linear solver of P and phi"""
    mechanics_tolerance: Fraction = 1e-8
    """relative tolerance of the linear solver of u"""
    newton_tolerance: Fraction = 1e-9
    """relative tolerance of Newton's method (backward-euler)"""
    newton_unknowns: Count = 100_000
    """number of unknowns above which Newton's method is not used: its factors need some GB in 3D there"""
    drift: Literal["auto", "direct", "iterative"] = "auto"
    """how the steps of mobile defects solve for all unknowns together: by factors, by an iterative solver, or by
    factors up to `newton_unknowns`"""
    quadrature_degree: Annotated[int, Strict(), Field(ge=2, le=16)] | None = None
    """polynomial degree that volume integrals are exact for"""
    petsc: dict[str, PetscValue] = Field(default_factory=dict)
    """PETSc options by name, without the leading dash"""


OutputField = Literal[
    "P",
    "phi",
    "u",
    "E",
    "D",
    "strain",
    "stress",
    "strain_gradient_x",
    "strain_gradient_y",
    "strain_gradient_z",
    "E_flexo",
    "bound_charge",
    "conduction_band",
]


class Output(Table):
    """What is written and how often; fields are always written at the start and at the end."""

    response: tuple[Literal["permittivity", "piezoelectric", "pyroelectric"], ...] = ()
    """small-signal coefficients, by linearization, as columns of observables.csv for every state in
    equilibrium: the end of a relaxation, each load point of a ramp; nan for other states"""

    fields: tuple[OutputField, ...] = ("P", "phi", "u")
    """fields to write; concentrations of defects, electrons and holes are always written, as c_<species>, c_electrons
    and c_holes"""
    every_steps: Count | None = None
    """write fields every so many steps"""
    every_time: PositiveTime | None = None
    """write fields at multiples of this time (s)"""
    observables_every: Count = 1
    """steps between rows of observables.csv"""
    checkpoint_every: Count | None = None
    """steps between checkpoints"""
    checkpoint_wall_time: PositiveTime = 1800.0
    """wall time between checkpoints (s, or a text such as "30 min"), within a load point too"""
    figure: Flag = True
    """draw the domains at the end"""


class Case(Table):
    """A whole case file."""

    version: Literal[1]
    """version of the case file's layout"""
    title: str = ""
    """one line that says what the case is"""
    material: Material
    """the ferroelectric, and other regions"""
    mesh: MeshSpec
    """the geometry"""
    crystal: Crystal = Crystal()
    """orientation of the crystal"""
    initial: InitialSpec
    """polarization at the start"""
    mechanics: Mechanics = Mechanics()
    """elasticity"""
    electrostatics: Electrostatics = Electrostatics()
    """electric field"""
    polarization: PolarizationTable = PolarizationTable()
    """boundary conditions of the polarization"""
    flexoelectricity: Flexoelectricity = Flexoelectricity()
    """flexocoupling"""
    defects: Defects = Defects()
    """mobile charged defects"""
    loads: dict[str, LoadSpec] = Field(default_factory=dict)
    """waveforms by name, to be used in place of numbers"""
    time: TimeTable = TimeTable()
    """how to run"""
    solver: Solver = Solver()
    """tolerances"""
    output: Output = Output()
    """what is written"""

    _source: Path | None = PrivateAttr(None)

    @property
    def source(self) -> Path | None:
        """The case file this was read from, None for a case made in Python."""
        return self._source
