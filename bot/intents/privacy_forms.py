"""What the form says that deletes somebody's own data."""

from bot.intents.fields import FormRefused, Values, many_of
from messages import ids


def read_forget_form(values: Values) -> bool:
    """That the person has read it; FormRefused where the box is empty."""
    if ids.FORGET_YES not in many_of(values, ids.FORGET_SURE):
        raise FormRefused({ids.FORGET_SURE: "Tick the box once you have read what is deleted."})
    return True
