"""The mail server and the inbox pages."""

import html
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from tests.integrations.sandbox.conftest import Client, mail


def test_a_received_mail_is_shown_decoded(sandbox: Client) -> None:
    message = mail(html="<p>Schöne Grüße</p>")
    message["List-Unsubscribe"] = "<http://127.0.0.1:8000/unsubscribe/1>"
    sandbox.send(message)
    [received] = sandbox.inbox()
    headers = received.pop("headers")
    assert datetime.fromisoformat(received.pop("received_at")).tzinfo == UTC
    assert received == {
        "to": "Anna Huber <anna@example.com>, max@example.com",
        "from": "Mario Müller <mario@kurzum.example>",
        "subject": "Grüße",
        "text": "Schöne Grüße\nhttp://127.0.0.1:8000/confirm/1\n",
        "html": "<p>Schöne Grüße</p>\n",
    }
    assert headers["List-Unsubscribe"] == "<http://127.0.0.1:8000/unsubscribe/1>"
    assert headers["Subject"] == "Grüße"


def test_mails_are_listed_newest_last(sandbox: Client) -> None:
    for subject in ("one", "two", "three"):
        sandbox.send(mail(subject))
    assert [received["subject"] for received in sandbox.inbox()] == ["one", "two", "three"]


def test_a_message_without_headers_and_body_is_taken_for_its_envelope(sandbox: Client) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as server:
        server.sendmail("mario@kurzum.example", ["anna@example.com", "max@example.com"], b"")
    [received] = sandbox.inbox()
    assert received["to"] == "anna@example.com, max@example.com"
    assert (received["from"], received["subject"], received["text"].strip(), received["html"]) == ("", "", "", "")


def test_an_international_address_is_taken(sandbox: Client) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "mario@kurzum.example", "jörg@müller.example"
    sandbox.send(message)
    assert sandbox.inbox()[0]["to"] == "jörg@müller.example"


def test_the_inbox_page_lists_mails_newest_first_and_parties(sandbox: Client) -> None:
    assert "Noch keine Mail" in sandbox.call("GET", "/").text
    sandbox.send(mail("older"))
    sandbox.send(mail("newer"))
    sandbox.create("anna@example.com")
    page = sandbox.call("GET", "/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.text.index("newer") < page.text.index("older")
    assert page.text.index("/mails/2") < page.text.index("/mails/1")
    assert "<td>anna@example.com</td>" in page.text


def test_the_inbox_page_tells_of_pending_faults(sandbox: Client) -> None:
    assert "Störungen" not in sandbox.call("GET", "/").text
    sandbox.order("smtp", status=451)
    assert "Störungen sind bestellt: 1" in sandbox.call("GET", "/").text


def test_a_mail_page_shows_html_text_and_headers(sandbox: Client) -> None:
    sandbox.send(mail("A subject", html='<a href="http://127.0.0.1:8000/confirm/1">Bestätigen</a>'))
    page = sandbox.call("GET", "/mails/1").text
    assert '<base target="_top"><a href="http://127.0.0.1:8000/confirm/1">Bestätigen</a>' in html.unescape(page)
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in page
    assert '<a href="http://127.0.0.1:8000/confirm/1" rel="nofollow">' in page
    assert "<dt>Subject</dt>" in page


def test_nothing_in_a_mail_or_a_party_becomes_markup_of_our_pages(sandbox: Client) -> None:
    evil = '"><script>alert(1)</script>'
    sandbox.create(display_name=evil, source_project=evil)
    message = mail(evil, html=evil)
    message.replace_header("From", "Evil <evil@example.com>")
    message["X-Evil"] = evil
    sandbox.send(message)
    for path in ("/", "/mails/1"):
        page = sandbox.call("GET", path)
        assert evil in html.unescape(page.text)
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_characters_that_utf8_cannot_carry_do_not_break_the_page(sandbox: Client) -> None:
    sandbox.create(display_name="\ud800")
    assert sandbox.call("GET", "/").status_code == 200


@pytest.mark.parametrize("path", ["/mails/0", "/mails/2", "/mails/one", "/nowhere", "/v1/nowhere"])
def test_an_unknown_path_is_a_json_404(sandbox: Client, path: str) -> None:
    sandbox.send()
    answer = sandbox.call("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"error": {"message": "Not Found"}})


def test_a_wrong_method_is_a_json_405(sandbox: Client) -> None:
    answer = sandbox.call("DELETE", "/inbox.json")
    assert (answer.status_code, answer.json()) == (405, {"error": {"message": "Method Not Allowed"}})


def test_the_stylesheet_is_our_own(sandbox: Client) -> None:
    assert sandbox.call("GET", "/sandbox.css").headers["Content-Type"] == "text/css; charset=utf-8"
