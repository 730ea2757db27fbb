"""Imported into a fork server: starts a thread that stays."""

from __future__ import annotations

import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
