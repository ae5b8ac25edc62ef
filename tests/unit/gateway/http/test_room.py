"""What one listener has room for: connections from the first moment on, bytes until they are let go of."""

from __future__ import annotations

from typing import cast

from proofbook.gateway.http.room import Room
from proofbook.gateway.http.visit import Client
from proofbook.gateway.settings import MIB, Limits


def _client() -> Client:
    return cast("Client", object())  # a room asks nothing of those who enter


def test_whoever_shakes_hands_counts_and_keeps_the_place() -> None:
    """Room that was given at the beginning of a handshake is not taken away at its end."""
    room = Room(Limits(connections=2))
    assert room.arrive()
    assert room.arrive()
    assert not room.arrive()
    assert room.connections == 2
    assert room.enter(_client())
    room.settle()
    assert room.connections == 2
    assert not room.arrive()
    room.settle()
    assert room.arrive()


def test_connections_that_leave_make_room() -> None:
    """Leaving twice, as a broken connection may, makes room once."""
    room, first = Room(Limits(connections=1)), _client()
    assert room.enter(first)
    assert not room.enter(_client())
    room.leave(first)
    room.leave(first)
    assert room.enter(_client())
    assert not room.enter(_client())


def test_new_limits_hold_for_those_who_come_next() -> None:
    """A smaller limit throws nobody out."""
    room = Room(Limits(connections=2, bodies_bytes=2 * MIB))
    assert room.enter(_client())
    assert room.enter(_client())
    assert room.hold(2 * MIB)
    room.allow(Limits(connections=1, bodies_bytes=MIB))
    assert (room.connections, room.held) == (2, 2 * MIB)
    assert not room.hold(1)
    room.let_go(MIB + 1)
    assert room.hold(1)
