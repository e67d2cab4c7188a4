"""How a server is run: what `courselens serve` was told, in a form that its worker processes can read.

In: options. Out: frozen `Settings`. Workers are processes of their own, so the settings travel through one environment
variable; the token itself does not, each worker reads its file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from courselens.errors import CourselensError

VARIABLE = "COURSELENS_SERVE"


@dataclass(frozen=True, slots=True)
class Settings:
    """`rate` is requests a minute for one client over all workers, 0 for no limit; `cors` are origins allowed.

    `lanes` answer questions in each worker and `threads` do everything else; `queue` is how many requests may wait for
    them, `cache` how many answers are kept; `body_bytes`, `query_bytes` and `seconds` bound one request; `watch` is how
    often, in seconds, the workspace is looked at for a new index.
    """

    workspace: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    token_file: Path | None = None
    cors: tuple[str, ...] = ()
    rate: int = 0
    lanes: int = 2
    threads: int = 4
    queue: int = 256
    cache: int = 2048
    body_bytes: int = 8_000_000
    query_bytes: int = 60_000
    seconds: float = 60.0
    watch: float = 1.0

    @property
    def url(self) -> str:
        """Where the page is; the API's documentation is below it at `docs`, MCP at `mcp`."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"

    def token(self) -> str | None:
        """The bearer token, None when no file was given. Raises CourselensError on a file that cannot serve."""
        if self.token_file is None:
            return None
        remedy = "Write the token on one line, for example: openssl rand -hex 32 > FILE"
        try:
            token = self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CourselensError("the token file cannot be read", value=str(self.token_file), remedy=remedy) from error
        if len(token) < 8 or not token.isascii() or not token.isprintable() or " " in token:
            raise CourselensError(
                "the token is not 8 or more ASCII characters without spaces",
                value=f"{len(token)} characters",
                where=self.token_file,
                remedy=remedy,
            )
        return token

    def to_environment(self) -> None:
        """Leave the settings where `from_environment` of a worker process finds them."""
        os.environ[VARIABLE] = json.dumps(asdict(self), default=str)

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings that `to_environment` left."""
        data: Mapping[str, object] = json.loads(os.environ[VARIABLE])
        given = dict(data)
        given["workspace"] = Path(str(given["workspace"]))
        given["token_file"] = Path(str(given["token_file"])) if given["token_file"] else None
        given["cors"] = tuple(given["cors"]) if isinstance(given["cors"], list) else ()
        return cls(**given)  # type: ignore[arg-type]  # what asdict wrote
