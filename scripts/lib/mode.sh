# shellcheck shell=bash
# Which environment to use: the active Python, Debian's packages, or a private Debian root.
#
# choose_mode sets
#   MODE      active | apt | bwrap | proot | root  (bwrap and proot enter the private root; root: neither is there yet)
#   PYTHON    the interpreter the virtual environment is made from
#   IDENTITY  text that changes when that interpreter does; keys what is built on it

# python_identity PYTHON: one line naming an interpreter >= 3.11 with DOLFINx >= 0.9; fails for any other.
# Only metadata are read: importing DOLFINx would take longer than everything else a start does.
python_identity() {
    "$1" - "$MINIMUM_DOLFINX" 2>/dev/null <<'PYTHON'
import importlib.metadata
import importlib.util
import sys

minimum = tuple(map(int, sys.argv[1].split(".")))
found = tuple(map(int, importlib.metadata.version("fenics-dolfinx").split(".")[:2]))
modules = ("dolfinx", "petsc4py", "mpi4py", "ensurepip")
if sys.version_info < (3, 11) or found < minimum or not all(map(importlib.util.find_spec, modules)):
    sys.exit(1)
print(sys.executable, sys.prefix, *sys.version_info[:3])
PYTHON
}

choose_mode() {
    local choice=${PHASEFIELD_ENV:-auto}
    if [[ -n ${PHASEFIELD_DEBIAN:-} ]]; then # who names a suite wants the private root
        [[ $choice != active && $choice != apt ]] || die "PHASEFIELD_DEBIAN names the suite of the private Debian root, which PHASEFIELD_ENV=$choice does not use: unset one of them"
        [[ $choice != auto ]] || choice=root
    fi
    case $choice in
        auto) try_active || try_apt || use_root ;;
        active) try_active || die "PHASEFIELD_ENV=active, but python3 ($(command -v python3)) is not Python >= 3.11 with DOLFINx >= $MINIMUM_DOLFINX: activate the environment that has it, for example one made from environment.yml" ;;
        apt) try_apt || die "PHASEFIELD_ENV=apt needs Debian >= 13 or Ubuntu >= 25.10 and root rights: as root, apt-get install ${DEBIAN_PACKAGES[*]}" ;;
        root) use_root ;;
        bwrap | proot) use_root "$choice" ;;
        *) die "PHASEFIELD_ENV=$choice is unknown: use active, apt, root, bwrap or proot" ;;
    esac
}

try_active() {
    PYTHON=$(command -v python3) && IDENTITY=$(python_identity "$PYTHON") && MODE=active
}

# Taken where the packages are installed or can be.
try_apt() {
    PYTHON=/usr/bin/python3
    MODE=apt
    IDENTITY=$(python_identity "$PYTHON") || { apt_offers_dolfinx && may_become_root && IDENTITY="to be installed"; }
}

obtain_debian_packages() {
    dpkg-query --show "${DEBIAN_PACKAGES[@]}" &>/dev/null || apt_install "${DEBIAN_PACKAGES[@]}"
    IDENTITY=$(python_identity "$PYTHON") || die "apt installed no DOLFINx >= $MINIMUM_DOLFINX for $PYTHON: set PHASEFIELD_ENV=root to use a private Debian root instead"
    locate
}

# use_root [bwrap|proot]
use_root() {
    check_suite
    PYTHON=/usr/bin/python3
    IDENTITY="debian $DEBIAN_SUITE${MIRROR[*]:+ of ${MIRROR[*]}} $(uname -m) ${DEBIAN_PACKAGES[*]}"
    ENTRY=${1:-any}
    MODE=$(usable_entry "$ENTRY") || MODE=root
}
