"""When a source measures: its cadence from local midnight on, shifted so that load is even."""

from engine.demo.chance import stream, uniform

_LATEST_S = 6 * 3600


def phase_of(seed: int, source: str, cadence_s: int) -> int:
    """Where in its cadence a source measures (ms, whole seconds).

    Cadences beyond six hours are measured in the first six hours of their slot: a daily report is
    there in the morning.
    """
    most = min(cadence_s, _LATEST_S)
    return int(uniform(stream(seed, "phase", source), cadence_s, 0.0, most)) * 1000


def due_times(cadence_ms: int, phase_ms: int, from_ms: int, to_ms: int, grid_ms: int) -> range:
    """The instants in [from, to) at which it measures: local midnight + phase + n cadences."""
    anchor = phase_ms - grid_ms
    first = anchor + -(-(from_ms - anchor) // cadence_ms) * cadence_ms
    return range(first, to_ms, cadence_ms)


def newest_due(cadence_ms: int, phase_ms: int, at_ms: int, grid_ms: int) -> int:
    """The last instant ≤ `at_ms` at which it measures."""
    anchor = phase_ms - grid_ms
    return anchor + (at_ms - anchor) // cadence_ms * cadence_ms
