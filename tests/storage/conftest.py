"""The storage suite runs on both databases: `engine` and `tx` are one of them, laid out and without a row."""

from __future__ import annotations

from collections.abc import Iterator

import postgres
import pytest
from doubles.ticket_house import House

from storage.database import Tx, Writer, open_writer, transaction
from storage.tables import METADATA

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def shelf() -> Iterator[Writer]:
    """One database of PostgreSQL whose transactions are never committed."""
    server = postgres.server()
    url = server.fresh()
    engine = open_writer(url)
    yield engine
    engine.dispose()
    server.drop(url)


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest) -> Iterator[Writer]:
    if request.param == "postgres":
        made = request.getfixturevalue("shelf")
        with transaction(made) as tx:  # numbers begin at 1 again, as in a new database
            tx.exec_driver_sql("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")
        yield made
        return
    made = open_writer("sqlite://")
    METADATA.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def tx(engine: Writer) -> Iterator[Tx]:
    """One transaction, rolled back at the end."""
    with engine.connect() as connection, connection.begin() as begun:
        yield connection
        begun.rollback()


@pytest.fixture
def house(engine: Writer) -> Iterator[House]:
    made = House(engine=engine)
    yield made
    made.close()
