"""Logging in with a password is for active staff."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class StaffBackend(ModelBackend):
    """Django's own, which hashes the password whether or not there is such an account, for staff only.

    It is also asked with every request, so who is no longer active staff is out at the next click.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and user.is_staff
