"""The `phasefield` command.

Exit codes: 0 done, 2 wrong case or usage, 3 not converged, 75 stopped with a checkpoint (requeue).
Everything heavy is imported inside the command that needs it, so that help comes at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from phasefield import __version__
from phasefield.cli import ranks
from phasefield.errors import EXIT_REQUEUE, EXIT_USAGE

app = typer.Typer(
    name="phasefield",
    help="Finite-element phase-field simulation of ferroelectrics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CasePath = Annotated[Path, typer.Argument(help="Case file (TOML).", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a key of the case, e.g. mesh.spacing=2nm or electrostatics.boundary[0].potential=1;"
        " an empty value removes the key. May be given several times.",
        show_default=False,
    ),
]


#: Modules that come with DOLFINx, not with pip.
_FROM_DOLFINX = ("mpi4py", "petsc4py", "dolfinx", "basix", "ufl")


def main() -> None:
    """Entry point of the command; ranks above 0 of an MPI run print nothing of their own accord."""
    ranks.hush()
    try:
        app()
    except SystemExit:
        if ranks.is_hushed():  # wrong usage: leave the message and the exit code to rank 0
            raise SystemExit(0) from None
        raise
    except ModuleNotFoundError as error:
        if error.name not in _FROM_DOLFINX:
            raise
        typer.echo(
            f"error: this Python has no {error.name}, which comes with DOLFINx; the README says how"
            " to get it, and scripts/run and scripts/env of the repository set it up",
            err=True,
        )
        sys.exit(EXIT_USAGE)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"phasefield {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Options of the command as a whole."""


@app.command()
def run(
    case: CasePath,
    petsc: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- -NAME VALUE", help="PETSc options.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Result folder; results/<name of the case file> beside the case unless given.",
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run.")] = False,
    overrides: Overrides = None,
    restart: Annotated[
        str | None,
        typer.Option(
            metavar="latest|PATH",
            help="Continue from the result folder's latest checkpoint, or from a checkpoint file.",
            show_default=False,
        ),
    ] = None,
    max_hours: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Stop with a checkpoint and exit code 75 after this wall time (h).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run a case; also under mpirun."""
    from mpi4py import MPI

    from phasefield.cli.run import default_out, petsc_options, read_case

    with ranks.together(MPI.COMM_WORLD) as comm:
        options = petsc_options(petsc or [])
        valid = read_case(comm, case, overrides or [])
        from phasefield.simulation import run_case

        result = run_case(
            valid,
            out or default_out(case),
            overwrite=overwrite,
            restart=restart,
            max_hours=max_hours,
            petsc_options=options,
            comm=comm,
        )
    if result.status == "stopped":
        raise typer.Exit(EXIT_REQUEUE)


@app.command()
def check(case: CasePath, overrides: Overrides = None) -> None:
    """Validate a case and print what it would run; writes nothing."""
    with ranks.alone():
        from phasefield.case import load_case
        from phasefield.case.material import check_materials
        from phasefield.cli.run import default_out
        from phasefield.cli.summary import print_summary

        valid = load_case(case, overrides or [])
        print_summary(valid, check_materials(valid), default_out(case))


@app.command()
def new(
    name: Annotated[Path, typer.Argument(help="Folder to make for the case.", show_default=False)],
    template: Annotated[str, typer.Option(help="What to begin with: film, box, wall or loop.")] = "film",
) -> None:
    """Write a commented case file NAME/case.toml, and the schema that editors complete it with."""
    with ranks.alone():
        from phasefield.cli.new import write_case

        typer.echo(f"wrote {write_case(name, template)}")


@app.command()
def schema(
    of_studies: Annotated[bool, typer.Option("--study", help="That of study files instead.")] = False,
) -> None:
    """Print the JSON Schema of case files."""
    with ranks.alone():
        import json
        from importlib import import_module

        module = import_module("phasefield.study.jsonschema" if of_studies else "phasefield.case.jsonschema")
        typer.echo(json.dumps(module.json_schema(), indent=1))


@app.command()
def materials(
    name: Annotated[
        str | None,
        typer.Argument(help="Set of the library, or path of a material file.", show_default=False),
    ] = None,
    temperature: Annotated[str, typer.Option(help="Temperature, e.g. 298.15 or 25degC.")] = "298.15",
    composition: Annotated[float | None, typer.Option(help="Composition x of a series.", show_default=False)] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Draw P(T), permittivity and energy profiles.", show_default=False),
    ] = None,
) -> None:
    """List the material library, or print one set with sources and derived properties."""
    with ranks.alone():
        from rich.console import Console

        from phasefield.materials.report import print_material, print_materials

        if name is None:
            print_materials(Console())
        else:
            print_material(name, _kelvin(temperature), composition, figure, Console())


@app.command()
def flexo(
    material: Annotated[
        str,
        typer.Argument(help="Compound, or a set of the library for it.", show_default=False),
    ],
    pattern: Annotated[str, typer.Option(help="Force pattern: even or mass.")] = "even",
    temperature: Annotated[
        str | None,
        typer.Option(
            help="Temperature of the permittivity, e.g. 500 or 150degC; measured at room temperature unless given.",
            show_default=False,
        ),
    ] = None,
    orientation: Annotated[
        str | None,
        typer.Option(
            help='Crystal directions along a beam and through it, e.g. "110,001".',
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the first-principles flexoelectric and flexocoupling coefficients of a crystal."""
    with ranks.alone():
        from rich.console import Console

        from phasefield.flexocoupling.report import print_table

        kelvin = None if temperature is None else _kelvin(temperature)
        print_table(material, pattern, kelvin, orientation, Console())


@app.command()
def study(
    path: Annotated[
        Path,
        typer.Argument(help="Folder with study.toml, a study file, or results to go on with.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Result folder; results/<name of the study file> beside it by default.", show_default=False),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Set a key of the study, e.g. axes.thickness.values=['5 nm'], or of the case of all members.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", "-w", min=1, help="Runs at a time.", show_default=False)
    ] = None,
    mpi_ranks: Annotated[
        int | None, typer.Option("--ranks", "-n", min=1, help="MPI ranks of each run.", show_default=False)
    ] = None,
    launcher: Annotated[
        str | None, typer.Option(help="What starts them, e.g. 'srun -n {ranks}'.", show_default=False)
    ] = None,
    max_hours: Annotated[
        float | None,
        typer.Option(min=0.0, help="Stop with checkpoints and exit code 75 after so many hours.", show_default=False),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace runs whose case has changed, and failed ones.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="MEMBER", help="Run this member only. May be given several times.", show_default=False),
    ] = None,
    list_members: Annotated[bool, typer.Option("--list", help="Check and list the members; run nothing.")] = False,
    gather: Annotated[bool, typer.Option("--gather", help="Gather what is done; run nothing.")] = False,
    slurm: Annotated[bool, typer.Option("--slurm", help="Write a SLURM job array; run nothing.")] = False,
    task: Annotated[
        int | None, typer.Option(min=0, help="Number of the one member to run: a task of a job array.")
    ] = None,
) -> None:
    """Run a case over axes of parameters: what is done is kept, what was interrupted goes on."""
    from phasefield.cli.study import Request, is_program, run_program

    if is_program(path):
        from mpi4py import MPI

        with ranks.together(MPI.COMM_WORLD):
            run_program(path, out)
        return
    with ranks.alone():
        from phasefield.study.session import How

        how = How(workers, mpi_ranks, launcher, max_hours, overwrite, tuple(only or ()))
        request = Request(path, out, tuple(overrides or ()), how)
        if list_members:
            code = request.show()
        elif slurm:
            code = request.write_array()
        elif gather:
            code = request.gather()
        else:
            code = request.run() if task is None else request.run_task(task)
    if code:
        raise typer.Exit(code)


@app.command()
def measure(
    folder: Annotated[Path, typer.Argument(help="Result folder.", show_default=False)],
    columns: Annotated[
        list[str] | None,
        typer.Argument(
            help="What to print, as in the table of a study, e.g. 'imprint(mean_P_z)' 'tunability(permittivity_zz)';"
            " all that the run measured unless given.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print what a run measured: loops, permittivity, piezoelectric and pyroelectric coefficients."""
    with ranks.alone():
        from phasefield.cli.lines import print_lines
        from phasefield.cli.measure import lines

        print_lines(lines(folder, columns or ()))


@app.command()
def plot(
    folder: Annotated[Path, typer.Argument(help="Result folder.", show_default=False)],
) -> None:
    """Draw the figures of a result folder again."""
    with ranks.alone():
        from phasefield.plot import plot_results

        for figure in plot_results(folder):
            typer.echo(figure)


@app.command()
def info() -> None:
    """Print versions, machine and caches, and check that the parts work together."""
    from mpi4py import MPI

    with ranks.together(MPI.COMM_WORLD) as comm:
        from phasefield.cli.info import print_info

        healthy = print_info(comm)
    if not healthy:
        raise typer.Exit(EXIT_USAGE)


def _kelvin(text: str) -> float:
    """Temperature in K from an option. Raises BadParameter."""
    from phasefield.units import to_si

    try:
        return to_si(float(text) if text.replace(".", "", 1).isdigit() else text, "K")
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--temperature") from exc
