"""Processes of a study: why they end, and how they are stopped."""

import os
import signal
import sys
import threading
import time

import pytest
from studies_for_tests import write_study
from typer.testing import CliRunner

from phasefield.cli import app
from phasefield.errors import CaseError
from phasefield.study.running import Job, Stop, run_command, run_jobs


def job(folder, name, script):
    (folder / name).mkdir()
    return Job(name, folder / name, ("bash", "-c", script))


@pytest.mark.parametrize(
    "script, ending, reason",
    [
        ("true", "done", ""),
        ("exit 75", "stopped", "stopped with a checkpoint"),
        ("echo 'error: no mesh'; echo more; exit 2", "failed", "no mesh (exit code 2)"),
        ("echo trace; echo 'ValueError: a bug'; exit 1", "failed", "ValueError: a bug (exit code 1)"),
        ("echo boom >&2; exit 4", "failed", "boom (exit code 4)"),
        ("kill -SEGV $$", "failed", "ended by SIGSEGV"),
    ],
)
def test_how_a_process_ends(tmp_path, script, ending, reason):
    [outcome] = run_jobs([job(tmp_path, "one", script)], 1, Stop())
    assert (outcome.name, outcome.ending, outcome.reason) == ("one", ending, reason)


def test_as_many_run_at_a_time_as_there_are_workers(tmp_path):
    """Each of two waits for the other; the third starts when one of them is done."""
    meet = 'touch "$0.here"; until [ -e "$1.here" ]; do sleep 0.02; done'
    jobs = [job(tmp_path, name, "") for name in "abc"]
    places = [str(tmp_path / name) for name in "abc"]
    commands = [("bash", "-c", meet, *pair) for pair in (places[:2], places[1::-1], (places[2], places[0]))]
    jobs = [Job(j.name, j.folder, command) for j, command in zip(jobs, commands, strict=True)]
    assert [o.name for o in run_jobs(jobs, 2, Stop())][-1] == "c"


@pytest.mark.parametrize("workers, policy", [(1, ""), (2, "none")])
def test_runs_at_a_time_do_not_share_the_same_cores(tmp_path, monkeypatch, workers, policy):
    """Checked with Open MPI 5: without the variable two launchers bind their ranks to the same first cores."""
    monkeypatch.delenv("PRTE_MCA_hwloc_default_binding_policy", raising=False)
    one = job(tmp_path, "one", 'echo "$PRTE_MCA_hwloc_default_binding_policy"')
    list(run_jobs([one], workers, Stop()))
    assert (one.folder / "output.log").read_text() == f"{policy}\n"


def signalled(number, delay):
    """Send this process a signal after `delay` seconds."""
    timer = threading.Timer(delay, os.kill, (os.getpid(), number))
    timer.start()
    return timer


def test_a_signal_is_passed_on_and_nothing_more_is_started(tmp_path):
    wait = "trap 'exit 75' USR1; while true; do sleep 0.05; done"
    jobs = [job(tmp_path, "one", wait), job(tmp_path, "two", "true")]
    handler = signal.getsignal(signal.SIGINT)
    signalled(signal.SIGINT, 0.5)
    outcomes = list(run_jobs(jobs, 1, Stop()))
    assert [(o.name, o.ending) for o in outcomes] == [("one", "stopped")]
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_second_signal_ends_what_does_not_listen(tmp_path):
    jobs = [job(tmp_path, "deaf", "trap '' USR1; sleep 60 & wait")]
    signalled(signal.SIGTERM, 0.3)
    signalled(signal.SIGTERM, 0.6)
    [outcome] = run_jobs(jobs, 1, Stop())
    assert (outcome.ending, outcome.reason) == ("stopped", "ended at once")
    assert outcome.seconds < 10.0


def test_a_process_that_dies_of_the_signal_starts_anew_later(tmp_path):
    signalled(signal.SIGTERM, 0.3)
    [outcome] = run_jobs([job(tmp_path, "early", "sleep 60")], 1, Stop())
    assert (outcome.ending, outcome.reason) == ("stopped", "stopped before its first checkpoint")


def test_nothing_starts_when_time_is_up(tmp_path):
    write_study(tmp_path, {"members": {"one": {}}})
    done = CliRunner().invoke(app, ["study", str(tmp_path), "--max-hours", "0"])
    assert done.exit_code == 75 and "new: one" in done.output


def test_commands(tmp_path):
    case, folder = tmp_path / "case.toml", tmp_path / "out"
    alone = run_command(case, folder, continued=False, ranks=1, launcher="mpirun -n {ranks}")
    assert alone == (sys.executable, "-m", "phasefield", "run", str(case), "--out", str(folder), "--overwrite")
    several = run_command(case, folder, continued=True, ranks=3, launcher="env A='b c' mpirun -n {ranks}")
    assert several[:5] == ("env", "A=b c", "mpirun", "-n", "3") and several[-2:] == ("--restart", "latest")
    for launcher, message in [
        ("/nowhere/srun -n {ranks}", '"/nowhere/srun" is not installed'),
        ("", '"" is not installed'),
        ("mpirun '", "No closing quotation"),
    ]:
        with pytest.raises(CaseError, match=message):
            run_command(case, folder, continued=False, ranks=1 + ("srun" not in launcher), launcher=launcher)


def test_processes_are_stopped_when_nobody_looks_after_them(tmp_path):
    wait = "trap 'echo stopped >stopped; exit 75' USR1; touch ready; while true; do sleep 0.05; done"
    one = job(tmp_path, "one", f"cd {tmp_path}; {wait}")
    two = job(tmp_path, "two", f"until [ -e {tmp_path / 'ready'} ]; do sleep 0.05; done")
    outcomes = run_jobs([one, two], 2, Stop())
    assert next(outcomes).name == "two"
    outcomes.close()
    deadline = time.monotonic() + 20.0
    while not (tmp_path / "stopped").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "stopped").exists()


def test_the_reason_of_an_earlier_run_is_not_told_again(tmp_path):
    """A process that dies before it writes run.json leaves that of the run before."""
    again = job(tmp_path, "one", "echo 'no such library'; exit 127")
    record = again.folder / "run.json"
    record.write_text('{"format": 1, "status": "failed", "reason": "max_steps"}')
    os.utime(record, (1e9, 1e9))
    [outcome] = run_jobs([again], 1, Stop())
    assert outcome.reason == "no such library (exit code 127)"
