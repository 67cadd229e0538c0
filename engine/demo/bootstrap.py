"""Keys of the demonstration's sources: one each, as real ones have, in a file only we can read."""

import json
import os
import secrets
from pathlib import Path

from data_access.accounts import keys
from data_access.accounts.keys import KeyKind
from data_access.accounts.users import AccountError
from data_access.demo.demo_sources import claim_for_demo
from data_access.settings import Settings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now
from engine.demo.behaviour_files import has_behaviour

FILE = "demo-keys.json"


def ensure_demo_keys(
    db: Database, settings: Settings, catalogue: Catalogue, clock: Clock = utc_now
) -> dict[str, str]:
    """Make register, keys and file agree; the keys by source code. Harmless to repeat.

    Without demonstration (DEMO=0, or nothing to simulate) the keys are revoked and the file is
    removed. A lost file, or a key that the store no longer knows, means a new key.
    """
    path = settings.data_dir / FILE
    now = to_ms(clock())
    kept = read_keys(path)
    if not settings.demo or not has_behaviour(catalogue):
        _revoke(db, kept, now)
        path.unlink(missing_ok=True)
        return {}
    used = {sign.source for sign in catalogue.signs if sign.derived is None}
    ours = claim_for_demo(db, catalogue, used, now)
    made = {code: _key(db, code, kept.get(code), now) for code in sorted(ours)}
    if made != kept:
        _write(path, made)
    return made


def read_keys(path: Path) -> dict[str, str]:
    """The keys a file holds; none when it is missing or not ours to understand."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(code): str(key) for code, key in found.items()}


def _key(db: Database, source: str, kept: str | None, now_ms: int) -> str:
    if kept is not None:
        known = keys.find_key(db, kept, KeyKind.INGEST)
        if known is not None and known.source == source:
            return kept
    name = f"demo-{source[:48]}-{secrets.token_hex(4)}"
    return keys.add_key(db, name, KeyKind.INGEST, source, now_ms)


def _revoke(db: Database, kept: dict[str, str], now_ms: int) -> None:
    for secret in kept.values():
        known = keys.find_key(db, secret, KeyKind.INGEST)
        if known is None:
            continue
        try:
            keys.revoke_key(db, known.name, now_ms)
        except AccountError:  # somebody else has just revoked it
            continue


def _write(path: Path, made: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(json.dumps(made, indent=2) + "\n")
    fresh.replace(path)
