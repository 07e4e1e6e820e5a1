# shellcheck shell=bash
# The Debian packages that make up the environment, and how apt gets them.

readonly DEBIAN_PACKAGES=(
    python3-dolfinx python3-petsc4py python3-scipy python3-h5py python3-gmsh
    python3-pip python3-venv python3-dev gcc g++ # compiled forms and wheels
    openmpi-bin
    libopenblas0-serial # factorizations ten times as fast as with the reference BLAS
    git ca-certificates
    libegl1 libgl1 libxrender1 # off-screen figures
)
readonly MINIMUM_DOLFINX=0.9

is_root() { ((EUID == 0)); }

# Root, or an account that sudo serves: without a password, or with one typed on this terminal.
may_become_root() {
    is_root || { command -v sudo && { sudo -n true || [[ -t 0 && " $(id -nG) " =~ \ (sudo|admin|wheel)\  ]]; }; }
} &>/dev/null

as_root() { if is_root; then "$@"; else sudo "$@"; fi; }

# at_least VERSION MINIMUM
at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# True on the distributions known to carry DOLFINx >= 0.9 (asking apt itself would double the time of a start).
apt_offers_dolfinx() (
    # shellcheck source=/dev/null
    source "${OS_RELEASE:-/etc/os-release}" 2>/dev/null || exit 1
    case ${ID:-} in
        debian) at_least "${VERSION_ID:-999}" 13 ;; # testing and unstable have no number
        ubuntu) at_least "${VERSION_ID:-0}" 25.10 ;;
        *) false ;;
    esac
)

# apt_install PACKAGE…: quietly; the lists may be missing or old, so they are fetched first.
apt_install() {
    say "installing with apt: $*"
    {
        as_root apt-get -q -o DPkg::Lock::Timeout=300 update &&
            as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
                install --no-install-recommends "$@"
    } >>"$LOG" 2>&1 || explain_failure "apt-get install $*"
}
