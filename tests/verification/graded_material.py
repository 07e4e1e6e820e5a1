"""Material files whose coefficients follow the composition as a test wants them."""

from pathlib import Path

HEAD = """schema = 1
name = "graded"
title = "made for a test"
formula = "graded"

[composition]
meaning = "what the test makes of it"
range = [0.0, 1.0]

[conventions]
Q44 = "engineering"
quartics = "stress-free"
gradient = "clamped"

[sources]
here = "this test"
"""
#: Content of every coefficient: a number or a formula in x and T, and its unit.
COEFFICIENTS: dict[str, tuple[float | str, str]] = {
    "landau.alpha_1": (-2e8, "J m/C^2"),
    "landau.alpha_11": (1e8, "J m^5/C^4"),
    "landau.alpha_12": (1e9, "J m^5/C^4"),
    "landau.alpha_111": (2e8, "J m^9/C^6"),
    "elastic.C11": (2e11, "Pa"),
    "elastic.C12": (1e11, "Pa"),
    "elastic.C44": (1e11, "Pa"),
    "electrostriction.Q11": (0.0, "m^4/C^2"),
    "electrostriction.Q12": (0.0, "m^4/C^2"),
    "electrostriction.Q44": (0.0, "m^4/C^2"),
    "gradient.G11": (1e-20, "J m^3/C^2"),
    "gradient.G12": (0.0, "J m^3/C^2"),
    "gradient.G44": (1e-20, "J m^3/C^2"),
    "flexo.f11": (0.0, "V"),
    "flexo.f12": (0.0, "V"),
    "flexo.f44": (0.0, "V"),
    "background_permittivity": (7.0, "1"),
    "kinetic": (1e4, "C^2/(J m s)"),
    "lattice_parameter": (4e-10, "m"),
}


def graded_material(folder: Path, **changes: float | str) -> str:
    """Path of a material file; `changes` by the last part of a coefficient's name, e.g. alpha_1 = "-2e8*x"."""
    known = {name.split(".")[-1] for name in COEFFICIENTS}
    assert set(changes) <= known
    text = HEAD
    for name, (content, unit) in COEFFICIENTS.items():
        content = changes.get(name.split(".")[-1], content)
        kind = f'formula = "{content}"' if isinstance(content, str) else f"value = {content!r}"
        text += f'\n[{name}]\n{kind}\nunit = "{unit}"\nsource = "here"\nstatus = "assumed"\nnote = "for a test"\n'
    path = folder / "graded.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)
