"""What one made-up visitor is called, and how it went on with him."""

from dataclasses import dataclass
from random import Random
from typing import TypeVar

from backoffice.seeding import vocabulary as words

T = TypeVar("T")

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

# Shares of all entries.
WITH_PHONE, WITH_MESSAGE = 0.62, 0.38
SIGNS_UP_TWICE, THROW_AWAY = 0.04, 0.004
MAIL_FAILS, CRM_FAILS = 0.006, 0.004
# ... of those who have not confirmed after three days, and of those so reminded.
REMINDED, CONFIRMS_LATE = 0.5, 0.12
# ... of those who never confirm, and of those who have confirmed.
ONLY_OPENS, BECOMES_CUSTOMER, UNSUBSCRIBES = 0.22, 0.06, 0.025
# What reaches spam folders more than others: the share of its own that it still gets.
DAMPED_PROVIDERS = {"hotmail.example": 0.82, "yahoo.example": 0.85, "aon.example": 0.92}


@dataclass(slots=True)
class Visitor:
    """What somebody filled in; times are seconds since 1970."""

    at: float
    name: str
    email: str
    company: str
    trade: str
    size: str
    phone: str | None
    message: str | None
    campaign: words.Campaign
    provider: str

    @property
    def is_throw_away(self) -> bool:
        return self.provider == words.THROW_AWAY_PROVIDER


@dataclass(slots=True)
class Story:
    """When things happened to a visitor's entry; None for what has not happened, or not yet."""

    processed_at: float
    mailed_at: float | None
    again_at: float | None = None
    reminded_at: float | None = None
    opened_at: float | None = None
    confirmed_at: float | None = None
    customer_at: float | None = None
    unsubscribed_at: float | None = None
    mail_error: str = ""
    crm_error: str = ""


def make_visitor(number: str, at: float, random: Random) -> Visitor:
    """Somebody who signs up at ``at``; ``number`` makes the address his alone."""
    draw = random.random
    first, last, place = (_pick(table, draw()) for table in (words.FIRST_NAMES, words.LAST_NAMES, words.PLACES))
    trade = _pick(words.TRADES, draw())
    provider = _pick(words.PROVIDERS, draw()) if draw() > THROW_AWAY else words.THROW_AWAY_PROVIDER
    message = None
    if draw() < WITH_MESSAGE:
        message = _pick(words.MESSAGES, draw()).format(place=place, month=_pick(words.MONTHS, draw()))
    return Visitor(
        at=at,
        name=f"{first} {last}",
        email=_address(first, last, provider, number),
        company=_pick(words.COMPANIES[trade], draw()).format(first=first, last=last, place=place),
        trade=trade,
        size=_pick(words.SIZES, draw()),
        phone=f"+43{_pick(words.MOBILE_PREFIXES, draw())}{int(draw() * 9_000_000) + 1_000_000}"
        if draw() < WITH_PHONE
        else None,
        message=message,
        campaign=_pick(words.CAMPAIGNS, draw()),
        provider=provider,
    )


def make_story(visitor: Visitor, now: float, random: Random) -> Story:
    """How it went on with him until ``now``."""
    draw = random.random
    story = Story(processed_at=visitor.at + 0.3 + 2 * draw(), mailed_at=None)
    if draw() < MAIL_FAILS:
        story.mail_error = _pick(words.MAIL_FAILURES, draw())
        return _until(now, story)
    story.mailed_at = story.processed_at + 0.5 + 3 * draw()
    _confirms(story, visitor, random)
    if draw() < SIGNS_UP_TWICE:
        story.again_at = visitor.at + HOUR + 20 * DAY * draw()
    if story.confirmed_at and draw() < CRM_FAILS:
        story.crm_error = _pick(words.CRM_FAILURES, draw())
    elif story.confirmed_at and draw() < BECOMES_CUSTOMER:
        story.customer_at = story.confirmed_at + (20 + 70 * draw()) * DAY
    if story.confirmed_at and draw() < UNSUBSCRIBES:
        story.unsubscribed_at = story.confirmed_at + 120 * DAY * draw() ** 2
    return _until(now, story)


def _confirms(story: Story, visitor: Visitor, random: Random) -> None:
    """Most open the link within an hour or never; a reminder brings a few more."""
    draw = random.random
    mailed_at = story.mailed_at or story.processed_at
    if draw() < visitor.campaign.confirms * DAMPED_PROVIDERS.get(visitor.provider, 1.0):
        story.opened_at = mailed_at + 12 * MINUTE * random.lognormvariate(0, 1.6)
    else:
        if draw() < REMINDED:
            story.reminded_at = mailed_at + 3 * DAY + 2 * HOUR * draw()
        if story.reminded_at and draw() < CONFIRMS_LATE:
            story.opened_at = story.reminded_at + HOUR * random.lognormvariate(0, 1.5)
        elif draw() < ONLY_OPENS:
            story.opened_at = mailed_at + DAY * draw()
            return
    if story.opened_at:
        story.confirmed_at = story.opened_at + 2 + 20 * draw()


def _until(now: float, story: Story) -> Story:
    """``story`` without what lies ahead."""
    for name in ("again_at", "reminded_at", "opened_at", "confirmed_at", "customer_at", "unsubscribed_at"):
        at = getattr(story, name)
        if at and at > now:
            setattr(story, name, None)
    return story


def _pick(table: tuple[T, ...], at: float) -> T:
    """The value at the share ``at`` (0 to 1) of ``table``; ``random.choice`` would take four times as long."""
    return table[int(at * len(table))]


_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ž": "z", "ş": "s", "ć": "c"})


def _address(first: str, last: str, provider: str, number: str) -> str:
    last = last.lower().translate(_ASCII)
    if provider == "{own}":
        return f"office@{last}-{number}.example"
    return f"{first.lower().translate(_ASCII)}.{last}{number}@{provider}"
