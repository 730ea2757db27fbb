"""The linter over HTTP: audits of uploaded models, by API and by page. `create_app` makes the WSGI application.

Its parts are imported when it is called: workers and the command line need none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from service.settings import Settings


def create_app(config: Settings | Mapping[str, Any] | None = None) -> Flask:
    """Return the application. config: settings, or some that override environment and file; raises SettingsError."""
    from service import app

    return app.create_app(config)
