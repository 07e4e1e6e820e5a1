"""Messages reach the terminal and run.log once, from the rank and level they should."""

import io
import subprocess
import sys

import pytest

from phasefield import log
from phasefield.errors import CaseError
from phasefield.log import logger
from phasefield.progress import Progress, StepReport, TimeLeft, seconds

REPORT = StepReport(step=3, t=2e-12, dt=5e-13, iterations=42, residual=1.5e-3, energy=-1.25e-18, mean_P=0.26)


@pytest.fixture(autouse=True)
def restored_logger():
    state = (logger.level, logger.propagate, list(logger.handlers))
    yield
    logger.level, logger.propagate, logger.handlers[:] = state


def test_rank_zero_shows_messages_and_others_only_warnings(capsys):
    for rank in (0, 1):
        log.setup(rank)
        logger.info("step done")
        logger.warning("slow")
    assert capsys.readouterr().err.splitlines() == [
        "step done",
        "warning: slow",
        "warning: [rank 1] slow",
    ]


def test_level_from_argument_and_environment(capsys, monkeypatch):
    monkeypatch.setenv(log.LEVEL_VARIABLE, "warning")
    log.setup()
    logger.info("hidden")
    log.setup(level="debug")
    logger.debug("shown")
    assert capsys.readouterr().err == "shown\n"


def test_unknown_level_is_refused(monkeypatch):
    monkeypatch.setenv(log.LEVEL_VARIABLE, "WARN1NG")
    with pytest.raises(CaseError, match=r'"WARN1NG" is not one of .*did you mean "WARNING"'):
        log.setup()


def test_file_holds_messages_whatever_the_terminal_shows(tmp_path, capsys):
    log.setup(level="ERROR")
    path = tmp_path / "run.log"
    handler = log.open_file(path)
    logger.info("first")
    log.close_file(handler)
    logger.info("after closing")
    handler = log.open_file(path)
    logger.warning("second")
    log.close_file(handler)
    lines = path.read_text().splitlines()
    assert [line.split(maxsplit=2)[2] for line in lines] == ["INFO    first", "WARNING second"]
    assert capsys.readouterr().err == ""


def test_other_ranks_touch_the_file_only_to_warn(tmp_path):
    handler = log.open_file(tmp_path / "run.log", rank=2)
    logger.info("nothing")
    assert not (tmp_path / "run.log").exists()
    logger.error("broken")
    log.close_file(handler)
    assert "ERROR   [rank 2] broken" in (tmp_path / "run.log").read_text()


def test_import_attaches_nothing_that_prints():
    program = "from phasefield.log import logger; print([type(h).__name__ for h in logger.handlers])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['NullHandler']"


def test_batch_prints_one_line_per_step(capsys):
    log.setup()
    with Progress(end=8e-12, terminal=False) as progress:
        progress.step(REPORT)
    (line,) = capsys.readouterr().err.splitlines()
    for part in ("step      3", "2 ps", "500 fs", "its   42", "res 1.50e-03", "-1.25000000e-18 J"):
        assert part in line
    assert "|P| 0.26 C/m^2" in line
    assert "left 0:00:00" in line


def test_other_ranks_report_nothing(capsys):
    log.setup(rank=0)
    with Progress(rank=1, end=8e-12, terminal=True) as progress:
        progress.step(REPORT)
    assert capsys.readouterr().err == ""


def test_terminal_shows_a_bar_and_the_file_the_lines(tmp_path, monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "200")
    log.setup()
    handler = log.open_file(tmp_path / "run.log")
    with Progress(end=8e-12, terminal=True) as progress:
        progress.step(REPORT)
        logger.warning("a message beside the bar")
    log.close_file(handler)
    shown = screen.getvalue()
    assert "energy" not in shown
    assert "a message beside the bar" in shown
    assert "|P| 0.26" in shown
    assert "energy -1.25000000e-18 J" in (tmp_path / "run.log").read_text()


def test_time_left_follows_the_recent_speed(monkeypatch):
    clock = iter([0.0, 10.0, 20.0, 21.0, 22.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    left = TimeLeft(start=0.0, end=100.0, window=3)
    assert left.update(10.0).total_seconds() == 90  # 1 per second
    assert left.update(20.0).total_seconds() == 80
    assert left.update(40.0).total_seconds() == 22  # 30 in 11 seconds
    assert left.update(60.0).total_seconds() == 2  # 40 in 2 seconds


def test_time_left_is_unknown_without_an_end_or_without_progress():
    assert TimeLeft(0.0, None).update(1.0) is None
    assert TimeLeft(5.0, 10.0).update(5.0) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 s"),
        (1.0, "1 s"),
        (1.25e-11, "12.5 ps"),
        (9.9999e-10, "1 ns"),
        (3e-7, "300 ns"),
        (2e-21, "2e-21 s"),
        (90.0, "90 s"),
    ],
)
def test_times_are_printed_with_a_prefix(value, text):
    assert seconds(value) == text
