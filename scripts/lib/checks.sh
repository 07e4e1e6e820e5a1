#!/usr/bin/env bash
# The checks of scripts/test, inside the environment. Arguments go to pytest.
set -euo pipefail

step() {
    printf -- '--- %s\n' "$*"
    "$@"
}

step ruff check .
step ruff format --check .
step mypy
# Two files at a time; -n 0 runs one after the other. More would only wait: many tests start ranks of their own.
exec pytest --numprocesses 2 --dist loadfile "$@"
