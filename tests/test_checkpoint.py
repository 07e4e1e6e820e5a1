"""Checkpoints restore every value on any number of ranks and refuse what does not belong."""

import logging
from pathlib import Path

import h5py
import numpy as np
import pytest
from dolfinx import fem
from ranks import run_on
from small_domains import P_exact, functions, set_exact, small_domain

from phasefield.checkpoint import latest, load_checkpoint, save_checkpoint
from phasefield.errors import ResultError
from phasefield.fields import Owned
from phasefield.log import logger


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("checkpoints")
    for ranks in (1, 2):
        run_on(ranks, "write_results.py", out / str(ranks))
    return out


@pytest.mark.parametrize(("written", "read"), [(1, 1), (1, 2), (2, 1), (2, 3)])
def test_restores_on_another_number_of_ranks(results, written, read):
    run_on(read, "read_checkpoints.py", results / str(written))


@pytest.fixture
def domain():
    return small_domain("triangles")


def save(folder: Path, domain, step: int, **state) -> Path:
    fields = functions(domain, 1)
    set_exact(fields, step * 1e-12)
    return save_checkpoint(folder, domain, fields, {"step": step, **state})


def test_state_comes_back_exactly(tmp_path, domain):
    state = {"t": 0.1 + 0.2, "dt": np.float64(1e-13), "history": ["P_1"], "strain": np.arange(3.0)}
    save(tmp_path, domain, 12, **state)
    found = load_checkpoint(tmp_path, domain, functions(domain, 1))
    assert found == {
        "step": 12,
        "t": 0.1 + 0.2,
        "dt": 1e-13,
        "history": ["P_1"],
        "strain": [0.0, 1.0, 2.0],
    }


def test_two_are_kept_and_the_latest_is_found(tmp_path, domain):
    assert latest(tmp_path) is None
    for step in (5, 90, 100, 1000):
        path = save(tmp_path, domain, step)
        assert latest(tmp_path) == path
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step_000000100.h5", "step_000001000.h5"]
    assert load_checkpoint(tmp_path, domain, functions(domain, 1))["step"] == 1000


def test_going_on_from_an_earlier_one_drops_the_later(tmp_path, domain):
    """Else "latest" would be a state that was taken back."""
    for step in (50, 90, 100):
        save(tmp_path, domain, step)
    load_checkpoint(tmp_path / "step_000000090.h5", domain, functions(domain, 1))
    save(tmp_path, domain, 95)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step_000000090.h5", "step_000000095.h5"]


def test_checkpoints_within_a_step_come_after_it(tmp_path, domain):
    fields = functions(domain, 1)
    for inner in (0, 2, 17):
        path = save_checkpoint(tmp_path, domain, fields, {"step": 3}, inner)
        assert latest(tmp_path) == path
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["step_000000003_000002.h5", "step_000000003_000017.h5"]
    save(tmp_path, domain, 4)
    assert latest(tmp_path).name == "step_000000004.h5"


def test_what_an_interrupted_write_left_is_removed_and_not_read(tmp_path, domain):
    save(tmp_path, domain, 1)
    (tmp_path / "step_000000002.tmp").write_bytes(b"half a file")
    assert load_checkpoint(tmp_path, domain, functions(domain, 1))["step"] == 1
    save(tmp_path, domain, 3)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step_000000001.h5", "step_000000003.h5"]


def test_vectors_in_single_precision_come_back_bit_by_bit(tmp_path, domain):
    """Owned vectors, as the acceleration keeps them, beside functions; another precision is another layout."""
    V = functions(domain, 1)["P"].function_space
    owned = V.dofmap.index_map.size_local * V.dofmap.index_map_bs
    written = Owned(V, np.random.default_rng(1).standard_normal(owned).astype(np.float32))
    save_checkpoint(tmp_path, domain, {"dg": written}, {"step": 1})
    read = Owned(V, np.zeros(owned, dtype=np.float32))
    load_checkpoint(tmp_path, domain, {"dg": read})
    assert read.values.tobytes() == written.values.tobytes()
    with pytest.raises(ResultError, match=r'fields\.dg\.numbers: "float32" -> "float64"'):
        load_checkpoint(tmp_path, domain, {"dg": Owned(V, np.zeros(owned))})


def test_another_version_is_named(tmp_path, domain):
    path = save(tmp_path, domain, 1)
    with h5py.File(path, "r+") as file:
        file.attrs.update(format="phasefield-checkpoint 9", phasefield="7.1")
    with pytest.raises(ResultError, match=r"'phasefield-checkpoint 9', written by phasefield 7\.1; this version"):
        load_checkpoint(path, domain, functions(domain, 1))


def test_a_folder_without_checkpoint_is_named(tmp_path, domain):
    with pytest.raises(ResultError, match="no checkpoint found at"):
        load_checkpoint(tmp_path / "nothing.h5", domain, functions(domain, 1))
    with pytest.raises(ResultError, match="no checkpoint found at"):
        load_checkpoint(tmp_path, domain, functions(domain, 1))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def flip_a_bit(path: Path) -> None:
    """Alter one stored value behind the back of HDF5."""
    with h5py.File(path) as file:
        offset = file["fields/P"].id.get_offset()
    data = bytearray(path.read_bytes())
    data[offset + 17] ^= 1
    path.write_bytes(data)


def replace_by_text(path: Path) -> None:
    path.write_text("not HDF5")


DAMAGES = [truncate, flip_a_bit, replace_by_text]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_is_refused_and_leaves_the_fields_alone(tmp_path, domain, damage):
    path = save(tmp_path, domain, 1)
    damage(path)
    fields = functions(domain, 1)
    with pytest.raises(ResultError, match="damaged"):
        load_checkpoint(path, domain, fields)
    assert not fields["P"].x.array.any()


@pytest.mark.parametrize("damage", DAMAGES)
def test_from_a_folder_the_one_before_the_damaged_is_taken(tmp_path, domain, damage, caplog):
    save(tmp_path, domain, 1)
    damage(save(tmp_path, domain, 2))
    fields = functions(domain, 1)
    logger.addHandler(caplog.handler)
    with caplog.at_level(logging.WARNING, logger="phasefield"):
        assert load_checkpoint(tmp_path, domain, fields)["step"] == 1
    logger.removeHandler(caplog.handler)
    assert "step_000000002.h5" in caplog.text
    exact = fem.Function(fields["P"].function_space)
    exact.interpolate(lambda x: P_exact(x, 1e-12))
    np.testing.assert_allclose(fields["P"].x.array, exact.x.array, atol=1e-13)


def test_foreign_mesh_fields_and_state_are_named(tmp_path, domain):
    path = save(tmp_path, domain, 1, case="aaa")
    with pytest.raises(ResultError, match=r'case: "aaa" -> "bbb"'):
        load_checkpoint(path, domain, functions(domain, 1), {"case": "bbb"})
    with pytest.raises(ResultError, match=r"material: null -> 3"):
        load_checkpoint(path, domain, functions(domain, 1), {"material": 3})
    with pytest.raises(ResultError, match=r"fields\.P\.degree: 1 -> 2"):
        load_checkpoint(path, domain, functions(domain, 2))
    with pytest.raises(ResultError, match=r"fields\.u: null -> "):
        fields = functions(domain, 1)
        load_checkpoint(path, domain, {**fields, "u": fields["P"]})
    other = small_domain("quadrilaterals")
    with pytest.raises(ResultError, match=r'mesh: "hash of tri.*" -> "hash of quad'):
        load_checkpoint(path, other, functions(other, 1))


def test_a_foreign_newest_checkpoint_is_not_skipped(tmp_path, domain):
    """Only damage makes the loader fall back; a wrong case must be said."""
    save(tmp_path, domain, 1, case="mine")
    save(tmp_path, domain, 2, case="other")
    with pytest.raises(ResultError, match="other"):
        load_checkpoint(tmp_path, domain, functions(domain, 1), {"case": "mine"})


def test_failed_write_keeps_the_old_file_and_is_not_found_as_a_checkpoint(tmp_path, domain):
    path = save(tmp_path, domain, 1)
    before = path.read_bytes()
    with pytest.raises(TypeError, match="cannot be written to JSON"):
        save(tmp_path, domain, 1, unwritable=object())
    assert path.read_bytes() == before
    assert latest(tmp_path) == path


def test_degrees_whose_order_depends_on_the_cell_are_refused(tmp_path, domain):
    cubic = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 3)))
    with pytest.raises(ValueError, match="degree 2 at most, not 3"):
        save_checkpoint(tmp_path, domain, {"phi": cubic}, {"step": 0})


def test_constants_per_cell_are_restored(tmp_path, domain):
    written, read = (fem.Function(fem.functionspace(domain.mesh, ("DG", 0))) for _ in range(2))
    written.interpolate(lambda x: x[0] + 10 * x[1])
    save_checkpoint(tmp_path, domain, {"c": written}, {"step": 0})
    load_checkpoint(tmp_path, domain, {"c": read})
    np.testing.assert_array_equal(read.x.array, written.x.array)


def test_error_on_rank_zero_reaches_every_rank(tmp_path):
    """The program fails by itself if a rank waits or misses the error."""
    run_on(2, "load_nothing.py", tmp_path)
