"""Whether the document of the HTTP API still keeps what an older one promised to those who built upon it.

What they send must still be taken: no path, method, parameter or type of body may go, nothing may become required, no
schema narrower. What they read must still be there: no answer of success, no form of it, no header, no field. A key's
scope and the name of an operation stay, too: clients are made of the document and call their functions by it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.tools.compatibility import Change, Schema, compared

Document = Mapping[str, Any]
_PART: Final = re.compile(r"\{[^}]*\}")
_METHODS: Final = frozenset({"get", "put", "post", "patch", "delete", "head", "options"})
_NAMES: Final = (("operationId", "its name"), ("x-scope", "its scope"))


def api_changes(old: Document, new: Document) -> tuple[tuple[str, Change], ...]:
    """What somebody who knows the older document would notice, by operation (``GET /orders/{}``: how a part of an
    address is called is nobody's affair). Raises ValueError, naming the operation, if it cannot judge.
    """
    found: list[tuple[str, Change]] = []
    after = dict(_operations(new))
    for name, before in _operations(old):
        if name not in after:
            found.append((name, Change("", "removed")))
            continue
        try:
            found += [(name, change) for change in _Operations(old, new).changes(before, after[name])]
        except ValueError as error:
            raise ValueError(f"{name}: {error}: teach contracts/tools/compatibility.py") from error
    return tuple(found)


def _operations(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield f"{method.upper()} {_PART.sub('{}', path)}", operation


class _Operations:
    """An operation of each document side by side, each with the schemas of its own."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old.get("components", {}).get("schemas", {})
        self._new = new.get("components", {}).get("schemas", {})

    def changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for field, what in _NAMES:
            if old.get(field) != new.get(field):
                yield Change("", f"{what} changed from {old.get(field)} to {new.get(field)}")
        yield from self._parameters(_parameters(old), _parameters(new))
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue  # which problems there are may change: a client reads their codes
            if status not in new["responses"]:
                yield Change(status, "removed")
                continue
            yield from self._answer(status, answer, new["responses"][status])

    def _parameters(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for name, before in old.items():
            if name not in new:
                yield Change(name, "removed")
            else:
                yield from self._schemas(name, before["schema"], new[name]["schema"], said=False)
        for name, after in new.items():
            if after.get("required") and not old.get(name, {}).get("required"):
                yield Change(name, "newly required")

    def _body(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Change]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield Change("body", "newly required")
        if old is not None:
            yield from self._forms("body", old, {} if new is None else new, said=False)

    def _answer(self, status: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for header in old.get("headers", {}):
            if header not in new.get("headers", {}):
                yield Change(f"{status} {header}", "removed")
        yield from self._forms(status, old, new, said=True)

    def _forms(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any], *, said: bool) -> Iterator[Change]:
        forms = new.get("content", {})
        for form, before in old.get("content", {}).items():
            if form not in forms:
                yield Change(f"{where} {form}", "removed")
            elif "schema" in before:
                yield from self._schemas(where, before["schema"], forms[form].get("schema", {}), said=said)

    def _schemas(self, where: str, old: Schema, new: Schema, *, said: bool) -> Iterator[Change]:
        olds, news = {**old, "$defs": self._old}, {**new, "$defs": self._new}
        for change in compared(olds, news, said=said):
            yield Change(f"{where} {change.path}".strip(), change.what, change.breaks)


def _parameters(operation: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """By place and name; those of the path by their order: their names are in no request."""
    found: dict[str, Mapping[str, Any]] = {}
    for each in operation.get("parameters", ()):
        place = each["in"]
        number = sum(name.startswith("path ") for name in found)
        found[f"path {number + 1}" if place == "path" else f"{place} {each['name']}"] = each
    return found
