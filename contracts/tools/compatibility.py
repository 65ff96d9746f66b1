"""Whether a schema still keeps what an older one promised.

Requests are written by others: whatever the older schema admitted must still be read, and mean the same. What we say
is read by others, and it stays in the log, where our own services read it again: beside the same, no field may go or
stop being there. What becomes wider there (a new code, a second type) breaks nothing that is written down, but readers
must be deployed before writers: it is reported, and not counted as breaking.
"""

from collections.abc import Mapping
from typing import Any, Final

from contracts.tools.schema import place_of
from contracts.values.immutable import Immutable

Schema = Mapping[str, Any]

_NARROWED: Final = "narrowed:"
_BOUNDED_ABOVE: Final = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_BOUNDED_BELOW: Final = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_ALL_OR_NOTHING: Final = ("pattern", "format", "multipleOf", "uniqueItems")
_TOLD_BY_A_PATTERN: Final = frozenset({"idn-email"})
"""Formats whose place a pattern may take: it says more exactly what was always read."""
_TELLING: Final = frozenset(
    {"title", "description", "examples", "deprecated", "$schema", "$comment", "$defs", "x-kind", "x-topic"}
)
_JUDGED: Final = frozenset(
    {*_BOUNDED_ABOVE, *_BOUNDED_BELOW, *_ALL_OR_NOTHING, *_TELLING}
    | {
        "type",
        "enum",
        "const",
        "anyOf",
        "$ref",
        "properties",
        "required",
        "items",
        "additionalProperties",
        "propertyNames",
    }
    | {"default"}
)


class Change(Immutable):
    """What became different, where (a path in ``data``, empty for the message), and whether it breaks somebody."""

    path: str
    what: str
    breaks: bool = True

    def __str__(self) -> str:
        return f"{self.path or 'the message'}: {self.what}"


def changes(old: Schema, new: Schema) -> tuple[Change, ...]:
    """Everything about ``new`` that somebody who knows ``old`` would notice; additions that harm nobody are not in it.

    Both are whole schemas as ``contracts.tools.schema`` makes them. A keyword that nobody taught this function raises
    ValueError: better no judgement than a wrong one.
    """
    places = zip(("kind", "topic"), place_of(old), place_of(new), strict=True)
    found = [Change("", f"{name} changed from {was} to {is_now}") for name, was, is_now in places if was != is_now]
    return (*found, *compared(old, new, said=place_of(new)[0] != "request"))


def compared(old: Schema, new: Schema, *, said: bool) -> tuple[Change, ...]:
    """The same of two schemas that name no place. ``said``: others read what is written; else they write what we read.
    Raises ValueError as ``changes`` does.
    """
    found = _Comparison(old, new, said=said).of(old, new, "")
    if said:
        broken = {change.path for change in found}
        wider = {
            c.path: None for c in _Comparison(new, old, said=False).of(new, old, "") if c.what.startswith(_NARROWED)
        }
        found += [
            Change(path, "widened: may hold what it never held before, so deploy readers first", breaks=False)
            for path in wider
            if path not in broken
        ]
    return tuple(found)


class _Comparison:
    """Two schemas side by side, each with its own definitions."""

    def __init__(self, old: Schema, new: Schema, *, said: bool) -> None:
        self._old_names = old.get("$defs", {})
        self._new_names = new.get("$defs", {})
        self._said = said

    def of(self, old: Schema, new: Schema, path: str) -> list[Change]:
        olds = _alternatives(old, self._old_names)
        news = _alternatives(new, self._new_names)
        found: list[Change] = []
        if "default" in old and old["default"] != new.get("default", ...):
            gone = "default" not in new
            how = "gone" if gone else f"changed from {old['default']!r} to {new['default']!r}"
            found.append(Change(path, f"default {how}: messages without the field would mean something else"))
        for each in olds:
            likely = [way for way in news if way.get("type") == each.get("type")] or news
            ways = [self._one(each, way, path) for way in likely]
            if len(ways) == 1:
                found += ways[0]
            elif all(ways):
                found.append(Change(path, f"{_NARROWED} {_kind(each)} is no longer admitted"))
        return found

    def _one(self, old: Schema, new: Schema, path: str) -> list[Change]:
        found = [Change(path, f"{_NARROWED} {why}") for why in _narrowed(old, new)]
        if "items" in new:
            found += self.of(old.get("items", {}), new["items"], f"{path}[]")
        others, were = new.get("additionalProperties", True), old.get("additionalProperties", True)
        if others is False and were is not False:
            found.append(Change(path, f"{_NARROWED} unknown fields are refused"))
        elif isinstance(others, Mapping) and were is not False:
            found += self.of({} if were is True else were, others, f"{path}.*" if path else "*")
        if "propertyNames" in new:
            found += self.of(old.get("propertyNames", {}), new["propertyNames"], f"{path}.<name>" if path else "<name>")
        if "properties" in old or "properties" in new:
            found += self._fields(old, new, path)
        return found

    def _fields(self, old: Schema, new: Schema, path: str) -> list[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must_before, must_after = set(old.get("required", ())), set(new.get("required", ()))
        added = {name for name in after if name not in before}
        found: list[Change] = []
        for name, schema in before.items():
            where = f"{path}.{name}" if path else name
            if name in after:
                found += self.of(schema, after[name], where)
                if self._said and name in must_before - must_after:
                    found.append(Change(where, "no longer always there: readers rely on it"))
                continue
            twins = [new_name for new_name in sorted(added) if self._same(schema, after[new_name])]
            found.append(Change(where, f"removed, or renamed to {twins[0]}" if twins else "removed"))
        for name in sorted(must_after - must_before):
            if "default" not in after.get(name, {}):
                found.append(Change(f"{path}.{name}" if path else name, "newly required"))
        return found

    def _same(self, old: Schema, new: Schema) -> bool:
        return not self.of(old, new, "") and not _Comparison(
            {"$defs": self._new_names}, {"$defs": self._old_names}, said=False
        ).of(new, old, "")


def _alternatives(schema: Schema, names: Mapping[str, Any]) -> tuple[Schema, ...]:
    """What a value may be, each alternative by itself, references followed."""
    unknown = set(schema) - _JUDGED
    if unknown:
        raise ValueError(f"no rule says what a change of {sorted(unknown)} breaks")
    if "$ref" in schema:
        return _alternatives(names[schema["$ref"].rpartition("/")[2]], names)
    if "anyOf" in schema:
        return tuple(each for way in schema["anyOf"] for each in _alternatives(way, names))
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return tuple({**schema, "type": kind} for kind in kinds)
    return (schema,)


def _kind(schema: Schema) -> str:
    if "const" in schema:
        return repr(schema["const"])
    return str(schema.get("type", "any value"))


def _narrowed(old: Schema, new: Schema) -> list[str]:
    """Why a value that the old schema admits may not be admitted by the new one, fields and items apart."""
    found = []
    kind, was = new.get("type"), old.get("type")
    if kind is not None and kind != was and (was, kind) != ("integer", "number"):
        return [f"type {was or 'any'} became {kind}"]
    allowed, had = _values(new), _values(old)
    if allowed is not None and (had is None or any(value not in allowed for value in had)):
        lost = "any value" if had is None else ", ".join(repr(v) for v in had if v not in allowed)
        found.append(f"{lost} became one of {allowed!r}" if had is None else f"{lost} is no longer among the values")
    lowered = [n for n in _BOUNDED_ABOVE if n in new and new[n] < old.get(n, float("inf"))]
    raised = [n for n in _BOUNDED_BELOW if n in new and new[n] > old.get(n, float("-inf"))]
    other = [n for n in _ALL_OR_NOTHING if n in new and new[n] is not True and new[n] != old.get(n)]
    if old.get("format") in _TOLD_BY_A_PATTERN and "pattern" in other:
        other.remove("pattern")
    found += [f"{name} {old.get(name, 'none')} became {new[name]}" for name in (*lowered, *raised, *other)]
    if new.get("uniqueItems") is True and old.get("uniqueItems") is not True:
        found.append("items must be unique")
    return found


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None
