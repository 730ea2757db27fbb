"""Callbacks for `model.fit` that look after units: one watches them, one brings dead ones back."""

from .recycle_dead_units import Recycled as Recycled
from .recycle_dead_units import RecycleDeadUnits as RecycleDeadUnits
from .unit_health import UnitHealth as UnitHealth
