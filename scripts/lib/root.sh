# shellcheck shell=bash
# The private Debian root: how it is made (mmdebstrap) and entered (bubblewrap, else proot).

readonly DEBIAN_SUITE=${PHASEFIELD_DEBIAN:-trixie}
readonly DEBIAN_SUITES=(trixie sid) # those with DOLFINx >= 0.9
readonly MIRROR=(${PHASEFIELD_MIRROR:+"$PHASEFIELD_MIRROR"}) # none: mmdebstrap knows Debian's own
readonly BUILD_TOOLS=(mmdebstrap debian-archive-keyring)

# Host files the root takes over where the host has them; the root needs something to mount them on.
readonly HOST_FILES=(/etc/resolv.conf /etc/hosts /etc/passwd /etc/group /etc/pip.conf)
readonly CERTIFICATES=/etc/ssl/certs/ca-certificates.crt # where Debian's programs look
readonly HOST_CERTIFICATES=(
    "${SSL_CERT_FILE:-$CERTIFICATES}" "$CERTIFICATES"
    /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem
)

# Who names a mirror knows what it holds.
check_suite() {
    [[ -n ${MIRROR[*]} || " ${DEBIAN_SUITES[*]} " == *" $DEBIAN_SUITE "* ]] ||
        die "PHASEFIELD_DEBIAN=$DEBIAN_SUITE is not known to have DOLFINx >= $MINIMUM_DOLFINX: use one of: ${DEBIAN_SUITES[*]}; or name the source in PHASEFIELD_MIRROR"
}

bwrap_works() {
    command -v bwrap && bwrap --ro-bind / / --dev-bind /dev /dev --bind /proc /proc true
} &>/dev/null

# usable_entry bwrap|proot|any: the program that enters the root; fails if there is none.
usable_entry() {
    case $1 in
        bwrap) bwrap_works && echo bwrap ;;
        proot) command -v proot >/dev/null && echo proot ;;
        any) usable_entry bwrap || usable_entry proot ;;
    esac
}

may_install_tools() { is_root && command -v apt-get >/dev/null; }

# As root on a Debian-like system installs what enters the root, else says how to.
obtain_entry() {
    if may_install_tools; then
        [[ $ENTRY == proot ]] || command -v bwrap >/dev/null || apt_install bubblewrap
        [[ $ENTRY == bwrap ]] || bwrap_works || apt_install proot
    fi
    MODE=$(usable_entry "$ENTRY") ||
        die "$(needs 'bubblewrap (with user namespaces allowed) or proot' bubblewrap proot)"
}

# needs WHAT PACKAGE…: one sentence on a missing tool and the ways out.
needs() {
    local what=$1
    shift
    local install="install $* with the system's package manager"
    command -v apt-get >/dev/null && install="sudo apt-get install $*"
    printf 'the private Debian root needs %s: %s; or activate a conda environment made from environment.yml' "$what" "$install"
}

obtain_mmdebstrap() {
    local missing=()
    command -v mmdebstrap >/dev/null || missing+=("${BUILD_TOOLS[@]}")
    is_root || command -v newuidmap >/dev/null || missing+=(uidmap)
    if ((${#missing[@]})); then
        may_install_tools || die "$(needs "${missing[*]}" "${missing[@]}")"
        apt_install "${missing[@]}"
    fi
    is_root || mmdebstrap --unshare-helper true &>/dev/null || die "to make the private Debian root an ordinary user needs user namespaces and 65536 subordinate ids (as root: usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST $(id -un)); or activate a conda environment made from environment.yml"
}

build_root() {
    local partial=$ROOT.partial start=$SECONDS
    obtain_mmdebstrap
    ! apt_offers_dolfinx || say "an administrator could instead install DOLFINx for all: apt-get install ${DEBIAN_PACKAGES[*]}"
    say "making a private Debian ($DEBIAN_SUITE) in $ROOT (about 2 minutes, 2 GB; log: $LOG)"
    local options=(
        --variant=apt --include="$(IFS=, && echo "${DEBIAN_PACKAGES[*]}")"
        --dpkgopt=force-unsafe-io # an interrupted root is thrown away, so nothing needs fsync
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*'
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
    )
    mkdir "$partial"
    if is_root; then
        attended mmdebstrap "${options[@]}" "$DEBIAN_SUITE" "$partial" "${MIRROR[@]}"
    else
        unpack_as_user "$partial" "${options[@]}"
    fi >>"$LOG" 2>&1 || explain_failure "making the private Debian root"
    touch "${HOST_FILES[@]/#/$partial}"
    mv "$partial" "$ROOT"
    say "made it in $((SECONDS - start)) s, $(du -sh "$ROOT" 2>/dev/null | cut -f 1)"
}

# As an ordinary user mmdebstrap works under subordinate ids. Passing the tree through tar makes the
# user its owner, so that it can be used and removed without a user namespace.
unpack_as_user() {
    local partial=$1 pipe=${1%.partial}.tar.partial
    shift
    require_space /var/tmp 3
    mkfifo "$pipe"
    tar --extract --directory="$partial" --no-same-owner --file="$pipe" &
    local tar=$!
    TMPDIR=/var/tmp attended mmdebstrap --mode=unshare --skip=output/dev "$@" "$DEBIAN_SUITE" - "${MIRROR[@]}" >"$pipe" &&
        wait "$tar" && rm "$pipe"
}

# Folders of the host that show inside under their own names, one per line: every top-level folder that is
# not a part of the system, and wherever this call has its files.
host_folders() {
    local folder shown=()
    for folder in /*; do
        case $folder in
            /bin | /boot | /dev | /etc | /lib* | /lost+found | /proc | /run | /sbin | /sys | /usr | /var) ;;
            *) [[ -d $folder ]] && shown+=("$folder") ;;
        esac
    done
    for folder in /var/tmp "$HOME" "$PWD" "$CHECKOUT" "$CACHE" "${TMPDIR:-/tmp}"; do
        [[ -d $folder ]] && ! is_below "$folder" "${shown[@]}" && shown+=("$folder")
    done
    printf '%s\n' "${shown[@]}"
}

# is_below PATH FOLDER…
is_below() {
    local path=$1 folder
    shift
    for folder in "$@"; do
        [[ $path/ == "$folder"/* ]] && return
    done
    return 1
}

# Host files to show inside, as pairs of lines: source, target.
host_files() {
    local file
    for file in "${HOST_FILES[@]}"; do
        [[ -e $file ]] && printf '%s\n%s\n' "$file" "$file"
    done
    for file in "${HOST_CERTIFICATES[@]}"; do
        [[ -r $file ]] && printf '%s\n%s\n' "$file" "$CERTIFICATES" && break
    done
}

# Sets ENTER, the command line that runs the command behind it inside the root.
enter_root() {
    local folders files
    mapfile -t folders < <(host_folders)
    mapfile -t files < <(host_files)
    "enter_by_$MODE"
}

# No new process namespace: the command is a process of the host, which batch systems can account and signal.
enter_by_bwrap() {
    ENTER=(
        "$(command -v bwrap)" --die-with-parent
        --ro-bind "$ROOT/usr" /usr --ro-bind "$ROOT/etc" /etc --ro-bind "$ROOT/var" /var
        --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64
        --tmpfs /run --dev-bind /dev /dev --bind /proc /proc --ro-bind /sys /sys
    )
    local i
    for ((i = 0; i < ${#folders[@]}; i++)); do
        ENTER+=(--bind "${folders[i]}" "${folders[i]}")
    done
    for ((i = 0; i < ${#files[@]}; i += 2)); do
        ENTER+=(--ro-bind "${files[i]}" "${files[i + 1]}")
    done
    ENTER+=(--chdir "$PWD")
}

enter_by_proot() {
    ENTER=("$(command -v proot)" --rootfs="$ROOT" --bind=/dev --bind=/proc --bind=/sys)
    local i
    for ((i = 0; i < ${#folders[@]}; i++)); do
        ENTER+=(--bind="${folders[i]}")
    done
    for ((i = 0; i < ${#files[@]}; i += 2)); do
        ENTER+=(--bind="${files[i]}:${files[i + 1]}")
    done
    ENTER+=(--cwd="$PWD")
}
