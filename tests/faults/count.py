"""What became of the sign-ups of a run: in the database, in the CRM, in the inbox."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.faults.fault import Fault, Run
from tests.faults.load import SignUp
from tests.faults.world import World

LONGEST_ANSWER = 10.0  # seconds


@dataclass
class Row:
    """One line of the table. ``drained`` is None where the queue did not get empty."""

    title: str
    answered: int
    refused: dict[str, int]
    lost: int
    duplicate_entries: int
    duplicate_parties: int
    duplicate_mails: int
    slowest: float
    drained: float | None
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def count(fault: Fault, run: Run, drained: float | None) -> Row:
    """The fault's row, with everything in it that must not be."""
    load, found = run.load, await _Found.of(run.world, run.load.run)
    row = Row(
        title=fault.title,
        answered=len(load.accepted),
        refused=dict(sorted(load.refused.items())),
        lost=sum(not found.is_complete(signup_id, visitor) for signup_id, visitor in load.accepted.items()),
        duplicate_entries=_surplus(found.entries),
        duplicate_parties=_surplus(found.parties),
        duplicate_mails=_surplus(found.mails),
        slowest=load.slowest,
        drained=drained,
        notes=[*run.notes, f"tries that were cut off: {load.cut}"] if load.cut else run.notes,
    )
    row.problems = [*run.problems, *_wrong(row, fault)]
    return row


def _wrong(row: Row, fault: Fault) -> Iterable[str]:
    if not row.answered:
        yield "nobody was answered with 200"
    if row.refused and not fault.may_refuse:
        yield f"{sum(row.refused.values())} were refused"
    if row.lost:
        yield f"{row.lost} lost"
    if row.duplicate_entries:
        yield f"{row.duplicate_entries} duplicate entries"
    if row.duplicate_parties:
        yield f"{row.duplicate_parties} duplicate parties"
    if row.duplicate_mails and not fault.may_repeat_mail:
        yield f"{row.duplicate_mails} duplicate mails although no worker was killed"
    if row.slowest > LONGEST_ANSWER:
        yield f"an answer took {row.slowest:.1f} s"
    if row.drained is None:
        yield "the queue did not drain"


def _surplus(counts: Counter[str]) -> int:
    return counts.total() - len(counts)


@dataclass(frozen=True)
class _Found:
    """The entry's company by sign-up id; entries by company; parties and mails by address."""

    companies: dict[str, str]
    entries: Counter[str]
    parties: Counter[str]
    mails: Counter[str]

    @classmethod
    async def of(cls, world: World, run: str) -> "_Found":
        companies = await world.rows(
            """SELECT signup.id::text, entry.company_name FROM waitlist_signups signup
               JOIN waitlist_entries entry ON entry.id = signup.entry_id WHERE signup.email LIKE %s""",
            f"{run}-%",
        )
        entries = await world.rows("SELECT company_name FROM waitlist_entries WHERE company_name LIKE %s", f"{run} %")
        prefix = f"{run}-"
        parties = [party["email"] for party in await world.services.parties()]
        mails = [mail["to"] for mail in await world.services.mails()]
        return cls(
            companies=dict(companies),
            entries=Counter(company for (company,) in entries),
            parties=Counter(email for email in parties if email.startswith(prefix)),
            mails=Counter(email for email in mails if email.startswith(prefix)),
        )

    def is_complete(self, signup_id: str, visitor: SignUp) -> bool:
        """Whether the sign-up has its own entry, a party and a mail."""
        return (
            self.companies.get(signup_id) == visitor.company
            and self.parties[visitor.email] > 0
            and self.mails[visitor.email] > 0
        )
