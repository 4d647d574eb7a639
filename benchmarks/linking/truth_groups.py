"""Duplicates, chains and episodes of a base against the truth of its sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.linking.samples import Sample
from benchmarks.linking.scores import (
    b_cubed,
    calibration_error,
    error_by_chance,
    met,
    reliability,
    show,
)

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

PRECISION, RECALL, MOST_ECE = 0.98, 0.92, 0.02
_HOUSE_DIGITS = 19
"""First digits of a standard address that stand for the house; the others tell unit and room."""


def print_pairs(samples: Sequence[Sample]) -> None:
    """Print precision and recall of pairs and groups, and how right probabilities are."""
    rows = pd.DataFrame([_figures(sample) for sample in samples])
    print("\nduplicates: pairs of reports in one occurrence against those of one true group")
    show(rows)
    right, grouped, true = (int(rows[name].sum()) for name in ("right", "grouped", "true_pairs"))
    pairs = [_pairs(sample) for sample in samples]
    p, same = (np.concatenate(part) for part in zip(*pairs, strict=True))
    least = samples[0].config.duplicates.same_probability
    taken, both = int((p >= least).sum()), int(same[p >= least].sum())
    for name, hits, of in (("groups", right, grouped), (f"pairs from {least:g}", both, taken)):
        print(
            f"together, by {name}: precision {met(hits / max(of, 1), PRECISION)}, "
            f"recall {met(hits / max(true, 1), RECALL)}"
        )
    for least in (0.0, 0.5):
        own = p >= least
        error = calibration_error(p[own], same[own])
        print(
            f"listed pairs from {max(least, float(p.min())):.2f}: {own.sum()}, "
            f"ECE {met(error, MOST_ECE, at_most=True)}, by chance {error_by_chance(p[own]):.4f}"
        )
    show(reliability(p, same), index=True)


def _pairs(sample: Sample) -> tuple[Floats, Flags]:
    pairs = sample.table("duplicate_pair")
    return pairs["probability"].to_numpy(dtype=np.float64), same_group(sample, pairs)


def same_group(sample: Sample, pairs: pd.DataFrame) -> Flags:
    """Tell which pairs are reports of one occurrence.

    Parameters
    ----------
    sample : Sample
    pairs : DataFrame
        first, second: ids.
    """
    group = sample.truth["group"]
    one, other = (group.reindex(pairs[name]).to_numpy() for name in ("first", "second"))
    same: Flags = (one == other) & (one >= 0)
    return same


def grouped_pairs(members: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return first and second of all pairs that are in one group.

    Parameters
    ----------
    members : DataFrame
        incident, and the column that `group` names.
    group : str
    """
    both = members.merge(members, on=group, suffixes=("", "_other"))
    both = both[both["incident"] < both["incident_other"]]
    return both.rename(columns={"incident": "first", "incident_other": "second"})


def _figures(sample: Sample) -> dict[str, object]:
    truth, members = sample.truth, sample.table("occurrence_member")
    pairs = grouped_pairs(members[["incident", "occurrence"]], "occurrence")
    right = int(same_group(sample, pairs).sum())
    size = truth.loc[truth["group"] >= 0, "group"].value_counts()
    true = int((size * (size - 1) // 2).sum())
    alone = pd.Series(truth.index, truth.index)
    found = alone.map(members.set_index("incident")["occurrence"]).fillna(alone)
    really = truth["group"].where(truth["group"] >= 0, other=-1 - np.arange(len(truth)))
    told = sample.table("occurrence").set_index("occurrence")["calling"]
    real = truth["group"].reindex(told.index).to_numpy() >= 0
    same_caller = truth["same_caller"].reindex(told.index).to_numpy(dtype=bool)
    cubed = b_cubed(found, really)
    return {
        "sample": sample.name,
        "true_pairs": true,
        "grouped": len(pairs),
        "right": right,
        "precision": right / max(len(pairs), 1),
        "recall": right / max(true, 1),
        "b_cubed_precision": cubed[0],
        "b_cubed_recall": cubed[1],
        "caller_right": ((told == "one_caller").to_numpy() == same_caller)[real].mean(),
    }


def print_wrong_pairs(samples: Sequence[Sample]) -> None:
    """Print what is true of the pairs that were missed, and of those wrongly taken for one."""
    print("\npairs missed, and pairs that are two occurrences, by what is true of them")
    tables = [_wrong_pairs(sample) for sample in samples]
    show(pd.concat(tables).groupby(["pairs", "why"], sort=False, as_index=False).sum())


def _wrong_pairs(sample: Sample) -> pd.DataFrame:
    truth = sample.truth
    members = sample.table("occurrence_member")[["incident", "occurrence"]]
    own = truth.loc[truth["group"] >= 0, "group"].rename_axis("incident").reset_index()
    found, true = grouped_pairs(members, "occurrence"), grouped_pairs(own, "group")
    keys = [pd.MultiIndex.from_frame(pairs[["first", "second"]]) for pairs in (found, true)]
    missed, false = true[~keys[1].isin(keys[0])], found[~keys[0].isin(keys[1])]
    vague = [_any_vague(truth, pairs) for pairs in (missed, false)]
    misfiled = ~_equal(sample.incidents["category"], missed)
    house, category = truth["address_code"].str[:_HOUSE_DIGITS], truth["category"]
    same_house, same_category = _equal(house, false), _equal(category, false)
    counts = {
        ("missed", "a text tells no house"): vague[0],
        ("missed", "one is filed otherwise"): ~vague[0] & misfiled,
        ("missed", "both tell a house and the same matter"): ~vague[0] & ~misfiled,
        ("false", "a text tells no house"): vague[1],
        ("false", "the same house and matter by chance"): same_house & same_category,
        ("false", "the same house, another matter"): same_house & ~same_category,
        ("false", "another house"): ~vague[1] & ~same_house,
    }
    rows = [(*key, int(flags.sum())) for key, flags in counts.items()]
    return pd.DataFrame(rows, columns=["pairs", "why", "count"])


def _any_vague(truth: pd.DataFrame, pairs: pd.DataFrame) -> Flags:
    """Tell in which pairs a text tells no house."""
    told = truth["address_code"].notna()
    one, other = (told.reindex(pairs[name]).to_numpy(dtype=bool) for name in ("first", "second"))
    return np.asarray(~(one & other))


def _equal(values: pd.Series, pairs: pd.DataFrame) -> Flags:
    one, other = (values.reindex(pairs[n]).to_numpy(dtype=object) for n in ("first", "second"))
    return np.asarray((one == other) & pd.notna(one))


def print_chains(samples: Sequence[Sample]) -> None:
    """Print how much of the true chains is found, and what else is put into chains."""
    rows = []
    for sample in samples:
        members = sample.table("chain_member")
        true = sample.truth["chain"]
        of = members["incident"].map(true)
        cases = int((true >= 0).sum())
        together = members[of >= 0].assign(true=of[of >= 0])
        size = together.groupby(["true", "chain"]).size().reset_index(name="cases")
        best = size.sort_values("cases").drop_duplicates("true", keep="last")
        planted = members["incident"].map(sample.truth["planted"])
        rows.append(
            {
                "sample": sample.name,
                "true_chains": true[true >= 0].nunique(),
                "true_cases": cases,
                "recall": best["cases"].sum() / max(cases, 1),
                "precision_there": best["cases"].sum()
                / max(int(members["chain"].isin(best["chain"]).sum()), 1),
                "chains": members["chain"].nunique(),
                "cases": len(members),
                "of_chronic_places": int(planted.isin(["chronic", "relapsed", "resolved"]).sum()),
            }
        )
    print("\nchains: the true cases in the chain that has most of each true chain")
    show(pd.DataFrame(rows))


def print_episodes(samples: Sequence[Sample]) -> None:
    """Print whether true groups stay together in one episode, and what keeps them apart."""
    rows, apart = [], []
    for sample in samples:
        members = sample.table("episode_member")
        episode = members.set_index("incident")["episode"]
        true = sample.truth[sample.truth["group"] >= 0].assign(episode=episode)
        placed = true.dropna(subset="episode")
        episodes = placed.groupby("group")["episode"].nunique()
        several = true.groupby("group").size()
        whole = placed.groupby("group").size().reindex(several.index, fill_value=0)
        of = placed.groupby("episode")["group"].nunique()
        rows.append(
            {
                "sample": sample.name,
                "episodes": episode.nunique(),
                "true_groups": len(several),
                "in_one": int((episodes == 1).sum()),
                "split": int((episodes > 1).sum()),
                "no_report_placed": int((whole == 0).sum()),
                "some_not_placed": int(((whole > 0) & (whole < several)).sum()),
                "episodes_of_2_groups": int((of > 1).sum()),
            }
        )
        split = true[true["group"].isin(episodes.index[episodes > 1])]
        apart.append(_why_apart(sample, split))
    print("\nepisodes: reports of one true group lie in")
    show(pd.DataFrame(rows))
    print("\nwhat differs within true groups that are split (one group may have several)")
    show(pd.concat(apart, ignore_index=True).groupby("why", as_index=False)["groups"].sum())


def _why_apart(sample: Sample, split: pd.DataFrame) -> pd.DataFrame:
    """Return by what the reports of split groups differ."""
    place = sample.table("incident_place").set_index("incident")
    occurrence = sample.table("occurrence_member").set_index("incident")["occurrence"]
    own = split.assign(
        kind=place["place_kind"],
        place=place["place"],
        filed=sample.incidents["category"],
        occurrence=occurrence.reindex(split.index).fillna(pd.Series(split.index, split.index)),
    )
    names = ["kind", "place", "filed", "occurrence"]
    different = own.groupby("group")[names].nunique(dropna=False)
    why = {
        "kind of place": different["kind"] != 1,
        "place of one kind": (different["kind"] == 1) & (different["place"] != 1),
        "category as filed": different["filed"] != 1,
        "not one occurrence": different["occurrence"] != 1,
        "one occurrence": different["occurrence"] == 1,
    }
    rows = [(name, int(flags.sum())) for name, flags in why.items()]
    return pd.DataFrame(rows, columns=["why", "groups"])
