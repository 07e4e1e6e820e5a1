# shellcheck shell=bash
# The virtual environment with the Python dependencies of pyproject.toml, on top of the chosen interpreter.

# The entries of [project] dependencies and of the optional dependencies "dev", one per line.
requirements() {
    awk '/^(dependencies|dev) = \[/ { inside = 1 } inside { print } /\][[:space:]]*$/ { inside = 0 }' \
        "$CHECKOUT/pyproject.toml" | grep -o '"[^"]*"' | tr -d '"'
}

# What Debian's packages bring and an active environment may lack.
missing_modules() {
    local module
    for module in h5py gmsh; do
        "${ENTER[@]}" "$PYTHON" -c "import sys, importlib.util as u; sys.exit(not u.find_spec('$module'))" || echo "$module"
    done
}

build_venv() {
    local partial=$VENV.partial start=$SECONDS list
    mapfile -t list < <(
        requirements
        missing_modules
    )
    say "installing Python packages in $VENV (about 1 minute, 0.8 GB; log: $LOG)"
    {
        attended "${ENTER[@]}" "$PYTHON" -m venv --system-site-packages "$partial" &&
            link_active_venv "$partial" &&
            attended "${ENTER[@]}" "$partial/bin/python3" -m pip install --progress-bar=off "${list[@]}" &&
            write_command "$partial/bin/phasefield" &&
            rename_inside "$partial" &&
            mv "$partial" "$VENV"
    } >>"$LOG" 2>&1 || explain_failure "installing the Python packages"
    say "installed them in $((SECONDS - start)) s, $(du -sh "$VENV" | cut -f 1)"
}

# A virtual environment made from another one sees the system's packages, not those of the other: add them.
link_active_venv() {
    [[ $MODE == active ]] || return 0
    local site
    site=$(echo "$1"/lib/python3*/site-packages)
    "$PYTHON" -c 'import site, sys
for folder in site.getsitepackages() if sys.prefix != sys.base_prefix else []:
    print(f"import site; site.addsitedir({folder!r})")' >"$site/active-environment.pth"
}

# The command comes from whichever checkout PYTHONPATH names: several can share one environment.
write_command() {
    cat >"$1" <<PYTHON
#!$VENV/bin/python3
import sys

from phasefield.cli import main

sys.exit(main())
PYTHON
    chmod +x "$1"
}

# Scripts carry the path they were installed under; only a finished environment gets the final name.
rename_inside() {
    local name=${VENV##*/}
    grep -lIrZ --fixed-strings "$name.partial" "$1/bin" "$1/pyvenv.cfg" | xargs -0 sed -i "s/$name\.partial/$name/g"
}
