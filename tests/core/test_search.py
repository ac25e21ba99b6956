from hypothesis import given
from hypothesis import strategies as st

from inno4sports.core.search import fold


def test_fold_finds_any_keyboard():
    assert fold("Łódź, ŐRSÉG, Åland, Ñandú, Straße") == "lodz, orseg, aland, nandu, strasse"


@given(st.text())
def test_fold_is_stable(text):
    assert fold(fold(text)) == fold(text)
