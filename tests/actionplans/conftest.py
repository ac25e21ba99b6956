"""A plan of the north in its two lives: written, and carried out."""

import datetime as dt

import pytest

from actionplans.domain import plan as acts
from tests.factories import things

from .planning import letter


@pytest.fixture
def lesson(people):
    return things.lesson(people.north, from_cluster=people.south)


@pytest.fixture
def plan(people, lesson):
    made = acts.write_plan(people.north, by=people.ben_acts, title="Plan of the north")
    acts.write_action(
        made, by=people.ben_acts, cited=[lesson], milestones=[("First light", dt.date(2027, 1, 31))], title="Light ten tracks", owner=people.ana
    )
    return made


@pytest.fixture
def running(people, plan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    acts.decide_plan(plan, by=people.ben_acts)
    upload = letter()
    upload.media_type = "application/pdf"
    acts.record_endorsement(plan, by=people.ben_acts, upload=upload, body="Province", endorsed_on=dt.date(2026, 1, 5))
    return acts.start_plan(plan, by=people.ben_acts)
