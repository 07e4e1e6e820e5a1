"""A cantilever in section: direct and converse effect of a body that no beam theory knows are reciprocal (V6.1)."""

import pytest
from dolfinx import fem
from plates import flexo, material
from relaxed import relaxed, uniform

from phasefield.simulation import Simulation

WIDTH, THICKNESS = 40e-9, 10e-9
CLAMP = {"on": "x_min", "kind": "clamped"}


def cantilever(voltage: float, traction: float, table: dict, **tables: object) -> tuple[Simulation, dict[str, float]]:
    """A film with an electrode on top, clamped at x = 0, with a voltage across it and a load at its end."""
    electrode = {"elastic": {"C11": 2.5e11, "C12": 1.2e11, "C44": 6e10}}
    load = {"on": "x_max", "kind": "traction", "value": [0.0, 0.0, traction]}
    return relaxed(
        material=material(1e-8) | {"regions": {"dead_top": electrode}},
        mesh={
            "kind": "film",
            "width": [WIDTH],
            "thickness": THICKNESS,
            "dead_top": 4e-9,
            "spacing": [10e-9, 5e-9],
            "degree": 2,
        },
        initial=uniform(0, 0, 0),
        mechanics={"strain": {"yy": "free"}, "boundary": [CLAMP, load]},
        electrostatics={
            "boundary": [
                {"on": "film_bottom", "kind": "electrode"},
                {"on": "film_top", "kind": "electrode", "potential": voltage},
            ]
        },
        flexoelectricity=flexo(**table),
        **tables,
    )


#: P = 0 on both faces of the film: with free faces the form "gradient of P" has neither effect.
FIXED = {"boundary": [{"on": ["film_bottom", "film_top"], "kind": "fixed", "value": [0.0, 0.0, 0.0]}]}


@pytest.mark.parametrize(
    ("direct", "converse", "surfaces"),
    [
        ({"form": "strain gradient", "one_way": "direct"}, {"form": "strain gradient", "one_way": "converse"}, {}),
        ({"form": "gradient of P"}, {"form": "gradient of P"}, FIXED),
    ],
    ids=["each alone", "both"],
)
def test_charge_of_a_load_is_displacement_of_a_voltage(direct: dict, converse: dict, surfaces: dict) -> None:
    """V6.1: charge of the electrode per load at the end = displacement of the end per voltage, with no load else."""
    voltage, traction = -0.1, 1e7
    loaded, bent = cantilever(0.0, traction, direct, polarization=surfaces)
    driven, _ = cantilever(voltage, 0.0, converse, polarization=surfaces)
    charge = -bent["mean_D_z"] * WIDTH / traction
    domain, u = driven.domain, driven.field("u")
    displacement = 1e-9 * fem.assemble_scalar(fem.form(u[2] * domain.ds("x_max"))) / voltage
    assert charge == pytest.approx(displacement, rel=1e-6)
    assert abs(charge) > 1e-22
    assert loaded.functional.variational == ("one_way" not in direct)
