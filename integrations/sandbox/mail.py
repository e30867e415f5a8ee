"""The mail server: takes every mail for every recipient and delivers none."""

import asyncio
import email
import email.policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from integrations.sandbox.state import Mail, State, now


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def parse(content: bytes, recipients: list[str]) -> Mail:
    """A received message, decoded. The envelope's recipients stand in for a missing To header."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    return {
        "to": str(message["To"] or ", ".join(recipients)),
        "from": str(message["From"] or ""),
        "subject": str(message["Subject"] or ""),
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
        # A long value may begin on a line of its own; the space that folds it is not part of it.
        "headers": {name: str(value).strip() for name, value in message.items()},
        "received_at": now(),
    }


class Sink:
    """Puts received mails into the state."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        """The reply to a whole message. Faults act here, so that one fault is one mail, however many recipients."""
        if fault := self._state.faults.take("smtp"):
            await asyncio.sleep(fault.delay_ms / 1000)
            if fault.drop:
                if isinstance(server.transport, asyncio.Transport):
                    server.transport.abort()
                return "421 dropped"
            if fault.answers:
                # A reply is one line of ASCII.
                text = " ".join((fault.body or "fault on demand").split())
                return f"{fault.status or 451} {text.encode('ascii', 'replace').decode()}"
        content = envelope.original_content or b""
        self._state.mails.add(parse(content, envelope.rcpt_tos))
        return "250 OK"


def smtp_protocol(state: State) -> SMTP:
    """The protocol of one SMTP connection. Call it inside the running loop."""
    # Without a name it would ask the DNS for one, at every connection.
    return SMTP(Sink(state), hostname="sandbox", enable_SMTPUTF8=True, loop=asyncio.get_running_loop())
