"""What a hostile file carries: harmless code that would print a word."""

from __future__ import annotations

import base64
import marshal

CODE = base64.b64encode(marshal.dumps(compile("print('harmless')", "<lambda>", "eval"))).decode()
LAMBDA = {"class_name": "__lambda__", "config": {"value": [CODE, None, None]}}
"""As Keras 3 writes a function anywhere but in a Lambda layer."""
DUMPED = {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}
"""As it writes one in a Lambda layer."""
