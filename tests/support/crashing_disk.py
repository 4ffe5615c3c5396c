"""A disk that crashes the process at its k-th file operation."""

import builtins
import os

from boltzmann.experiments.store import atomic

OPERATIONS = ("open", "fsync", "replace", "link", "unlink", "mkdir", "ftruncate", "write")


class Crash(BaseException):
    """Stands for the end of the process."""


class Disk:
    """Counts the file operations that change something, and fails from the k-th on."""

    def __init__(self, monkeypatch, crash_at=None):
        self.done, self.crash_at, self.names = 0, crash_at, []
        for name in OPERATIONS:
            monkeypatch.setattr(os, name, self.counted(name, getattr(os, name)))
        monkeypatch.setattr(atomic, "open", self.opened, raising=False)

    def step(self, name):
        self.done += 1
        self.names.append(name)
        if self.crash_at is not None and self.done >= self.crash_at:
            raise Crash(name)

    def counted(self, name, act):
        def operation(*arguments, **rest):
            self.step(name)
            return act(*arguments, **rest)

        return operation

    def opened(self, path, mode="r", opener=None):
        if mode == "rb":
            return builtins.open(path, mode, opener=opener)
        self.step("open")
        return HalfWritten(self, builtins.open(path, mode))


class HalfWritten:
    """A file that a crash cuts to its first half."""

    def __init__(self, disk, file):
        self.disk, self.file = disk, file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, content):
        try:
            self.disk.step("write")
        except Crash:
            self.file.write(content[: len(content) // 2])
            raise
        return self.file.write(content)
