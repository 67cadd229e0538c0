"""Settings: read once from the environment, typed, immutable; secrets also from `*_FILE`."""

import hashlib
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every knob of the product. Names are the environment variables, upper-cased."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    city: str = Field(default="pudong", pattern=r"^[a-z][a-z0-9_]{0,31}$")
    data_dir: Path = Field(default=ROOT / "var", alias="YIPING_DATA")
    site: Literal["all", "public"] = "all"  # public: the public page alone, nothing else in reach
    database_url: str | None = None  # default: one SQLite file a city in data_dir
    public_database_url: str | None = None  # default: beside the store, a file or a schema apart
    redis_url: str | None = None  # default: embedded Valkey on a unix socket in data_dir
    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=1, le=65535)
    web_workers: int = Field(default=2, ge=1, le=64)
    demo: bool = True
    demo_seed: int = 20200928
    demo_days: float = Field(
        default=8, gt=0, le=60
    )  # how much of the past a starting demonstration fills in
    demo_data: Path = ROOT.parent / "shared" / "data"  # public data replayed when present
    secret_key: SecretStr | None = None  # default: made at first start, kept in data_dir
    secret_key_file: Path | None = None
    boundaries: Path | None = None
    map_tiles: str | None = None
    map_approval_no: str | None = None
    trusted_hosts: str = ""  # comma-separated; empty = loopback names only
    public_origin: str | None = Field(default=None, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")
    embed_origins: str | None = None  # comma-separated; who may show the public pages in a frame
    behind_proxy: bool = False  # trust one hop of X-Forwarded-*, set Secure cookies
    log_level: str = "INFO"
    retain_raw_days: int = Field(default=2, ge=1)
    retain_minute_days: int = Field(default=7, ge=1)
    retain_hour_days: int = Field(default=400, ge=1)
    retain_quarantine_days: int = Field(default=400, ge=30)

    @field_validator("embed_origins", mode="after")
    @classmethod
    def _origins(cls, value: str | None) -> str | None:
        """Each ends up in a header: scheme and host, nothing more."""
        for origin in _parts(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is not an origin such as https://news.example.cn")
        return value

    @property
    def embedders(self) -> tuple[str, ...]:
        """The origins of `embed_origins`."""
        return _parts(self.embed_origins)

    @field_validator("data_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.resolve()

    @property
    def db_url(self) -> str:
        """SQLAlchemy URL of the one truth; PostgreSQL always through psycopg."""
        return _with_driver(self.database_url or f"sqlite:///{self.data_dir / self.city}.db")

    @property
    def public_db_url(self) -> str:
        """SQLAlchemy URL of the publication store."""
        beside = self.database_url or f"sqlite:///{self.data_dir / self.city}.public.db"
        if self.database_url and self.database_url.startswith("sqlite"):
            beside = f"{self.database_url.removesuffix('.db')}.public.db"
        return _with_driver(self.public_database_url or beside)

    @property
    def redis(self) -> str:
        """URL of Redis: the given one, or the embedded Valkey's unix socket."""
        return self.redis_url or f"unix://{self.valkey_socket}"

    @property
    def valkey_socket(self) -> Path:
        """Unix socket of the embedded Valkey."""
        return self.data_dir / "valkey.sock"

    def secret(self) -> bytes:
        """The signing secret: given, from its file, or made once and kept 0600 in data_dir.

        ValueError when a given secret is shorter than 32 characters.
        """
        given = None
        if self.secret_key is not None:
            given = self.secret_key.get_secret_value()
        elif self.secret_key_file is not None:
            given = self.secret_key_file.read_text().strip()
        if given is not None:
            if len(given) < 32:
                raise ValueError("SECRET_KEY: at least 32 characters are needed")
            return given.encode()
        return _kept_secret(self.data_dir / "secret.key")

    def public_secret(self) -> bytes:
        """What the public site signs its form with: a secret of its own, of no use elsewhere."""
        return _kept_secret(self.data_dir / "public.key")


def _parts(value: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in (value or "").split(","))))


def _with_driver(url: str) -> str:
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url[len(plain) :]
    return url


def _kept_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip().encode()
    with os.fdopen(handle, "w") as stream:
        stream.write(secrets.token_urlsafe(48))
    return path.read_text().strip().encode()


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The process's settings; pydantic's ValidationError names each wrong variable."""
    return Settings()


@lru_cache(maxsize=1)
def build_id() -> str:
    """A short name of the code that runs: a hash over the product's own files."""
    digest = hashlib.sha256()
    for folder in ("assets", "callbacks", "dashboard", "data_access", "domain", "engine", "pages"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".js", ".css", ".csv", ".toml", ".geojson"}:
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
