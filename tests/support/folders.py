"""The files of a folder."""


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stored_blocks(folder):
    """The bytes of all stored blocks."""
    return {path.name: path.read_bytes() for path in folder.glob("task*.npz")}
