import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inno4sports.core.tokens import BadLink, make_token, read_token


@given(st.uuids(), st.integers(0, 65535))
def test_token_reads_back_what_it_was_made_of(public_id, generation):
    assert read_token("feedback", make_token("feedback", public_id, generation)) == (public_id, generation)


@given(st.uuids(), st.integers(0, 65535), st.integers(0, 47), st.sampled_from("ABCDEFGHabcdefgh0123456789-_"))
def test_token_with_any_letter_changed_is_refused(public_id, generation, at, letter):
    token = make_token("feedback", public_id, generation)
    forged = token[:at] + letter + token[at + 1 :]
    if forged != token:
        with pytest.raises(BadLink):
            read_token("feedback", forged)


def test_token_of_one_purpose_opens_no_other():
    token = make_token("feedback", uuid.uuid4(), 1)
    with pytest.raises(BadLink):
        read_token("invitation", token)


@given(st.text(max_size=80))
def test_token_of_nonsense_is_refused(text):
    with pytest.raises(BadLink):
        read_token("feedback", text)
