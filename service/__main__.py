"""keras-lint-server: argv -> settings -> serve, tokens, settings, worker."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from service import logs
from service.settings import PREFIX, Settings, SettingsError, listed, load, sources

OVERRIDES = ("host", "port", "data")
CANNOT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments.insert(0, "serve")
    given = _parser().parse_args(arguments)
    try:
        overrides = {name: getattr(given, name, None) for name in OVERRIDES}
        if given.config:
            os.environ[f"{PREFIX}CONFIG"] = str(given.config.absolute())
        settings = load(overrides)
        for name, value in overrides.items():
            if value is not None:  # for the processes that this one starts
                os.environ[PREFIX + name.upper()] = str(value)
        if given.verb == "settings":
            print(listed(settings, sources(overrides)))
            return 0
        logs.start(settings.log_level)
        if settings.plugins and given.verb in ("serve", "web", "worker"):
            _look_for(settings.plugins)
        return int(VERBS[given.verb](settings, given))
    except (SettingsError, OSError) as error:
        print(f"keras-lint-server: {error}", file=sys.stderr)
        return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keras-lint-server", description="Audit uploaded Keras models over HTTP.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="TOML file of settings")
    common.add_argument("--data", type=Path, metavar="FOLDER", help="folder of database and files")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    for name, text in (("serve", "serve API and pages (the default)"), ("web", "serve without running audits")):
        serve = verbs.add_parser(name, parents=[common], help=text)
        serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
        serve.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    verbs.add_parser("worker", parents=[common], help="run audits: the local queue's supervisor, or a Celery worker")
    verbs.add_parser("settings", parents=[common], help="list every setting, its value and where it comes from")
    verbs.add_parser("migrate", parents=[common], help="bring the database to this version's shape")
    tokens = verbs.add_parser("tokens", parents=[common], help="make, list and revoke API tokens")
    actions = tokens.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a token; it is shown this once")
    create.add_argument("name", help="who it is for")
    create.add_argument("--scope", action="append", choices=("read", "write", "admin"), help="default: read and write")
    actions.add_parser("list", help="list tokens")
    actions.add_parser("revoke", help="have a token allow nothing any more").add_argument("id")
    return parser


def _look_for(plugins: tuple[str, ...]) -> None:
    """Raise SettingsError for a plugin that cannot be used, before any process waits for it."""
    from linter import api
    from linter.options import Options

    try:
        api.validate(Options(plugins=plugins))
    except ValueError as error:
        raise SettingsError(f"plugins: {error}") from None


def _serve(settings: Settings, given: argparse.Namespace) -> int:
    from service.serve import serve

    return serve(settings)


def _web(settings: Settings, given: argparse.Namespace) -> int:
    from service.web import Server

    Server(settings).run()
    return 0


def _worker(settings: Settings, given: argparse.Namespace) -> int:
    if settings.queue == "celery":
        from service.queues.celery import work

        return work(settings)
    from linter.api import IsolationError
    from service.jobs import QueueError
    from service.queues.local import Supervisor

    settings.data.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stopping.set())
    try:
        supervisor.serve()
    except (QueueError, IsolationError) as error:
        print(f"keras-lint-server: {error}", file=sys.stderr)
        return CANNOT
    return 0


def _migrate(settings: Settings, given: argparse.Namespace) -> int:
    from service.database import migrate

    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings.database)
    return 0


def _tokens(settings: Settings, given: argparse.Namespace) -> int:
    from service.database import Database
    from service.token_commands import run

    _migrate(settings, given)
    return run(Database(settings.database), given)


VERBS = {"serve": _serve, "web": _web, "worker": _worker, "migrate": _migrate, "tokens": _tokens}

if __name__ == "__main__":
    sys.exit(main())
