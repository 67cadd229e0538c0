"""`python -m bench [NAME …] [--write]`: measure and print; --write keeps docs/benchmarks.md."""

import argparse
import datetime
import importlib
import sys
from pathlib import Path

from bench.report import HEADER, Figure, machine

BENCHES = {
    "queries": "what a page reads from the store, with little and with much history",
    "intake": "readings by file and over HTTP, rolled up and judged",
    "turn": "the engine's turn while much comes in at once",
    "live": "snapshots and event streams from the fast lane",
    "screen": "the wall screen in Chromium: weight, first paint, deltas",
    "latency": "from a committed reading to a changed pixel",
    "pages": "the desk's pages over a year of history",
    "public": "the public page: views, weight, first paint on a phone",
    "hostile": "hostile requests and bodies against the whole product",
    "killing": "kill -9 of every part in turn under load, and what is left afterwards",
    "ranking": "whether rank intervals hold the truth, and what a ranking costs",
}
_KEPT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def main() -> int:
    """Run the named benches (all when none is named); 1 when a promise was not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    unknown = set(given.names) - set(BENCHES)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    about = machine()
    print("\n".join(about), flush=True)
    results: dict[str, list[Figure]] = {}
    for name in given.names or BENCHES:
        print(f"\n## {name}: {BENCHES[name]}", flush=True)
        results[name] = importlib.import_module(f"bench.{name}").run()
        print(HEADER)
        for figure in results[name]:
            print(figure.row())
            if figure.note:
                print(f"  ({figure.name}: {figure.note})")
        sys.stdout.flush()
        if given.write:  # after each: a long run that is broken off has not measured for nothing
            _KEPT.write_text(_document(about, results))
    broken = [f.name for figures in results.values() for f in figures if f.kept is False]
    if broken:
        print(f"\nnot kept: {'; '.join(broken)}")
    return 1 if broken else 0


def _document(about: list[str], results: dict[str, list[Figure]]) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        "# Benchmarks",
        "",
        f"Measured on {today} by `make bench`; written by `python -m bench --write`. Each figure"
        " stands beside a peer measured in the same run; absolute times belong to the machine.",
        "",
        *(f"- {line}" for line in about),
    ]
    for name, figures in results.items():
        lines += ["", f"## {name}: {BENCHES[name]}", "", HEADER]
        lines += [figure.row() for figure in figures]
        notes = [f"- {figure.name}: {figure.note}" for figure in figures if figure.note]
        lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
