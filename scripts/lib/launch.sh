# shellcheck shell=bash
# Running the command: environment variables, and signals that reach it.

# Variables of the host that would mix its compilers, libraries or Python into another system.
readonly FOREIGN_VARIABLES=(
    LD_LIBRARY_PATH LD_PRELOAD LIBRARY_PATH CPATH C_INCLUDE_PATH PKG_CONFIG_PATH
    CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS
    PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PETSC_DIR PETSC_ARCH SLEPC_DIR OPAL_PREFIX
)

# default NAME VALUE: exports NAME unless the user has set it.
default() {
    [[ -n ${!1+set} ]] || export "$1=$2"
}

export_variables() {
    case $MODE in
        inside)
            export PYTHONPATH="$CHECKOUT:$PYTHONPATH"
            return
            ;;
        active) PATH=$VENV/bin:$PATH ;;
        apt)
            unset "${FOREIGN_VARIABLES[@]}"
            PATH=$VENV/bin:/usr/bin:/bin:$PATH
            export PYTHONNOUSERSITE=1
            ;;
        bwrap | proot)
            unset "${FOREIGN_VARIABLES[@]}"
            PATH=$VENV/bin:/usr/local/bin:/usr/bin:/bin
            export PYTHONNOUSERSITE=1 LC_ALL=C.UTF-8
            use_certificates_of_root
            default OMPI_MCA_btl ^tcp # other nodes cannot be reached from the private root
            default PMIX_MCA_gds hash # the shared-memory store fails under proot
            ;;
    esac
    export PATH PYTHONPATH="$CHECKOUT${PYTHONPATH:+:$PYTHONPATH}"
    export PHASEFIELD_INSIDE=$MODE PHASEFIELD_CACHE=$CACHE XDG_CACHE_HOME=$FORMS
    default OMP_NUM_THREADS 1
    export_mpi_variables
}

# Open MPI 4 reads OMPI_*, the launcher of Open MPI 5 PRTE_*; MPICH reads neither and needs none.
export_mpi_variables() {
    default OMPI_MCA_rmaps_base_oversubscribe 1
    default PRTE_MCA_rmaps_default_mapping_policy :oversubscribe
    default PMIX_MCA_mca_base_suppress_deprecated_warning 1 # Open MPI 6 would rather read another name
    # Open MPI 5 pairs IPv4 with IPv6 addresses and warns "Unable to find reachable pairing" (open-mpi/ompi#14079).
    default OMPI_MCA_btl_tcp_disable_family 6
    # Ranks that wait let others work: twice as fast when two ranks share two cores with two other programs.
    default OMPI_MCA_mpi_yield_when_idle 1
    if is_root; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
}

# Certificate files named below /etc or /usr are the host's; the root has them all in one place.
use_certificates_of_root() {
    local name
    default SSL_CERT_FILE "$CERTIFICATES"
    for name in SSL_CERT_FILE PIP_CERT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE; do
        [[ ${!name-} != /etc/* && ${!name-} != /usr/* ]] || export "$name=$CERTIFICATES"
    done
}

# launch COMMAND…: replaces this shell by the command inside the environment, or stands in for it.
launch() {
    export_variables
    if needs_root; then
        supervise "${ENTER[@]}" /usr/bin/env --default-signal=INT,QUIT "$@"
    fi
    exec "$@"
}

# launch_mpi RANKS COMMAND…
# mpirun answers SIGTERM and SIGINT by killing the ranks at once, but passes SIGUSR1 on to them. So it runs out of
# reach of the terminal, and a request to stop reaches phasefield as SIGUSR1: it writes a checkpoint and exits 75.
launch_mpi() {
    export_variables
    STOP_SIGNAL=USR1
    supervise setsid "${ENTER[@]}" mpirun -n "$@" </dev/null
}

# supervise COMMAND…: runs it, passes signals on, exits with its status. bwrap and proot do not pass signals on,
# so they are skipped: the receiver is then their child. (In the background a shell lets its commands ignore
# SIGINT: bwrap and proot stay to report the status, and `launch` gives the command its default back.)
supervise() {
    local signal status=0 interrupted=yes child='' early=''
    # Before the command starts: a signal must find the trap, however soon it comes.
    for signal in HUP INT TERM USR1 USR2; do
        # shellcheck disable=SC2064 # the signal of now, the child of then
        trap "interrupted=yes; if [[ -n \$child ]]; then pass_on $signal \$child; else early=$signal; fi" "$signal"
    done
    "$@" <&0 &
    child=$!
    [[ -z $early ]] || pass_on "$early" "$child"
    while [[ -n $interrupted ]]; do
        interrupted=
        wait "$child" && status=0 || status=$?
    done
    exit "$status"
}

# pass_on SIGNAL CHILD
pass_on() {
    local signal=$1 receiver=$2
    if [[ -n ${STOP_SIGNAL-} ]]; then
        [[ $signal == USR2 ]] || signal=$STOP_SIGNAL
        STOP_SIGNAL=TERM # whoever asks twice does not want to wait
    elif [[ $signal == INT ]] && in_foreground; then
        return 0 # the terminal has sent it to the command as well
    fi
    ! needs_root || receiver=$(<"/proc/$receiver/task/$receiver/children") 2>/dev/null || return 0
    # shellcheck disable=SC2086 # zero or more process numbers
    [[ -z $receiver ]] || kill -s "$signal" $receiver 2>/dev/null || true
}

# True if this process belongs to the foreground group of a terminal (fields 5 and 8 of /proc/PID/stat).
in_foreground() {
    local stat fields
    stat=$(</proc/$$/stat)
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[2]} == "${fields[5]}" ]]
}
