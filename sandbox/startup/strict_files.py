"""Reading a file strictly: what is wrong becomes one sentence that names the file and the place."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class BadFile(Exception):
    """A file that cannot be used; the text is one sentence for a person."""


class Strict(BaseModel):
    """A record that takes no unknown fields and converts no types."""

    model_config = ConfigDict(extra="forbid", strict=True)


def read(path: Path) -> str:
    """Return a file's text. Raises BadFile."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: this is not UTF-8 text.") from None


def validated(model: type[Model], content: object, name: str) -> Model:
    """Return the content as a model. Raises BadFile with the first thing wrong."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f"{name}: {place}" if place else name
        raise BadFile(f"{where}: {first['msg']}.") from None


def mind_duplicates(name: str, what: str, values: list[str]) -> None:
    """Refuse a value that occurs twice. Raises BadFile."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise BadFile(f"{name}: the {what} {value} occurs twice.")
        seen.add(value)
