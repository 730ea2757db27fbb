"""Per-unit statistics of a model on data: which units fire, how often, and how they are distributed.

`observe(model, data)` is the front door; `Probe` is the same in two steps, and observes chosen tensors of a functional
model too. What is reduced, is reduced inside the function that Keras compiles: a batch costs two small transfers.
"""

from .moments import Moments as Moments
from .observing import observe as observe
from .probe import Probe as Probe
from .probe import Target as Target
from .statistics import LayerStatistics as LayerStatistics
from .statistics import Statistics as Statistics
