"""Studies of a line of PbTiO3 that take a second per member."""

from phasefield.case.writing import toml

CASE = {
    "version": 1,
    "title": "small",
    "material": {"name": "PbTiO3_Pertsev1998"},
    "mesh": {"kind": "box", "size": ["4 nm"], "cells": [8]},
    "mechanics": {"strain": {"yy": "free", "zz": "free"}},
    "electrostatics": {"boundary": [{"on": "x_max", "kind": "electrode"}]},
    "initial": {"kind": "uniform", "value": [0.0, 0.0, 0.7]},
    "output": {"figure": False},
}


def write_study(folder, study, case=CASE):
    """Write case.toml and study.toml to `folder`; the study file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(toml(case), encoding="utf-8")
    (folder / "study.toml").write_text(toml({"version": 1, **study}), encoding="utf-8")
    return folder / "study.toml"
