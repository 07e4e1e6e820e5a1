# shellcheck shell=bash
# Messages of the set-up: always on stderr, so that a command's own output stays clean.

say() { printf 'phasefield: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# explain_failure WHAT: ends with one sentence made from the last set-up log.
explain_failure() {
    if grep -qiE 'no space left|disk quota exceeded' "$LOG"; then
        die "$1 failed: the disk of $CACHE is full; free some space or set PHASEFIELD_CACHE to a folder on another disk"
    elif grep -qiE '(could not|failure|failed to) resolv|could not connect|unreachable|timed out|connection refused|NewConnectionError' "$LOG"; then
        die "$1 failed: no network; connect (or set http_proxy and https_proxy) and call again; log: $LOG"
    fi
    die "$1 failed: $(grep -E '^(E:|ERROR)' "$LOG" | tail -n 1 | cut -c 1-200) (log: $LOG)"
}
