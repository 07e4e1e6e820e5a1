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
exec pytest "$@"
