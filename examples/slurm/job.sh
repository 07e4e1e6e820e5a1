#!/usr/bin/env bash
# One run on several processors of a cluster:  sbatch job.sh case.toml [options of phasefield run]
#SBATCH --job-name=phasefield
#SBATCH --ntasks=16
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --output=%x-%j.log
set -euo pipefail

# What makes `phasefield` and the cluster's MPI available, for example:
# module load fenicsx && source ~/phasefield/bin/activate
export OMP_NUM_THREADS=1

# Where MPI was not built for SLURM: mpirun instead of srun.
srun phasefield run "$@"
