"""Make meshes from the Gmsh descriptions in this folder: NAME.geo -> NAME.msh.

    python meshes/make.py nanodisk [--set radius=15 --set size=1.0] [--output disk15.msh]

Numbers that can be set are those in DefineConstant at the top of each description. Needs Gmsh's
Python module.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gmsh

FOLDER = Path(__file__).parent


def make(geometry: Path, output: Path, numbers: dict[str, str]) -> None:
    """Mesh `geometry` with the given numbers and write `output`."""
    settings = [word for name, value in numbers.items() for word in ("-setnumber", name, value)]
    gmsh.initialize(["gmsh", *settings], readConfigFiles=False)
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.open(str(geometry))
    gmsh.model.mesh.generate(gmsh.model.getDimension())
    gmsh.write(str(output))
    nodes = len(gmsh.model.mesh.getNodes()[0])
    gmsh.finalize()
    print(f"{output}: {nodes} nodes")


def main() -> None:
    """Read the command line and make the mesh."""
    names = sorted(path.stem for path in FOLDER.glob("*.geo"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=names)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", dest="numbers")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    geometry = FOLDER / f"{arguments.name}.geo"
    numbers = dict(entry.split("=", 1) for entry in arguments.numbers)
    make(geometry, arguments.output or geometry.with_suffix(".msh"), numbers)


if __name__ == "__main__":
    main()
