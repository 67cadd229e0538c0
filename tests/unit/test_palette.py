"""The colours: readable on every ground they stand on, and told apart by colour-blind readers.

Contrast after WCAG 2.1 (relative luminance); colour blindness simulated in linear sRGB with the
matrices of Machado, Oliveira and Fernandes 2009 at full severity; distance is CIE76 in Lab.
"""

import itertools
import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "assets" / "css"
TOKENS = (CSS / "00-tokens.css").read_text(encoding="utf-8")
THEMES = ("light", "dark")
STATES = ("normal", "attention", "warning", "alarm", "unknown")
GRADED = ("attention", "warning", "alarm")
TEXT_CONTRAST = 4.5
MARK_CONTRAST = 3.0
APART = 10.0  # CIE76; about four just noticeable differences

Rgb = tuple[float, float, float]
Matrix = tuple[Rgb, Rgb, Rgb]
PROTAN: Matrix = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTAN: Matrix = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
SAME: Matrix = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def block(selector: str) -> dict[str, str]:
    """The custom properties of the last rule with exactly that selector list."""
    found = re.findall(re.escape(selector) + r"\s*\{(.*?)\}", TOKENS, re.DOTALL)
    assert found, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", found[-1]))


def theme(name: str) -> dict[str, str]:
    return block(f'[data-theme="{name}"]')


def linear(colour: str) -> Rgb:
    """#rrggbb in linear sRGB, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, share: str, ground: str) -> str:
    """As CSS color-mix(in srgb, colour share, ground)."""
    part = float(share.rstrip("%")) / 100
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * part + b * (1 - part)):02x}" for a, b in pairs)


def lab(rgb: Rgb) -> Rgb:
    r, g, b = rgb
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour: str, eye: Matrix) -> Rgb:
    rgb = linear(colour)
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in eye)
    return lab((r, g, b))


def distance(one: str, other: str, eye: Matrix) -> float:
    pairs = zip(seen(one, eye), seen(other, eye), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def test_the_formulas_against_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.1)
    assert mix("#ff0000", "50%", "#0000ff") == "#800080"


def grounds(colours: dict[str, str]) -> list[str]:
    return [colours["bg"], colours["raise"], colours["hatch"]]


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable(name: str) -> None:
    c = theme(name)
    inks = ["ink", "mut", "dim", *(f"{state}-ink" for state in STATES)]
    weak = {
        (ink, ground): contrast(c[ink], ground)
        for ink in inks
        for ground in [c["bg"]]
        if contrast(c[ink], ground) < TEXT_CONTRAST
    }
    assert weak == {}
    on_hatch = {g: contrast(c["unknown-ink"], g) for g in grounds(c)}
    assert min(on_hatch.values()) >= TEXT_CONTRAST, on_hatch
    assert contrast(c["land-ink"], c["land"]) >= TEXT_CONTRAST
    assert contrast(c["accent"], c["bg"]) >= TEXT_CONTRAST
    assert contrast(c["stop-ink"], c["stop"]) >= TEXT_CONTRAST


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("state", GRADED)
def test_text_is_readable_on_the_tint_of_its_state(name: str, state: str) -> None:
    c = theme(name)
    tint = mix(c[state], c["tint-alarm" if state == "alarm" else "tint"], c["bg"])
    for ink in ("ink", "mut", f"{state}-ink"):
        assert contrast(c[ink], tint) >= TEXT_CONTRAST, (ink, tint)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("state", GRADED)
def test_names_and_marks_are_readable_on_coloured_streets(name: str, state: str) -> None:
    c = theme(name)
    share = c["tint-land-alarm" if state == "alarm" else "tint-land"]
    assert contrast(c["ink"], mix(c[state], share, c["land"])) >= TEXT_CONTRAST


@pytest.mark.parametrize("name", THEMES)
def test_marks_stand_out(name: str) -> None:
    c = theme(name)
    weak = {s: contrast(c[s], c["bg"]) for s in STATES if contrast(c[s], c["bg"]) < MARK_CONTRAST}
    assert weak == {}


@pytest.mark.parametrize("name", THEMES)
def test_official_levels_are_readable(name: str) -> None:
    c = theme(name)
    for level in range(1, 5):
        assert contrast(c[f"wx-{level}-ink"], c[f"wx-{level}"]) >= TEXT_CONTRAST, level


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("eye", [SAME, PROTAN, DEUTAN], ids=["all", "protan", "deutan"])
def test_states_are_told_apart(name: str, eye: Matrix) -> None:
    c = theme(name)
    near = {
        (a, b): round(distance(c[a], c[b], eye), 1)
        for a, b in itertools.combinations(STATES, 2)
        if distance(c[a], c[b], eye) < APART
    }
    assert near == {}


def test_a_dark_system_gets_the_dark_theme() -> None:
    assert block(":root:not([data-theme])") == theme("dark")


def test_both_themes_name_the_same_colours() -> None:
    assert set(theme("light")) == set(theme("dark"))


RAW = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|lab|lch)\(")
NAMED = re.compile(r":\s*(?:white|black|red|green|blue|yellow|orange|gr[ae]y)\b")


def test_raw_colours_stand_in_the_tokens_alone() -> None:
    root = CSS.parent
    sheets = [p for p in root.rglob("*.css") if p.name != "00-tokens.css"]
    scripts = list(root.rglob("*.js"))
    assert len(sheets) >= 4
    assert len(scripts) >= 10
    found = []
    for path in [*sheets, *scripts]:
        code = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for number, line in enumerate(code.splitlines(), start=1):
            if RAW.search(line) or (path.suffix == ".css" and NAMED.search(line)):
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()}")
    assert found == []
