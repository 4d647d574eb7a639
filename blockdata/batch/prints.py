"""The step that keeps a keyed fingerprint of every text, before anything compares reports."""

from __future__ import annotations

import hashlib

import pandas as pd

from blockdata.batch.steps import Context
from blockdata.link.duplicates import text_fingerprints
from blockdata.store.prints import has_texts, texts_to_print, write_prints
from blockdata.store.session import Session


def print_texts(session: Session, context: Context) -> None:
    """Fingerprint the masked texts that are new or have changed.

    Parameters
    ----------
    session : Session
    context : Context

    Notes
    -----
    The key comes from the secret of the pseudonyms; without the keys there are no fingerprints.
    """
    key = print_key(session)
    if key is None or not has_texts(session):
        return
    texts = texts_to_print(session)
    made = text_fingerprints(texts["content"], key, texts["address_text"])
    prints = pd.Series(made, texts.index, dtype=object)
    write_prints(session, texts.assign(print=prints))


def print_key(session: Session) -> bytes | None:
    """Return the key of fingerprints, None where the steward's file is not open."""
    if "people" not in session.parts:
        return None
    secret = session.meta("pseudonym_secret", "people")
    if secret is None:
        return None
    return hashlib.sha256(b"fingerprints of texts" + bytes.fromhex(secret)).digest()
