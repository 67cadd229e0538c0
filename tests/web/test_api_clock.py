"""Intake beside a clock that was set: readings of right clocks are not refused for ours."""

import json

import pytest

from domain.clock import CALM_S
from tests.web.api_sender import Sender
from tests.web.site import Site


def test_what_only_our_clock_condemns_is_held_until_it_has_been_steady(
    monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    sender = Sender(site)
    ticks = [0.0]
    view = site.app.server.view_functions["api.readings"].func
    monkeypatch.setattr(view._steadiness, "_ticks", lambda: ticks[0])
    view._steadiness._apart_ms = view._steadiness._now()
    early = sender.reading(value=1.5)
    site.clock.step(-8 * 3600)  # our clock is set back: what comes now seems to come from later
    answer = sender.post(json.dumps([early]))
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    good = sender.reading(value=2.5)
    assert sender.send(good)["accepted"] == 1  # what our clock does not condemn comes in
    site.clock.step(8 * 3600)  # and forward again
    ticks[0] += 5
    assert sender.send(early)["accepted"] == 1
    far = sender.reading(minute=-600)
    assert sender.post(json.dumps([far])).status_code == 503
    site.clock.step(CALM_S + 1)
    ticks[0] += CALM_S + 1
    (refused,) = sender.send(far)["rejected"]
    assert refused["reason"] == "too_far_ahead"
