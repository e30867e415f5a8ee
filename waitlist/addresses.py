"""What counts as the same inbox, which domains pretend to be others, and which addresses are thrown away."""

import unicodedata

import idna
from disposable_email_domains import blocklist

# Providers that ignore dots in the local part, or a plus and what follows it. Doubtful ones are left out: two
# people must not count as one.
#   Google      https://support.google.com/mail/answer/7436150 and /12096
#   Microsoft   https://www.zdnet.com/article/microsoft-adds-support-for-custom-email-addresses-in-office-365/
#   Apple       https://en.wikipedia.org/wiki/Email_address#Sub-addressing; its domains: support.apple.com/118230
#   Fastmail    https://www.fastmail.help/hc/en-us/articles/360060591053
#   Proton      https://proton.me/support/creating-aliases
#   mailbox.org https://kb.mailbox.org/en/business/account-article/what-is-an-alias-and-how-do-i-use-it
IGNORES_DOTS = frozenset({"gmail.com", "googlemail.com"})
IGNORES_PLUS = IGNORES_DOTS | {
    *("outlook.com", "hotmail.com", "live.com", "msn.com"),
    *("icloud.com", "me.com", "mac.com"),
    *("fastmail.com", "fastmail.fm"),
    *("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
    "mailbox.org",
}
SAME_PROVIDER = {"googlemail.com": "gmail.com"}
# Scripts with letters of the same shape. Others are mixed by whole languages: kanji, kana and Latin in Japanese.
LOOK_ALIKE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})


def address_key(email: str) -> str:
    """The inbox behind ``email``, for comparing only: mail goes to what was typed."""
    local, _, domain = email.rpartition("@")
    local = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", local).casefold())
    domain = ascii_domain(domain)
    if domain in IGNORES_PLUS:
        local = local.partition("+")[0] or local
    if domain in IGNORES_DOTS:
        local = local.replace(".", "") or local
    return f"{local}@{SAME_PROVIDER.get(domain, domain)}"


def is_disposable(email: str) -> bool:
    """Whether the domain of ``email``, or one above it, belongs to a provider of throw-away addresses."""
    labels = ascii_domain(email.rpartition("@")[2]).split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def ascii_domain(domain: str) -> str:
    """``domain`` as the DNS knows it: lower case, IDNA 2008; as it is, in lower case, where it is none."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return domain.lower()


def mixes_look_alikes(domain: str) -> bool:
    """Whether a label of the Unicode ``domain`` mixes scripts that look alike, as ``pаypal`` with a Cyrillic a."""  # noqa: RUF002
    return any(len(_scripts(label) & LOOK_ALIKE_SCRIPTS) > 1 for label in domain.split("."))


def _scripts(label: str) -> set[str]:
    # A letter's Unicode name begins with its script.
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in label if letter.isalpha()}
