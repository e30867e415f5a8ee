"""Connections to Redis behind a circuit breaker: a hung Redis costs one slow call, not every one."""

from collections.abc import Callable
from typing import Any, TypeVar

from redis import Connection, ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from config.breaker import Breaker

T = TypeVar("T")

COOL_DOWN = 5.0  # seconds


class GuardedPool(ConnectionPool):
    """A pool whose connections share one breaker."""

    def __init__(self, connection_class: type[Connection] = Connection, **options: Any) -> None:
        breaker = self.breaker = Breaker(COOL_DOWN)

        class Guarded(connection_class):  # type: ignore[misc, valid-type]
            def connect(self) -> None:
                _guarded(super().connect)

            def read_response(self, *args: Any, **kwargs: Any) -> Any:
                answer = _guarded(lambda: super(Guarded, self).read_response(*args, **kwargs))
                breaker.reset()
                return answer

        def _guarded(call: Callable[[], T]) -> T:
            try:
                return call()
            except (RedisConnectionError, RedisTimeoutError, OSError):
                breaker.trip()
                raise

        super().__init__(connection_class=Guarded, **options)

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        if not self.breaker.admits():
            raise RedisConnectionError("Redis has failed a moment ago")
        return super().get_connection(*args, **kwargs)
