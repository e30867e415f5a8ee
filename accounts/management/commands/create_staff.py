"""``manage.py create_staff``: an account for one more person, who sets a password by an e-mailed link."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import mails
from accounts.models import User
from accounts.roles import Role, create_roles
from trail.models import Action
from trail.recording import record
from waitlist.models import Waitlist


class Command(BaseCommand):
    help = "Creates an account and has an invitation mailed to it, or prints its link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--organisation", default="")
        parser.add_argument("--role", required=True, choices=Role.values)
        lists = parser.add_mutually_exclusive_group(required=True)
        lists.add_argument("--all-lists", action="store_true")
        lists.add_argument("--list", dest="slugs", metavar="SLUG", action="append", default=[], help="may be repeated")
        parser.add_argument("--print-link", action="store_true", help="print the link instead of mailing it")

    def handle(
        self, *args: Any, email: str, role: str, slugs: list[str], all_lists: bool, print_link: bool, **options: Any
    ) -> None:
        waitlists = list(Waitlist.objects.filter(slug__in=slugs))
        if unknown := set(slugs) - {waitlist.slug for waitlist in waitlists}:
            raise CommandError(f"There is no list {', '.join(sorted(unknown))}.")
        account = User(
            email=User.objects.normalize_email(email),
            name=options["name"],
            organisation=options["organisation"],
            sees_all_lists=all_lists,
        )
        account.set_unusable_password()
        try:
            account.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        with transaction.atomic():
            create_roles()
            account.save()
            account.groups.set([Group.objects.get(name=role)])
            account.waitlists.set(waitlists)
            record(
                None,
                Action.ACCOUNT,
                target=account,
                change="created",
                email=account.email,
                role=role,
                lists=slugs,
                sees_all_lists=all_lists,
            )
            if not print_link:
                mails.invite(account)
        if print_link:
            self.stdout.write(mails.password_url(account))
        else:
            self.stdout.write(f"Created {account.email}; an invitation is on its way.")
