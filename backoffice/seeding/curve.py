"""When sign-ups come in: more each month, on weekdays, by day."""

import datetime as dt
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from django.utils import timezone

SPAN = dt.timedelta(days=365)
GROWTH = 2.5  # how many times more come in on the last day than on the first
WEEKDAYS = (1.1, 1.2, 1.15, 1.05, 0.9, 0.45, 0.5)  # from Monday
HOURS = (1, 0.5, 0.3, 0.2, 0.4, 1.5, 4, 7, 8, 8, 7.5, 7, 9, 8, 7, 6.5, 6, 6, 7, 8, 8.5, 7, 4.5, 2.5)
FLUCTUATION = 0.25  # of a day, up or down
PEAK_EVERY, PEAK = 41, 2.2  # days between two mentions in a newsletter or at a fair, and what they bring


def moments(count: int, until: dt.datetime, random: Random) -> Iterator[float]:
    """``count`` times (seconds since 1970) of the year before ``until``, in order."""
    start = until - SPAN
    hours = [start + dt.timedelta(hours=number) for number in range(SPAN // dt.timedelta(hours=1))]
    sums = list(accumulate(_weights(hours, random)))
    done = 0
    for hour, upto in zip(hours, sums, strict=True):
        due = round(count * upto / sums[-1])
        since = hour.timestamp()
        yield from sorted(since + random.random() * 3600 for _ in range(due - done))
        done = due


def _weights(hours: list[dt.datetime], random: Random) -> Iterator[float]:
    """How much of everything each hour brings."""
    mood = 1.0
    for number, hour in enumerate(hours):
        day, hour_of_day = divmod(number, 24)
        if hour_of_day == 0:
            mood = random.uniform(1 - FLUCTUATION, 1 + FLUCTUATION) * (
                PEAK if day % PEAK_EVERY == PEAK_EVERY - 1 else 1
            )
        local = timezone.localtime(hour)
        growth = GROWTH ** (number / len(hours))
        yield growth * mood * WEEKDAYS[local.weekday()] * HOURS[local.hour]
