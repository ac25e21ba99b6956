"""Made-up rows for measurements: as many as asked, the same everywhere, each pointing into its own block."""

import pytest
from django.core.management import CommandError, call_command

from actionplans.models import AmbitionCitation
from dissemination.models import Finding
from inno4sports.core.models import ContentVersion, SearchText
from inno4sports.management.bench_rows import BETWEEN, FIRST, LARGE, SEARCHED
from learning.models import Lesson


@pytest.mark.django_db(transaction=True)
def test_every_large_table_has_the_rows(client):
    call_command("load_bench", rows=60, block=20)
    for model in LARGE:
        per_row = len(SEARCHED) if model is SearchText else 1
        assert model._base_manager.filter(pk__gte=FIRST, pk__lt=FIRST + 60 * per_row).count() == 60 * per_row, model
    assert {through._base_manager.count() for through in BETWEEN} == {120}
    assert ContentVersion.objects.count() == 1
    last = Lesson.objects.get(slug="bench-lesson-7-2")
    citation = AmbitionCitation.objects.get(lesson=last)
    assert citation.ambition.slug == "bench-ambition-7-2"
    assert SearchText.objects.filter(thing_kind="learning.lesson", thing_id=last.public_id).get().title.endswith("block2")
    assert str(last.public_id) == "9dbd4fff-c2c5-ccb1-0796-28fce663972a"
    newer = Finding.objects.create(title="After them", summary="", created_by=last.created_by)
    assert newer.pk == FIRST + 60, "ids go on behind them"
    assert client.get(last.get_absolute_url()).status_code == 200
    with pytest.raises(CommandError, match="already"):
        call_command("load_bench", rows=20, block=20)


def test_a_portal_at_work_is_not_filled(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("load_bench", rows=1)
