"""Result files of a run: fields over time (XDMF + HDF5) and observables over time (CSV)."""

from phasefield.output.table import ObservablesTable
from phasefield.output.xdmf import XdmfSeries

__all__ = ["ObservablesTable", "XdmfSeries"]
