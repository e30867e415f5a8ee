"""What the commands about accounts share."""

from django.core.management.base import CommandError

from accounts.models import User


def account_with(email: str) -> User:
    """The account with ``email``, however that is written. Raises CommandError where there is none."""
    account = User.objects.filter(email__iexact=email).first()
    if account is None:
        raise CommandError(f"There is no account {email}.")
    return account
