"""Small films below a rigid sphere or cylinder in contact."""

from cases_for_tests import laid_over

#: Half of a section through PbTiO3 between electrodes, on its own lattice, under a cylinder.
SECTION = {
    "version": 1,
    "material": {"name": "PbTiO3_Pertsev1998"},
    "mesh": {
        "kind": "tip",
        "half": "x",
        "thickness": "4 nm",
        "reach": "6 nm",
        "contact": "2 nm",
        "spacing": "0.5 nm",
        "growth": 0.4,
    },
    "initial": {"kind": "uniform", "value": [0.01, 0, 0.7]},
    "mechanics": {
        "boundary": [{"on": "bottom", "kind": "clamped"}, {"on": "x_min", "kind": "roller"}],
        "tip": {"kind": "indenter", "radius": "20 nm", "force": "press", "reach": "4 nm"},
    },
    "electrostatics": {"boundary": [{"on": ["bottom", "top"], "kind": "electrode"}]},
    "loads": {"press": {"kind": "ramp", "start": 0.0, "stop": 10.0, "t1": 1.0}},
    "time": {"mode": "ramp", "end": 1.0, "points": 2, "equilibrium": 1e-5},
    "output": {"figure": False},
}

#: BaTiO3 of twelve unit cells on SrTiO3 under a sphere, by its half-plane.
FILM = {
    "version": 1,
    "material": {"name": "BaTiO3_Li2005", "regions": {"substrate": {"material": "SrTiO3_Sheng2010"}}},
    "mesh": {
        "kind": "tip",
        "axisymmetric": True,
        "half": "x",
        "thickness": "4.8 nm",
        "substrate": "20 nm",
        "reach": "20 nm",
        "contact": "4.5 nm",
        "spacing": "0.35 nm",
        "growth": 0.35,
    },
    "crystal": {"axial_average": True},
    "initial": {"kind": "uniform", "value": [0, 0, 0.3]},
    "mechanics": {
        "misfit": {"xx": -0.02, "yy": -0.02},
        "boundary": [{"on": "bottom", "kind": "clamped"}, {"on": "x_max", "kind": "roller"}],
        "tip": {"kind": "indenter", "radius": "20 nm", "force": "200 nN", "reach": "4.5 nm", "column": "3 nm"},
    },
    "electrostatics": {"boundary": [{"on": ["film_bottom", "film_top"], "kind": "electrode"}]},
    "flexoelectricity": {"set": "Ponomareva2012"},
    "output": {"figure": False},
}


def pressed(case: dict, **tip: object) -> dict:
    """A copy of a case with other keys of its tip."""
    return laid_over(case, {"mechanics": {"tip": tip}})
