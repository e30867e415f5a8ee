"""What counts as the same inbox, and which addresses are thrown away."""

import unicodedata

# Providers that deliver every spelling of a local part to one inbox, as their help pages say.
IGNORES_DOTS = {"gmail.com", "googlemail.com"}
SAME_PROVIDER = {"googlemail.com": "gmail.com"}
IGNORES_PLUS = IGNORES_DOTS | {"outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "fastmail.com"}


def address_key(email: str) -> str:
    """The inbox behind ``email``, for comparing only: mail goes to what was typed."""
    local, _, domain = unicodedata.normalize("NFKC", email).casefold().rpartition("@")
    if domain in IGNORES_PLUS:
        local = local.partition("+")[0]
    if domain in IGNORES_DOTS:
        local = local.replace(".", "")
    return f"{local}@{SAME_PROVIDER.get(domain, domain)}"
