"""Writing the file of a model: complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from blockdata.errors import StoreError

__all__ = ["write_model_file"]


def write_model_file(path: str | Path, content: bytes, what: str) -> None:
    """Write a file beside its place and move it there.

    Parameters
    ----------
    path : path
    content : bytes
    what : str
        What an error calls it: "the parser".

    Raises
    ------
    StoreError
        If the file cannot be written; nothing is left then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_model_file(f"{folder}/model.npz", b"content", "the model")
    ...     [path.name for path in Path(folder).iterdir()]
    ['model.npz']
    """
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(f"{what} cannot be written: {error.strerror}", where=str(path)) from error
