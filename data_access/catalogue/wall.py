"""`wall.toml`: what the walls of a city show in turn, and what may interrupt them."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import SLUG, Row, read_toml
from domain.place import Named
from domain.sign import State
from domain.text import EMPTY, Text
from domain.wall import FOCUS, MODES, WallMode, WallProfile, scene_fault, standard_profile

FILE = "wall.toml"
LIMITS = {"dwell_s": (10, 3600), "focus_s": (10, 600), "idle_s": (30, 7200)}
MOST_SCENES = 40
_PROFILE = ("code", "name_zh", "name_en", *MODES)
_MODE = ("scenes", "home", "focus", *LIMITS, "interrupt", "name_zh", "name_en")
_NEEDED = ("scenes", "home", "focus", *LIMITS)


def read_walls(
    folder: Path, domains: tuple[Named, ...], signs: Collection[str], report: Report
) -> tuple[WallProfile, ...]:
    """The wall profiles of a city, never none; faults go to `report`.

    The file may be left out; where `domains` or `signs` are empty, codes cannot be checked.
    """
    standard = (standard_profile(domains),)
    if not (folder / FILE).exists():
        return standard
    text, data = read_toml(folder / FILE, FILE, report)
    if text is None or data is None:
        return standard
    return _Reader(text, {d.code for d in domains}, signs, report).profiles(data) or standard


class _Reader:
    """One file; knows on which line what it blames stands."""

    def __init__(
        self, text: str, domains: Collection[str], signs: Collection[str], report: Report
    ) -> None:
        self._lines = text.splitlines()
        self._domains = domains
        self._signs = signs
        self._report = report
        self._index = -1  # of the profile that is being read
        self._mode = ""

    def profiles(self, data: dict[str, Any]) -> tuple[WallProfile, ...]:
        for key in data:
            if key != "profiles":
                self._report.add(FILE, self._line_of(key), f"{key}: unknown key")
        entries = data.get("profiles")
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            self._report.add(FILE, 1, "profiles: at least one [[profiles]] table is needed")
            return ()
        found = []
        for self._index, entry in enumerate(entries):
            found.append(self._profile(entry))
            if found[-1].code in {profile.code for profile in found[:-1]}:
                self._fault("code", f"{found[-1].code!r} occurs twice")
        return tuple(found)

    def _profile(self, entry: dict[str, Any]) -> WallProfile:
        self._mode = ""
        self._unknown(entry, _PROFILE)
        names = self._texts(entry, "code", "name_zh", "name_en")
        modes = {}
        for self._mode in MODES:
            table = entry.get(self._mode)
            if isinstance(table, dict):
                modes[self._mode] = self._read_mode(table)
            else:
                self._fault("", f"a table [profiles.{self._mode}] is needed")
        self._mode = ""
        return WallProfile(names["code"], _name(names), modes)

    def _read_mode(self, table: dict[str, Any]) -> WallMode:
        self._unknown(table, _MODE)
        for key in _NEEDED:
            if key not in table:
                self._fault(key, "missing")
        named = "name_zh" in table or "name_en" in table
        names = self._texts(table, "name_zh", "name_en") if named else {}
        seconds = {key: self._seconds(table, key) for key in LIMITS}
        interrupt = table.get("interrupt", False)
        if not isinstance(interrupt, bool):
            self._fault("interrupt", "must be true or false")
        return WallMode(
            scenes=self._scenes(table.get("scenes", ["home"])),
            home=self._scene("home", table.get("home", "home")),
            focus=self._focus(table.get("focus", [])),
            interrupt=interrupt is True,
            dwell_s=seconds["dwell_s"],
            focus_s=seconds["focus_s"],
            idle_s=seconds["idle_s"],
            name=_name(names) if named else EMPTY,
        )

    def _scenes(self, listed: object) -> tuple[str, ...]:
        if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_SCENES:
            self._fault("scenes", f"a list of 1 to {MOST_SCENES} scenes is needed")
            return ("home",)
        scenes = tuple(self._scene("scenes", one) for one in listed)
        for scene in sorted({scene for scene in scenes if scenes.count(scene) > 1}):
            self._fault("scenes", f"{scene!r} stands there twice", scene)
        return scenes

    def _scene(self, key: str, scene: object) -> str:
        reason = "a scene is a text in quotes"
        if isinstance(scene, str):
            kind = scene.partition(":")[0]
            known = {"domain": self._domains, "sign": self._signs}.get(kind, True)
            given = {scene.partition(":")[2]} if not known else ()
            # a list that could not be read knows nothing: whoever refers to it is not to blame
            found = scene_fault(scene, self._domains or given, self._signs or given)
            if found is None:
                return scene
            reason = found
        self._fault(key, reason, str(scene))
        return str(scene)

    def _focus(self, listed: object) -> tuple[State, ...]:
        allowed = [state.value for state in FOCUS]
        if not isinstance(listed, list):
            self._fault("focus", f"a list of {', '.join(allowed)} is needed")
            return ()
        for one in listed:
            if one not in allowed:
                self._fault("focus", f"must be of {', '.join(allowed)}: {str(one)[:60]!r}")
        return tuple(State(one) for one in listed if one in allowed)

    def _seconds(self, table: dict[str, Any], key: str) -> int:
        low, high = LIMITS[key]
        value = table.get(key, low)
        if isinstance(value, bool) or not isinstance(value, int):
            self._fault(key, "a whole number of seconds is needed")
            return low
        if not low <= value <= high:
            self._fault(key, f"{value} is outside {low} … {high}")
            return low
        return value

    def _texts(self, table: dict[str, Any], *keys: str) -> dict[str, str]:
        """Texts by the rules of the CSV files, faulted on the lines of this one."""
        cells = {key: str(table.get(key, "")) for key in keys}
        for key, value in cells.items():
            inner = Report()
            row = Row(FILE, 1, {key: value}, inner)
            if key == "code":
                row.code(key, SLUG)
            elif key.endswith("_zh"):
                row.chinese(key, longest=12)
            else:
                row.english(key, longest=32)
            for fault in inner.faults:
                self._fault(key, fault.reason.removeprefix(f"{key}: "))
        return cells

    def _unknown(self, table: dict[str, Any], known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self._fault(key, "unknown key")

    def _fault(self, key: str, reason: str, item: str = "") -> None:
        """Note a fault of `key` in the mode or profile that is being read."""
        where = ".".join(part for part in (self._mode, key) if part)
        self._report.add(FILE, self._line_of(key, item), f"{where}: {reason}")

    def _line_of(self, key: str, item: str = "") -> int:
        """The line of `item` below `key`; of the key, its table or profile when not found."""
        profile, mode, at_key, found = -1, "", False, 1
        for number, line in enumerate(self._lines, 1):
            head = re.match(r"\s*(\[+)\s*profiles\s*(?:\.\s*([\w-]+)\s*)?\]", line)
            if head:
                profile += head[1] == "[["
                mode, at_key = head[2] or "", False
            if (profile, mode) != (self._index, self._mode):
                if profile == self._index and not mode and found == 1:
                    found = number
                continue
            if head:
                found = number
            if key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
                found, at_key = number, True
                if not item:
                    return number
            if at_key and item and f'"{item}"' in line:
                return number
        return found


def _name(texts: dict[str, str]) -> Text:
    return Text(zh=texts["name_zh"], en=texts["name_en"])
