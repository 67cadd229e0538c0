"""The lobby over real sockets: whoever it has let in gets an answer, whatever happens next."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from dashboard.supervisor.lobby import LONGEST_HEAD, MOST_GUESTS, Lobby, listen

ASKING = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class House:
    """An open lobby, and what happens in it."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.lobby = Lobby(listen("127.0.0.1", 0), self.selector)
        self.address = self.lobby.door.getsockname()
        self.lobby.open()
        self.came: list[socket.socket] = []

    def guest(self, said: bytes = b"") -> socket.socket:
        """Somebody who is let in and then says this."""
        made = socket.create_connection(self.address, timeout=5)
        self.came.append(made)
        self.turn()
        made.sendall(said)
        return made

    def turn(self) -> None:
        """One round of what the supervisor does."""
        for key, _ in self.selector.select(5):
            key.data()

    def close(self) -> None:
        """Everybody leaves."""
        for guest in self.came:
            guest.close()
        self.lobby.close()
        self.selector.close()


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.close()


def heard(guest: socket.socket) -> bytes:
    """All that it is told until the other side has said everything."""
    told = b""
    while more := guest.recv(65_536):
        told += more
    return told


def test_who_is_in_when_the_door_is_left_to_others_still_gets_an_answer(house: House) -> None:
    guest = house.guest(ASKING)
    house.lobby.shut()
    house.turn()
    assert heard(guest).startswith(b"HTTP/1.1 503 ")


def test_who_says_more_than_is_read_at_once_gets_the_whole_answer(house: House) -> None:
    guest = house.guest(b"POST /api/v1/readings HTTP/1.1\r\n\r\n" + b"x" * LONGEST_HEAD)
    house.turn()
    told = heard(guest)
    assert told.startswith(b"HTTP/1.1 503 ") and told.endswith(b"}}")


def test_the_oldest_is_answered_before_it_makes_room(house: House) -> None:
    oldest = house.guest()
    for _ in range(MOST_GUESTS - 1):
        house.guest()
    house.lobby.shut()  # nobody is let in while the oldest speaks
    oldest.sendall(ASKING)
    house.lobby.open()
    late = socket.create_connection(house.address, timeout=5)
    house.came.append(late)
    house.turn()
    house.turn()
    assert heard(oldest).startswith(b"HTTP/1.1 503 ")
    late.sendall(ASKING)
    house.turn()
    assert heard(late).startswith(b"HTTP/1.1 503 ")
