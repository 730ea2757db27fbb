"""Every known trick: which rule must speak, and of which twin it must not."""

from __future__ import annotations

from tests.hostile.attacks_archive import ARCHIVES
from tests.hostile.attacks_arrays import ARRAYS
from tests.hostile.attacks_configuration import CONFIGURATIONS
from tests.hostile.attacks_hdf5 import HDF5
from tests.hostile.attacks_saved_model import SAVED_MODELS

ATTACKS = (*CONFIGURATIONS, *ARCHIVES, *HDF5, *ARRAYS, *SAVED_MODELS)
