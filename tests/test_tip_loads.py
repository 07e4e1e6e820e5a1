"""Tips: pressures that carry their force exactly, paths, what the mesh must hold, and what run.json says."""

import json
import math

import numpy as np
import pytest
from cases_for_tests import BOX, INLINE_MATERIAL, laid_over, problems
from meshes_for_tests import domain_of, integral
from pydantic import TypeAdapter

from phasefield import load_case
from phasefield.boundary import Conditions
from phasefield.case.schema import TipSpec
from phasefield.errors import CaseError
from phasefield.loads import TipLoad, contact
from phasefield.loads.path import Path
from phasefield.mesh import Domain
from phasefield.simulation import Simulation, run_case

NM = 1e-9
SECTION = {"kind": "tip", "thickness": 12 * NM, "reach": 20 * NM, "contact": 5 * NM, "spacing": 0.7 * NM}
BLOCK = {**SECTION, "axes": "xyz", "half": "xy"}
TIPS: dict[str, dict] = {
    "sphere": {"radius": 20 * NM, "modulus": 280e9},
    "punch": {"contact_radius": 4 * NM},
    "point": {"cutoff": 4 * NM},
}


def tip_on(domain: Domain, images: int = 1, *, force: float = 1e-6, **table: object) -> TipLoad:
    """The load of a tip of constant force."""
    spec = TypeAdapter(TipSpec).validate_python({"force": force, **table})
    return TipLoad(spec, domain, images, lambda t: force, [0.0], 1e9)


def pressed(tip: TipLoad) -> float:
    """Integral of the pressure of a tip over the body (N; N/m)."""
    found = integral(tip.domain, tip.pressure, tip.domain.ds(tip.spec.on, quadrature_degree=tip.quadrature_degree))
    return found * tip.unit * tip.images * NM ** (tip.domain.dim - 1)


@pytest.mark.parametrize("kind", TIPS)
@pytest.mark.parametrize(("table", "images", "force"), [(SECTION, 1, 150.0), (BLOCK, 4, 1e-6)])
def test_pressure_carries_the_force(table: dict, images: int, force: float, kind: str) -> None:
    tip = tip_on(domain_of(**table), images, force=force, kind=kind, **TIPS[kind])
    for t in (0.0, 1.0):
        tip.update(t)
        assert pressed(tip) == pytest.approx(force, rel=1e-12)
    # The profiles carry the force but for the cells at their rim, whatever their normalization.
    assert 0.0 < abs(tip.contact.error) < 0.02
    assert tip.report()["largest_quadrature_error"] == abs(tip.contact.error)
    assert tip.contact.cells > 4.0
    assert not tip.contact.widened


def test_contact_radii() -> None:
    sphere = {"kind": "sphere", **TIPS["sphere"]}
    block, section = domain_of(**BLOCK), domain_of(**SECTION)
    assert tip_on(block, 4, **sphere).contact_radius(1e-6) == pytest.approx((0.75 * 1e-6 * 20e-9 / 280e9) ** (1 / 3))
    line = tip_on(section, force=150.0, **sphere).contact_radius(150.0)
    assert line == pytest.approx(math.sqrt(4 * 150.0 * 20e-9 / (math.pi * 280e9)))
    given = tip_on(block, 4, kind="sphere", contact_radius=4 * NM)
    assert given.contact_radius(1e-9) == given.contact_radius(1e-6) == 4 * NM


def test_small_forces_are_spread_over_what_the_mesh_resolves() -> None:
    tip = tip_on(domain_of(**BLOCK), 4, kind="sphere", **TIPS["sphere"])
    tip.force = lambda t: 1e-9 * t
    tip.update(0.0)
    assert pressed(tip) == 0.0
    tip.update(1.0)
    assert tip.contact.widened and tip.contact.radius < NM
    assert pressed(tip) == pytest.approx(1e-9, rel=1e-12)


def test_rim_of_a_punch_carries_what_the_punch_would_there() -> None:
    """Inside the rim the pressure is that of a punch without one."""
    domain = domain_of(**{**BLOCK, "spacing": 0.4 * NM})
    tip = tip_on(domain, 4, kind="punch", contact_radius=4 * NM, rim=1.5 * NM)
    tip.update(0.0)
    exact = 1e-6 / (2.0 * math.pi * (4 * NM) ** 2)
    assert tip._peak.value * tip.unit == pytest.approx(exact, rel=0.02)


def test_path_at_constant_speed() -> None:
    path = Path([(0, 0), (3 * NM, 0), (3 * NM, 4 * NM)], speed=1e-9, start=2.0)
    assert path.times == pytest.approx([2.0, 5.0, 9.0])
    for t, place in ((0.0, (0, 0)), (3.5, (1.5, 0)), (7.0, (3, 2)), (20.0, (3, 4))):
        assert path(t) / NM == pytest.approx(place)
    assert Path.resting((NM, 2 * NM))(7.0) / NM == pytest.approx([1, 2])
    points = np.array([[-1.0, 0], [2, 1], [5, 2], [3, 6], [3, 0]]) * NM
    assert path.distances(points) / NM == pytest.approx([1, 1, 2, 2, 0])
    assert Path.resting((0, 0)).distances(points[:2]) / NM == pytest.approx([1, np.sqrt(5)])


def test_moving_tip_with_a_waveform() -> None:
    path = [[-6 * NM, 0], [6 * NM, 0]]
    domain = domain_of(**SECTION, track=12 * NM)
    tip = tip_on(domain, force=150.0, kind="point", cutoff=4 * NM, track=path, speed=1.0)
    tip.force = lambda t: 100.0 + 1e10 * t
    for t in (0.0, 3e-9, 12e-9):
        tip.update(t)
        assert pressed(tip) == pytest.approx(tip.force(t), rel=1e-12)
        first = integral(domain, tip.pressure * x_of(domain), domain.ds("top", quadrature_degree=10))
        assert first / (pressed(tip) / tip.unit / NM) == pytest.approx(-6.0 + t / NM, abs=0.05)


def x_of(domain: Domain):  # type: ignore[no-untyped-def]
    import ufl

    return ufl.SpatialCoordinate(domain.mesh)[0]


def test_mesh_that_does_not_resolve_the_contact_is_refused() -> None:
    with pytest.raises(CaseError, match=r"cells per contact radius, expected at least 4; refine the mesh there"):
        tip_on(domain_of(**SECTION), kind="point", cutoff=2 * NM)
    coarse_ahead = {"track": [[0, 0], [15 * NM, 0]], "speed": 1.0}
    with pytest.raises(CaseError, match=r"at x = 1.5e-08 m"):
        tip_on(domain_of(**SECTION), kind="point", cutoff=4 * NM, **coarse_ahead)


def test_contact_beyond_the_edge_is_refused() -> None:
    tip = tip_on(domain_of(**{**SECTION, "coarsest": 0.8 * NM}), kind="point", cutoff=5 * NM, at=[18 * NM, 0])
    with pytest.raises(CaseError, match=r"the mesh holds .* %; expected 100 within 5"):
        tip.update(0.0)
    tip.force = lambda t: -1e-9
    with pytest.raises(CaseError, match="a tip presses, it does not pull"):
        tip.update(0.0)


MESH = {"kind": "tip", "thickness": "8 nm", "reach": "16 nm", "contact": "4 nm", "spacing": "0.8 nm"}


@pytest.mark.parametrize(
    ("tip", "message"),
    [
        ({"radius": None}, "mechanics.tip: a sphere needs its radius and the reduced modulus, or contact_radius"),
        ({"contact_radius": 1e-9}, "mechanics.tip.contact_radius: radius and modulus give it already"),
        ({"kind": "punch", "contact_radius": 1e-9, "rim": 1e-9, "radius": None, "modulus": None}, "mechanics.tip.rim:"),
        ({"force": -1e-9}, "mechanics.tip.force: found -1e-09 N; a tip presses"),
        ({"on": "bottom"}, 'mechanics.tip.on: found "bottom"; a tip presses on the upper side of the mesh (z_max'),
        ({"at": [1e-9, 0]}, "mechanics.tip.at: the mesh is mirrored at x = 0 (mesh.half)"),
        ({"at": [0, 1e-9]}, 'mechanics.tip.at: found y other than 0; the mesh resolves "xz"'),
        ({"speed": 1.0}, "mechanics.tip.track: missing; track and speed belong together"),
        ({"force": "push"}, 'mechanics.tip.force: no load is named "push"'),
    ],
)
def test_contradictions_are_refused(tip: dict, message: str) -> None:
    table = laid_over({"kind": "sphere", "force": "10 nN", "radius": "20 nm", "modulus": "100 GPa"}, tip)
    [problem] = problems({**BOX, "mesh": {**MESH, "half": "x"}, "mechanics": {"tip": table}})
    assert problem.startswith(message)


INDENTER = {"kind": "indenter", "radius": "20 nm", "force": "10 nN", "reach": "3 nm"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mechanics": {"tip": {"force": None}}}, "mechanics.tip.force: an indenter is pressed by its force or to its"),
        ({"mechanics": {"tip": {"indentation": "1 nm"}}}, "mechanics.tip.force: an indenter is pressed by"),
        (
            {"mechanics": {"tip": {"force": None, "indentation": "dip"}}},
            'mechanics.tip.indentation: no load is named "dip"',
        ),
        ({"mechanics": {"tip": {"force": -1e-9}}}, "mechanics.tip.force: found -1e-09 N; a tip presses"),
        ({"mesh": {"degree": 2}}, 'mechanics.tip.kind: "indenter" needs elements of degree 1'),
        ({"mechanics": {"strain": {"yy": "free"}}}, 'mechanics.tip.kind: "indenter" needs given mean strains'),
        ({"solver": {"method": "newton"}}, 'mechanics.tip.kind: "indenter" is solved with u after P'),
        ({"output": {"response": ["permittivity"]}}, 'mechanics.tip.kind: "indenter" has no linear response'),
        ({"time": {"minimum": True}}, 'mechanics.tip.kind: "indenter" is not known to the factors that time.minimum'),
    ],
)
def test_contradictions_of_an_indenter_are_refused(changes: dict, message: str) -> None:
    case = {**BOX, "mesh": {**MESH, "half": "x"}, "mechanics": {"tip": INDENTER}}
    assert problems(case) == []
    [problem] = problems(laid_over(case, changes))
    assert problem.startswith(message)


def test_moving_tips_need_time() -> None:
    tip = {"kind": "point", "force": "1 nN", "cutoff": "2 nm", "track": [[0, 0], [1e-9, 0]], "speed": 1.0}
    [problem] = problems({**BOX, "mesh": MESH, "mechanics": {"tip": tip}})
    assert problem.startswith("mechanics.tip.track: the tip moves in time")
    ramp = {"mode": "ramp", "end": "1 ns", "points": 2}
    assert problems({**BOX, "mesh": MESH, "mechanics": {"tip": tip}, "time": ramp}) == []


RUN = {
    "version": 1,
    "material": laid_over(INLINE_MATERIAL, {"landau": {"alpha_1": 1e8}}),
    "mesh": MESH,
    "initial": {"kind": "uniform", "value": [0, 0, 0.01]},
    "mechanics": {
        "tip": {"kind": "sphere", "force": "press", "radius": "10 nm", "modulus": "200 GPa"},
        "boundary": [{"on": "bottom", "kind": "clamped"}],
    },
    "loads": {"press": {"kind": "ramp", "stop": "300 N", "t1": "1 ns"}},
    "time": {"mode": "ramp", "end": "1 ns", "points": 2, "equilibrium": 1e-3},
    "output": {"figure": False},
}


def test_runs_say_how_large_strains_are(tmp_path, capsys) -> None:
    run_case(load_case(RUN), tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    table = np.genfromtxt(tmp_path / "out" / "observables.csv", delimiter=",", names=True)
    assert table["tip_force"] == pytest.approx([0.0, 0.0, 150.0, 300.0])
    a = contact.cylinder_contact_radius(300.0, 10e-9, 200e9)
    assert record["tip"]["contact_radius"] == table["tip_contact_radius"][-1] == pytest.approx(a)
    assert record["strain"]["peak"] == table["strain_peak"].max() == table["strain_peak"][-1] > 0.1
    assert record["strain"]["peak_gradient"] == pytest.approx(table["strain_gradient_peak"].max())
    # Strains change over about the contact radius.
    assert 0.2 < record["strain"]["peak_gradient"] * a / record["strain"]["peak"] < 10.0
    assert "linear elasticity is off" in record["strain"]["warning"]
    assert 0.0 < record["strain"]["exceeded_depth"] < 8e-9
    assert record["units"]["tip_force"] == "N/m" and record["units"]["strain_large_volume"] == "m^2"
    assert table["tip_indentation"][-1] > 0.0
    assert "linear elasticity is off" in capsys.readouterr().err


def test_small_strains_are_no_warning() -> None:
    simulation = Simulation(
        load_case(laid_over(RUN, {"loads": {"press": {"stop": "3 N"}}, "mechanics": {"tip": {"radius": "1 um"}}}))
    )
    assert isinstance(simulation.parts.conditions, Conditions)
    row = simulation.run().observables
    assert 0.0 < row["strain_peak"][-1] < 0.1 and row["strain_large_volume"][-1] == 0.0
