"""The files of blocks: every changed byte is noticed, and nothing but the expected arrays is read."""

import io
import warnings
import zipfile

import numpy as np
import pytest

from boltzmann.experiments import DamagedBlockError, Results
from boltzmann.experiments.store import archive
from boltzmann.experiments.store.archive import read_archive, write_archive
from tests.support.folders import contents
from tests.support.small_run import FIRST, computed


def zipped(members, method=zipfile.ZIP_STORED):
    content = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(content, "w", method) as made:
        for name, data in members:
            with made.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                file.write(data)
    return content.getvalue()


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return [(member.filename, made.read(member)) for member in made.infolist()]


def changed(content, change, name="reward"):
    with np.load(io.BytesIO(content)) as stored:
        arrays = dict(stored)
    arrays[name] = change(arrays[name])
    made = io.BytesIO()
    np.savez(made, allow_pickle=True, **arrays)
    return made.getvalue()


def deflated(content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members(content):
            target.writestr(name, data)
    return made.getvalue()


CRAFTED = {
    "empty": lambda content: b"",
    "doubled": lambda content: content * 2,
    "followed": lambda content: content + b"\0",
    "preceded": lambda content: b"\0" + content,
    "no archive": lambda content: b"no archive at all",
    "one array for all": lambda content: zipped(members(content)[:1]),
    "deflated": deflated,
    "a bomb": lambda content: deflated(zipped([("reward.npy", bytes(2**26)), *members(content)[1:]])),
    "an extra array": lambda content: zipped([*members(content), ("more.npy", members(content)[0][1])]),
    "an extra text": lambda content: zipped([*members(content), ("README", b"hello")]),
    "an array missing": lambda content: zipped(members(content)[1:]),
    "an array twice": lambda content: zipped([members(content)[0], *members(content)[:-1]]),
    "a folder": lambda content: zipped([("reward/", b""), *members(content)[1:]]),
    "a path above": lambda content: zipped([("../reward.npy", members(content)[0][1]), *members(content)[1:]]),
    "a member that is no array": lambda content: zipped([("reward.npy", b"no array"), *members(content)[1:]]),
    "a member that is empty": lambda content: zipped([("reward.npy", b""), *members(content)[1:]]),
    "a long name": lambda content: zipped([("r" * 60_000, b""), *members(content)[1:]]),
    "a comment": lambda content: content[:-2] + b"\x05\0hello",
    "objects": lambda content: changed(content, lambda array: array.astype(object)),
    "another dtype": lambda content: changed(content, lambda array: array.astype(np.float32)),
    "integers": lambda content: changed(content, lambda array: array.astype(np.int64)),
    "another endianness": lambda content: changed(content, lambda array: array.astype(">f8")),
    "another order": lambda content: changed(content, np.asfortranarray),
    "another shape": lambda content: changed(content, lambda array: array.T),
    "more axes": lambda content: changed(content, lambda array: array[..., np.newaxis]),
    "fewer rows": lambda content: changed(content, lambda array: array[:1]),
    "an identity of bytes": lambda content: changed(content, lambda array: array.astype("S"), "place"),
    "no identity": lambda content: zipped(members(content)[:-1]),
    "another identity": lambda content: changed(content, lambda array: np.array("x" + str(array)[1:]), "place"),
    "a huge shape": lambda content: content.replace(b"(4, 2), }", b"(4, 9**9)"),
}


@pytest.mark.parametrize("damage", CRAFTED)
def test_a_crafted_block_is_named_and_computed_again(folder, whole, damage):
    (folder / FIRST).write_bytes(CRAFTED[damage](whole[FIRST]))
    with pytest.raises(DamagedBlockError, match=FIRST):
        list(Results.load(folder).cells())
    with pytest.warns(UserWarning, match=rf"{FIRST} is .*; it is computed again"):
        computed(folder)
    assert contents(folder) == whole


def test_every_flipped_bit_and_every_cut_is_noticed(whole):
    content = whole[FIRST]
    with np.load(io.BytesIO(content)) as stored:
        expected = {name: (array.dtype, array.shape) for name, array in stored.items()}
    assert read_archive(content, expected)
    flipped = bytearray(content)
    for position in range(len(content)):
        for bit in range(8):
            flipped[position] ^= 1 << bit
            with pytest.raises(ValueError, match=r"[a-z]"):
                read_archive(flipped, expected)
            flipped[position] ^= 1 << bit
        with pytest.raises(ValueError, match=r"[a-z]"):
            read_archive(content[:position], expected)


def test_flipped_bits_of_a_folder_return_to_its_bytes(folder, whole):
    rng = np.random.default_rng(0)
    for position in rng.integers(len(whole[FIRST]), size=40):
        flipped = bytearray(whole[FIRST])
        flipped[position] ^= 1 << int(rng.integers(8))
        (folder / FIRST).write_bytes(flipped)
        with pytest.warns(UserWarning, match=FIRST):
            computed(folder)
        assert contents(folder) == whole


def test_archives_of_other_versions_of_python_are_read(whole):
    content = whole[FIRST]
    with np.load(io.BytesIO(content)) as stored:
        arrays = dict(stored)
    expected = {name: (array.dtype, array.shape) for name, array in arrays.items()}
    # Python before 3.11.4 wrote version 2.0 and both sizes into the headers.
    older = bytearray(content.replace(b"PK\3\4\x2d", b"PK\3\4\x14").replace(b"PK\1\2\x2d\3\x2d", b"PK\1\2\x14\3\x14"))
    start = 0
    for _ in expected:
        start = older.index(b"PK\3\4", start)
        name_length = int.from_bytes(older[start + 26 : start + 28], "little")
        size = older[start + 30 + name_length + 4 :][:4]
        older[start + 18 : start + 26] = size + size
        start += 4
    for variant in (bytes(older), older.replace(b"PK\1\2\x14\3", b"PK\1\2\x14\0")):
        read = read_archive(variant, expected)
        assert all(read[name].tobytes() == array.tobytes() for name, array in arrays.items())


@pytest.mark.parametrize("limit", [1, 500, 1000, 2000])
def test_archives_of_gigabytes_have_the_layout_of_zipfile(whole, monkeypatch, limit):
    with np.load(io.BytesIO(whole[FIRST])) as stored:
        arrays = dict(stored)
    expected = {name: (array.dtype, array.shape) for name, array in arrays.items()}
    for module in (zipfile, archive):
        monkeypatch.setattr(module, "ZIP64_LIMIT", limit)
    content = write_archive(arrays)
    assert len(content) > len(whole[FIRST])
    assert read_archive(content, expected)
