"""Devices from which an account has come in before: a signed cookie, one for each account.

It opens nothing. It tells the front door that this browser may try this account's password
whatever strangers are doing at the same name or the same address.
"""

import hmac
import secrets
from hashlib import sha256

from flask import Request
from werkzeug.wrappers import Response as AnyResponse

from data_access.accounts.users import normal_name
from domain.clock import DAY_MS

LIFE_MS = 400 * DAY_MS
PATH = "/login"


def device_of(request: Request, secret: bytes, username: str, now_ms: int) -> str | None:
    """The id of the device the request comes from, if it is one of that account's."""
    value = request.cookies.get(_cookie(secret, username), "")[:256]
    device, _, signature = value.rpartition(".")
    issued = device.partition(".")[0]
    if not (issued.isascii() and issued.isdigit() and signature.isascii()):
        return None
    if not hmac.compare_digest(signature, _sign(secret, "device", username, device)):
        return None
    return device if -DAY_MS <= now_ms - int(issued) <= LIFE_MS else None


def remember(
    response: AnyResponse, secret: bytes, username: str, now_ms: int, *, secure: bool
) -> None:
    """Make the device one of the account's: after a good login only."""
    device = f"{now_ms}.{secrets.token_hex(16)}"
    response.set_cookie(
        _cookie(secret, username),
        f"{device}.{_sign(secret, 'device', username, device)}",
        max_age=LIFE_MS // 1000,
        secure=secure,
        httponly=True,
        samesite="Lax",
        path=PATH,
    )


def _cookie(secret: bytes, username: str) -> str:
    return "yiping_device_" + _sign(secret, "device-name", username, "")[:16]


def _sign(secret: bytes, purpose: str, username: str, device: str) -> str:
    text = f"{purpose}:{normal_name(username)}:{device}"
    return hmac.new(secret, text.encode(), sha256).hexdigest()
