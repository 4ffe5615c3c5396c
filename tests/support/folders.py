"""The files of a folder."""


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}
