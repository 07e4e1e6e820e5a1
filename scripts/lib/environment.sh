# shellcheck shell=bash
# Set-up of the environment, and the way into it. Sourced by scripts/env, scripts/run and scripts/test.
#
# The cache folder holds (KEY stands for a hash of what the folder was made from):
#   debian-KEY   the private Debian root, where the system has no DOLFINx of its own
#   venv-KEY     the Python packages of pyproject.toml
#   forms-KEY    compiled forms (XDG_CACHE_HOME inside the environment)
#   *.partial    what an interrupted set-up left; the next one removes it

HOME=${HOME:-~}
LIB=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
CHECKOUT=$(dirname -- "$(dirname -- "$LIB")")
CACHE=$(realpath -m -- "${PHASEFIELD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/phasefield}")
LOG=$CACHE/setup.log
readonly LIB CHECKOUT CACHE LOG

# shellcheck source=scripts/lib/messages.sh
source "$LIB/messages.sh"
# shellcheck source=scripts/lib/packages.sh
source "$LIB/packages.sh"
# shellcheck source=scripts/lib/mode.sh
source "$LIB/mode.sh"
# shellcheck source=scripts/lib/root.sh
source "$LIB/root.sh"
# shellcheck source=scripts/lib/venv.sh
source "$LIB/venv.sh"
# shellcheck source=scripts/lib/launch.sh
source "$LIB/launch.sh"

prepare_environment() {
    if [[ -n ${PHASEFIELD_INSIDE:-} ]]; then
        MODE=inside # called from within: nothing to choose
        return
    fi
    choose_mode
    locate
    is_complete || set_up
    choose_forms_folder
}

# Sets the paths that follow from MODE and IDENTITY, and ENTER, the way into the root.
locate() {
    local base
    base=$(key "$IDENTITY")
    ROOT=$CACHE/debian-$base
    FORMS=$CACHE/forms-$base
    VENV=$CACHE/venv-$(key "$IDENTITY" "$(requirements)")
    ENTER=()
    if needs_root && is_complete_root; then
        enter_root
    fi
}

# key TEXT…: short hash
key() { printf '%s\n' "$@" | sha256sum | cut -c 1-10; }

needs_root() { [[ $MODE == bwrap || $MODE == proot || $MODE == root ]]; }

is_complete_root() { [[ -d $ROOT && $MODE != root ]]; }

is_complete() { [[ -d $VENV ]] && { ! needs_root || is_complete_root; }; }

set_up() {
    { mkdir -p "$CACHE" && [[ -w $CACHE ]]; } 2>/dev/null ||
        die "cannot write to $CACHE: set PHASEFIELD_CACHE to a folder of yours"
    trap 'stop_set_up 130' INT
    trap 'stop_set_up 143' HUP TERM
    exec 9>"$CACHE/lock"
    if ! flock --nonblock 9; then
        say "another set-up is at work in $CACHE: waiting for it"
        attended flock 9
    fi
    is_complete || build_missing
    exec 9>&-
    trap - HUP INT TERM
}

build_missing() {
    rm -rf --one-file-system "$CACHE"/*.partial
    : >"$LOG"
    case $MODE in
        apt) obtain_debian_packages ;;
        root) obtain_entry ;;
    esac
    if needs_root && [[ ! -d $ROOT ]]; then
        require_space "$CACHE" 5
        build_root
    fi
    locate
    if [[ ! -d $VENV ]]; then
        require_space "$CACHE" 2
        build_venv
    fi
    mention_older
}

mention_older() {
    local folder
    for folder in "$CACHE"/debian-* "$CACHE"/venv-*; do
        [[ $folder == "$ROOT" || $folder == "$VENV" || ! -d $folder ]] ||
            say "$folder may be removed, unless another checkout or Debian suite uses it"
    done
}

# attended COMMAND…: in a session of its own, waited for in a way that a signal can end.
attended() {
    setsid "$@" &
    wait "$!"
}

# stop_set_up STATUS: ends what runs, with its children, so that nothing goes on working behind the user's back.
stop_set_up() {
    local process
    for process in $(jobs -p); do
        kill -- "-$process" 2>/dev/null || kill "$process" 2>/dev/null || true
    done
    wait
    exit "$1"
}

# Compiled forms go to the temporary folder where the cache is complete but cannot be written (a shared one).
choose_forms_folder() {
    { mkdir -p "$FORMS" && [[ -w $FORMS ]]; } 2>/dev/null && return
    FORMS=${TMPDIR:-/tmp}/phasefield-${FORMS##*/}-$EUID
    [[ -d $FORMS ]] || mkdir -m 700 "$FORMS"
    [[ -O $FORMS ]] || die "$FORMS belongs to someone else: set TMPDIR to a folder of yours"
}
