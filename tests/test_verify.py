"""``verify`` finds what does not hold: a changed byte anywhere, an offset that leads elsewhere, a graph of other facts."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from paperatlas.building import relink
from paperatlas.errors import AtlasError
from paperatlas.graph.store.seal import UNSEALED, holds, seal
from paperatlas.graph.verify import verify


@pytest.fixture
def atlas(example_folder: Path, tmp_path: Path) -> Path:
    """A copy of the examples' atlas, to be damaged."""
    return Path(shutil.copytree(example_folder, tmp_path / "atlas"))


def faults(folder: Path) -> list[str]:
    """Return what ``verify`` says of an atlas."""
    try:
        return [str(fault) for fault in verify(folder / "atlas.db")]
    except AtlasError as error:
        return [str(error)]


def change(folder: Path, *statements: str) -> None:
    """Change the store and seal it again, as one would who wanted it to go unseen."""
    store = folder / "atlas.db"
    with closing(sqlite3.connect(store)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount == 1
        connection.execute("UPDATE meta SET value = ? WHERE name = 'seal'", (UNSEALED,))
        connection.commit()
    seal(store)


def test_an_atlas_as_it_was_written_holds(atlas: Path) -> None:
    assert faults(atlas) == []


def flipped(whole: bytes, place: int, chance: random.Random) -> bytes:
    """Return a file with one bit of one byte changed."""
    return whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]


def test_any_changed_byte_breaks_the_seal(atlas: Path) -> None:
    store = atlas / "atlas.db"
    whole = store.read_bytes()
    with closing(sqlite3.connect(store)) as connection:
        (digest,) = connection.execute("SELECT value FROM meta WHERE name = 'seal'").fetchone()
    assert holds(store, digest)
    chance = random.Random(5)
    # All of the header and of the page with the seal, and others anywhere.
    for place in [*range(100), *range(8000, 8192), *(chance.randrange(len(whole)) for _ in range(300))]:
        store.write_bytes(flipped(whole, place, chance))
        assert not holds(store, digest), place


def test_a_changed_byte_is_a_fault(atlas: Path) -> None:
    store = atlas / "atlas.db"
    whole = store.read_bytes()
    chance = random.Random(6)
    # The first byte, the schema's version, the seal, and others anywhere.
    seal_at = whole.index(b"seal", 4096) + 6
    for place in [0, 63, 71, seal_at, *(chance.randrange(len(whole)) for _ in range(8))]:
        store.write_bytes(flipped(whole, place, chance))
        assert faults(atlas), place
        assert all(fault.startswith(str(atlas)) for fault in faults(atlas))


def test_a_file_that_is_cut_off_or_has_more_is_a_fault(atlas: Path) -> None:
    store = atlas / "atlas.db"
    whole = store.read_bytes()
    for damaged in (whole[:-1], whole[:-4096], whole + b"x", whole + bytes(4096)):
        store.write_bytes(damaged)
        assert faults(atlas)


PAPER = "arXiv:1711.00937"


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (
            f"UPDATE mentions SET start = start + 1 WHERE (paper, start) IN (SELECT paper, start FROM mentions WHERE paper = '{PAPER}' LIMIT 1)",
            "stands",
        ),
        (
            f"UPDATE mentions SET start = 100000, end = 100001 WHERE (paper, start) IN (SELECT paper, start FROM mentions WHERE paper = '{PAPER}' LIMIT 1)",
            "is no text of it",
        ),
        (
            f"UPDATE relations SET end = start WHERE paper = '{PAPER}' AND position = 0",
            "is no text of it",
        ),
        (
            "UPDATE results SET value = '99.99' WHERE (paper, position) IN (SELECT paper, position FROM results LIMIT 1)",
            "does not stand in its evidence",
        ),
        (f"UPDATE papers SET abstract = abstract || '!' WHERE paper = '{PAPER}'", "their hash is another"),
        (f"UPDATE entities SET confidence = 0.001 WHERE paper = '{PAPER}' AND position = 0", "their hash is another"),
        ("UPDATE nodes SET name = 'VQVAE' WHERE node = 'vq-vae'", "nodes vq-vae: not what the facts give"),
        ("DELETE FROM nodes WHERE node = 'vq-vae'", "nodes vq-vae: not what the facts give"),
        ("DELETE FROM names WHERE key = 'vqvae'", "names vqvae vq-vae: not what the facts give"),
        (
            "UPDATE edges SET data = json_set(data, '$.evidence[0].quote', 'We made this up.') WHERE rowid = 1",
            "is not what stands there",
        ),
        (
            "INSERT INTO edges VALUES ('vq-vae', 'isA', 'wavenet', x'00', '{\"evidence\": [], \"results\": []}')",
            "edge vq-vae isA wavenet: has no evidence",
        ),
        ("INSERT INTO mentions VALUES ('nowhere', 'x', 0, 1, 'x')", "paper nowhere: not there, but has mentions"),
        ("UPDATE runs SET id = 'another'", "which is not there"),
    ],
)
def test_what_the_facts_or_texts_do_not_say_is_a_fault_even_under_a_fresh_seal(
    statement: str, complaint: str, atlas: Path
) -> None:
    change(atlas, statement)
    found = faults(atlas)
    assert [fault for fault in found if complaint in fault], found
    assert not [fault for fault in found if "seal" in fault]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE nodes SET data = replace(data, 'a', 'b') WHERE node = 'imagenet'",
        "UPDATE edges SET data = replace(data, 'a', 'b') WHERE rowid = 1",
        "UPDATE members SET node = 'x', family = 'y' WHERE (paper, entity) = (SELECT paper, entity FROM members)",
        "DELETE FROM families WHERE key = 'imagenet'",
    ],
)
def test_a_graph_that_is_wrong_is_a_fault_and_made_anew(statement: str, atlas: Path) -> None:
    before = (atlas / "atlas.db").read_bytes()
    change(atlas, statement)
    assert [fault for fault in faults(atlas) if "not what the facts give" in fault]
    relink(atlas, anew=True)
    assert (atlas / "atlas.db").read_bytes() == before
    assert faults(atlas) == []


@pytest.mark.parametrize("name", ["atlas.ttl", "atlas.html"])
def test_a_file_that_was_not_made_of_the_store_is_a_fault(name: str, atlas: Path) -> None:
    (atlas / name).write_bytes((atlas / name).read_bytes() + b"\n")
    (fault,) = faults(atlas)
    assert fault.startswith(f"{atlas / name}: file: not what was made of the store")
    (atlas / name).unlink()
    assert faults(atlas) == []


@pytest.mark.parametrize("prepare", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
@pytest.mark.parametrize("name", ["atlas.ttl", "atlas.html"])
def test_what_is_no_file_is_a_fault(name: str, prepare: Callable[[Path], object], atlas: Path) -> None:
    (atlas / name).unlink()
    prepare(atlas / name)
    told = "file: is no file; move it away: 'paperatlas build -o DIR' links it anew"
    assert faults(atlas) == [f"{atlas / name}: {told}"]


def test_what_a_person_says_and_cannot_be_read_is_no_fault_of_the_store(atlas: Path) -> None:
    (atlas / "overrides.toml").write_bytes(b"\xff")
    assert faults(atlas) == [f"{atlas / 'overrides.toml'}: file: cannot be read: not UTF-8"]
