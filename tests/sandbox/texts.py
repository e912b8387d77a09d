"""The two smallest pieces of Block Kit, as the tests of the sandbox write them."""

from sandbox.model import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(name: str) -> Json:
    return {"text": plain(name), "value": name}
