"""Check characters: the rules of ISO 7064, with stdnum as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_36

from blockdata.address.codes.checking import CHECKS, check_characters

ORACLES = {
    "iso7064_mod11_2": mod_11_2,
    "iso7064_mod11_10": mod_11_10,
    "iso7064_mod37_36": mod_37_36,
}


def test_every_algorithm_has_an_oracle():
    assert set(CHECKS) == set(ORACLES)


@pytest.mark.parametrize("check", sorted(CHECKS))
@given(data=st.data())
def test_check_characters_are_those_of_the_standard(check, data):
    body = data.draw(st.text(CHECKS[check][0], min_size=1, max_size=30))
    own = check_characters(np.frombuffer(body.encode(), np.uint8)[None], check)
    assert chr(own[0]) == ORACLES[check].calc_check_digit(body)
