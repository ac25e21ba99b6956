"""The cache in Redis, which may be away: then nothing is remembered for a moment, and nobody waits for it (docs/adr/0024)."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

AWAY_FOR = 5.0


class ForgivingCache(RedisCache):
    """Django's cache in Redis; when Redis does not answer, a miss. After a failure it is not asked for AWAY_FOR seconds."""

    away_until = 0.0  # on the class: all threads of a process share it

    def _ask(self, question: Callable[..., Any], miss: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < ForgivingCache.away_until:
            return miss
        try:
            return question(*args, **kwargs)
        except RedisError as error:
            ForgivingCache.away_until = time.monotonic() + AWAY_FOR
            logger.warning("the cache is away: %s", error)
            return miss

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._ask(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().set, None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().add, True, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return self._ask(super().incr, 1, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().touch, False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().delete, False, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().has_key, False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return self._ask(super().get_many, {}, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list[str]:
        return self._ask(super().set_many, [], *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().delete_many, None, *args, **kwargs)

    def clear(self) -> None:
        self._ask(super().clear, None)
