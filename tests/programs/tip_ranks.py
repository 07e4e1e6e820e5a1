"""Observables under a tip, and a contact that is found, to compare numbers of ranks: `tip_ranks.py RESULT.json`."""

import json
import sys
from pathlib import Path

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation
from phasefield.solvers.contact import SphereContact

CASE = {
    "version": 1,
    "material": {"name": "BaTiO3_Li2005", "regions": {"substrate": {"material": "SrTiO3_Sheng2010"}}},
    "mesh": {
        "kind": "tip",
        "axes": "xyz",
        "half": "y",
        "thickness": 4e-9,
        "substrate": 6e-9,
        "reach": 12e-9,
        "contact": 8e-9,
        "spacing": 0.9e-9,
        "growth": 0.5,
    },
    "initial": {"kind": "uniform", "value": [0, 0, 0.26]},
    "mechanics": {
        "tip": {"kind": "punch", "force": 100e-9, "contact_radius": 5e-9, "at": [2e-9, 0]},
        "boundary": [{"on": "bottom", "kind": "clamped"}, {"on": "y_min", "kind": "roller"}],
    },
    "electrostatics": {"boundary": [{"on": ["film_bottom", "film_top"], "kind": "electrode"}]},
    "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
}

simulation = Simulation(load_case(CASE))
simulation.parts.initialize()
row = simulation.observables.row(0, 0.0, 0.0)
sphere = SphereContact(
    simulation.functional, simulation.problem.mechanics, simulation.scaling, "top", 20e-9, 6e-9, images=2
)
state = sphere.press(200e-9)
numbers = {name: value for name, value in row.items() if name.startswith(("tip_", "strain_", "energy_"))}
numbers |= {"indentation": state.indentation, "radius": state.radius, "largest pressure": state.pressures.max()}
if MPI.COMM_WORLD.rank == 0:
    Path(sys.argv[1]).write_text(json.dumps(numbers))
