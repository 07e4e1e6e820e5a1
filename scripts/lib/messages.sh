# shellcheck shell=bash
# Messages of the set-up: always on stderr, so that a command's own output stays clean.

say() { printf 'phasefield: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# free_space FOLDER: in GB
free_space() { df -Pk "$1" | awk 'NR == 2 { printf "%.1f", $4 / 1e6 }'; }

# has_space FOLDER GIGABYTES
has_space() { awk "BEGIN { exit !($(free_space "$1") >= $2) }"; }

require_space() {
    has_space "$@" || die "$1 has $(free_space "$1") GB free and the set-up needs $2 GB: free some space or set PHASEFIELD_CACHE to a folder on another disk"
}

# explain_failure WHAT: ends with one sentence made from the log of the set-up.
explain_failure() {
    # The log is cut short when its own disk is full, so that the disk is asked first.
    if ! has_space "$CACHE" 0.1 || grep -qiE 'no space left|quota exceeded' "$LOG"; then
        die "$1 failed: the disk of $CACHE is full; free some space or set PHASEFIELD_CACHE to a folder on another disk"
    elif grep -qiE '(could not|failure|failed to) resolv|could not connect|unreachable|timed out|connection refused|NewConnectionError' "$LOG"; then
        die "$1 failed: no network; connect (or set http_proxy and https_proxy) and call again; log: $LOG"
    elif grep -q 'is expired' "$LOG"; then
        die "$1 failed: the mirror's package lists are out of date, or this machine's clock is wrong; PHASEFIELD_MIRROR names another mirror; log: $LOG"
    fi
    die "$1 failed: $(grep -E '^(E:|ERROR)' "$LOG" | tail -n 1 | cut -c 1-200) (log: $LOG)"
}
