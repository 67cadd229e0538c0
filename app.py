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
    from data_access.commands.check import More
    from data_access.settings import Settings

HERE = Path(__file__).resolve()
CONFIG_FAULT = 2  # the supervisor does not restart what ends with this

COMMANDS = {
    "run": "start everything and stay until Ctrl-C or SIGTERM",
    "web": "the web processes alone",
    "engine": "the engine alone",
    "demo": "the demonstration city's sources alone",
    "warm": "what keeps rankings warm for the web processes, alone",
    "ingest": "load a file through a mapping: ingest FILE --as MAPPING",
    "replay": "feed a file on today's clock: replay FILE --as MAPPING --speed N",
    "db": "the stores: db migrate | status | prepare (for a start) | public (the public one)",
    "user": "accounts: user add | password | disable | enable | list",
    "source": "the register of sources: source list | retire CODE | restore CODE",
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
        from data_access.commands.plain_faults import plain_fault

        code, lines = plain_fault(fault)
        if not lines:
            raise
        print(*lines, sep="\n", file=sys.stderr)
        return code


def _settings() -> "Settings":
    """The environment's settings; logging follows them, and its files are ours alone."""
    from data_access.settings import load_settings
    from data_access.store.private import keep_private

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
    from dashboard.wire.limits import allow_files

    settings = _settings()
    allow_files()  # here, and in every process started from here
    if settings.site == "public":
        return _run_public(settings)
    settings.secret()  # a short SECRET_KEY is refused here, before anything starts
    return _supervise(
        settings,
        valkey_socket=None if settings.redis_url else settings.valkey_socket,
        prepare=_command(settings, "prepare", "db", "prepare"),
        services=[_command(settings, "engine"), _command(settings, "web", serves=True)],
        later=lambda: [_command(settings, "warm"), *_feeds(settings)],
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
        services=[_command(settings, "web", "web", "--site", "public", serves=True)],
        greeting=lambda: "the public page alone",
    )


def _command(settings: "Settings", name: str, *arguments: str, serves: bool = False) -> "Command":
    from dashboard.supervisor import Command

    env = {"YIPING_DATA": str(settings.data_dir)}
    return Command(name, [sys.executable, str(HERE), *(arguments or (name,))], env, serves)


def _feeds(settings: "Settings") -> "list[Command]":
    """What plays the city's sources in a demonstration."""
    if not (settings.demo and _simulated(settings)):
        return []
    from engine.demo.real import replay_arguments

    replays = enumerate(replay_arguments(settings), 1)
    return [
        _command(settings, "demo"),
        *(_command(settings, f"replay{n}", "replay", *given) for n, given in replays),
    ]


def _simulated(settings: "Settings") -> bool:
    from data_access.catalogue.loader import load_catalogue
    from engine.demo.behaviour_files import has_behaviour

    return has_behaviour(load_catalogue(settings.city))


def _greeting(settings: "Settings") -> str:
    accounts = settings.data_dir / "demo-accounts.json"
    if settings.demo and accounts.exists():
        told = f"demonstration accounts: {accounts}"
        if not _simulated(settings):
            told += f"\nDEMO=1: {settings.city} has no demo.toml, nothing is simulated"
        return told
    return "accounts are made by: python app.py user add"


def _web(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="app.py web", description=COMMANDS["web"])
    parser.add_argument("--site", choices=("all", "public"), default=None)
    asked = parser.parse_args(argv).site
    from gevent import monkey

    monkey.patch_all()  # before anything is imported that opens sockets or makes locks
    from dashboard import web_process

    web_process.load("callbacks")
    settings = _settings()
    if not web_process.is_lent():  # else what prepares the start has looked
        from engine.prepare import checked_city

        # here what is wrong is a fault of configuration; in a worker, a crash
        checked_city(settings, _more_checks())
    whole = (asked or settings.site) == "all"
    return web_process.serve("app:server" if whole else "app:public_server")


def _engine(argv: list[str]) -> int:
    from engine import process

    _plain("engine", argv)
    process.run(_settings())
    return 0


def _demo(argv: list[str]) -> int:
    from engine import demo

    _plain("demo", argv)
    demo.run(_settings())
    return 0


def _warm(argv: list[str]) -> int:
    _plain("warm", argv)
    from dashboard import warming

    warming.run(_settings())
    return 0


def _ingest(argv: list[str]) -> int:
    from data_access.loads import ingest

    return ingest.main(argv)


def _replay(argv: list[str]) -> int:
    from data_access.loads import replay

    return replay.main(argv)


def _db(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="app.py db", description=COMMANDS["db"])
    parser.add_argument("action", choices=("migrate", "status", "prepare", "public"))
    action = parser.parse_args(argv).action
    from engine import prepare

    return prepare.main(action, _settings(), _more_checks())


def _user(argv: list[str]) -> int:
    from data_access.commands import account_commands

    return account_commands.main(["user", *argv], _settings())


def _source(argv: list[str]) -> int:
    from data_access.commands import source_commands

    return source_commands.main(argv, _settings())


def _key(argv: list[str]) -> int:
    from data_access.commands import account_commands

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
    from data_access.commands import lint

    return lint.main(path, *_more_checks())


def _more_checks() -> "list[More]":
    """What else refers to a city's catalogue, beyond the reach of the catalogue's own check."""
    from dashboard.words.labels import wording_faults
    from engine.demo.behaviour_files import behaviour_faults

    return [behaviour_faults, wording_faults]


def build_server() -> Any:
    """The WSGI callable of a web process: the live lane around the Dash application."""
    import callbacks
    import pages
    from dashboard.factory import create_app
    from dashboard.house.services import build_services
    from dashboard.live.lane import live_lane
    from dashboard.public_site.front import Front
    from dashboard.public_site.site import PublicSite

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
