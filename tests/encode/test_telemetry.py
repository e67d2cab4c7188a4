"""Nothing of ours calls home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_openvino_is_imported_without_its_telemetry(tmp_path: Path) -> None:
    code = "import courselens.encode.openvino_encoder, openvino, sys; print(sys.modules['openvino_telemetry'])"
    environment = {**os.environ, "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "None"
    assert list(tmp_path.iterdir()) == []
