"""Every setting, where it comes from, and what it means: the environment over a TOML file over what is written here."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "KERAS_LINT_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
MIB = 1 << 20


class SettingsError(ValueError):
    """Settings that make no sense; the message names each."""


class Settings(BaseModel):
    """The service's settings; each is also the environment variable KERAS_LINT_ and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    data: Path = Field(Path("keras-lint-data"), description="folder of the database, uploads and reports")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data folder")
    storage_url: str = Field("", description="fsspec URL of uploads and reports; empty: the data folder")
    queue: Literal["local", "celery"] = Field("local", description="who runs audits: processes beside this, or Celery")
    broker_url: str = Field("redis://127.0.0.1:6379/0", description="Celery's broker")

    web_workers: int = Field(1, ge=1, le=64, description="web processes; one is quickest with SQLite")
    threads: int = Field(64, ge=4, le=512, description="requests that each web process handles at once")
    jobs: int = Field(0, ge=0, le=256, description="audits that a worker runs at once; 0: one a core")

    max_upload: int = Field(1024 * MIB, ge=1, description="bytes of one request, model and data together")
    max_seconds: float = Field(60.0, gt=0, description="wall time of one audit's process; clients can lower it")
    max_samples: int = Field(65_536, ge=1, description="samples that are run; clients can lower it")
    memory: int = Field(1024 * MIB, ge=64 * MIB, description="bytes that the process of one static audit may use")
    sandbox: Literal["auto", "require", "off"] = Field("auto", description="how those processes are confined")

    queue_limit: int = Field(200, ge=1, description="waiting audits beyond which new ones are refused for a while")
    max_wait: float = Field(60.0, ge=0, description="seconds that `Prefer: wait` may ask for")
    attempts: int = Field(3, ge=1, description="times that an audit is begun before it counts as failed")
    lease: float = Field(15.0, gt=0.5, description="seconds without a sign of life after which a worker counts as lost")
    retention_hours: float = Field(168.0, gt=0, description="hours that reports are kept after their end")

    auth: Literal["auto", "on", "off"] = Field("auto", description="ask for tokens; auto: unless on loopback")
    rate_limit: str = Field("1200/minute", description="requests to /v1 by token, or by address; not on open loopback")
    create_limit: str = Field("600/minute", description="new audits by token, or by address; not on open loopback")
    rate_storage: str = Field("memory://", description="where requests are counted; memory: in each web process")
    trusted_proxies: int = Field(0, ge=0, le=8, description="proxies in front whose X-Forwarded headers are believed")
    hosts: tuple[str, ...] = Field((), description="names it answers to; empty: any, on loopback only its own")
    plugins: tuple[str, ...] = Field((), description="installed plugins whose rules run; none is loaded unasked")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.data / 'audits.sqlite').absolute()}"

    @property
    def storage(self) -> str:
        """The artefact store's URL."""
        return self.storage_url or str((self.data / "artefacts").absolute())

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return self.host in LOOPBACK

    @property
    def asks_tokens(self) -> bool:
        """Whether requests need a token."""
        return self.auth == "on" or (self.auth == "auto" and not self.on_loopback)

    @property
    def open_loopback(self) -> bool:
        """Whether everybody who can ask is the owner of this machine."""
        return self.on_loopback and not self.asks_tokens and not self.trusted_proxies


def load(overrides: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force; raises SettingsError."""
    given = {name: value for name, (value, _) in sources(overrides, environment).items()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        lines = (
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}, received {item['input']!r}" for item in error.errors()
        )
        raise SettingsError("; ".join(lines)) from None


def sources(
    overrides: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> dict[str, tuple[Any, str]]:
    """Return what is set, each with where it was said: by argument, environment or file; raises SettingsError."""
    environment = os.environ if environment is None else environment
    found: dict[str, tuple[Any, str]] = {}
    if path := environment.get(f"{PREFIX}CONFIG"):
        found |= {name: (value, path) for name, value in _file(Path(path)).items()}
    for name in Settings.model_fields:
        if (value := environment.get(PREFIX + name.upper())) is not None:
            found[name] = (_parts(value) if name in ("hosts", "plugins") else value, PREFIX + name.upper())
    return found | {name: (value, "argument") for name, value in (overrides or {}).items() if value is not None}


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from None


def listed(settings: Settings, said: Mapping[str, tuple[Any, str]]) -> str:
    """Return every setting with its value, where it was said and what it means, a line each; passwords are hidden."""
    lines = []
    for name, field in Settings.model_fields.items():
        value = shown(str(getattr(settings, name)))
        source = said[name][1] if name in said else "default"
        lines.append(f"{PREFIX}{name.upper():<16} {value or '-':<28} {source:<10} {field.description}")
    return "\n".join(lines)


def shown(value: str) -> str:
    """Return a value without the password that a URL may hold."""
    if "://" not in value:
        return value
    try:
        return make_url(value).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return value
