"""The one exception that courselens raises on purpose: what is wrong, where, and what to do next.

Everything a user can cause (a missing file, an unknown field, a damaged workspace) ends in a `CourselensError`; the
command line prints it and exits with 1. Any other exception is a defect of ours.
"""

from __future__ import annotations

from functools import partial


class CourselensError(Exception):
    """An error whose message carries the value, the place and the remedy.

    `what` is one clause without a full stop; `value` is the offending value as the user gave it; `where` is the file,
    option, row or field in which it stands; `remedy` is a sentence that says what to do next.
    """

    def __init__(self, what: str, *, value: object = None, where: object = None, remedy: str | None = None) -> None:
        super().__init__(what, value, where, remedy)
        self.what = what
        self.value = value
        self.where = where
        self.remedy = remedy

    def __reduce__(self) -> tuple[partial[CourselensError], tuple[()]]:
        # Errors come back from worker processes; an exception's own pickling gives all arguments by position.
        return partial(CourselensError, self.what, value=self.value, where=self.where, remedy=self.remedy), ()

    def __str__(self) -> str:
        text = self.what
        if self.value is not None:
            text += f": {self.value!r}" if isinstance(self.value, str) else f": {self.value}"
        if self.where is not None:
            text += f" ({self.where})"
        return f"{text}. {self.remedy}" if self.remedy else f"{text}."
