"""The composition root: the only file that knows every part.

    python app.py run       everything on this machine, supervised
    python app.py web       the web processes alone (gunicorn)
    python app.py engine    the one writer's loop alone
    python app.py --help    the rest

gunicorn gets `app:server` as a string; nothing imports this module.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.supervisor import Command
    from data_access.db import Database
    from data_access.settings import Settings
    from domain.catalogue import Catalogue

HERE = Path(__file__).resolve()
CONFIG_FAULT = 2  # the supervisor does not restart what ends with this

COMMANDS = {
    "run": "start everything and stay until Ctrl-C or SIGTERM",
    "web": "the web processes alone",
    "engine": "the engine alone",
    "demo": "the demonstration city's sources alone",
    "ingest": "load a file through a mapping: ingest FILE --as MAPPING",
    "replay": "feed a file on today's clock: replay FILE --as MAPPING --speed N",
    "db": "the stores: db migrate | status | prepare (for a start) | public (the public one)",
    "user": "accounts: user add | password | disable | enable | list",
    "key": "keys for sources and screens: key add NAME --ingest --source SOURCE | --screen …",
    "correct": "word an entry of the public correction log: correct SIGN DATE --zh … --en …",
    "export-public": "write the whole public site as files: export-public DIR",
    "city": "check a city's catalogue: city lint PATH",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code (2 = a fault of configuration or arguments)."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="一屏 Yiping: one screen for a whole district",
        epilog="\n".join(f"  {name:13} {what}" for name, what in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    given = list(sys.argv[1:] if argv is None else argv)
    command = parser.parse_args(given[:1]).command
    os.umask(0o022 if command == "export-public" else 0o077)  # the one whose files are for all
    handler: Callable[[list[str]], int] = globals()[f"_{command.replace('-', '_')}"]
    try:
        return handler(given[1:])
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `app.py … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:
        from data_access.plain_faults import plain_fault

        code, lines = plain_fault(fault)
        if not lines:
            raise
        print(*lines, sep="\n", file=sys.stderr)
        return code


def _settings() -> "Settings":
    """The environment's settings; logging follows them, and its files are ours alone."""
    from data_access.private import keep_private
    from data_access.settings import load_settings

    settings = load_settings()
    level = logging.getLevelNamesMapping().get(settings.log_level.upper())
    if level is None:
        raise ValueError(f"LOG_LEVEL: {settings.log_level!r} is not DEBUG, INFO, WARNING or ERROR")
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("alembic", "sqlalchemy", "urllib3"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    keep_private(settings)
    return settings


def _plain(name: str, argv: list[str]) -> None:
    """Refuse arguments of a command that takes none, and answer --help."""
    argparse.ArgumentParser(prog=f"app.py {name}", description=COMMANDS[name]).parse_args(argv)


def _run(argv: list[str]) -> int:
    _plain("run", argv)
    from dashboard.live.limits import allow_files

    settings = _settings()
    allow_files()  # here, and in every process started from here
    if settings.site == "public":
        return _run_public(settings)
    settings.secret()  # a short SECRET_KEY is refused here, before anything starts
    return _supervise(
        settings,
        valkey_socket=None if settings.redis_url else settings.valkey_socket,
        prepare=_command(settings, "prepare", "db", "prepare"),
        services=_services(settings),
        greeting=lambda: _greeting(settings),
    )


def _supervise(settings: "Settings", **parts: Any) -> int:
    from dashboard.supervisor import Supervisor, Trouble

    trusted = [h.strip() for h in settings.trusted_hosts.split(",") if h.strip()]
    supervisor = Supervisor(
        data_dir=settings.data_dir,
        host=settings.host,
        port=settings.port,
        host_header=trusted[0] if trusted else None,
        **parts,
    )
    try:
        return supervisor.run()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return CONFIG_FAULT


def _run_public(settings: "Settings") -> int:
    """The public page alone: no engine, no Redis, no internal store."""
    return _supervise(
        settings,
        valkey_socket=None,
        prepare=_command(settings, "prepare", "db", "public"),
        services=[_command(settings, "web", "web", "--site", "public")],
        greeting=lambda: "the public page alone",
    )


def _command(settings: "Settings", name: str, *arguments: str) -> "Command":
    from dashboard.supervisor import Command

    env = {"YIPING_DATA": str(settings.data_dir)}
    return Command(name, [sys.executable, str(HERE), *(arguments or (name,))], env)


def _services(settings: "Settings") -> "list[Command]":
    services = [_command(settings, name) for name in ("engine", "web")]
    if settings.demo:
        from engine.demo.real import replay_arguments

        services.append(_command(settings, "demo"))
        for n, arguments in enumerate(replay_arguments(settings), 1):
            services.append(_command(settings, f"replay{n}", "replay", *arguments))
    return services


def _greeting(settings: "Settings") -> str:
    accounts = settings.data_dir / "demo-accounts.json"
    if settings.demo and accounts.exists():
        return f"demonstration accounts: {accounts}"
    return "accounts are made by: python app.py user add"


def _web(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="app.py web", description=COMMANDS["web"])
    parser.add_argument("--site", choices=("all", "public"), default=None)
    site = parser.parse_args(argv).site or _settings().site
    _checked_map(_settings())  # here it is a fault of configuration; in a worker, a crash
    config = HERE.parent / "dashboard" / "gunicorn_conf.py"
    server = "app:server" if site == "all" else "app:public_server"
    arguments = ["-m", "gunicorn", "--pythonpath", str(HERE.parent), "-c", str(config)]
    os.execv(sys.executable, [sys.executable, *arguments, server])  # noqa: S606


def _engine(argv: list[str]) -> int:
    from engine import loop

    _plain("engine", argv)
    loop.run(_settings())
    return 0


def _demo(argv: list[str]) -> int:
    from engine import demo

    _plain("demo", argv)
    demo.run(_settings())
    return 0


def _ingest(argv: list[str]) -> int:
    from data_access import ingest

    return ingest.main(argv)


def _replay(argv: list[str]) -> int:
    from data_access import replay

    return replay.main(argv)


def _db(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="app.py db", description=COMMANDS["db"])
    parser.add_argument("action", choices=("migrate", "status", "prepare", "public"))
    action = parser.parse_args(argv).action
    settings = _settings()
    if action == "status":
        from data_access import db_status

        return db_status.main(settings)
    if action == "public":
        return _prepare_public(settings)
    from sqlalchemy.exc import ArgumentError, DatabaseError

    from data_access.db import migrate
    from data_access.public.store import migrate_public

    name = "DATABASE_URL"
    try:
        migrate(settings)
        name = "PUBLIC_DATABASE_URL"
        migrate_public(settings)
    except (ArgumentError, DatabaseError) as fault:
        print(f"{name}: {getattr(fault, 'orig', None) or fault}", file=sys.stderr)
        # a start goes on without the public store: the engine lays it out once it answers
        if action == "migrate" or name == "DATABASE_URL" or isinstance(fault, ArgumentError):
            return 1
    if action == "prepare":
        _prepare(settings)
    return 0


def _prepare_public(settings: "Settings") -> int:
    """A file of our own is laid out; the schema of a server is the engine's to make."""
    from data_access.public.store import migrate_public, public_url

    if public_url(settings).startswith("sqlite"):
        migrate_public(settings)
    return 0


def _prepare(settings: "Settings") -> None:
    """Everything that must stand before the first process starts; harmless to repeat."""
    from data_access.db import open_database
    from data_access.demo_accounts import ensure_demo_accounts
    from data_access.sources import ensure_sources
    from domain.clock import to_ms, utc_now
    from engine.demo.bootstrap import ensure_demo_keys

    catalogue = _checked_map(settings)
    db = open_database(settings)
    ensure_sources(db, catalogue, to_ms(utc_now()))
    if not settings.demo:
        _end_demo(settings, db)
    # both take back what they gave when DEMO=0
    ensure_demo_accounts(db, settings, catalogue)
    ensure_demo_keys(db, settings, catalogue)
    db.close()


def _checked_map(settings: "Settings") -> "Catalogue":
    """The city's catalogue; ValueError (MAP: …) when its map cannot be shown."""
    from data_access.boundaries import load_map
    from data_access.catalogue.loader import load_catalogue

    catalogue = load_catalogue(settings.city)
    try:
        load_map(settings, catalogue)
    except ValueError as fault:
        raise ValueError(f"MAP: {fault}") from fault
    return catalogue


def _end_demo(settings: "Settings", db: "Database") -> None:
    """DEMO=0 on a store that was a demonstration: nothing invented may stay in it."""
    from data_access.demo_removal import remove_demo
    from data_access.public.releases import forget_everything
    from data_access.public.store import open_public
    from engine.demo.bootstrap import FILE, read_keys
    from engine.demo.process import STATE_FILE
    from engine.demo.real import replay_sources

    fed = {*read_keys(settings.data_dir / FILE), *replay_sources(settings)}
    removed = remove_demo(db, fed)
    (settings.data_dir / STATE_FILE).unlink(missing_ok=True)
    if removed:
        public = open_public(settings, read_only=False)
        forget_everything(public)
        public.close()
        print(f"DEMO=0: what {len(removed)} demonstration sources had said is removed")


def _user(argv: list[str]) -> int:
    from data_access import account_commands

    return account_commands.main(["user", *argv], _settings())


def _key(argv: list[str]) -> int:
    from data_access import account_commands

    return account_commands.main(["key", *argv], _settings())


def _correct(argv: list[str]) -> int:
    from data_access.public import corrections

    return corrections.main(argv, _settings())


def _export_public(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="app.py export-public", description=COMMANDS["export-public"]
    )
    parser.add_argument("folder", type=Path, help="an empty folder, or one of an earlier export")
    folder = parser.parse_args(argv).folder
    from dashboard.public_site.export import export

    return export(_settings(), folder)


def _city(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="app.py city", description=COMMANDS["city"])
    parser.add_argument("action", choices=("lint",))
    parser.add_argument("path", type=Path, help="folder of catalogue files")
    path = parser.parse_args(argv).path
    from data_access.catalogue import lint

    return lint.main(path)


def build_server() -> Any:
    """The WSGI callable of a web process: the live lane around the Dash application."""
    import callbacks
    import pages
    from dashboard.factory import create_app
    from dashboard.live.lane import live_lane
    from dashboard.public_site.front import Front
    from dashboard.public_site.site import PublicSite
    from dashboard.services import build_services

    services = build_services(_settings())
    desks = live_lane(services, create_app(services, pages, callbacks))
    site = PublicSite(services.settings, services.catalogue, services.clock, staff="/login")
    return Front(site, desks)


def build_public_server() -> Any:
    """The WSGI callable of the public site alone: it opens the publication store, nothing else."""
    from dashboard.public_site.front import Alone
    from dashboard.public_site.site import PublicSite
    from data_access.catalogue.loader import load_catalogue
    from domain.clock import utc_now

    settings = _settings()
    return Alone(PublicSite(settings, load_catalogue(settings.city), utc_now))


def __getattr__(name: str) -> Any:
    """`app:server` is built when a web process asks for it, and by no other command."""
    if name == "server":
        globals()["server"] = build_server()
        return globals()["server"]
    if name == "public_server":
        globals()["public_server"] = build_public_server()
        return globals()["public_server"]
    raise AttributeError(name)


if __name__ == "__main__":
    sys.exit(main())
