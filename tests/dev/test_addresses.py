import socket

import pytest

from dev.addresses import Addresses
from dev.errors import ToolError
from tests.ports import free_addresses


@pytest.mark.parametrize("port", ["", "0", "-1", "web", "80.5", "65534"])
def test_a_port_without_room_for_three_is_refused(port: str) -> None:
    with pytest.raises(ToolError, match="PORT is"):
        Addresses.parse(port)


def test_the_sandbox_follows_the_port() -> None:
    env = Addresses.parse("9000").environment({})

    assert env["BASE_URL"] == "http://127.0.0.1:9000"
    assert env["MMS_BASE_URL"] == "http://127.0.0.1:9001/v1"
    assert env["EMAIL_URL"] == "smtp://127.0.0.1:9002"


def test_what_the_user_set_wins_and_what_is_empty_does_not_count() -> None:
    env = Addresses(9000).environment({"BASE_URL": "https://tunnel.example", "EMAIL_URL": "", "HOME": ""})

    assert env["BASE_URL"] == "https://tunnel.example"
    assert env["EMAIL_URL"] == "smtp://127.0.0.1:9002"
    assert env["HOME"] == ""


def test_a_port_in_use_is_named() -> None:
    addresses = free_addresses(9000)
    taken = pytest.raises(ToolError, match=f"Port {addresses.sandbox_port} ")
    with socket.create_server(("127.0.0.1", addresses.sandbox_port)), taken:
        addresses.wait_until_free(seconds=0)
