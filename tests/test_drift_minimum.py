"""Where P is relaxed beside defects it goes to a minimum: off saddles, and past walls that hardly move."""

import numpy as np
import pytest

from phasefield import load_case
from phasefield.simulation import Simulation

#: Stretched by 4 % a film of SrTiO3 is polar in its plane at 600 K, also with the few vacancies that enter it here.
CASE = {
    "version": 1,
    "material": {"name": "SrTiO3_Sheng2010", "temperature": 600.0},
    "mechanics": {"misfit": {"xx": 0.04, "yy": 0.04}},
    "electrostatics": {"enabled": False},
    "defects": {
        "species": {
            "V_O": {
                "charge": 0,
                "site_density": 5e28,
                "concentration": 1e25,
                "reference": 0,
                "diffusivity": 1e-12,
                "excess_volume": 6.3e-30,
                "boundary": [{"on": "top", "kind": "reservoir", "value": "-0.52 eV"}],
            }
        }
    },
    "time": {"mode": "relax", "equilibrium": 1e-6},
}


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize(
    "initial",
    [
        {"kind": "uniform", "value": [0, 0, 0]},
        # A wall in the middle that the faces attract, with less than the tolerance of the driving field.
        {
            "kind": "stripes",
            "value": [0.15, 0.15, 0],
            "other": [-0.15, 0.15, 0],
            "normal": [0, 0, 1],
            "period": "12 nm",
            "width": "1 nm",
        },
    ],
    ids=["saddle", "wall"],
)
def test_a_film_beside_oxygen_ends_in_one_domain(initial: dict, degree: int) -> None:
    mesh = {"kind": "film", "thickness": "12 nm", "spacing": "0.5 nm", "degree": degree}
    simulation = Simulation(load_case(CASE | {"initial": initial, "mesh": mesh}))
    assert simulation.run().status == "done"
    P = simulation.field("P").x.array.reshape(-1, 3)
    assert np.ptp(P, axis=0) == pytest.approx(0.0, abs=1e-4)
    assert np.linalg.norm(P[0]) > 0.15
