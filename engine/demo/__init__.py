"""The demonstration city: a seeded simulator that reports through the public intake.

See docs/demo.md. `run` is the process; `city.readings` the readings without one.
"""

from engine.demo.process import run

__all__ = ["run"]
