"""Models in one line, for the rules' examples and for tests.

    chain(input(4), dense(8, activation="relu"), dense(1, activation="sigmoid"), loss="binary_crossentropy")
    model(x := input(8), dense(1)(add()(x, dense(8, activation="relu")(x))))

Every piece writes the configuration that Keras 3 would store, so that examples go through the same normaliser as
files. Weights are there only where they are given (`dense(8, kernel=zeros(4, 8))`) or drawn: `fresh(...)` as the
initializers say, `trained(...)` as if fitted for a while.
"""

from __future__ import annotations

from linter.build.arrays import array as array
from linter.build.arrays import full as full
from linter.build.arrays import normal as normal
from linter.build.arrays import zeros as zeros
from linter.build.built import Built as Built
from linter.build.built import Piece as Piece
from linter.build.built import Tensor as Tensor
from linter.build.built import layer as layer
from linter.build.draws import fresh as fresh
from linter.build.draws import trained as trained
from linter.build.models import chain as chain
from linter.build.models import model as model
from linter.build.models import residual as residual
from linter.build.pieces import activation as activation
from linter.build.pieces import add as add
from linter.build.pieces import batch_normalization as batch_normalization
from linter.build.pieces import bidirectional as bidirectional
from linter.build.pieces import concatenate as concatenate
from linter.build.pieces import conv as conv
from linter.build.pieces import custom as custom
from linter.build.pieces import dense as dense
from linter.build.pieces import depthwise as depthwise
from linter.build.pieces import dropout as dropout
from linter.build.pieces import embedding as embedding
from linter.build.pieces import flatten as flatten
from linter.build.pieces import function as function
from linter.build.pieces import global_average_pooling as global_average_pooling
from linter.build.pieces import gru as gru
from linter.build.pieces import input as input
from linter.build.pieces import layer_normalization as layer_normalization
from linter.build.pieces import leaky_relu as leaky_relu
from linter.build.pieces import lstm as lstm
from linter.build.pieces import max_pooling as max_pooling
from linter.build.pieces import multiply as multiply
from linter.build.pieces import nested as nested
from linter.build.pieces import relu as relu
from linter.build.pieces import simple_rnn as simple_rnn
from linter.build.pieces import stored as stored
from linter.build.pieces import time_distributed as time_distributed
from linter.build.pieces import without_module as without_module
from linter.build.sample import observed as observed
from linter.build.sample import small as small
