"""Configuration: TOML files to frozen dataclasses, where every key is known or an error.

A dataclass says what may be written: its fields are the keys, their annotations the kinds. A field
whose dataclass has ``VARIANTS`` (name -> dataclass) and ``TAG`` is a table whose key ``TAG`` names
which of them is meant.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import math
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from onsets.errors import ConfigError, nearest

__all__ = ["load", "make", "override", "plain"]

T = TypeVar("T")


def load(kind: type[T], path: str | Path, overrides: Iterable[str] = ()) -> T:
    """Read a TOML file.

    Parameters
    ----------
    kind : type
        Frozen dataclass of the whole file.
    path : str or Path
    overrides : iterable of str
        ``KEY=VALUE`` each, see :func:`override`.

    Raises
    ------
    ConfigError
        If there is no such file, it is no TOML, a key is unknown or missing, or a value is of another
        kind or cannot be used.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}") from error
    for text in overrides:
        values = override(values, text)
    return make(kind, values, str(path))


def override(values: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a copy with one value set.

    Parameters
    ----------
    values : mapping
        As TOML gives them.
    text : str
        ``KEY=VALUE``: a key with dots for tables and numbers for places in a list, and a value as in
        TOML; what is no TOML is taken as text.

    Raises
    ------
    ConfigError
        If there is no ``=``, or the key leads through something that is no table.

    Examples
    --------
    >>> override({"run": {"seed": 1}, "steps": [{"p": 0.5}]}, "steps.0.p=0.25")
    {'run': {'seed': 1}, 'steps': [{'p': 0.25}]}
    >>> override({}, "data.root=/tmp")
    {'data': {'root': '/tmp'}}
    """
    key, equals, written = text.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"{text!r} sets nothing; write KEY=VALUE, such as run.seed=1")
    try:
        value = tomllib.loads(f"value = {written}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        value = written
    return dict(_with(values, key.strip().split("."), value, key.strip()))


def _with(inside: Any, keys: list[str], value: Any, key: str) -> Any:
    """Return a table or list with the value at the end of the keys replaced."""
    first, rest = keys[0], keys[1:]
    if isinstance(inside, list):
        if not first.isdecimal() or int(first) >= len(inside):
            raise ConfigError(f"{key}: {first!r} is no place in a list of {len(inside)}; they count from 0")
        new = list(inside)
        new[int(first)] = _with(new[int(first)], rest, value, key) if rest else value
        return new
    if not isinstance(inside, Mapping):
        raise ConfigError(f"{key}: {first!r} lies inside {inside!r}, which is no table")
    return {**inside, first: _with(inside.get(first, {}), rest, value, key) if rest else value}


def make(kind: type[T], values: Mapping[str, Any], where: str = "configuration") -> T:
    """Build a dataclass from plain values.

    Parameters
    ----------
    kind : type
        Frozen dataclass.
    values : mapping
        As TOML or JSON gives them.
    where : str
        Begins each message.

    Raises
    ------
    ConfigError
        As :func:`load`.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Run:
    ...     seed: int = 0
    ...     share: float = 0.5
    >>> make(Run, {"share": 1})
    Run(seed=0, share=1.0)
    >>> make(Run, {"sead": 1})
    Traceback (most recent call last):
    ...
    onsets.errors.ConfigError: configuration: unknown key 'sead'; did you mean 'seed'?
    """
    chosen, values = _variant(kind, values, where)
    kinds, known = _kinds(chosen), {field.name: field for field in dataclasses.fields(chosen) if field.init}
    for key in values:
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r}; {nearest(str(key), list(known))}")
    for key, field in known.items():
        if key not in values and _required(field):
            raise ConfigError(f"{where}: key {key!r} is missing")
    built = {key: _value(kinds[key], value, f"{where}: {key}") for key, value in values.items()}
    try:
        return chosen(**built)  # type: ignore[no-any-return]
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error


def plain(thing: Any) -> Any:
    """Return a dataclass as tables, lists and values that :func:`make` takes back; None is left out."""
    if dataclasses.is_dataclass(thing):
        pairs = {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
        tables = {key: plain(value) for key, value in pairs.items() if value is not None}
        variants = getattr(thing, "VARIANTS", {})
        names = [name for name, kind in variants.items() if kind is type(thing)]
        return {**{getattr(thing, "TAG", ""): name for name in names}, **tables}
    if isinstance(thing, Mapping):
        return {key: plain(value) for key, value in thing.items()}
    return [plain(item) for item in thing] if isinstance(thing, list | tuple) else thing


def _variant(kind: Any, values: Any, where: str) -> tuple[Any, Mapping[str, Any]]:
    """Return the dataclass that a table means, and the table without its tag."""
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: got {values!r}, expected a table")
    variants: dict[str, Any] = getattr(kind, "VARIANTS", {})
    if not variants:
        return kind, values
    if "VARIANTS" not in kind.__dict__:  # one of them is wanted: its tag may be left out
        variants = {name: variant for name, variant in variants.items() if variant is kind}
        values = {kind.TAG: next(iter(variants)), **values}
    rest = dict(values)
    name = rest.pop(kind.TAG, None)
    if name not in variants:
        said = f"{kind.TAG} is missing" if name is None else f"unknown {kind.TAG} {name!r}"
        raise ConfigError(f"{where}: {said}; {nearest(str(name), list(variants))}")
    return variants[name], rest


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


@functools.cache
def _kinds(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(kind: Any, value: Any, where: str) -> Any:
    """Return a value as its annotation wants it."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _value(next(k for k in arguments if k is not type(None)), value, where)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return make(kind, value, where)
    if origin is Literal:
        if value not in arguments:
            raise ConfigError(
                f"{where}: unknown {value!r}; {nearest(str(value), [str(a) for a in arguments])}"
            )
        return value
    if origin is dict:
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}: got {value!r}, expected a table")
        return {key: _value(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if origin is tuple:
        return _list(arguments, value, where)
    return _number(kind, value, where)


def _list(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    """Return a list as a tuple, of one kind and any length or of given kinds."""
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{where}: got {value!r}, expected a list")
    if kinds[-1:] == (...,):
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise ConfigError(f"{where}: got {len(value)} values, expected {len(kinds)}")
    pairs = zip(kinds, value, strict=True)
    return tuple(_value(kind, item, f"{where}[{i}]") for i, (kind, item) in enumerate(pairs))


def _number(kind: Any, value: Any, where: str) -> Any:
    """Return a word, a truth or a number; no whole number is a truth, none is rounded."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if kind is str and isinstance(value, datetime.date):  # TOML's own form, without quotes
        value = value.isoformat()
    if type(value) is not kind or (kind is float and not math.isfinite(value)):
        words = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}
        raise ConfigError(f"{where}: got {value!r}, expected {words.get(kind.__name__, kind.__name__)}")
    return value
