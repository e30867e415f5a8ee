"""Messages to the founder's chat: to public addresses only, and without anything that Slack would interpret."""

import json

import pytest
import responses
from pytest_django import Settings

from integrations.errors import PermanentError, Reason, TransientError
from integrations.webhook import escape, post_message

URL = "https://hooks.slack.test/services/T0/B0/x"


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.DEBUG = False


def test_the_text_arrives_and_slacks_plain_answer_is_fine(network: responses.RequestsMock) -> None:
    network.post(URL, body="ok")
    post_message(URL, "Neuer Lead: *Maier*")
    assert json.loads(network.calls[0].request.body or "") == {"text": "Neuer Lead: *Maier*"}


def test_nothing_in_a_name_becomes_a_mention_or_a_link() -> None:
    assert escape("<!channel> & <https://evil.test|Maier>") == "&lt;!channel&gt; &amp; &lt;https://evil.test|Maier&gt;"


@pytest.mark.parametrize(("status", "error"), [(500, TransientError), (429, TransientError), (404, PermanentError)])
def test_failures_say_whether_trying_again_helps(
    network: responses.RequestsMock, status: int, error: type[Exception]
) -> None:
    network.post(URL, status=status, body="no_service")
    with pytest.raises(error):
        post_message(URL, "text")


def test_in_production_it_goes_to_public_addresses_only() -> None:
    with pytest.raises(PermanentError) as refusal:
        post_message("https://127.0.0.1/services/T0/B0/x", "text")
    assert refusal.value.reason == Reason.REJECTED
