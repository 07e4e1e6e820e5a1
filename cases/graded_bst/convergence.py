"""Polarization, permittivity and energy of domains on other meshes and of other periods, beside the case as it is."""

from __future__ import annotations

from phasefield.case.schema import FilmMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.study import MemberResults, StudyResults


def numbers(member: MemberResults) -> dict[str, float]:
    """What is printed of a film that was heated, by name with unit."""
    columns = {name: column[1:] for name, column in member.observables.items()}  # the first is not in equilibrium yet
    assert isinstance(member.case.mesh, FilmMesh)
    start = f"at {columns['load_heating'][0]:.0f} K"
    found = {
        f"largest P {start} (C/m²)": columns["max_P"][0],
        f"energy per width {start} (J/m²)": columns["energy_total"][0] / member.case.mesh.width[0],
    }
    heated = zip(columns["load_heating"], columns["permittivity_zz"], strict=True)
    return found | {f"permittivity at {temperature:.0f} K": value for temperature, value in heated}


#: What a member is compared with, if not with the case as it is.
BESIDE = {"relaxed_finer": "relaxed", "to_half_finer": "to_half"}


def analyse(results: StudyResults) -> list[Comparison]:
    """Print and return the numbers of each member beside those of the case as it is, or of its own coarser mesh."""
    rows = []
    for member in results:
        if member.name != "as_is" and member.name not in BESIDE.values():
            expected = numbers(results[BESIDE.get(member.name, "as_is")])
            rows += [Comparison(f"{member.name}: {name}", x, expected[name]) for name, x in numbers(member).items()]
    print(comparison_table(rows, "as it is", digits=4))
    return rows
