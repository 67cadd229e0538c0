"""Real accounts for a product that was started without a demonstration."""

from tests.fixtures.product import Stack
from tests.web_client import Client


def sign_in_new(stack: Stack, username: str, role: str) -> Client:
    """Make an account with the `user` command and log it in."""
    done = stack.command("user", "add", username, "--role", role, "--generate")
    assert done.returncode == 0, done.stderr
    password = done.stdout.splitlines()[-1].removeprefix("password: ")
    client = stack.client()
    answer = client.login(username, password)
    assert answer.status in (302, 303), (answer.status, answer.text[:300])
    return client
