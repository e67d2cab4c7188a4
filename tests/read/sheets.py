"""Draws PDF sheets for the tests: lines of given type at given places, so that a test says what a reader must see."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

LEFT, RIGHT, TOP = 72.0, 540.0, 760.0


@dataclass(frozen=True)
class Type:
    """Font, size and colour."""

    font: str = "Times-Roman"
    size: float = 9
    colour: str = "#000000"


BODY = Type()
BOLD = Type("Times-Bold")
HEADING = Type("Helvetica", 13, "#008000")
TITLE = Type("Helvetica", 16, "#008000")
SMALL = Type("Helvetica", 9, "#008000")


class Sheet:
    """A sheet that is written from top to bottom, a new page when it is full or asked for."""

    def __init__(self, footer: str | None = None, password: str | None = None) -> None:
        self.buffer = io.BytesIO()
        encrypt = StandardEncryption(password, canPrint=0) if password else None
        self.canvas = Canvas(self.buffer, encrypt=encrypt)
        self.footer = footer
        self.page = 1
        self.y = TOP

    def line(self, text: str, look: Type = BODY, *, x: float = LEFT, leading: float = 1.3) -> None:
        """One line, `leading` times its size below the last."""
        self.y -= leading * look.size
        self._draw(x, self.y, text, look)

    def wrapped(
        self, text: str, look: Type = BODY, *, x: float = LEFT, right: float = RIGHT, above: float = 2.6
    ) -> None:
        """A paragraph, broken where its words meet the right margin."""
        line = ""
        first = True
        for word in text.split(" "):
            longer = f"{line} {word}".strip()
            if self.canvas.stringWidth(longer, look.font, look.size) > RIGHT - x:
                self.line(line, look, x=x, leading=above if first else 1.3)
                line, first = word, False
            else:
                line = longer
        self.line(line, look, x=x, leading=above if first else 1.3)

    def rows(self, rows: Sequence[tuple[str, str]], *, at: float = 200) -> None:
        """Labels and values in two columns."""
        for label, value in rows:
            self.line(label)
            self._draw(at, self.y, value, BODY)

    def bullets(self, texts: Sequence[str], *, x: float = 90) -> None:
        """A list."""
        for text in texts:
            top = self.y
            self.wrapped(text, x=x + 14, above=1.3)
            self._draw(x, top - 1.3 * BODY.size, "\u2022", BODY)

    def turn(self) -> None:
        """Begin the next page."""
        self._foot()
        self.canvas.showPage()
        self.page += 1
        self.y = TOP

    def data(self) -> bytes:
        """The file."""
        self._foot()
        self.canvas.save()
        return self.buffer.getvalue()

    def _foot(self) -> None:
        if self.footer:
            self._draw(LEFT, 40, self.footer, Type("Helvetica", 7))
            self._draw(RIGHT - 30, 40, f"Page {self.page} / 2", Type("Helvetica", 7))

    def _draw(self, x: float, y: float, text: str, look: Type) -> None:
        self.canvas.setFont(look.font, look.size)
        self.canvas.setFillColor(HexColor(look.colour))
        self.canvas.drawString(x, y, text)
