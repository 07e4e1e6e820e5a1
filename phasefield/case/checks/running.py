"""The table `time`: the keys that each mode and scheme needs, and only those; what is measured in equilibrium."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.checks.loads import uses
from phasefield.case.schema import Case, ConstantLoad, PlacedTip, TimeTable

#: Which of `end` and `points` each mode needs; with given steps the end is their sum.
_ENDS: dict[str, tuple[str, ...]] = {
    "relax": (),
    "transient": ("end",),
    "ramp": ("end", "points"),
}


def problems(case: Case) -> Iterator[str]:
    """Contradictions of mode, scheme, steps, end and points, and with the loads."""
    yield from _scheme(case.time)
    yield from _end(case.time)
    yield from _steps(case.time)
    yield from _minimum(case)
    yield from _loads(case)
    if case.output.response and case.time.mode == "transient":
        yield 'output.response: needs mode = "relax" or "ramp": the states of a transient are not in equilibrium'


def _scheme(time: TimeTable) -> Iterator[str]:
    if time.scheme == "backward-euler":
        if time.mode != "transient":
            yield f'time.scheme: "backward-euler" needs mode = "transient", found "{time.mode}"'
        if time.steps is None:
            yield 'time.steps: missing; scheme = "backward-euler" needs the list of its steps'
    elif time.steps is not None:
        yield 'time.steps: needs scheme = "backward-euler"; "adaptive" chooses its own steps'


def _end(time: TimeTable) -> Iterator[str]:
    needed = () if time.scheme == "backward-euler" else _ENDS[time.mode]
    for key in ("end", "points"):
        given = getattr(time, key) is not None
        if key in needed and not given:
            yield f'time.{key}: missing; mode = "{time.mode}" needs it'
        if given and key not in needed:
            setting = f'scheme = "{time.scheme}"' if time.steps else f'mode = "{time.mode}"'
            yield f"time.{key}: has no meaning for {setting}; remove it"


def _steps(time: TimeTable) -> Iterator[str]:
    limits = {"max_step": time.max_step, "end": time.end}
    for key, limit in limits.items():
        if time.initial_step is not None and limit is not None and time.initial_step > limit:
            yield f"time.initial_step: found {time.initial_step:g} s, more than {key} = {limit:g} s"


def _minimum(case: Case) -> Iterator[str]:
    if not case.time.minimum:
        return
    if case.time.mode == "transient":
        yield 'time.minimum: needs mode = "relax" or "ramp": the states of a transient are not at rest'
    if case.defects.species:
        yield "time.minimum: P beside mobile defects leaves unstable states by itself; remove it"
    flexo = case.flexoelectricity
    if flexo.enabled and (flexo.one_way is not None or flexo.form == "phase-field literature"):
        yield "time.minimum: this flexocoupling has no energy (flexoelectricity.form, one_way), and so no minimum"


def _loads(case: Case) -> Iterator[str]:
    """A relaxation has no time for loads to vary in, and a ramp is nothing but loads that vary."""
    varying = [
        (path, name)
        for path, name, _ in uses(case)
        if name in case.loads and not isinstance(case.loads[name], ConstantLoad)
    ]
    if case.time.mode == "relax":
        for path, name in varying:
            yield (
                f'{path}: load "{name}" varies in time, and mode = "relax" has no time: use'
                ' mode = "transient" or "ramp", or a constant'
            )
    tips: dict[str, PlacedTip | None] = {"mechanics": case.mechanics.tip, "electrostatics": case.electrostatics.tip}
    moving = [table for table, tip in tips.items() if tip is not None and tip.track is not None]
    if case.time.mode == "relax":
        for table in moving:
            yield f'{table}.tip.track: the tip moves in time, and mode = "relax" has no time; use "transient" or "ramp"'
    if case.time.mode == "ramp" and not varying and not moving:
        yield 'time.mode: "ramp" follows loads that vary, and none is used'
