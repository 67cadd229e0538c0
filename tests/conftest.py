"""Fixtures for every suite: settings, clock, catalogue, databases, Valkey, the whole product,
a browser. What cannot be had fails its tests and names the missing piece; only public data that are
not beside the repository are skipped, and counted as NOT RUN below the results."""

import os

from hypothesis import HealthCheck, settings

from data_access.settings import Settings

for _name, _field in Settings.model_fields.items():  # the developer's environment is not a fixture
    os.environ.pop((_field.alias or _name).upper(), None)

# how long an example takes says something of the machine, nothing of the product
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = (  # in order of their imports of each other
    "tests.fixtures.missing",
    "tests.fixtures.not_run",
    "tests.fixtures.basics",
    "tests.fixtures.databases",
    "tests.fixtures.valkey",
    "tests.fixtures.product",
    "tests.fixtures.browser",
)
