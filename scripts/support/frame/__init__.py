"""The frame of every command: ``command`` runs it, ``grouping`` reads its options in groups."""

from scripts.support.frame.command import command, read_options

__all__ = ["command", "read_options"]
