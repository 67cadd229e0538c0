"""One attempt to log in, from the throttle to the session, every outcome with its audit row.

What is counted is the pair of name and address, so that nobody's wrong guesses shut a door on
somebody else. Guesses from many addresses at one name meet a bound of that name, in two parts:
addresses that have just begun do not compete with those that go on and on. A device from which
this very account has come in before has a bucket of its own and meets no other bound.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from data_access.accounts import throttle, users
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.accounts.sessions import end_session, forget_expired, start_session, token_hash
from data_access.accounts.throttle import Bucket
from data_access.caching.cache import uncached
from data_access.store.db import Database
from domain.address import network_of
from domain.clock import DAY_MS

PER_PAIR = (8, 60.0)  # attempts at once, seconds for one more
PER_DEVICE = (8, 60.0)
PER_ADDRESS = (40, 3.0)  # an office shares an address
PER_NAME_FRESH = (60, 2.0)  # at one name from everywhere: the first attempts of each address
PER_NAME_AGAIN = (30, 10.0)  # at one name: those of addresses that go on
FRESH = 3  # attempts of a pair that count as its first


@dataclass(frozen=True, slots=True)
class Knock:
    """What somebody at the door brings along."""

    username: str
    password: str
    address: str
    brought: str | None  # the token of a session from before, which ends in any case
    device: str | None = None  # the id of a device that this account is known to use


@dataclass(frozen=True, slots=True)
class Outcome:
    """A token for the cookie, or seconds to wait, or neither: name or password are wrong."""

    token: str | None = None
    wait_s: float = 0.0


@uncached("a write")
def attempt(db: Database, knock: Knock, now_ms: int) -> Outcome:
    """Try to log in. A store that fails raises, and so lets nobody in.

    The new session has a new token whatever was brought along, so that nobody can plant one.
    """
    with db.write() as conn:
        wait_s, taken = _throttled(conn, knock, now_ms)
    if wait_s > 0:
        return Outcome(wait_s=wait_s)
    user = users.authenticate(db, knock.username, knock.password)
    if user is None:
        known = users.find_user(db, knock.username)
        # a name that is no account is not written down: it may be a password
        who = known.actor.label if known else "unknown account"
        with db.write() as conn:
            throttle.forget_full(conn, now_ms - DAY_MS)
            write_audit(conn, _entry(now_ms, who, Result.FAILED, knock.address))
        return Outcome()
    with db.write() as conn:
        forget_expired(conn, now_ms)
        throttle.forget_full(conn, now_ms - DAY_MS)
        if knock.brought:
            end_session(conn, token_hash(knock.brought))
        token = start_session(conn, user.username, now_ms)
        own, *shared = taken
        throttle.give_back(conn, shared, now_ms)  # first: every attempt locks its address first
        throttle.reset(conn, own.key)
        write_audit(conn, _entry(now_ms, user.actor.label, Result.OK, knock.address))
    return Outcome(token=token)


def _throttled(conn: Connection, knock: Knock, now_ms: int) -> tuple[float, list[Bucket]]:
    """(Seconds to wait, 0 when the attempt may go on; the buckets it has taken from, own first)."""
    if knock.device is not None:
        own = Bucket("device:" + token_hash(knock.device), *PER_DEVICE)
        if throttle.take(conn, [own], now_ms) == 0:
            return 0.0, [own]
    network = network_of(knock.address)
    address = Bucket("address:" + network, *PER_ADDRESS)
    wait_s = throttle.wait(conn, [address], now_ms)
    if wait_s > 0:  # before it leaves a row for every name it can think of
        return wait_s, []
    name = users.normal_name(knock.username)
    pair = Bucket("pair:" + token_hash(f"{network} {name}"), *PER_PAIR)
    fresh = throttle.level(conn, pair, now_ms) > pair.capacity - FRESH
    wait_s = throttle.take(conn, [pair], now_ms)  # also paid by who is refused: a crowd that goes
    if wait_s > 0:  # on and on must not stay among those that have just begun
        return wait_s, []
    kind, bounds = ("fresh", PER_NAME_FRESH) if fresh else ("again", PER_NAME_AGAIN)
    shared = [address, Bucket(f"name:{token_hash(name)}:{kind}", *bounds)]
    return throttle.take(conn, shared, now_ms), [pair, *shared]


def _entry(now_ms: int, who: str, result: Result, address: str) -> Entry:
    return Entry(now_ms, who, "login", "session", result, address)
