"""What a wall shows by itself: its scenes, how long each stands, and what may interrupt them.

A scene is a word: `home`, `map`, `domain:<code>` or `sign:<code>`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.place import Named
from domain.sign import State
from domain.text import EMPTY, Text

HOME = "home"
MAP = "map"
PLAIN = (HOME, MAP)
MODES = ("daily", "special", "emergency")  # 日常, 专项, 应急
FOCUS = (State.ALARM, State.WARNING)  # the states that may take the screen


@dataclass(frozen=True, slots=True)
class WallMode:
    """How a wall behaves in one mode."""

    scenes: tuple[str, ...]  # in turn; the first nine have a number key each
    home: str  # where it returns to
    dwell_s: int  # how long a scene of the turn stands
    focus: tuple[State, ...]  # freshly in such a state, a sign takes the screen
    focus_s: int  # how long such a sign stands
    idle_s: int  # without a key for so long, the hand that steered is taken to have left
    interrupt: bool = False  # a fresh alarm also takes a screen that is paused or steered by hand
    name: Text = EMPTY  # of a special mode: what it is about


@dataclass(frozen=True, slots=True)
class WallProfile:
    """A wall's behaviour under a name; one mode of each of MODES."""

    code: str
    name: Text
    modes: Mapping[str, WallMode]


def scene_fault(scene: str, domains: Collection[str], signs: Collection[str]) -> str | None:
    """What is wrong with the name of a scene, given the codes that exist; None: nothing."""
    kind, colon, code = scene.partition(":")
    if not colon:
        return None if scene in PLAIN else f"unknown scene {scene[:60]!r}"
    known = {"domain": domains, "sign": signs}.get(kind)
    if known is None:
        return f"unknown scene {scene[:60]!r}"
    return None if code in known else f"unknown {kind} {code[:60]!r}"


def standard_profile(domains: tuple[Named, ...]) -> WallProfile:
    """What a city gets that has stated nothing: everything in turn, the map in an emergency."""
    turn = (HOME, MAP, *(f"domain:{domain.code}" for domain in domains))
    daily = WallMode(turn, HOME, 40, FOCUS, 40, 180)
    emergency = WallMode((MAP,), MAP, 60, (State.ALARM,), 60, 60, interrupt=True)
    modes = {"daily": daily, "special": daily, "emergency": emergency}
    return WallProfile("standard", Text(zh="标准", en="Standard"), modes)
