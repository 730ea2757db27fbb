"""`tokens`: create, list and revoke, on the command line."""

from __future__ import annotations

import argparse
import sys

from service.answers import time_of
from service.database import Database
from service.tokens import Scope, Tokens


def run(database: Database, given: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    tokens = Tokens(database)
    if given.action == "create":
        print(tokens.create(given.name, map(Scope, given.scope or ("read", "write"))))
        print("this is the only time that it is shown", file=sys.stderr)
        return 0
    if given.action == "revoke":
        if tokens.revoke(given.id):
            return 0
        print(f"keras-lint-server: there is no token {given.id!r}", file=sys.stderr)
        return 2
    for token in tokens.listed():
        state = f"revoked {time_of(token.revoked)}" if token.revoked else "active"
        print(f"{token.id}  {time_of(token.created)}  {token.scopes:<16} {state:<10} {token.name}")
    return 0
