"""Finite-element phase-field simulation of ferroelectrics (Landau-Ginzburg-Devonshire)."""

__version__ = "0.1.0"
