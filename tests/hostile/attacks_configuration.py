"""Attacks in the JSON of a model: code, foreign modules, unsafe functions, files by path, names, tricks of the text."""

from __future__ import annotations

import base64
import json
import pickle

from tests.hostile import base
from tests.hostile.attack import Attack
from tests.hostile.payloads import CODE, DUMPED, LAMBDA
from tests.hostile.stored import (
    INNER,
    RESCALING,
    adding,
    building,
    built,
    compiled,
    encoded,
    function,
    named,
    setting,
    text,
    training,
    with_seed,
)

UNSAFE = (
    ("load_img", "keras.utils"),
    ("save_img", "keras.utils"),
    ("image_dataset_from_directory", "keras.utils"),
    ("save_model", "keras.saving"),
    ("model_from_json", "keras.models"),
    ("deserialize_keras_object", "keras.saving"),
    ("register_keras_serializable", "keras.saving"),
    ("load_data", "keras.datasets.mnist"),
    ("set_floatx", "keras.config"),
)
CONFIGURATIONS = (
    Attack("lambda-layer", "SEC001", ".keras", adding(built("Lambda", function=LAMBDA)), adding(RESCALING)),
    Attack(
        "lambda-as-text",
        "SEC001",
        ".keras",
        setting("activation", {"class_name": "__lambda__", "config": {"value": CODE}}),
        setting("activation", "elu"),
    ),
    Attack("lambda-layer-of-keras-3", "SEC001", ".keras", adding(built("Lambda", function=DUMPED)), adding(RESCALING)),
    Attack(
        "lambda-output-shape",
        "SEC001",
        ".keras",
        adding(built("Lambda", function=function("relu", "keras.ops", "relu"), output_shape=DUMPED)),
        adding(RESCALING),
    ),
    Attack(
        "lambda-mask",
        "SEC001",
        ".keras",
        adding(built("Lambda", function=function("relu", "keras.ops", "relu"), mask=DUMPED)),
        adding(RESCALING),
    ),
    Attack("lambda-nested", "SEC001", ".keras", adding(INNER)),
    Attack(
        "lambda-wrapped", "SEC001", ".keras", adding(built("TimeDistributed", layer=built("Lambda", function=LAMBDA)))
    ),
    Attack("lambda-activation", "SEC001", ".keras", setting("activation", LAMBDA), setting("activation", "elu")),
    Attack("lambda-loss", "SEC001", ".keras", compiled("loss", LAMBDA), compiled("loss", "mse")),
    Attack("lambda-metric", "SEC001", ".keras", compiled("metrics", [[LAMBDA]]), compiled("metrics", ["accuracy"])),
    Attack(
        "lambda-of-keras-2",
        "SEC001",
        ".h5",
        lambda: base.with_h5_config(
            base.added(
                {
                    "class_name": "Lambda",
                    "config": {"name": "extra", "function": [CODE, None, None], "function_type": "lambda"},
                }
            )
        ),
    ),
    Attack(
        "lambda-of-keras-2-in-a-tuple",
        "SEC001",
        ".h5",
        lambda: base.with_h5_config(
            base.added(
                {
                    "class_name": "Lambda",
                    "config": {
                        "name": "extra",
                        "function": {"class_name": "__tuple__", "items": [CODE, None, None]},
                        "function_type": "lambda",
                    },
                }
            )
        ),
    ),
    Attack(
        "lambda-in-h5-activation",
        "SEC001",
        ".h5",
        lambda: base.with_h5_config(base.hidden(lambda c: c.update(activation=LAMBDA))),
    ),
    Attack(
        "os-system",
        "SEC002",
        ".keras",
        setting("activation", function("system", "os")),
        setting("activation", function("mine>swoosh", "builtins", "function")),
    ),
    Attack("popen", "SEC002", ".keras", setting("kernel_initializer", built("Popen", "subprocess", args=["true"]))),
    Attack("builtin-exec", "SEC002", ".keras", setting("activation", function("exec", "builtins"))),
    Attack("builtin-class", "SEC002", ".keras", setting("kernel_initializer", built("eval", "builtins"))),
    Attack("importlib", "SEC002", ".keras", compiled("optimizer", built("import_module", "importlib"))),
    Attack(
        "typespec",
        "SEC002",
        ".keras",
        setting("extra", {"class_name": "__typespec__", "module": "os", "spec_name": "system", "config": ["true"]}),
        setting(
            "extra",
            {
                "class_name": "__typespec__",
                "module": "tensorflow.python.framework.tensor_spec",
                "spec_name": "TensorSpec",
                "config": [],
            },
        ),
    ),
    Attack("pip", "SEC002", ".keras", setting("activation", function("main", "pip"))),
    Attack(
        "get-file",
        "SEC003",
        ".keras",
        setting("activation", function("get_file", "keras.utils")),
        setting("activation", function("relu", "keras.activations")),
    ),
    Attack(
        "get-file-in-src", "SEC003", ".keras", setting("activation", function("get_file", "keras.src.utils.file_utils"))
    ),
    Attack(
        "unsafe-switch", "SEC003", ".keras", compiled("loss", function("enable_unsafe_deserialization", "keras.config"))
    ),
    Attack("load-model", "SEC003", ".keras", compiled("metrics", [function("load_model", "keras.saving")])),
    Attack("tensorflow-file", "SEC002", ".keras", setting("activation", function("write_file", "tensorflow.io"))),
    Attack("tfsm-layer", "SEC004", ".keras", adding(built("TFSMLayer", filepath="other", call_endpoint="serve"))),
    Attack(
        "string-vocabulary",
        "SEC004",
        ".keras",
        adding(built("StringLookup", vocabulary="/etc/hostname")),
        adding(built("StringLookup", vocabulary=["a", "b"])),
    ),
    Attack("integer-vocabulary", "SEC004", ".keras", adding(built("IntegerLookup", vocabulary="words.txt"))),
    Attack("remote-vocabulary", "SEC004", ".keras", adding(built("TextVectorization", vocabulary="gs://bucket/words"))),
    Attack("idf-by-path", "SEC004", ".keras", adding(built("TextVectorization", idf_weights="../idf.npy"))),
    Attack(
        "torch-wrapper",
        "SEC008",
        ".keras",
        adding(built("TorchModuleWrapper", module=base64.b64encode(pickle.dumps(1)).decode())),
    ),
    Attack(
        "name-traversal",
        "SEC006",
        ".keras",
        adding({**RESCALING, "config": {**RESCALING["config"], "name": "../../extra"}}),
    ),
    Attack(
        "name-backslash",
        "SEC006",
        ".keras",
        adding({**RESCALING, "config": {**RESCALING["config"], "name": "..\\extra"}}),
    ),
    Attack(
        "name-absolute",
        "SEC006",
        ".keras",
        adding({**RESCALING, "config": {**RESCALING["config"], "name": "/tmp/extra"}}),
    ),
    Attack(
        "no-module",
        "SEC010",
        ".keras",
        adding({k: v for k, v in RESCALING.items() if k != "module"}),
        adding(RESCALING),
    ),
    Attack("huge-units", "SEC010", ".keras", setting("units", 2**63)),
    Attack("not-a-number", "SEC010", ".keras", setting("seed", float("nan")), setting("seed", 1.5)),
    Attack(
        "duplicate-keys",
        "SEC010",
        ".keras",
        text(
            lambda json_text: json_text.replace(
                '"class_name": "Dense"', '"class_name": "Lambda", "class_name": "Dense"', 1
            )
        ),
    ),
    Attack("deep-json", "SEC010", ".keras", text(lambda s: s[:-1] + ', "deep": ' + "[" * 5000 + "]" * 5000 + "}")),
    Attack("long-number", "SEC010", ".keras", text(lambda s: s[:-1] + ', "long": ' + "9" * 5000 + "}")),
    Attack("byte-order-mark", "SEC010", ".keras", text(lambda s: "\ufeff" + s)),
    Attack(
        "escaped-lambda",
        "SEC001",
        ".keras",
        text(
            lambda s: s.replace(
                '"activation": "relu"', '"activation": ' + json.dumps(LAMBDA).replace("_lambda_", "\\u005flambda_"), 1
            )
        ),
    ),
    Attack("custom-class", "SEC011", ".keras", adding(built("Attend", "my_project.layers"))),
    Attack("lambda-optimizer", "SEC001", ".keras", compiled("optimizer", LAMBDA), compiled("optimizer", "sgd")),
    Attack("lambda-build", "SEC001", ".keras", building({"input_shape": [None, 4], "made": LAMBDA})),
    Attack("lambda-by-name", "SEC001", ".keras", adding(built("Lambda", function=function("f", "builtins", "mine>f")))),
    Attack("lambda-loss-in-h5", "SEC001", ".h5", training("loss", LAMBDA), training("loss", "mse")),
    Attack(
        "registered-class", "SEC011", ".keras", adding({**built("Attend", "mine"), "registered_name": "mine>Attend"})
    ),
    Attack("name-nul", "SEC006", ".keras", named("a\0b"), named("a_b")),
    Attack("name-newline", "SEC006", ".keras", named("a\n::error::b"), named("a::error::b")),
    Attack("path-absolute", "SEC004", ".keras", setting("filepath", "/planted"), setting("filepath", "planted")),
    Attack("path-climbing", "SEC004", ".keras", setting("file", "../planted"), setting("file", "planted")),
    Attack("path-remote", "SEC004", ".keras", setting("origin", "http://planted.invalid"), setting("origin", "here")),
    Attack("path-unc", "SEC004", ".keras", setting("fname", "\\\\planted\\x"), setting("fname", "planted")),
    Attack("many-units", "SEC010", ".keras", setting("units", 2**40)),
    Attack("infinite", "SEC010", ".keras", setting("seed", float("inf")), setting("seed", 1.5)),
    Attack("infinite-by-size", "SEC010", ".keras", text(with_seed("1e999")), text(with_seed("1e99"))),
    Attack("utf-16", "SEC010", ".keras", encoded("utf-16"), encoded("utf-8")),
    Attack("utf-16-unmarked", "SEC010", ".keras", encoded("utf-16-le"), encoded("utf-8")),
    Attack("utf-32", "SEC010", ".keras", encoded("utf-32"), encoded("utf-8")),
    *(Attack(f"unsafe-{name}", "SEC003", ".keras", setting("activation", function(name, m))) for name, m in UNSAFE),
)
