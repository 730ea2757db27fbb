""".csv and .parquet: columns called like labels are labels, columns called like inputs are inputs.

All others together are features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from linter.live.samples.columns import LABELS, Batch, Column, DataError, Samples
from linter.live.samples.matching import Expected

Records = Callable[[int], Iterator[pa.RecordBatch]]


def open_samples(place: str, expected: Sequence[Expected]) -> Samples:
    """Return the columns of a table."""
    is_csv = place.lower().endswith(".csv")
    try:
        records, schema, length = _csv(place) if is_csv else _parquet(place)
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        raise _damaged(place, error) from None
    for field in schema:
        if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_boolean(field.type)):
            raise DataError(f"{place}: column {field.name!r} holds {field.type} values; expected numbers")
    names = {item.name for item in expected}
    groups: dict[str, list[str]] = {}
    for name in schema.names:
        own = name in LABELS or (len(names) > 1 and name in names)
        groups.setdefault(name if own else "", []).append(name)
    columns = {
        name: Column(
            () if name in LABELS else (len(found),), str(schema.field(found[0]).type.to_pandas_dtype().__name__)
        )
        for name, found in groups.items()
    }
    return Samples(place, columns, length, lambda size: _batches(place, records, groups, size))


def _csv(place: str) -> tuple[Records, pa.Schema, int | None]:
    with open(place, "rb") as file:
        first = file.readline(1 << 20).decode("utf-8", "replace").strip()
    if not first:
        raise DataError(f"{place} holds no samples")
    headless = all(map(_is_number, first.split(",")))
    options = csv.ReadOptions(autogenerate_column_names=headless, block_size=1 << 20)
    with closing(csv.open_csv(place, read_options=options)) as reader:
        schema = reader.schema

    def records(size: int) -> Iterator[pa.RecordBatch]:
        with closing(csv.open_csv(place, read_options=options)) as reader:
            yield from pa.Table.from_batches([], schema).to_batches() or ()
            for batch in reader:
                for start in range(0, batch.num_rows, size):
                    yield batch.slice(start, size)

    return records, schema, None


def _parquet(place: str) -> tuple[Records, pa.Schema, int | None]:
    with parquet.ParquetFile(place) as file:
        schema, length = file.schema_arrow, file.metadata.num_rows

    def records(size: int) -> Iterator[pa.RecordBatch]:
        with parquet.ParquetFile(place) as file:
            yield from file.iter_batches(batch_size=size)

    return records, schema, length


def _batches(place: str, records: Records, groups: dict[str, list[str]], size: int) -> Iterator[Batch]:
    try:
        for record in records(size):
            if record.num_rows:
                yield {name: _array(record, name, found) for name, found in groups.items()}
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        raise _damaged(place, error) from None


def _array(record: pa.RecordBatch, name: str, found: list[str]) -> Any:
    values = [record.column(column).to_numpy(zero_copy_only=False) for column in found]
    return values[0] if name in LABELS else np.stack(values, axis=1).astype(np.float32)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _damaged(place: str, error: BaseException) -> DataError:
    return DataError(f"{place} is damaged or no table: {str(error).splitlines()[0]}")
