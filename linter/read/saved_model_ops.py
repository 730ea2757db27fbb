"""Which operations of a TensorFlow graph run foreign code or touch files and the network, and which only do so by their
arguments.

Names as registered in TensorFlow 2.21. What a saver needs is no danger in its place: see SAVER and ASSET_READERS.
"""

from __future__ import annotations

from collections.abc import Mapping


def _named(does: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), does)


ALWAYS: Mapping[str, str] = {
    **_named("calls Python code", "PyFunc PyFuncStateless EagerPyFunc"),
    **_named("calls a function of a native library", "XlaCustomCall XlaCustomCallV2"),
    **_named("runs a function on another device or machine", "RemoteCall"),
    **_named(
        "talks to a server",
        "RpcServer RpcServerStart RpcServerRegister RpcClient RpcCall DataServiceDataset DataServiceDatasetV2 "
        "DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset RegisterDatasetV2",
    ),
    **_named("runs a graph that is stored as a string", "DatasetFromGraph"),
    **_named("changes how files are opened", "FileSystemSetConfiguration"),
    **_named(
        "writes files",
        "WriteFile SaveDataset SaveDatasetV2 DistributedSave DatasetToTFRecord ExperimentalDatasetToTFRecord "
        "SnapshotDataset SnapshotDatasetV2 CreateSummaryFileWriter CreateSummaryDbWriter WriteSummary "
        "WriteScalarSummary WriteHistogramSummary WriteImageSummary WriteAudioSummary WriteGraphSummary "
        "WriteRawProtoSummary ImportEvent DumpTensor CalibrationStatisticsSaver Save SaveSlices",
    ),
    **_named(
        "reads files",
        "MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset TextLineDataset TextLineReader "
        "TextLineReaderV2 TFRecordDataset TFRecordDatasetV2 TFRecordReader TFRecordReaderV2 "
        "FixedLengthRecordDataset FixedLengthRecordDatasetV2 FixedLengthRecordReader FixedLengthRecordReaderV2 "
        "WholeFileReader WholeFileReaderV2 CSVDataset CSVDatasetV2 ExperimentalCSVDataset LMDBDataset "
        "ExperimentalLMDBDataset LMDBReader SqlDataset ExperimentalSqlDataset LoadDataset SnapshotDatasetReader "
        "SnapshotNestedDatasetReader SnapshotChunkDataset ListSnapshotChunksDataset RecordInput "
        "LoadAndRemapMatrix GenerateVocabRemapping ImmutableConst Restore RestoreSlice DTensorRestoreV2",
    ),
}
"""Operation -> what it does, wherever it stands."""

SAVER: Mapping[str, str] = {**_named("writes files", "SaveV2 MergeV2Checkpoints"), **_named("reads files", "RestoreV2")}
"""Normal in the functions that the saver calls, and only there."""

ASSET_READERS: Mapping[str, str] = _named(
    "reads files", "ReadFile InitializeTableFromTextFile InitializeTableFromTextFileV2"
)
"""Normal where the file is one of the model's own assets. The file's name is input 0 of the first, input 1 of the
others.
"""

CACHES: Mapping[str, str] = _named("writes files", "CacheDataset CacheDatasetV2")
"""Only where input 1, the file's name, is not empty."""

DEBUGGERS: Mapping[str, str] = _named(
    "sends tensors to files or servers",
    "DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount DebugNumericSummary CopyHost Copy",
)
"""Only where their attribute debug_urls (or debug_ops_spec) names one."""

PRINTERS: Mapping[str, str] = _named("writes files", "PrintV2")
"""Only where the attribute output_stream is a file."""

MODULES: Mapping[str, str] = _named("calls back into the process from compiled code", "XlaCallModule")
"""How JAX models are stored; only where the compiled module asks for a callback."""

ALL: Mapping[str, str] = {**ALWAYS, **SAVER, **ASSET_READERS, **CACHES, **DEBUGGERS, **PRINTERS, **MODULES}

STREAMS = ("stdout", "stderr", "log(info)", "log(warning)", "log(error)")
"""Where PrintV2 may write."""
