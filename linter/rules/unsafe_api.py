"""SEC003."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

NAMES = frozenset(
    [
        "get_file",
        "load_model",
        "save_model",
        "load_weights",
        "save_weights",
        "load_img",
        "save_img",
        "load_data",
        "image_dataset_from_directory",
        "audio_dataset_from_directory",
        "text_dataset_from_directory",
        "timeseries_dataset_from_array",
        "enable_unsafe_deserialization",
        "disable_unsafe_deserialization",
        "model_from_json",
        "model_from_yaml",
        "model_from_config",
        "deserialize_keras_object",
        "register_keras_serializable",
        "custom_object_scope",
        "CustomObjectScope",
        "KerasFileEditor",
        "ModelCheckpoint",
        "BackupAndRestore",
        "CSVLogger",
        "TensorBoard",
        "RemoteMonitor",
        "LambdaCallback",
        "plot_model",
        "model_to_dot",
        "set_backend",
        "enable_interactive_logging",
        "ExportArchive",
        "extract_archive",
        "save_model_to_hdf5",
        "load_model_from_hdf5",
        "func_load",
        "load_op_library",
        "load_library",
        "load_file_system_library",
        "write_file",
        "read_file",
        "py_function",
        "numpy_function",
    ]
)
AREAS = frozenset(
    [
        "config",
        "saving",
        "export",
        "datasets",
        "callbacks",
        "legacy.saving",
        "utils.io_utils",
        "utils.file_utils",
        "utils.python_utils",
        "utils.image_dataset_utils",
    ]
)


@final
class UnsafeApi(Rule):
    """A configuration that names a function of Keras which no layer needs.

    ## What it does
    Finds objects that name a function or class of Keras or TensorFlow for loading, saving, downloading, unpacking or
    changing settings: `get_file`, `load_model`, `enable_unsafe_deserialization`, callbacks, data sets. Module and
    name are matched, not text.

    ## Why is this bad?
    Such names pass an allow-list of modules, because they are Keras's own. `get_file` downloads and unpacks
    (CVE-2025-8747); `enable_unsafe_deserialization` switches the guard off before the next object in the same file
    runs (CVE-2025-9906).

    ## The numbers behind
    None of the models that Keras itself writes names one.

    ## References
    CVE-2025-8747, CVE-2025-9906, CVE-2025-12060.
    """

    code: ClassVar = "SEC003"
    name: ClassVar = "unsafe-api"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(4), dense(8, activation=function('get_file', 'keras.utils')))"),
        Example(
            "chain(input(4), dense(8, kernel_initializer=stored('enable_unsafe_deserialization', 'keras.config')))"
        ),
    )
    passing: ClassVar = (Example("chain(input(4), dense(8, activation=function('relu', 'keras.activations')))"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents
        from linter.analysis.modules import Origin, origin

        for item in documents.of(model):
            module = item.module or ""
            what = item.function or item.class_name
            if module.split(".")[0] == "keras_act" or not what or origin(item) not in (Origin.KERAS, Origin.FOREIGN):
                continue
            area = module.partition(".")[2].removeprefix("src.")
            if what in NAMES or any(area == name or area.startswith(f"{name}.") for name in AREAS):
                yield self.finding(
                    f"{item.place} names {what[:100]!r} of {module[:100]!r}, which loads, fetches or changes "
                    "settings (CVE-2025-8747, CVE-2025-9906)",
                    pointer=item.place,
                    fix=Fix(Safety.ADVICE, "do not load this file; ask where it comes from"),
                )
