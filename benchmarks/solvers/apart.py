"""glmstar, beside python-glmnet in one process, although both packages are called glmnet."""

from __future__ import annotations

import functools
import importlib
import sys
from pathlib import Path

SHARED = "glmnet"


@functools.cache
def glmstar():
    """Return glmstar's package from its own folder, and leave `import glmnet` to python-glmnet."""
    of_the_other = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == SHARED}
    for name in of_the_other:
        del sys.modules[name]
    sys.path.insert(0, str(Path(sys.prefix) / "apart"))
    try:
        return importlib.import_module(SHARED)
    finally:
        sys.path.pop(0)
        for name in [name for name in sys.modules if name.partition(".")[0] == SHARED]:
            del sys.modules[name]
        sys.modules.update(of_the_other)
