"""Catalogues in SQLite or PostgreSQL, by SQLAlchemy: the one file that knows it.

==========  ========================================================================================
events      event_id; preferred_origin
origins     one a location: event_id, method, time, place, errors, RMS, gap, number of picks
magnitudes  event_id, magnitude, type, error
picks       station_id, phase, time: each once
arrivals    origin, pick, residual, distance, weight
==========  ========================================================================================

An event keeps the origins of every method (pyocto, then nonlinear, then double difference...); writing
the same event by the same method again replaces that origin. Times are integer ns UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError, MissingExtraError
from onsets.store.atomic import StoreError
from onsets.tables import Assignments, Events

__all__ = ["SERVER", "is_database", "read_database", "require_sqlalchemy", "write_database"]

SERVER = "postgresql://"
_FILES = (".sqlite", ".sqlite3", ".db")
_ORIGIN = (
    *("latitude", "longitude", "depth_km", "x_km", "y_km", "rms_s", "azimuthal_gap_deg"),
    *("horizontal_error_km", "depth_error_km", "time_error_s"),
)
_BLOCK = 500


def is_database(target: str | Path) -> bool:
    """Return whether a target is a SQLite file or the address of a PostgreSQL server.

    Examples
    --------
    >>> is_database("day.sqlite"), is_database("postgresql://localhost/seis"), is_database("day.csv")
    (True, True, False)
    """
    return str(target).startswith(SERVER) or Path(str(target)).suffix.lower() in _FILES


def require_sqlalchemy() -> Any:
    """Return the module sqlalchemy.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import sqlalchemy
    except ImportError as error:
        raise MissingExtraError("sqlalchemy", "catalogue", "a catalogue in a database") from error
    return sqlalchemy


def _tables(sql: Any) -> Any:
    """Return the description of all tables."""
    meta = sql.MetaData()
    text, real = sql.String, sql.Float(53)
    sql.Table(
        "events",
        meta,
        sql.Column("event_id", text, primary_key=True),
        sql.Column("preferred_method", text, nullable=False),
    )
    sql.Table(
        "origins",
        meta,
        sql.Column("event_id", text, sql.ForeignKey("events.event_id"), primary_key=True),
        sql.Column("method", text, primary_key=True),
        sql.Column("time_ns", sql.BigInteger, nullable=False, index=True),
        sql.Column("picks", sql.Integer, nullable=False),
        *(sql.Column(name, real) for name in _ORIGIN),
    )
    sql.Table(
        "magnitudes",
        meta,
        sql.Column("event_id", text, sql.ForeignKey("events.event_id"), primary_key=True),
        sql.Column("magnitude_type", text, primary_key=True),
        sql.Column("magnitude", real, nullable=False),
        sql.Column("magnitude_error", real),
    )
    sql.Table(
        "picks",
        meta,
        sql.Column("station_id", text, primary_key=True),
        sql.Column("phase", text, primary_key=True),
        sql.Column("time_ns", sql.BigInteger, primary_key=True),
    )
    sql.Table(
        "arrivals",
        meta,
        *(sql.Column(name, text, primary_key=True) for name in ("event_id", "method", "station_id", "phase")),
        sql.Column("time_ns", sql.BigInteger, primary_key=True),
        *(sql.Column(name, real) for name in ("residual_s", "distance_km", "weight")),
        sql.ForeignKeyConstraint(["event_id", "method"], ["origins.event_id", "origins.method"]),
        sql.ForeignKeyConstraint(
            ["station_id", "phase", "time_ns"], ["picks.station_id", "picks.phase", "picks.time_ns"]
        ),
    )
    return meta


@contextmanager
def _opened(target: str | Path, must_exist: bool) -> Iterator[tuple[Any, Any]]:
    """Open a transaction; give the connection and the tables."""
    sql = require_sqlalchemy()
    address = str(target)
    if address.startswith(SERVER):
        url = "postgresql+psycopg://" + address.removeprefix(SERVER)
    else:
        if must_exist and not Path(address).is_file():
            raise CatalogueError(f"{target}: no such file")
        url = f"sqlite:///{address}"
    meta = _tables(sql)
    try:
        engine = sql.create_engine(url)
    except ImportError as error:
        raise MissingExtraError("psycopg", "catalogue", "a catalogue in PostgreSQL") from error
    try:
        with engine.begin() as connection:
            if must_exist:
                absent = {"events", "origins"} - set(sql.inspect(connection).get_table_names())
                if absent:
                    raise CatalogueError(
                        f"{target}: no catalogue; it has no table {', '.join(sorted(absent))}"
                    )
            else:
                meta.create_all(connection)
            yield connection, meta.tables
    except sql.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        kind = CatalogueError if must_exist else StoreError
        raise kind(f"{_public(address)}: the database says: {reason}") from error
    finally:
        engine.dispose()


def _public(address: str) -> str:
    """Return an address without a password."""
    head, at, tail = address.rpartition("@")
    return f"{SERVER}...@{tail}" if at and head.startswith(SERVER) else address


def write_database(events: Events, assignments: Assignments, target: str | Path) -> None:
    """Add events to a catalogue, or replace what it holds of them by the same method.

    Parameters
    ----------
    events : Events
        The origin given is the preferred one from now on.
    assignments : Assignments
        Of these events; those of others are passed over.
    target : str or Path
        SQLite file or ``postgresql://USER:PASSWORD@HOST/DATABASE``. All is written or nothing.

    Raises
    ------
    MissingExtraError
        If SQLAlchemy or psycopg is not installed.
    StoreError
        If the database cannot be opened or written to.
    """
    method = dict(zip(events.event_id.tolist(), events.method.tolist(), strict=True))
    with _opened(target, must_exist=False) as (connection, tables):
        for begin in range(0, len(events), _BLOCK):
            _replace(connection, tables, events.take(slice(begin, begin + _BLOCK)))
        mine = np.array([name in method for name in assignments.event_id.tolist()], np.bool_)
        rows = assignments.take(mine)
        keys = list(zip(rows.station_id.tolist(), rows.phase.tolist(), rows.time_ns.tolist(), strict=True))
        names = ("station_id", "phase", "time_ns")
        _add_picks(
            connection, tables["picks"], [dict(zip(names, key, strict=True)) for key in dict.fromkeys(keys)]
        )
        numbers = zip(
            *(_plain(getattr(rows, name)) for name in ("residual_s", "distance_km", "weight")), strict=True
        )
        arrivals = [
            dict(zip(names, key, strict=True))
            | {"event_id": event, "method": method[event]}
            | dict(zip(("residual_s", "distance_km", "weight"), values, strict=True))
            for event, key, values in zip(rows.event_id.tolist(), keys, numbers, strict=True)
        ]
        if arrivals:
            connection.execute(tables["arrivals"].insert(), arrivals)


def _plain(values: Any) -> list[Any]:
    """Return a column with None for NaN."""
    return [None if value != value else value for value in values.tolist()]


def _replace(connection: Any, tables: Any, events: Events) -> None:
    """Write some events, their origin by this method and their magnitude."""
    sql = require_sqlalchemy()
    ids, methods = events.event_id.tolist(), events.method.tolist()
    pairs = list(zip(ids, methods, strict=True))
    for name in ("arrivals", "origins"):
        table = tables[name]
        key = sql.tuple_(table.c.event_id, table.c.method)
        connection.execute(table.delete().where(key.in_(pairs)))
    table = tables["events"]
    known = set(connection.execute(sql.select(table.c.event_id).where(table.c.event_id.in_(ids))).scalars())
    fresh = [{"event_id": one, "preferred_method": how} for one, how in pairs if one not in known]
    if fresh:
        connection.execute(table.insert(), fresh)
    for one, how in pairs:
        if one in known:
            change = table.update().where(table.c.event_id == one).values(preferred_method=how)
            connection.execute(change)
    columns = {
        name: _plain(getattr(events, name)) for name in ("event_id", "method", "time_ns", "picks", *_ORIGIN)
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if rows:
        connection.execute(tables["origins"].insert(), rows)
    sized = events.take(np.isfinite(events.magnitude))
    keys = list(zip(sized.event_id.tolist(), sized.magnitude_type.tolist(), strict=True))
    table = tables["magnitudes"]
    connection.execute(table.delete().where(sql.tuple_(table.c.event_id, table.c.magnitude_type).in_(keys)))
    if keys:
        connection.execute(
            table.insert(),
            [
                {"event_id": one, "magnitude_type": kind, "magnitude": value, "magnitude_error": error}
                for (one, kind), value, error in zip(
                    keys, sized.magnitude.tolist(), _plain(sized.magnitude_error), strict=True
                )
            ],
        )


def _add_picks(connection: Any, table: Any, rows: list[dict[str, Any]]) -> None:
    """Add the picks that are not there yet."""
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    if rows:
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def read_database(target: str | Path, method: str | None = None) -> tuple[Events, Assignments]:
    """Read a catalogue.

    Parameters
    ----------
    target : str or Path
        As for :func:`write_database`.
    method : str, optional
        Origins of this method only; each event's preferred origin when not given.

    Returns
    -------
    events : Events
        By time. Of several magnitudes the one whose type comes first in the alphabet.
    assignments : Assignments
        Of these origins, by event and time.

    Raises
    ------
    CatalogueError
        If there is no catalogue.
    MissingExtraError, StoreError
        As :func:`write_database`.
    """
    sql = require_sqlalchemy()
    with _opened(target, must_exist=True) as (connection, tables):
        event, origin, arrival = tables["events"], tables["origins"], tables["arrivals"]
        wanted = event.c.preferred_method if method is None else sql.literal(method)
        query = sql.select(origin).join(event).where(origin.c.method == wanted)
        rows = [dict(row) for row in connection.execute(query.order_by(origin.c.time_ns)).mappings()]
        query = sql.select(tables["magnitudes"]).order_by(sql.desc("magnitude_type"))
        sizes = {row["event_id"]: dict(row) for row in connection.execute(query).mappings()}
        query = sql.select(arrival).join(event, arrival.c.event_id == event.c.event_id)
        query = query.where(arrival.c.method == wanted).order_by(arrival.c.event_id, arrival.c.time_ns)
        arrivals = [dict(row) for row in connection.execute(query).mappings()]
    for row in rows:
        row.update(sizes.get(row["event_id"], {}))
    return Events.of(map(_known, rows)), Assignments.of(map(_known, arrivals))


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}
