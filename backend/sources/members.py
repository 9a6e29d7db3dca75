"""What lies in a .zip, .tar or .tar.gz, member by member, without trusting any of it.

Archives are recognised by their first bytes, not by their names. Both libraries read lists of
members and long names in one go, as large as the archive says: they are given a file that refuses
to be read in large pieces, so that a header cannot fill the memory.
"""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from backend.errors import InvalidRequestError

LARGEST_READ = 4 * 2**20
"""Bytes that one header, name or list of members may have."""
PIECE = 2**20
"""Bytes of a member that are read at once."""
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_START = b"\x1f\x8b"
_TAR_MAGIC = b"ustar"
_TAR_MAGIC_AT = 257
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,  # zipfile and gzip: the compressed bytes make no sense
    struct.error,  # zipfile, of some Python versions: a field is cut off
    EOFError,  # zipfile and gzip: the content ends early
    NotImplementedError,  # zipfile: a version or a flag that no archive of ours has
    ValueError,  # zipfile: a name that is no UTF-8; tarfile: a number that is none; _Guarded
)
"""What the libraries raise when an archive is not as it should be."""


@dataclass(frozen=True)
class Member:
    """One entry of an archive.

    Attributes:
        name: as the archive has it.
        kind: file, folder, or what it is otherwise: a link, a special file, ...
        size: bytes of its content, as the archive says.
        open: its content.
    """

    name: str
    kind: str
    size: int
    open: Callable[[], AbstractContextManager[IO[bytes]]]


@contextmanager
def opened_archive(path: Path, shown: str) -> Iterator[Iterator[Member]]:
    """The members of an archive, in its order, to be read one after the other.

    Args:
        path: of the archive.
        shown: its name in messages.

    Raises:
        InvalidRequestError: the file is no archive, or a damaged one; also while it is read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_TAR_MAGIC_AT + len(_TAR_MAGIC))
        if start.startswith(_ZIP_STARTS):
            with path.open("rb") as file, zipfile.ZipFile(_Guarded(file, shown)) as archive:
                yield _zip_members(archive)
        elif start.startswith(_GZIP_START):
            with gzip.open(path, "rb") as unzipped:
                yield from _opened_tar(unzipped, shown)
        elif start[_TAR_MAGIC_AT:] == _TAR_MAGIC:
            with path.open("rb") as file:
                yield from _opened_tar(file, shown)
        else:
            raise InvalidRequestError(
                f"{shown!r} is no archive: it begins like none of .zip, .tar and .tar.gz.",
                remedy="Put the checkpoint's folder into one of them.",
            )
    except _DAMAGED as error:
        raise damaged(shown, str(error)) from error


def damaged(shown: str, why: str) -> InvalidRequestError:
    """The error for an archive that cannot be read to its end."""
    return InvalidRequestError(
        f"The archive {shown!r} is damaged or cut off: {why}.",
        remedy="Make it or copy it again; 'unzip -t' and 'tar -t' say whether it is whole.",
    )


def _zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    for entry in archive.infolist():
        kind = "folder" if entry.filename.endswith("/") else "file"  # is_dir() needs a name
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            kind = "symbolic link" if stat.S_ISLNK(mode) else "special file"
        elif entry.flag_bits & 1:
            kind = "encrypted file"
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            kind = f"file compressed by method {entry.compress_type}"

        def open_entry(entry: zipfile.ZipInfo = entry) -> AbstractContextManager[IO[bytes]]:
            return archive.open(entry)

        yield Member(entry.orig_filename, kind, entry.file_size, open_entry)


def _opened_tar(file: IO[bytes] | gzip.GzipFile, shown: str) -> Iterator[Iterator[Member]]:
    guarded = _Guarded(file, shown)
    with tarfile.open(fileobj=guarded, mode="r:") as archive:
        yield _tar_members(archive, guarded)


def _tar_members(archive: tarfile.TarFile, file: _Guarded) -> Iterator[Member]:
    while (entry := archive.next()) is not None:
        kind = "special file"
        if entry.issym() or entry.islnk():
            kind = "symbolic link" if entry.issym() else "hard link"
        elif entry.isdir():
            kind = "folder"
        elif entry.issparse():
            kind = "sparse file"
        elif entry.isreg():
            kind = "file"

        def open_entry(entry: tarfile.TarInfo = entry) -> AbstractContextManager[IO[bytes]]:
            content = archive.extractfile(entry)
            assert content is not None  # a regular file
            return content

        yield Member(entry.name, kind, entry.size, open_entry)
    if file.last != bytes(tarfile.BLOCKSIZE):  # the library takes any other block for the end too
        raise tarfile.ReadError("it does not end with an empty block")


class _Guarded(io.BufferedIOBase):
    """A file that is read in pieces of at most `LARGEST_READ`; `last` is the last one.

    A place before its beginning, which only a damaged archive names, is a ValueError.
    """

    def __init__(self, file: IO[bytes] | gzip.GzipFile, shown: str) -> None:
        self._file = file
        self._shown = shown
        self.last = b""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = -1 if size is None else size
        if not 0 <= wanted <= LARGEST_READ:
            self.last = self._file.read(LARGEST_READ + 1)
            if len(self.last) > LARGEST_READ:
                raise InvalidRequestError(
                    f"The archive {self._shown!r} has a header, a name or a list of members of "
                    f"more than {LARGEST_READ:,} bytes.",
                    remedy="Make an archive that holds one checkpoint and nothing else.",
                )
        else:
            self.last = self._file.read(wanted)
        return self.last

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence == io.SEEK_SET and offset < 0:
            raise ValueError("a part of it is said to lie before its beginning")
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
