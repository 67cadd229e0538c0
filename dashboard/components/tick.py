"""The one way to renew a page by itself.

An interval that is faster than its callback freezes a page for ever, so a callback on a tick has
to hold the tick while it runs: `running=held("my-tick")`.
"""

from dash import Output, dcc
from dash.development.base_component import Component


def tick(component_id: str, seconds: float) -> Component:
    """A clock that fires every `seconds`."""
    return dcc.Interval(id=component_id, interval=round(seconds * 1000))


def held(component_id: str) -> list[tuple[Output, bool, bool]]:
    """The `running=` of every callback that a tick sets off."""
    return [(Output(component_id, "disabled"), True, False)]
