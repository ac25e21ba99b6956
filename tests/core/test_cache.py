"""Redis may be away: what is asked of the cache is a miss, and for a while it is not asked again."""

import pytest
from redis.exceptions import RedisError

from inno4sports.core import cache, outbox


@pytest.fixture
def away(monkeypatch):
    """A cache whose server refuses connections."""
    monkeypatch.setattr(cache.ForgivingCache, "away_until", 0.0)
    return cache.ForgivingCache("redis://127.0.0.1:1/0", {})


QUESTIONS = {
    "get": (("name", "default"), "default"),
    "set": (("name", 1), None),
    "add": (("name", 1), True),
    "incr": (("name",), 1),
    "touch": (("name",), False),
    "delete": (("name",), False),
    "has_key": (("name",), False),
    "get_many": ((["name"],), {}),
    "set_many": (({"name": 1},), []),
    "delete_many": ((["name"],), None),
    "clear": ((), None),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_cache_that_is_away_is_a_miss(away, question):
    arguments, miss = QUESTIONS[question]
    assert getattr(away, question)(*arguments) == miss


def test_cache_that_is_away_is_asked_once_in_a_while(away, monkeypatch):
    asked = []

    def refuse(*_args, **_kwargs):
        asked.append(1)
        raise RedisError

    monkeypatch.setattr(cache.RedisCache, "get", refuse)
    assert [away.get("name", n) for n in range(3)] == [0, 1, 2]
    assert len(asked) == 1
    monkeypatch.setattr(cache.ForgivingCache, "away_until", 0.0)
    away.get("name")
    assert len(asked) == 2


@pytest.mark.redis
def test_cache_that_is_there_remembers():
    from tests.services import REDIS_URL

    kept = cache.ForgivingCache(REDIS_URL, {"KEY_PREFIX": "test_cache"})
    kept.delete("n")
    assert kept.add("n", 1)
    assert not kept.add("n", 1)
    assert kept.incr("n") == 2
    assert kept.get_many(["n", "m"]) == {"n": 2}
    kept.delete("n")


def test_wake_up_without_a_broker_is_tried_once_in_a_while(monkeypatch):
    asked = []

    def refuse(*_args, **_kwargs):
        asked.append(1)
        raise OSError

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    monkeypatch.setattr(outbox, "_broker_away_until", 0.0)
    for _ in range(3):
        outbox._send_wake("core.deliver_outbox")
    assert len(asked) == 1
