"""The file of a block, NumPy's .npz: NumPy writes it, and it is read by the one layout that NumPy gives it.

The plan of a run gives the name, kind and shape of every array, so a file is compared with them before any of its
numbers is copied. Numbers have checksums, and every other byte has one possible value, so no changed byte is read.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple
from zipfile import ZIP64_LIMIT

import numpy as np
from numpy.typing import NDArray

Shapes = Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]]
"""The kind and shape of each array, by its name."""

MOST_BESIDES = 2**16
"""Most bytes of a file besides the numbers of its arrays."""

# The fields of the ZIP format, in its own order: PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16 and 4.5.3.
_LOCAL_MARK = b"PK\3\4"
_LOCAL = struct.Struct("<4s5H3L2H")
_SIZES = struct.Struct("<2H2Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_ELSEWHERE = 0xFFFFFFFF
"""Stands in a field of four bytes whose number stands in a field of eight bytes elsewhere."""

_NPY = struct.Struct("<8sH")
_NPY_MAGIC = b"\x93NUMPY\x01\x00"


class _Maker(NamedTuple):
    """Where the programs that write archives differ; each does the same for all arrays of an archive."""

    version: int
    time: int
    date: int
    in_long_form: bool


class _Member(NamedTuple):
    """One array of an archive: its .npy file and the checksum of it."""

    name: bytes
    content: memoryview
    checksum: int

    @property
    def shown(self) -> str:
        """The name for messages."""
        return self.name[:60].decode(errors="replace").removesuffix(".npy")


def write_archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as the bytes of one .npz file."""
    content = io.BytesIO()
    np.savez(content, **dict[str, Any](arrays))
    return content.getvalue()


def read_archive(content: bytes, expected: Shapes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive, whose names may come in any order.

    Raises
    ------
    ValueError
        For bytes that are not the archive of just these arrays.

    Examples
    --------
    >>> content = write_archive({"reward": np.zeros(2)})
    >>> read_archive(content, {"reward": (np.dtype(float), (2,))})
    {'reward': array([0., 0.])}
    >>> read_archive(content, {"reward": (np.dtype(float), (3,))})
    Traceback (most recent call last):
        ...
    ValueError: reward is not an array of float64 of shape (3,)
    """
    whole, members, maker, offsets = memoryview(content), list[_Member](), None, [0]
    while whole[offsets[-1] :][:4] == _LOCAL_MARK and len(members) <= len(expected):
        member, its_maker, end = _read_member(whole, offsets[-1])
        if maker not in (None, its_maker):
            raise ValueError(f"the header of {member.shown} differs from that of {members[0].shown}")
        maker = its_maker
        members.append(member)
        offsets.append(end)
    names = [member.name.decode(errors="replace").removesuffix(".npy") for member in members]
    if maker is None or sorted(names) != sorted(expected):
        raise ValueError(f"it does not hold just the arrays {', '.join(expected)}")
    directory = bytes(whole[offsets[-1] :][: MOST_BESIDES + 1])
    if len(directory) < _ENTRY.size or directory != _directory(directory, members, maker, offsets):
        raise ValueError("the list of its arrays is damaged")
    return {name: _array(member, *expected[name]) for name, member in zip(names, members, strict=True)}


def _read_member(whole: memoryview, offset: int) -> tuple[_Member, _Maker, int]:
    """Read the member whose header begins at an offset; return it with its maker and its end."""
    start = offset + _LOCAL.size
    if len(whole) < start + _SIZES.size:
        raise ValueError("it is cut off")
    _, version, _, _, time, date, checksum, size, _, name_length, _ = _LOCAL.unpack(whole[offset:start])
    begin = start + name_length + _SIZES.size
    if len(whole) < begin:
        raise ValueError("it is cut off")
    _, _, true_size, _ = _SIZES.unpack(whole[begin - _SIZES.size : begin])
    member = _Member(bytes(whole[start : start + name_length]), whole[begin : begin + true_size], checksum)
    if len(member.content) < true_size:
        raise ValueError("it is cut off")
    if zlib.crc32(member.content) != checksum:
        raise ValueError(f"{member.shown} fails its checksum")
    maker = _Maker(version, time, date, size == _ELSEWHERE)
    if whole[offset:begin] != _local_header(member, maker):
        raise ValueError(f"the header of {member.shown} is damaged")
    return member, maker, begin + true_size


def _local_header(member: _Member, maker: _Maker) -> bytes:
    # Python before 3.11.4 wrote a small size into both fields.
    size = len(member.content)
    short = _ELSEWHERE if maker.in_long_form else size
    fields = maker.version, 0, 0, maker.time, maker.date, member.checksum, short, short
    start = _LOCAL.pack(_LOCAL_MARK, *fields, len(member.name), _SIZES.size)
    return start + member.name + _SIZES.pack(1, _SIZES.size - 4, size, size)


def _directory(found: bytes, members: list[_Member], maker: _Maker, offsets: list[int]) -> bytes:
    """Return the list of members that ends an archive; two fields that name the system are those that were found."""
    fields = _ENTRY.unpack(found[: _ENTRY.size])
    made_by, attributes = fields[1], fields[15]
    entries = [
        _entry(member, maker, offset, made_by, attributes) for member, offset in zip(members, offsets[:-1], strict=True)
    ]
    begin, size, count = offsets[-1], sum(map(len, entries)), len(entries)
    if begin > ZIP64_LIMIT:
        entries.append(_END64.pack(b"PK\6\6", _END64.size - 12, 45, 45, 0, 0, count, count, size, begin))
        entries.append(_LOCATOR.pack(b"PK\6\7", 0, begin + size, 1))
    end = _END.pack(b"PK\5\6", 0, 0, count, count, size, min(begin, _ELSEWHERE), 0)
    return b"".join([*entries, end])


def _entry(member: _Member, maker: _Maker, offset: int, made_by: int, attributes: int) -> bytes:
    size, long = len(member.content), list[int]()
    short_size, short_offset = size, offset
    if size > ZIP64_LIMIT:
        long, short_size = [size, size], _ELSEWHERE
    if offset > ZIP64_LIMIT:
        long, short_offset = [*long, offset], _ELSEWHERE
    extra = struct.pack(f"<2H{len(long)}Q", 1, 8 * len(long), *long) if long else b""
    fields = made_by, maker.version, 0, 0, maker.time, maker.date, member.checksum, short_size, short_size
    lengths = len(member.name), len(extra), 0
    return _ENTRY.pack(b"PK\1\2", *fields, *lengths, 0, 0, attributes, short_offset) + member.name + extra


def _array(member: _Member, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Copy the numbers of a .npy file, whose header must describe just this array."""
    magic, length = _NPY.unpack(member.content[: _NPY.size]) if len(member.content) >= _NPY.size else (b"", 0)
    begin = _NPY.size + length
    described = f"{{'descr': {dtype.str!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    numbers = member.content[begin:]
    # Versions of NumPy differ in the number of blanks behind the description.
    fits = bytes(member.content[_NPY.size : begin]).rstrip() == described
    if magic != _NPY_MAGIC or not fits or len(numbers) != dtype.itemsize * math.prod(shape):
        raise ValueError(f"{member.shown} is not an array of {dtype} of shape {shape}")
    return np.frombuffer(numbers, dtype).reshape(shape).copy()
