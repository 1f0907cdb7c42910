"""Set before Django reads its settings: tests never touch the data of a checkout in use."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.support.source import KEPT

_data = tempfile.mkdtemp(prefix="portolan-test-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
(Path(_data) / "source").mkdir()
(Path(_data) / "source" / "mod").symlink_to(KEPT)  # what was fetched for one run serves the next
os.environ["PORTOLAN_DATA"] = _data
os.environ["PORTOLAN_DEBUG"] = "1"
os.environ["PORTOLAN_EXACT"] = "0"  # tests that want it say so
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
KUBECONFIG = os.environ.get("KUBECONFIG")
"""What the caller named, for USE_EXISTING_CLUSTER; hidden from Portolan itself."""
for _name in (
    "PORTOLAN_AUTH",
    "PORTOLAN_BIND",
    "PORTOLAN_CONTEXT",
    "PORTOLAN_RESIDENT",
    "PORTOLAN_DEMO",
    "PORTOLAN_HOSTS",
    "KUBECONFIG",
):
    os.environ.pop(_name, None)
