"""The study file as pydantic models: a base case, what is varied, and what is gathered.

The text under a key is its documentation, here and in the JSON Schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, field_validator, model_validator

from phasefield.case.schema import Count, Names, Table

#: Keys of a case, such as "loads.bias.values[2]", and their values; tables are laid over those of the case.
Changes = dict[str, Any]


class Axis(Table):
    """One thing that is varied: the values of a key, or named choices of several keys each."""

    key: Names | None = None
    """key of the case, e.g. "mesh.thickness" or "electrostatics.boundary[0].potential", or a list of keys that take
    the same value"""
    values: Annotated[tuple[Any, ...], Field(min_length=1), WithJsonSchema({"type": "array", "minItems": 1})] | None = (
        None
    )
    """values of the key, as they would stand in the case"""
    choices: Annotated[dict[str, Changes], Field(min_length=1)] | None = None
    """instead of `key` and `values`: keys of the case to set, by the name of the choice"""
    label: str | None = None
    """what figures call the axis, its name unless given"""
    unit: str | None = None
    """SI unit of the values, where it does not follow from the key"""

    @model_validator(mode="after")
    def _one_way(self) -> Axis:
        found = [name for name in ("key", "values", "choices") if getattr(self, name) is not None]
        if found not in (["key", "values"], ["choices"]):
            raise ValueError(f'found {", ".join(found) or "neither"}; expected "key" and "values", or "choices"')
        return self


class TableSpec(Table):
    """The columns of the table beside the axes."""

    columns: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """observables: "mean_P_z" is the value at the end, "max(mean_P_z)" the largest; also min, mean, first, and
    tunability, 1 - last/first; of the last loop "imprint(mean_P_z)", and coercive_field, remanence, offset, loss.
    All at the end unless given"""


class FigureSpec(Table):
    """What is drawn: one panel per observable, one curve per combination of the other axes."""

    x: str | None = None
    """axis or column along x, the axis with most values unless given"""
    y: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """columns of the table, one panel each; the first of `table.columns`, or the total energy, unless given"""


class RunSpec(Table):
    """How many runs at a time, and of how many ranks."""

    workers: Count = 1
    """runs at a time on this machine, or tasks of a job array at a time"""
    ranks: Count = 1
    """MPI ranks of each run"""
    launcher: Annotated[str, Field(min_length=1)] = "mpirun -n {ranks}"
    """command that starts the ranks; used for more than one rank, or if it is srun"""


class SlurmSpec(Table):
    """What the job script says beside the command."""

    options: dict[str, str | int | bool] = Field(default_factory=dict)
    """options of sbatch by name, e.g. time = "04:00:00", partition = "short" """
    setup: tuple[str, ...] = ()
    """lines of shell before the run, e.g. "module load fenicsx" """
    warning: Count = 300
    """seconds before the end of the wall time at which a run writes its checkpoint and is requeued"""


class Study(Table):
    """A whole study file."""

    version: Literal[1]
    """version of the study file's layout"""
    title: str = ""
    """one line that says what is studied"""
    base: str = "case.toml"
    """case file that all members vary, relative to this file"""
    set: Changes = Field(default_factory=dict)
    """keys of the case to set in all members"""
    axes: dict[str, Axis] = Field(default_factory=dict)
    """what is varied, by name; all combinations are run. `"mesh.degree" = [1, 2]` is short for an axis of that key"""
    members: dict[str, Changes] = Field(default_factory=dict)
    """members beside those of the axes, by name: keys of the case to set"""
    table: TableSpec = TableSpec()
    """the table of results"""
    figure: FigureSpec = FigureSpec()
    """the figure of results"""
    run: RunSpec = RunSpec()
    """how to run"""
    slurm: SlurmSpec = SlurmSpec()
    """job scripts"""

    @field_validator("axes", mode="before")
    @classmethod
    def _spelled_out(cls, value: Any) -> Any:
        return spelled_out(value) if isinstance(value, Mapping) else value


def spelled_out(axes: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """`axes` with every `key = [values]`, dotted or quoted, as an axis of that name and key."""
    result: dict[str, Any] = {}
    for name, value in axes.items():
        if isinstance(value, list | tuple):
            result[above + name] = {"key": above + name, "values": value}
        elif isinstance(value, Mapping) and not value.keys() & Axis.model_fields.keys():
            result |= spelled_out(value, f"{above}{name}.")
        else:
            result[above + name] = value
    return result
