"""API tokens: made, listed, revoked, checked. Only a hash is kept; a token is shown once, when it is made."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from service.database import Database
from service.tables import Token, now

FORM = re.compile(r"kl_([0-9a-f]{16})_([A-Za-z0-9_-]{43})\Z")


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    """See one's own audits."""
    WRITE = "write"
    """Make and delete one's own audits."""
    ADMIN = "admin"
    """All of everybody's, and the metrics."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: the token's id, "" where no tokens are asked."""

    owner: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether a scope is granted."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def owns(self, owner: str) -> bool:
        """Whether what this owner has is for this identity to see."""
        return owner == self.owner or Scope.ADMIN in self.scopes


ANYBODY = Identity("", frozenset(Scope))
"""Who asks where no tokens are asked."""


class Tokens:
    """Tokens in a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database

    def create(self, name: str, scopes: Iterable[Scope]) -> str:
        """Return a new token, to be kept by whoever is to use it."""
        identity, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        token = Token(id=identity, name=name, sha256=_hash(secret), scopes=",".join(sorted(scopes)), created=now())
        with self.database.writing() as session:
            session.add(token)
        return f"kl_{identity}_{secret}"

    def listed(self) -> Sequence[Token]:
        """Return all tokens, the oldest first."""
        with self.database.reading() as session:
            return session.scalars(select(Token).order_by(Token.created)).all()

    def revoke(self, identity: str) -> bool:
        """Have a token allow nothing from now on; False where there is none of this id."""
        with self.database.writing() as session:
            found = session.get(Token, identity)
            if found is None:
                return False
            found.revoked = found.revoked or now()
            return True

    def identity(self, text: str) -> Identity | None:
        """Return whose token this is; None where it is nobody's, or revoked."""
        parts = FORM.match(text)
        if parts is None:
            return None
        with self.database.reading() as session:
            found = session.get(Token, parts[1])
        if found is None or found.revoked is not None or not hmac.compare_digest(found.sha256, _hash(parts[2])):
            return None
        return Identity(found.id, frozenset(map(Scope, found.scopes.split(","))))


def _hash(secret: str) -> str:
    """A plain hash will do: the secret is 256 random bits, nothing that could be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
