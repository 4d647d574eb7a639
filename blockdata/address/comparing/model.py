"""What a fitted comparer has learned, and the file it is kept in."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from blockdata.address.comparing.boosting import Boosting, Trees, class_shares, fit_trees
from blockdata.address.comparing.features import FEATURES
from blockdata.address.model_file import write_model_file
from blockdata.errors import StoreError

__all__ = ["ComparisonModel", "fit_model", "load_model", "save_model"]

_FORMAT = 1
_BAGS = 2
#: How much more a rare kind counts when one kind is named: 0 not at all, 1 as much as the others.
_RARE = 0.3
_ALONE = Boosting(rounds=150, rate=0.07, columns=0.25)
_BESIDE = Boosting(rounds=150, rate=0.07, columns=0.12)


@dataclass(frozen=True)
class ComparisonModel:
    """Trees for pairs alone and for pairs beside other candidates for the same text.

    `votes` is what each kind's probability is multiplied with when one kind is named.
    """

    weights: npt.NDArray[np.float32]
    votes: npt.NDArray[np.float64]
    alone: tuple[Trees, ...]
    beside: tuple[Trees, ...]
    parser: str

    def shares(self, rows: npt.NDArray[np.float32], *, beside: bool) -> npt.NDArray[np.float64]:
        """Return the probabilities of the kinds for rows of features."""
        bags = self.beside if beside else self.alone
        total: npt.NDArray[np.float64] = sum(
            (class_shares(trees, rows) for trees in bags), np.zeros((len(rows), len(self.votes)))
        )
        return total / len(bags)


def fit_model(
    alone: npt.NDArray[np.float32],
    beside: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    *,
    weights: npt.NDArray[np.float32],
    parser: str,
    seed: int,
) -> ComparisonModel:
    """Fit trees on the features of pairs alone and beside others."""
    counts = np.bincount(labels)
    votes = (counts.max() / counts) ** _RARE
    even = np.ones(len(labels))

    def bags(rows: npt.NDArray[np.float32], settings: Boosting) -> tuple[Trees, ...]:
        seeds = range(seed * _BAGS, (seed + 1) * _BAGS)
        return tuple(fit_trees(rows, labels, even, settings=settings, seed=at) for at in seeds)

    return ComparisonModel(weights, votes, bags(alone, _ALONE), bags(beside, _BESIDE), parser)


def save_model(model: ComparisonModel, path: str | Path) -> None:
    """Write a model as one ``.npz`` file that appears complete or not at all.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    path = Path(path)
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "format": np.array([_FORMAT]),
        "features": np.array(FEATURES),
        "parser": np.array([model.parser]),
        "weights": model.weights,
        "votes": model.votes,
    }
    for name, bags in (("alone", model.alone), ("beside", model.beside)):
        for at, trees in enumerate(bags):
            arrays |= {f"{name}_{at}_{part}": values for part, values in trees._asdict().items()}
    content = BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_model_file(path, content.getvalue(), "the model")


def load_model(path: str | Path) -> ComparisonModel:
    """Read a model that `save_model` wrote.

    Raises
    ------
    StoreError
        If the file is missing, no such model, or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        known = arrays["format"].tolist() == [_FORMAT]
        if not known or tuple(arrays["features"].tolist()) != FEATURES:
            raise StoreError(
                "the model is of another version", where=str(path), next_step="fit it again"
            )
        return ComparisonModel(
            arrays["weights"],
            arrays["votes"],
            _bags(arrays, "alone"),
            _bags(arrays, "beside"),
            str(arrays["parser"][0]),
        )
    except FileNotFoundError as error:
        raise StoreError("there is no such file", where=str(path)) from error
    except (ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise StoreError("the file is no model for comparing", where=str(path)) from error


def _bags(arrays: dict[str, npt.NDArray[np.generic]], name: str) -> tuple[Trees, ...]:
    return tuple(
        Trees(**{part: arrays[f"{name}_{at}_{part}"] for part in Trees._fields})  # type: ignore[arg-type]
        for at in range(_BAGS)
    )
