"""Passwords: argon2id, and the same amount of work whether the account exists or not."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 256

# The smallest of the settings that OWASP recommends (19 MiB, 2 passes, 1 lane): a login is checked
# inside a web worker, which serves streams at the same time.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash; ValueError when the password is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise ValueError(f"password: {MIN_LENGTH} to {MAX_LENGTH} characters are needed")
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. None (no such account) takes as long and is never right."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        _hasher.verify(password_hash or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def make_password() -> str:
    """A new random password (96 bits) that can be typed."""
    return secrets.token_urlsafe(12)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
