"""Which spellings are one inbox, which domains pretend, which are thrown away."""

import unicodedata

import pytest

from integrations.sandbox import RunningSandbox
from tests.api import FakeTurnstile, form, post
from tests.conftest import WorkAll
from tests.outside import inbox
from waitlist.addresses import address_key, is_disposable, mixes_look_alikes
from waitlist.models import Signup, Waitlist

SAME_INBOX = {
    "case": ("Martin@Maier.AT", "martin@maier.at"),
    "a ligature's two normal forms": ("ﬁ@maier.at", "fi@maier.at"),
    "a composed and a decomposed letter": (
        unicodedata.normalize("NFC", "m@bäcker.at"),
        unicodedata.normalize("NFD", "m@bäcker.at"),
    ),
    "full-width letters": ("m@\uff47mail.com", "m@gmail.com"),
    "an international domain and its punycode": ("m@bäcker.at", "m@xn--bcker-gra.at"),
    "an international domain in capitals": ("m@BÄCKER.at", "M@XN--BCKER-GRA.AT"),
    "Gmail's dots": ("m.a.x@gmail.com", "max@gmail.com"),
    "Gmail's plus": ("max+list@gmail.com", "max@gmail.com"),
    "Gmail's two names": ("m.ax+1@googlemail.com", "max@gmail.com"),
    "Outlook's plus": ("max+a@outlook.com", "max+b@outlook.com"),
    "Proton's plus": ("max+a@proton.me", "max@proton.me"),
    "the second plus": ("max+a+b@gmail.com", "max@gmail.com"),
}
OTHER_INBOX = {
    "dots elsewhere": ("m.ax@outlook.com", "max@outlook.com"),
    "plus at a company": ("max+a@maier.at", "max@maier.at"),
    "one domain under another": ("max@mail.gmail.com", "max@gmail.com"),
    "ß and ss": ("m@straße.at", "m@strasse.at"),
    "a plus in front": ("+a@gmail.com", "+b@gmail.com"),
}


@pytest.mark.parametrize(("one", "other"), SAME_INBOX.values(), ids=SAME_INBOX.keys())
def test_spellings_of_one_inbox_have_one_key(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(("one", "other"), OTHER_INBOX.values(), ids=OTHER_INBOX.keys())
def test_two_inboxes_have_two_keys(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize("domain", ["mailinator.com", "MAILINATOR.com", "a.b.mailinator.com"])
def test_throw_away_domains_are_known_by_every_name(domain: str) -> None:
    assert is_disposable(f"max@{domain}")


@pytest.mark.parametrize(
    "domain", ["maier-elektro.at", "gmail.com", "mailinator-elektro.at", "mailinator.com.maier.at"]
)
def test_others_are_not_taken_for_them(domain: str) -> None:
    assert not is_disposable(f"max@{domain}")


@pytest.mark.parametrize("domain", ["p\u0430ypal.com", "kurzu\u043c.app", "\u03bfrf.at", "shop.\u0430pple.com"])
def test_look_alike_letters_of_two_scripts_are_found(domain: str) -> None:
    assert mixes_look_alikes(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "maier.at",
        "bäcker.at",
        "straße-9.at",
        "пример.рф",
        "почта.maier.at",
        "東京メール.jp",
        "sony東京.jp",
        "παράδειγμα.gr",
    ],
)
def test_genuine_domains_are_not(domain: str) -> None:
    assert not mixes_look_alikes(domain)


@pytest.mark.parametrize("address", ["m@p\u0430ypal.com", "m@xn--pypal-4ve.com"])
def test_a_look_alike_domain_is_refused_however_it_is_spelled(
    waitlist: Waitlist, turnstile: FakeTurnstile, address: str
) -> None:
    error = post(form(email=address)).json()["error"]

    assert error["fields"] == {"email": ["Diese Domain mischt Buchstaben mehrerer Alphabete. Bitte tippe sie neu ein."]}
    assert not turnstile.asked


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("M@bäcker.at", "M@xn--bcker-gra.at"),
        ("m@xn--bcker-gra.at", "m@xn--bcker-gra.at"),
        # IDNA 2003, Django's and Python's own, would write to strasse.at, somebody else's domain.
        ("m@straße.at", "m@xn--strae-oqa.at"),
    ],
)
def test_an_international_domain_is_stored_as_mail_servers_know_it(
    waitlist: Waitlist, turnstile: FakeTurnstile, typed: str, stored: str
) -> None:
    assert post(form(email=typed)).status_code == 200

    signup = Signup.objects.get()
    assert signup.email == stored
    assert signup.address_key == stored.lower()


def test_mail_to_an_international_domain_is_taken_by_the_mail_server(
    work: WorkAll, waitlist: Waitlist, sandbox: RunningSandbox
) -> None:
    post(form(email="m@straße.at"))
    work()

    assert [mail["to"] for mail in inbox(sandbox)] == ["m@xn--strae-oqa.at"]


@pytest.mark.parametrize("refuses", [True, False])
def test_a_throw_away_address_is_marked_and_refused_where_the_list_says_so(
    waitlist: Waitlist, turnstile: FakeTurnstile, refuses: bool
) -> None:
    Waitlist.objects.update(refuse_disposable=refuses)

    response = post(form(email="max@sub.mailinator.com"))

    if refuses:
        assert response.json()["error"]["fields"] == {
            "email": ["Bitte gib eine Adresse an, die du dauerhaft nutzt, keine Wegwerfadresse."]
        }
        assert not Signup.objects.exists()
    else:
        assert Signup.objects.get().is_disposable


def test_a_companys_address_is_not_marked(waitlist: Waitlist, turnstile: FakeTurnstile) -> None:
    Waitlist.objects.update(refuse_disposable=True)

    post(form())

    assert not Signup.objects.get().is_disposable
