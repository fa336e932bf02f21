"""Statements of the hot path: built by SQLAlchemy once, run by the driver directly.

Building and executing a Core statement costs 100-250 µs, of which SQLite needs 5: a turn has a dozen of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert  # SQLite compiles the same ON CONFLICT clause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import Executable

from storage.database import Tx
from storage.tables import EPOCH, MILLISECOND, Instant

Processor = Callable[[Any], Any] | None


Columns = Sequence[tuple[int, Callable[[Any], Any]]]  # place, and how its value is read


class Plan(NamedTuple):
    """A statement for one dialect: its text and its parameters in order."""

    sql: str
    names: Sequence[tuple[str, Processor, Any]]
    by_name: tuple[str, ...]  # the parameters where the driver takes them by name
    errors: type[Exception]  # the driver's
    times: frozenset[str]  # the parameters that are Instants


class Prepared:
    """A Core statement whose values are all `bindparam`s (or literals), to be run many times.

    `run` gives rows as plain tuples with Instant and JSON columns read as ever, and the number of rows touched.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._plans: dict[str, Plan] = {}
        self._columns: dict[str, Columns] = {}

    def rows(self, tx: Tx, **values: Any) -> list[tuple[Any, ...]]:
        """Run it and give all rows."""
        plan = self._plan(tx.dialect)
        cursor = self._cursor(tx, plan, values)
        columns = self._read_as(tx.dialect, cursor)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return [_read(columns, row) for row in found] if columns else found

    def raw(self, tx: Tx, **values: Any) -> list[tuple[Any, ...]]:
        """Run it and return all rows as the driver has them."""
        cursor = self._cursor(tx, self._plan(tx.dialect), values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return found

    def first(self, tx: Tx, **values: Any) -> tuple[Any, ...] | None:
        """Run it and give the first row."""
        plan = self._plan(tx.dialect)
        cursor = self._cursor(tx, plan, values)
        columns = self._read_as(tx.dialect, cursor)
        row = cursor.fetchone()
        cursor.close()
        return row if row is None else _read(columns, row)

    def run(self, tx: Tx, **values: Any) -> int:
        """Run it and give the number of rows it touched."""
        cursor = self._cursor(tx, self._plan(tx.dialect), values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def many(self, tx: Tx, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it once for each of these sets of values, in one call of the driver; give the number of rows touched."""
        if not rows:
            return 0
        cursor = self._cursor(tx, self._plan(tx.dialect), *rows, many=True)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def bound(self, tx: Tx, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Return rows as the driver takes them; `names` says which parameter stands where in a given row."""
        plan = self._plan(tx.dialect)
        given: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=False))
        columns = []
        for name, process, _ in plan.names if given else ():
            values = given[name]
            if name in plan.times:
                values = _milliseconds(values)
            elif process:
                values = [None if value is None else process(value) for value in values]
            columns.append(values)
        return list(zip(*columns, strict=True))

    def run_bound(self, tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
        """Run it for each row of `bound`."""
        plan = self._plan(tx.dialect)
        given: Sequence[Any] = rows
        if plan.by_name:
            given = [dict(zip(plan.by_name, values, strict=True)) for values in rows]
        cursor = tx.connection.cursor()
        try:
            cursor.executemany(plan.sql, given)
        except plan.errors as error:
            raise DBAPIError.instance(plan.sql, None, error, plan.errors, True, dialect=tx.dialect) from error
        finally:
            cursor.close()

    def add(self, tx: Tx, **values: Any) -> int:
        """Run an INSERT ... RETURNING id and give the id."""
        row = self.first(tx, **values)
        assert row, "it has a RETURNING clause"
        return int(row[0])

    def _cursor(self, tx: Tx, plan: Plan, *rows: Mapping[str, Any], many: bool = False) -> Any:
        given = [_given(plan, values) for values in rows]
        cursor = tx.connection.cursor()
        try:
            if many:
                cursor.executemany(plan.sql, given)
            else:
                cursor.execute(plan.sql, given[0])
        except plan.errors as error:
            cursor.close()
            raise DBAPIError.instance(plan.sql, None, error, plan.errors, True, dialect=tx.dialect) from error
        return cursor

    def _plan(self, dialect: Dialect) -> Plan:
        plan = self._plans.get(dialect.name)
        if plan is None:
            plan = self._plans[dialect.name] = _plan(self._statement, dialect)
        return plan

    def _read_as(self, dialect: Dialect, cursor: Any) -> Columns:
        columns = self._columns.get(dialect.name)
        if columns is None:
            columns = self._columns[dialect.name] = _columns(self._statement, dialect, cursor.description)
        return columns


def _given(plan: Plan, values: Mapping[str, Any]) -> Any:
    """Return the parameters of one run as the driver takes them."""
    given = []
    for name, process, default in plan.names:
        value = values.get(name, default)
        given.append(process(value) if process and value is not None else value)
    return dict(zip(plan.by_name, given, strict=True)) if plan.by_name else given


def _plan(statement: Any, dialect: Dialect) -> Plan:
    compiled = statement.compile(dialect=dialect)
    order = tuple(compiled.positiontup if compiled.positional else compiled.binds)
    names = []
    for name in order:
        bind = compiled.binds[name]
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        names.append((name, process, None if bind.required else bind.value))
    by_name = () if compiled.positional else order
    errors: type[Exception] = dialect.loaded_dbapi.Error
    times = frozenset(name for name in order if isinstance(compiled.binds[name].type, Instant))
    return Plan(str(compiled), names, by_name, errors, times)


def _milliseconds(times: Sequence[datetime | None]) -> list[int | None]:
    """Return times as Instant keeps them, those of whole seconds by the short way."""
    if times and times.count(times[0]) == len(times):
        return _each_millisecond(times[:1]) * len(times)
    if not any(at is None or at.tzinfo is None for at in times):
        seconds = list(map(datetime.timestamp, times))  # type: ignore[arg-type]
        if all(map(float.is_integer, seconds)):
            return [int(each) * 1000 for each in seconds]
    return _each_millisecond(times)


def _each_millisecond(times: Sequence[datetime | None]) -> list[int | None]:
    return [None if at is None else (at - EPOCH) // MILLISECOND for at in times]


def _columns(statement: Any, dialect: Dialect, described: Sequence[Sequence[Any]]) -> Columns:
    columns = []
    for place, column in enumerate(statement.exported_columns):
        process = column.type.dialect_impl(dialect).result_processor(dialect, described[place][1])
        if process:
            columns.append((place, process))
    return columns


def _read(columns: Columns, row: Sequence[Any]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in columns:
        values[place] = process(values[place])
    return tuple(values)


class Inserts:
    """INSERTs into one table, prepared for each set of columns; rows that agree in `ignore` are left as they are."""

    def __init__(self, table: Table, ignore: Sequence[str] = ()) -> None:
        self._table, self._ignore = table, ignore
        self._known: dict[tuple[str, ...], Prepared] = {}

    def run(self, tx: Tx, **values: Any) -> int:
        """Insert a row; return 0 when it was there."""
        names = tuple(values)
        if names not in self._known:
            columns = {name: bindparam(f"{name}_", type_=self._table.c[name].type) for name in names}
            row = insert(self._table).values(**columns)
            self._known[names] = Prepared(
                row.on_conflict_do_nothing(index_elements=self._ignore) if self._ignore else row
            )
        return self._known[names].run(tx, **{f"{name}_": value for name, value in values.items()})


class Updates:
    """UPDATEs of one table by its key columns, prepared for each set of columns."""

    def __init__(self, table: Table, *keys: str) -> None:
        self._table, self._keys = table, keys
        self._known: dict[tuple[str, ...], Prepared] = {}

    def run(self, tx: Tx, *key: Any, **values: Any) -> int:
        """Set columns of the row with this key; return how many rows there were."""
        names = tuple(values)
        if names not in self._known:
            where = [
                self._table.c[name] == bindparam(f"key_{name}", type_=self._table.c[name].type) for name in self._keys
            ]
            columns = {name: bindparam(f"{name}_", type_=self._table.c[name].type) for name in names}
            self._known[names] = Prepared(update(self._table).where(*where).values(**columns))
        given = {f"{name}_": value for name, value in values.items()}
        given |= {f"key_{name}": value for name, value in zip(self._keys, key, strict=True)}
        return self._known[names].run(tx, **given)


class Upserts:
    """INSERTs into one table that take the place of the row with the same key, prepared for each set of columns."""

    def __init__(self, table: Table, *keys: str) -> None:
        self._table, self._keys = table, keys
        self._known: dict[tuple[str, ...], Prepared] = {}

    def run(self, tx: Tx, **values: Any) -> int:
        """Insert or replace a row; return how many were touched."""
        return self._prepared(tuple(values)).run(tx, **{f"{name}_": value for name, value in values.items()})

    def bound(self, tx: Tx, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Return rows, whose values stand in the order of `names`, as the driver takes them: in the table's order."""
        return self._prepared(tuple(names)).bound(tx, [f"{name}_" for name in names], rows)

    def many(self, tx: Tx, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert or replace rows as `bound` returns them: `names` are in the order of the table's columns."""
        self._prepared(tuple(names)).run_bound(tx, rows)

    def _prepared(self, names: tuple[str, ...]) -> Prepared:
        if names not in self._known:
            columns = {name: bindparam(f"{name}_", type_=self._table.c[name].type) for name in names}
            row = insert(self._table).values(**columns)
            rest = {name: row.excluded[name] for name in names if name not in self._keys}
            self._known[names] = Prepared(row.on_conflict_do_update(index_elements=self._keys, set_=rest))
        return self._known[names]
