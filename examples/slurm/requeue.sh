#!/usr/bin/env bash
# A run longer than the wall time:  sbatch requeue.sh case.toml [options of phasefield run]
# Five minutes before the end it writes a checkpoint, the job is requeued, and the run goes on from there.
#SBATCH --job-name=phasefield
#SBATCH --ntasks=16
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -uo pipefail

# module load fenicsx && source ~/phasefield/bin/activate
export OMP_NUM_THREADS=1

restart=()
if ((${SLURM_RESTART_COUNT:-0} > 0)); then
    restart=(--restart latest)
fi

# The shell gets the signal, and hands it on to the run, which stops after its present step with exit code 75.
# A cancelled job (TERM) also writes its checkpoint, but does not come back.
run='' requeue=1 signalled=1
trap 'signalled=1; kill -USR1 "$run"' USR1
trap 'signalled=1; requeue=0; kill -USR1 "$run"' TERM
srun phasefield run "$@" "${restart[@]}" &
run=$!
while ((signalled)); do
    signalled=0
    wait "$run"
    code=$?
done
if ((code == 75 && requeue)); then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
