"""The scripts that set up the environment: what they choose, say and pass on, without setting anything up."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
SCRIPTS = CHECKOUT / "scripts"
COMMANDS = [SCRIPTS / "env", SCRIPTS / "run", SCRIPTS / "test"]
SHELL_FILES = [*COMMANDS, CHECKOUT / ".ci/run", *sorted((SCRIPTS / "lib").glob("*.sh"))]


def outside(**variables: str) -> dict[str, str]:
    """Variables of this process as if it were outside the environment, with others on top."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PHASEFIELD_")} | variables


def call(*command: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a command gives when called from outside the environment."""
    return subprocess.run(
        list(map(str, command)), env=outside(**variables), capture_output=True, text=True, timeout=60, check=False
    )


def shell(body: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a few lines of shell give that use the functions of the scripts."""
    lines = f'set -euo pipefail\nsource "{SCRIPTS}/lib/environment.sh"\n{body}'
    return call("bash", "-c", lines, "test", *arguments, **variables)


@pytest.fixture
def python_with(tmp_path: Path) -> Callable[[str], str]:
    """Makes a folder with a `python3` that has a DOLFINx of some release, as far as its metadata tell."""

    def make(release: str) -> str:
        modules = tmp_path / f"modules-{release}"
        for name in ("dolfinx", "petsc4py", "mpi4py"):
            (modules / name).mkdir(parents=True)
            (modules / name / "__init__.py").touch()
        info = modules / f"fenics_dolfinx-{release}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fenics-dolfinx\nVersion: {release}\n")
        command = modules / "python3"
        command.write_text(f'#!/bin/sh\nPYTHONPATH={modules} exec {sys.executable} "$@"\n')
        command.chmod(0o755)
        return str(modules)

    return make


@pytest.mark.parametrize("file", SHELL_FILES, ids=lambda file: file.name)
def test_syntax(file: Path) -> None:
    assert call("bash", "-n", file).stderr == ""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda file: file.name)
def test_help_needs_no_set_up(command: Path, tmp_path: Path) -> None:
    done = call(command, "--help", PHASEFIELD_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: scripts/{command.name} ")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run"], "no case file"),
        (["run", "-n", "0", "case.toml"], "not '0'"),
        (["run", "-n", "two", "case.toml"], "not 'two'"),
        (["run", "-n"], "not ''"),
        (["run", "-n2"], "no case file"),
        (["env"], "Usage"),
    ],
)
def test_wrong_usage_needs_no_set_up(arguments: list[str], complaint: str, tmp_path: Path) -> None:
    done = call(SCRIPTS / arguments[0], *arguments[1:], PHASEFIELD_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 2
    assert complaint in done.stderr
    assert not (tmp_path / "cache").exists()


def test_requirements_are_those_of_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    expected = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert shell("requirements").stdout.splitlines() == expected


def test_active_python_comes_first(python_with: Callable[[str], str]) -> None:
    folder = python_with("0.10.0")
    done = shell('choose_mode; echo "$MODE $PYTHON"', PATH=f"{folder}:{os.environ['PATH']}")
    assert done.stdout.strip() == f"active {folder}/python3"


def test_old_dolfinx_is_not_taken(python_with: Callable[[str], str]) -> None:
    folder = python_with("0.8.0")
    variables = {"PATH": f"{folder}:{os.environ['PATH']}", "PHASEFIELD_ENV": "active"}
    done = shell("choose_mode", **variables)
    assert done.returncode == 1
    assert f"python3 ({folder}/python3) is not Python >= 3.11 with DOLFINx >= 0.9" in done.stderr


def test_another_python_means_other_packages(python_with: Callable[[str], str]) -> None:
    keys = {
        shell("choose_mode; locate; echo $VENV", PATH=f"{python_with(release)}:{os.environ['PATH']}").stdout
        for release in ("0.9.0", "0.10.0")
    }
    forced = shell("choose_mode; locate; echo $VENV", PHASEFIELD_ENV="proot").stdout
    assert len(keys) == 1, "the same interpreter"
    assert forced not in keys


def root_of(**variables: str) -> str:
    return shell("choose_mode; locate; echo $ROOT $VENV $FORMS", PHASEFIELD_ENV="proot", **variables).stdout


def test_roots_of_all_suites_coexist() -> None:
    default = root_of()
    others = {root_of(PHASEFIELD_DEBIAN="sid"), root_of(PHASEFIELD_MIRROR="http://localhost/debian")}
    assert root_of(PHASEFIELD_DEBIAN="trixie") == default
    paths = [path for folders in (default, *others) for path in folders.split()]
    assert len(paths) == len(set(paths)) == 9


def test_suite_takes_the_root(python_with: Callable[[str], str]) -> None:
    path = f"{python_with('0.10.0')}:{os.environ['PATH']}"
    modes = shell("choose_mode; needs_root && echo $IDENTITY", PATH=path, PHASEFIELD_DEBIAN="sid")
    assert modes.stdout.startswith("debian sid ")
    refused = shell("choose_mode", PATH=path, PHASEFIELD_DEBIAN="sid", PHASEFIELD_ENV="active")
    assert refused.returncode == 1
    assert "which PHASEFIELD_ENV=active does not use: unset one" in refused.stderr


def test_suite_without_dolfinx() -> None:
    done = shell("choose_mode", PHASEFIELD_DEBIAN="bookworm")
    assert done.returncode == 1
    assert "PHASEFIELD_DEBIAN=bookworm is not known to have DOLFINx >= 0.9: use one of: trixie sid;" in done.stderr
    other = {"PHASEFIELD_DEBIAN": "resolute", "PHASEFIELD_MIRROR": "deb http://localhost/ubuntu resolute universe"}
    assert shell("choose_mode", **other).returncode == 0


FAKES = """
attended() { "$@"; }
obtain_mmdebstrap() { :; }
require_space() { :; }
mmdebstrap() { mkdir -p "$partial/etc"; printf '%s\\n' "$@" >"$CACHE/called"; }
tar() { cat "$pipe"; }
"""


@pytest.mark.parametrize("root", ["true", "false"])
@pytest.mark.parametrize("mirror", ["", "deb [trusted=yes] http://localhost sid main"])
def test_suite_and_mirror_reach_mmdebstrap(root: str, mirror: str, tmp_path: Path) -> None:
    variables = {"PHASEFIELD_CACHE": str(tmp_path), "PHASEFIELD_DEBIAN": "sid", "PHASEFIELD_MIRROR": mirror}
    done = shell(f"{FAKES} is_root() {{ {root}; }}; ROOT=$CACHE/root; build_root", **variables)
    assert done.returncode == 0, done.stderr
    called = (tmp_path / "called").read_text().splitlines()
    target = f"{tmp_path}/root.partial" if root == "true" else "-"
    assert called[called.index("sid") :] == ["sid", target, *filter(None, [mirror])]


@pytest.mark.parametrize(
    ("release", "offered"),
    [
        ("ID=debian\nVERSION_ID=12", False),
        ("ID=debian\nVERSION_ID=13", True),
        ("ID=debian", True),  # testing
        ("ID=ubuntu\nVERSION_ID=24.04", False),
        ("ID=ubuntu\nVERSION_ID=26.04", True),
        ("ID=fedora\nVERSION_ID=43", False),
    ],
)
def test_distributions_that_carry_dolfinx(release: str, offered: bool, tmp_path: Path) -> None:
    (tmp_path / "os-release").write_text(release + "\n")
    done = shell("apt_offers_dolfinx", OS_RELEASE=str(tmp_path / "os-release"))
    assert (done.returncode == 0) == offered


@pytest.mark.parametrize(
    ("version", "minimum", "enough"),
    [("0.10.0", "0.9", True), ("0.9.0", "0.9", True), ("0.8.1", "0.9", False), ("24.04", "25.10", False)],
)
def test_versions_are_compared_as_numbers(version: str, minimum: str, enough: bool) -> None:
    assert (shell('at_least "$@"', version, minimum).returncode == 0) == enough


def test_unknown_choice() -> None:
    done = shell("choose_mode", PHASEFIELD_ENV="docker")
    assert done.returncode == 1
    assert "use active, apt, root, bwrap or proot" in done.stderr


def test_cache_that_cannot_be_made() -> None:
    done = call(SCRIPTS / "env", "true", PHASEFIELD_CACHE="/proc/cache", PHASEFIELD_ENV="root")
    assert done.returncode == 1
    assert done.stderr == "phasefield: cannot write to /proc/cache: set PHASEFIELD_CACHE to a folder of yours\n"


def test_full_disk(tmp_path: Path) -> None:
    done = shell('require_space "$1" 1e9', tmp_path)
    assert done.returncode == 1
    assert "GB free and the set-up needs 1e9 GB" in done.stderr


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("E: Failed to fetch x  Temporary failure resolving 'example.org'", "no network"),
        ("NewConnectionError: Failed to establish a new connection", "no network"),
        ("dpkg: error: No space left on device", "the disk of"),
        ("E: Unable to locate package python3-dolfinx", "E: Unable to locate package"),
        ("E: Release file for http://x/InRelease is expired", "the mirror's package lists are out of date"),
    ],
)
def test_failure_in_one_sentence(log: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "setup.log").write_text(log + "\n")
    done = shell("explain_failure 'making it'", PHASEFIELD_CACHE=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"phasefield: making it failed: {reason}")
    assert done.stderr.count("\n") == 1


def test_folders_shown_in_the_root(tmp_path: Path) -> None:
    elsewhere = {"HOME": "/usr/share", "PHASEFIELD_CACHE": str(tmp_path)}
    folders = shell("host_folders", **elsewhere).stdout.splitlines()
    assert {"/tmp", "/usr/share"} <= set(folders)
    assert not {"/usr", "/etc", "/proc", "/dev"} & set(folders)
    assert all(any(Path(path).is_relative_to(folder) for folder in folders) for path in (tmp_path, CHECKOUT))
    assert len(folders) == len(set(folders))


def test_user_variables_are_respected() -> None:
    show = 'MODE=bwrap VENV=/venv FORMS=/forms; export_variables; echo "$OMP_NUM_THREADS $OMPI_MCA_btl ${CC-none}"'
    done = shell(show, OMP_NUM_THREADS="3", OMPI_MCA_btl="self,sm", CC="icx")
    assert done.stdout.strip() == "3 self,sm none"


@pytest.mark.parametrize("code", [0, 2, 3, 75])
def test_exit_codes_pass(code: int) -> None:
    assert shell('MODE=active; supervise sh -c \'exit "$1"\' sh "$1"', code).returncode == code


@pytest.mark.parametrize(
    ("settings", "sent", "received"),
    [
        ("", signal.SIGTERM, "TERM"),
        ("", signal.SIGINT, "INT"),
        ("", signal.SIGUSR1, "USR1"),
        ("STOP_SIGNAL=USR1", signal.SIGTERM, "USR1"),
        ("STOP_SIGNAL=USR1", signal.SIGINT, "USR1"),
    ],
)
def test_signals_reach_the_command(settings: str, sent: signal.Signals, received: str) -> None:
    command = f'trap "echo {received}; exit 75" {received}; echo ready; while :; do sleep 0.05; done'
    lines = f"source {SCRIPTS}/lib/environment.sh; MODE=active {settings}; supervise env --default-signal=INT "
    lines += f"bash -c '{command}'"
    process = subprocess.Popen(
        ["bash", "-euc", lines], env=outside(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(sent)
    output, _ = process.communicate(timeout=30)
    assert (output, process.returncode) == (f"{received}\n", 75)


def test_set_up_in_progress_is_waited_for(tmp_path: Path) -> None:
    body = 'build_missing() { echo "$1"; sleep 0.5; }; is_complete() { false; }; set_up "$1"'
    both = f"( {body.replace('$1', 'first')} ) & sleep 0.2; ( {body.replace('$1', 'second')} ); wait"
    done = shell(both, PHASEFIELD_CACHE=str(tmp_path))
    assert done.stdout.split() == ["first", "second"]
    assert "another set-up is at work" in done.stderr


def test_stopped_set_up_leaves_nothing_running(tmp_path: Path) -> None:
    body = "build_missing() { echo ready; attended sh -c 'sleep 60 & wait'; }; is_complete() { false; }; set_up"
    lines = f"source {SCRIPTS}/lib/environment.sh; {body}"
    process = subprocess.Popen(
        ["bash", "-euc", lines], env=outside(PHASEFIELD_CACHE=str(tmp_path)), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    # The pipe closes when the last process that writes to it has ended.
    assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 143


def test_remains_of_an_interrupted_set_up_are_removed(tmp_path: Path) -> None:
    (tmp_path / "debian-0.partial/usr").mkdir(parents=True)
    (tmp_path / "venv-0").mkdir()
    body = 'MODE=active ROOT="$CACHE/root" VENV="$CACHE/venv-0" IDENTITY=x; locate() { :; }; build_missing'
    assert shell(body, PHASEFIELD_CACHE=str(tmp_path)).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["setup.log", "venv-0"]


def test_called_from_within() -> None:
    variables = {"PHASEFIELD_INSIDE": "active", "PYTHONPATH": "/somewhere"}
    done = call(SCRIPTS / "env", "sh", "-c", 'echo "$PYTHONPATH"; exit 3', **variables)
    assert (done.returncode, done.stdout) == (3, f"{CHECKOUT}:/somewhere\n")


def test_conda_environment_has_the_same_requirements() -> None:
    lines = (CHECKOUT / "environment.yml").read_text(encoding="utf-8").splitlines()
    listed = {line.removeprefix("  - ").split(" #")[0] for line in lines if line.startswith("  - ")}
    assert set(shell("requirements").stdout.split()) <= listed
