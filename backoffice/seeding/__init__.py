"""Made-up leads for trying out: plausible, and of nobody. Their addresses end in .example, which no mail reaches."""

from backoffice.seeding.load import seed

__all__ = ["seed"]
