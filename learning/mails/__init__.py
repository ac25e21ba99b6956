"""The mails of learning, by noun; importing them registers them."""

from . import feedback, session

__all__ = ["feedback", "session"]
