"""Figures of a result folder; needs nothing but the folder."""

from __future__ import annotations

from pathlib import Path

from phasefield.plot.curves import loop_figure, observables_figure, response_figure
from phasefield.plot.maps import domain_maps
from phasefield.plot.profiles import profiles
from phasefield.plot.results import Results, Snapshot
from phasefield.plot.study import study_figure
from phasefield.plot.volume import domain_picture

__all__ = ["Results", "Snapshot", "plot_results"]


def plot_results(folder: str | Path, *, out: str | Path | None = None, index: int = -1) -> list[Path]:
    """Draw all figures that the result folder gives rise to and return their paths.

    `domains.png` (3D picture, 2D maps or 1D profiles at the time number `index`, the last by
    default), `observables.png`, and for a ramp `loop.png` and `response.png`, in `out` (default: `folder`/figures).
    Of a study's results `study.png` is drawn. Raises ResultError if the folder is not a result folder or lacks what is
    needed.
    """
    if (Path(folder) / "study.csv").is_file():
        figure = study_figure(Path(folder))
        return [figure] if figure else []
    results = Results(folder)
    target = Path(out) if out is not None else results.folder / "figures"
    snapshot = results.snapshot(index)
    fields = target / "domains.png"
    if snapshot.dimension == 1:
        written = [profiles(results, snapshot, fields)]
    elif snapshot.dimension == 2:
        written = [domain_maps(results, snapshot, fields)]
    else:
        written = [domain_picture(snapshot, results.title, fields)]
    written.append(observables_figure(results, target / "observables.png"))
    if results.is_ramp:
        written.append(loop_figure(results, target / "loop.png"))
        if responses := response_figure(results, target / "response.png"):
            written.append(responses)
    return written
