"""Findings -> edits of the file's own bytes. One fix a file; knows neither readers, rules nor Keras.

Repair.apply(model, finding, draft)    what is to be changed, in a Draft of the stored documents and tensors
write(model, draft, target)            the changed file, all else as it was
"""

from __future__ import annotations

from linter.fixes.bound_recurrence import BoundRecurrence
from linter.fixes.draft import CannotFixError as CannotFixError
from linter.fixes.draft import Draft as Draft
from linter.fixes.drop_bias_before_batchnorm import DropBiasBeforeBatchnorm
from linter.fixes.drop_doubled_activation import DropDoubledActivation
from linter.fixes.drop_from_logits import DropFromLogits
from linter.fixes.fold_batchnorm import FoldBatchnorm
from linter.fixes.keep_last_activation import KeepLastActivation
from linter.fixes.match_initializers import MatchInitializers
from linter.fixes.merge_linear_stack import MergeLinearStack
from linter.fixes.redraw_dead_units import RedrawDeadUnits
from linter.fixes.remove_dead_units import RemoveDeadUnits
from linter.fixes.remove_disconnected_units import RemoveDisconnectedUnits
from linter.fixes.repair import Repair as Repair
from linter.fixes.repair_output import RepairOutput
from linter.fixes.share_prelu_slopes import SharePreluSlopes
from linter.fixes.start_biases import StartBiases
from linter.fixes.write import write as write

FIXES: tuple[type[Repair], ...] = (
    RemoveDeadUnits,
    RemoveDisconnectedUnits,
    DropDoubledActivation,
    MergeLinearStack,
    DropBiasBeforeBatchnorm,
    FoldBatchnorm,
    DropFromLogits,
    RedrawDeadUnits,
    KeepLastActivation,
    BoundRecurrence,
    RepairOutput,
    SharePreluSlopes,
    MatchInitializers,
    StartBiases,
)
"""All fixes, safe ones first, in the order in which they are done."""
