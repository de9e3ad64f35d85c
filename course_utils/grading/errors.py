"""What keeps an assignment from being released, collected or graded, told in a sentence."""

from __future__ import annotations


class GradingError(Exception):
    """A message for an instructor, who is shown it without a traceback: what came, and what was wanted."""
