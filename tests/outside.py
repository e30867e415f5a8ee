"""What tests see of the services outside, and how they break them: the sandbox over HTTP."""

from typing import Any

import requests

from integrations.sandbox import RunningSandbox


def inbox(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """The mails that the SMTP server has taken, newest last."""
    mails: list[dict[str, Any]] = requests.get(f"{sandbox.url}/inbox.json", timeout=5).json()
    return mails


def parties(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """The parties that MMS has."""
    found: list[dict[str, Any]] = requests.get(f"{sandbox.url}/parties.json", timeout=5).json()
    return found


def fault(sandbox: RunningSandbox, service: str, **what: Any) -> None:
    """Break ``service`` ("mms", "turnstile" or "smtp") as ``POST /faults`` describes."""
    requests.post(f"{sandbox.url}/faults", json={"service": service, **what}, timeout=5).raise_for_status()


def heal(sandbox: RunningSandbox) -> None:
    """End all faults."""
    requests.delete(f"{sandbox.url}/faults", timeout=5).raise_for_status()
