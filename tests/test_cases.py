"""The cases of the repository, as they are or on coarse meshes: they run to the end and give the printed numbers."""

from pathlib import Path

import numpy as np
import pytest

from phasefield import load_case
from phasefield.record import read_record
from phasefield.simulation import run_case
from phasefield.study import load_module, make_plan, read_study, run_study
from phasefield.study.session import open_plan

CASES = Path(__file__).parents[1] / "cases"

#: What makes a case short enough for a test, by its folder.
SHORT = {
    "quickstart": [
        'mesh.width=["4 nm","4 nm"]',
        'mesh.thickness="3 nm"',
        'mesh.substrate="2 nm"',
        'mesh.spacing="1 nm"',
        "mesh.substrate_cells=2",
    ],
    "domain_wall": [],
    "hysteresis": ["time.points=40"],
    "bent_membrane": [],
    "cantilever_actuator": [],
    "coherent_film": [],
    "misfit_relaxation": ["time.points=20"],
    "graded_pzt": ['mesh.spacing="5 nm"'],
    "resistive_switching": ['mesh.spacing="1 nm"'],
    "strained_vacancies": ['mesh.spacing="1 nm"'],
    "vacancy_drift": ['mesh.spacing="2 nm"', 'mesh.film_spacing="8 nm"', "mesh.growth=0.4"],
    "mechanical_writing": ['mesh.spacing="0.6 nm"', 'mesh.film_spacing="0.9 nm"', "time.points=5"],
    "pfm_tip": ['mesh.spacing="0.7 nm"', "mesh.growth=0.4"],
    "graded_bst": ['mesh.thickness="16 nm"', 'mesh.spacing="1 nm"'],
}


def test_every_case_is_run_here():
    assert {path.parent.name for path in CASES.glob("*/case.toml")} == set(SHORT)


@pytest.mark.parametrize("name", SHORT)
def test_case_runs_to_the_end_and_is_drawn(name, tmp_path):
    run_case(load_case(CASES / name / "case.toml", SHORT[name]), tmp_path / "out")
    assert read_record(tmp_path / "out")["status"] == "done"
    assert {path.name for path in (tmp_path / "out" / "figures").iterdir()} >= {"domains.png", "observables.png"}


def test_coherent_films_beside_their_closed_form(tmp_path):
    changes = ["axes.misfit.values=[-0.01, 0.005]", "axes.temperature.values=['25 degC']"]
    rows = run_study(CASES / "coherent_film", tmp_path, changes).analysis
    assert [row.source for row in rows] == ["c phase, closed form c", "r phase, closed form r"]
    assert all(abs(row.difference) < 1e-6 for row in rows)


def test_actuator_beside_beam_theory(tmp_path):
    left_out = [f"axes.silicon.choices.{name}=" for name in ("none", "20nm", "100nm")]
    left_out += [f"members.section_{load}_{sign}=" for load in ("voltage", "load") for sign in ("plus", "minus")]
    converse, from_bending = run_study(CASES / "cantilever_actuator", tmp_path, left_out).analysis
    assert abs(converse.difference) < 1e-5
    assert abs(from_bending.difference) < 1e-5
    assert (tmp_path / "actuators.png").stat().st_size > 10_000


def test_imprint_of_relaxing_films_beside_the_mean_field(tmp_path):
    left_out = [f"members.finer_{length}nm=" for length in (5, 10, 20, 40)]
    changes = ["axes.length.values=['10 nm']", "time.points=100", *left_out]
    rows = {row.quantity: row for row in run_study(CASES / "misfit_relaxation", tmp_path, changes).analysis}
    imprints = [rows[f"l = 10 nm, f {sign}: imprint (MV/m)"] for sign in ("plus", "minus")]
    assert imprints[0].computed == pytest.approx(-imprints[1].computed, rel=1e-3)
    # What is missing is the gradient of the spontaneous strain.
    assert all(-0.08 < row.difference < 0.0 for row in imprints)
    assert (tmp_path / "imprint.png").stat().st_size > 10_000


def test_films_pole_themselves_by_the_larger_of_two_fields(tmp_path):
    left_out = [f"axes.growth.choices.{name}=" for name in ("800K", "875K", "1025K", "1100K")]
    changes = ["axes.mesh.thickness=['8 nm', '40 nm']", "members.finer=", "time.points=9", *left_out]
    study = run_study(CASES / "misfit_relaxation" / "diagram.toml", tmp_path, changes)
    thin, thick = (member.final["mean_P_z"] for member in study.results)
    assert thin < -0.2 and thick > 0.2
    rows = {row.quantity: row for row in study.analysis}
    assert rows["films poled along the mean field"].difference == 0.0
    assert abs(rows["flexoelectric voltage (mV) of 40 nm, grown at 950 K"].difference) < 0.01
    assert (tmp_path / "diagram.png").stat().st_size > 10_000


def test_relaxation_in_the_diagram_is_that_of_its_formulas(tmp_path):
    growth = load_module(CASES / "misfit_relaxation" / "diagram.py").Growth
    file = read_study(CASES / "misfit_relaxation" / "diagram.toml", ["axes.mesh.thickness=['40 nm']", "members.finer="])
    for case in (member.case for member in make_plan(file, tmp_path).members):
        model, temperature = growth(case), case.mechanics.thermal.growth
        assert case.mechanics.misfit_profile.start == pytest.approx(model.critical(temperature), rel=1e-3)
        assert case.mechanics.misfit_profile.far == pytest.approx(model.held(temperature), rel=1e-3)


def test_graded_films_beside_the_published(tmp_path):
    left_out = [f"axes.film.choices.{name}=" for name in ("up_layers", "up_small_lattice", "up_large_lattice")]
    changes = ['mesh.spacing="5 nm"', "axes.accuracy.choices.finer=", *left_out]
    rows = {r.quantity: r for r in run_study(CASES / "graded_pzt", tmp_path, changes).analysis}
    assert rows["strain gradient, up-graded (1/m)"].computed == pytest.approx(2.92e5, rel=0.01)
    up = rows["pyroelectric coefficient, up-graded (µC/m²K)"]
    assert up.difference == pytest.approx(-0.22, abs=0.03)
    assert rows["permittivity, up-graded/one composition"].computed < 0.9
    assert (tmp_path / "films.png").stat().st_size > 10_000


def test_flexocoupling_shifts_the_loop_of_a_graded_film(tmp_path):
    left_out = [f"axes.loop.choices.{name}=" for name in ("first_principles", "needed", "charged", "screened")]
    changes = ['mesh.spacing="5 nm"', "time.points=40", "axes.accuracy.choices.finer=", *left_out]
    rows = {r.quantity: r for r in run_study(CASES / "graded_pzt" / "loops.toml", tmp_path, changes).analysis}
    # [2 f12 Δε_xx + f11 Δε_zz]/h by hand, with the misfits and spontaneous strains of both ends (README).
    # They are of Ponomareva's coefficients, those of the loop 1.133 times as large.
    by_hand = 1.133 * (2.0 * 3.32 * 0.02915 - 5.12 * 0.01964) / 100e-9
    assert 1e5 * rows["internal field, stable f (kV/cm)"].computed == pytest.approx(by_hand, rel=0.02)
    assert 1e5 * rows["imprint of the loop, stable f (kV/cm)"].computed == pytest.approx(by_hand, rel=0.1)
    assert (tmp_path / "loops.png").stat().st_size > 10_000


def test_graded_bst_beside_the_published(tmp_path):
    left_out = ("single_screened", "single_open", "domains_open", "heated_domains", "heated_BaTiO3")
    left_out += ("heated_relaxed", "heated_to_half", "heated_charged", "domains_in_field", "tunable_domains")
    finer = [member.name for member in open_plan(CASES / "graded_bst").members if member.name.endswith("_finer")]
    changes = [f"members.{name}=" for name in (*left_out, *finer)]
    changes += ['mesh.thickness="24 nm"', 'mesh.spacing="1.5 nm"', "members.heated_single.time.points=4"]
    rows = {r.quantity: r for r in run_study(CASES / "graded_bst", tmp_path, changes).analysis}
    # Without domains the depolarization field lets P vary by little across the film, with them by most of it.
    assert rows["polarization span, one domain, shorted (µC/cm²)"].computed < 1.0
    assert rows["polarization span, domains, shorted (µC/cm²)"].computed > 15.0
    assert rows["permittivity at 300 K, one domain"].computed > 30.0
    assert 10.0 < rows["tunability in 20 MV/m at 300 K (%), one domain, held by space charge"].computed < 90.0
    assert (tmp_path / "films.png").stat().st_size > 10_000
    assert (tmp_path / "domains.png").stat().st_size > 10_000


@pytest.mark.long
def test_layers_of_bst_in_series(tmp_path):
    left_out = ["members.finer=", "members.finer_top="]
    changes = ["axes.composition.values=[0, 0.45, 0.9]", "time.points=4", *left_out]
    study = run_study(CASES / "graded_bst" / "layers.toml", tmp_path, changes)
    rows = {row.quantity: row for row in study.analysis}
    inverse = [1.0 / member.observables["permittivity_zz"][1] for member in study.results if member.choices]
    in_series = 4.0 / (inverse[0] + 2.0 * inverse[1] + inverse[2])
    assert rows["permittivity at 300 K, x up to 0.9"].computed == pytest.approx(in_series, rel=1e-12)
    lower = 2.0 / (inverse[0] + inverse[1])
    assert rows["permittivity at 300 K, x up to 0.45"].computed == pytest.approx(lower, rel=1e-12)
    assert rows["mean free charge at 300 K (C/m³), x up to 0.9"].computed == pytest.approx(0.304 / 150e-9, rel=0.01)
    assert (tmp_path / "layers.png").stat().st_size > 10_000


def test_pressing_switches_with_flexocoupling_alone(tmp_path):
    study = CASES / "mechanical_writing"
    left_out = [
        f"members.{member.name}=" for member in open_plan(study).members if member.name not in ("flexo", "without")
    ]
    study = run_study(
        study,
        tmp_path,
        [*left_out, 'mesh.spacing="0.5 nm"', "mesh.degree=1", 'mesh.film_spacing="0.8 nm"', "time.points=11"],
    )
    rows = {row.quantity: row for row in study.analysis}
    assert 200.0 < rows["90 % reversed (nN)"].computed < 600.0
    assert study.results["without"].observables["tip_reversed"].max() == 0.0
    assert (tmp_path / "writing.png").stat().st_size > 10_000


def test_a_film_is_pressed_on_two_meshes(tmp_path):
    study = CASES / "mechanical_writing" / "films.toml"
    others = {member.choices["film"] for member in open_plan(study).members} - {"thin"}
    left_out = [f"axes.film.choices.{film}=" for film in others]
    short = ['axes.cells.values=["0.8 nm", "0.6 nm"]', "mesh.degree=1", 'mesh.film_spacing="0.9 nm"', "time.points=17"]
    rows = {row.quantity: row for row in run_study(study, tmp_path, [*left_out, *short]).analysis}
    assert 40.0 < rows["thin: 10 % (nN)"].computed < rows["thin: 90 % (nN)"].computed < 600.0
    assert (tmp_path / "films.png").stat().st_size > 10_000


def test_a_small_domain_between_ideal_electrodes_vanishes(tmp_path):
    study = CASES / "mechanical_writing" / "retention.toml"
    members = [member for member in open_plan(study).members if not member.choices and member.name != "ideal"]
    left_out = [f"members.{member.name}=" for member in members]
    left_out += ["axes.state.choices.line=", "axes.state.choices.film="]
    axes = ['axes.imprint.values=["-40 mV"]', 'axes.cells.values=["0.3 nm"]']
    short = ['mesh.spacing="0.3 nm"', 'mesh.contact="3 nm"', 'mesh.reach="12 nm"', 'initial.position="2 nm"']
    imprinted, ideal = run_study(study, tmp_path, [*left_out, *axes, *short]).analysis
    assert imprinted.computed == 0.0
    assert (ideal.computed, ideal.reference) == (0.0, pytest.approx(2.0))
    assert (tmp_path / "retention.png").stat().st_size > 5_000


def test_extent_of_a_drawn_domain():
    line = load_module(CASES / "mechanical_writing" / "line.py")
    x, y = np.meshgrid(line.X, line.Y)
    found = line.extent(np.where((np.abs(x - 2.0) < 6.0) & (y < 2.5), -0.3, 0.3))
    assert found == pytest.approx({"middle": 2.0, "length": 12.0, "width": 5.0}, abs=0.25)
    assert np.isnan(line.extent(np.full(x.shape, 0.3))["length"])


def test_piezoresponse_against_force(tmp_path):
    left_out = [f"axes.force.choices.{name}=" for name in ("316nN", "1uN", "3160nN")]
    left_out += ["axes.crystal.choices.flexo_reversed=", "axes.crystal.choices.no_flexo="]
    left_out += [f"members.{name}=" for name in ("finer", "larger", "pressed")]
    rows = {row.quantity: row for row in run_study(CASES / "pfm_tip", tmp_path, left_out).analysis}
    assert rows["exponent of force: flexo, odd in V"].computed == pytest.approx(-1 / 3, abs=0.01)
    assert rows["BaTiO3: spread of d_eff over all forces"].computed < 0.1
    assert abs(rows["isotropic, 1 µN: d_eff (pm/V)"].difference) < 0.02
    assert (tmp_path / "response.png").stat().st_size > 10_000


def test_domain_walls_beside_their_closed_form(tmp_path):
    walls = run_study(CASES / "domain_wall", tmp_path, ["output.figure=false"]).analysis
    assert len(walls) == 4
    for name, (thickness, energy) in walls.items():
        # The 90 degree walls may be cheaper than the path in one variable, by the little that P gives way.
        assert abs(energy.difference) < (1e-3 if name.endswith("180") else 5e-3)
        assert abs(thickness.difference) < 1e-2
    assert (tmp_path / "walls.png").stat().st_size > 10_000


@pytest.mark.long
def test_vacancies_follow_the_polarization(tmp_path):
    left_out = ["axes.cells.choices.fine=", "members.way_fine="]
    rows = {row.quantity: row for row in run_study(CASES / "resistive_switching", tmp_path, left_out).analysis}
    up, down = (rows[f"mean height, P {name} (nm)"].computed for name in ("up", "down"))
    assert up < 6.0
    assert up + down == pytest.approx(20.0, rel=1e-3)  # the profiles are mirror images
    assert rows["mean height, P up, +0.5 V (nm)"].computed < up < rows["mean height, P up, −0.5 V (nm)"].computed
    assert rows["by vacancies, P up, bottom (eV)"].computed == pytest.approx(-0.117, abs=0.01)
    assert rows["by vacancies, P up, top (eV)"].computed == pytest.approx(0.294, abs=0.02)
    assert rows["on reversal of P, top (eV)"].computed == pytest.approx(1.36, abs=0.05)
    assert rows["barrier, P up, top (eV)"].computed == pytest.approx(0.22, abs=0.02)
    # Electrons matter where the band is below the Fermi level.
    assert abs(rows["by electrons, P up, top (eV)"].computed) < 1e-4
    assert rows["by electrons, P up, no vacancies, top (eV)"].computed > 0.01
    kept = rows["barrier at the top at the end (eV)"].computed
    assert kept == pytest.approx(rows["barrier, P down, top (eV)"].computed, rel=1e-3)
    assert abs(rows["mean height before the pulse (nm)"].difference) < 0.01
    assert abs(rows["mean height at the end (nm)"].difference) < 0.01
    assert rows["half of the way after (s)"].computed < 0.1
    assert (tmp_path / "vacancies.png").stat().st_size > 10_000
    assert (tmp_path / "switching.png").stat().st_size > 10_000


@pytest.mark.long
def test_vacancies_under_a_tip(tmp_path):
    channels = ("no_electrostriction", "reversed", "bias_plus", "bias_minus", "grounded")
    channels += ("more_vacancies", "half_force", "both_ways")
    members = ("only_electrostriction", "large", "in_time", "in_time_fine", "scanned", "scanned_coarse")
    changes = [f"axes.channel.choices.{name}=" for name in channels] + ["axes.cells.choices.fine="]
    changes += [f"members.{name}=" for name in members] + SHORT["vacancy_drift"]
    rows = {row.quantity: row for row in run_study(CASES / "vacancy_drift", tmp_path, changes).analysis}
    assert rows["c/c0 below, Vegard strain alone"].computed < 0.3
    # Flexoelectricity alone collects vacancies below the contact, or moves them to a ring around it, by its sign.
    assert rows["c/c0 below, flexoelectricity alone"].computed > 1.5
    assert rows["c/c0 around, flexoelectricity alone"].computed < 0.8
    assert rows["c/c0 below, flexoelectricity alone, −f"].computed < 0.5
    assert rows["c/c0 around, flexoelectricity alone, −f"].computed > 1.1
    assert abs(rows["energy in the flexoelectric potential, f reversed (kT)"].difference) < 1e-6
    assert (tmp_path / "vacancies.png").stat().st_size > 10_000


def test_vacancies_and_polarization_through_strained_films(tmp_path):
    films = ("l_40nm", "l_20nm", "l_5nm", "l_2nm", "no_flexo", "no_vegard", "coherent", "electrodes")
    films += ("stopped_at_450K", "fewer_vacancies")
    changes = [f"axes.film.choices.{name}=" for name in films] + ["axes.cells.choices.fine="]
    changes += ["members.open_0=", "members.open_1=", 'mesh.spacing="0.5 nm"']
    rows = {row.quantity: row for row in run_study(CASES / "strained_vacancies", tmp_path, changes).analysis}
    assert rows["vacancies, bottom/top"].computed > 1.5
    assert abs(rows["vacancies, bottom/top"].difference) < 0.04
    assert rows["mean turning of P out of the plane (°)"].computed > 0.5
    assert abs(rows["mean angle, −f (°)"].difference) < 1e-3
    assert abs(rows["vacancies at 600 K, misfit 2 % (1e26/m³)"].difference) < 1e-4
    assert (tmp_path / "films.png").stat().st_size > 10_000
