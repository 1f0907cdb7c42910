"""`python -m tests.dashboard.demo KUBECONFIG`: record the demo anew; takes up to eight minutes.

The cluster must be one of `make cluster` that has lived for ten minutes, so that old ReplicaSets go as
new ones come. Equal captures give equal bytes.
"""

import asyncio
import gzip
import json
import sys
from pathlib import Path

from tests.dashboard.demo.capture import capture
from tests.dashboard.demo.digest import Digest

TARGET = Path(__file__).resolve().parents[3] / "dashboard" / "demo" / "recording.json.gz"

if __name__ == "__main__":
    recording = Digest(
        asyncio.run(capture(Path(sys.argv[1]).read_text(encoding="utf-8")))
    ).recording()
    text = json.dumps(recording, separators=(",", ":"), ensure_ascii=False)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(recording['tape'])} writes")
