"""One attempt to log in, from the throttle to the session, every outcome with its audit row."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from data_access import throttle, users
from data_access.audit import Entry, Result, write_audit
from data_access.cache import uncached
from data_access.db import Database
from data_access.sessions import end_session, forget_expired, start_session, token_hash
from data_access.throttle import Bucket
from domain.clock import DAY_MS

PER_LOGIN = (8, 60.0)  # attempts at once, seconds for one more
PER_ADDRESS = (40, 10.0)  # an office shares an address


@dataclass(frozen=True, slots=True)
class Knock:
    """What somebody at the door brings along."""

    username: str
    password: str
    address: str
    brought: str | None  # the token of a session from before, which ends in any case


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
    wait_s = _throttled(db, knock, now_ms)
    if wait_s > 0:
        return Outcome(wait_s=wait_s)
    user = users.authenticate(db, knock.username, knock.password)
    if user is None:
        known = users.find_user(db, knock.username)
        # a name that is no account is not written down: it may be a password
        who = known.actor.label if known else "unknown account"
        with db.write() as conn:
            write_audit(conn, _entry(now_ms, who, Result.FAILED, knock.address))
        return Outcome()
    with db.write() as conn:
        forget_expired(conn, now_ms)
        throttle.forget_full(conn, now_ms - DAY_MS)
        if knock.brought:
            end_session(conn, token_hash(knock.brought))
        token = start_session(conn, user.username, now_ms)
        throttle.reset(conn, _by_login(knock).key)
        write_audit(conn, _entry(now_ms, user.actor.label, Result.OK, knock.address))
    return Outcome(token=token)


def _throttled(db: Database, knock: Knock, now_ms: int) -> float:
    """Seconds to wait before the next attempt, 0 when this one may go on."""
    with db.write() as conn:
        by_address = throttle.take(conn, Bucket(_address_key(knock.address), *PER_ADDRESS), now_ms)
        return by_address or throttle.take(conn, _by_login(knock), now_ms)


def _entry(now_ms: int, who: str, result: Result, address: str) -> Entry:
    return Entry(now_ms, who, "login", "session", result, address)


def _by_login(knock: Knock) -> Bucket:
    return Bucket("login:" + token_hash(users.normal_name(knock.username)), *PER_LOGIN)


def _address_key(address: str) -> str:
    """The bucket of an address; a whole /64 is one caller."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "address:local"
    if isinstance(parsed, IPv6Address):
        return f"address:{int(parsed) >> 64:x}"
    return f"address:{parsed}"
