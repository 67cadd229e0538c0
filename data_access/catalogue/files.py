"""Which files a city's folder may hold: any other is a fault, for nobody would ever read it."""

from pathlib import Path

from data_access.catalogue.faults import ORDER, Report

OPTIONAL = (
    *("units.csv", "labels.csv", "weights.csv", "targets.csv", "publication.toml"),
    *("wall.toml", "demo.toml", "demo.csv"),
)
STANDARDS = ("aqi.csv", "kinds.csv")  # lie beside the cities, in `standards`
MAPPINGS = "mappings"
NEEDED = tuple(
    name for name in ORDER if name not in OPTIONAL and name not in STANDARDS and name != MAPPINGS
)


def check_files(folder: Path, report: Report) -> None:
    """Fault what does not belong into a city's folder; what is missing is its reader's matter."""
    known = {*NEEDED, *OPTIONAL}
    for path in sorted(folder.iterdir()):
        if path.name == MAPPINGS and path.is_dir():
            for inner in sorted(path.iterdir()):
                if inner.suffix != ".toml" or not inner.is_file():
                    reason = "no mapping: only files ….toml are read here"
                    report.add(f"{MAPPINGS}/{inner.name}", 1, reason)
        elif path.name not in known or not path.is_file():
            report.add(path.name, 1, f"not a file of a city; known: {', '.join(sorted(known))}")
