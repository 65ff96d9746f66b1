"""Gives ``replace(value, **changes)`` the fields of the value's class: a name that it has not, or a value of another
type, is an error for mypy. Read by mypy alone (``pyproject.toml``); nothing that runs imports it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from mypy.meet import meet_types
from mypy.nodes import ARG_NAMED_OPT, ARG_POS, TypeInfo, Var
from mypy.plugin import FunctionSigContext, Plugin
from mypy.types import FunctionLike, Instance, Type, TypeVarType, UnionType, get_proper_type

REPLACE: Final = ("services.engine.core.document.replace", "contracts.values.model.restate")
_OWNERS: Final = (
    "contracts.values.immutable.Immutable",
    "services.engine.core.document.Document",
    "pydantic.main.BaseModel",
)


class ReplacePlugin(Plugin):
    """The one hook."""

    def get_function_signature_hook(self, fullname: str) -> Callable[[FunctionSigContext], FunctionLike] | None:
        """The signature of ``replace`` follows from its first argument."""
        return _signature if fullname in REPLACE else None


def _signature(context: FunctionSigContext) -> FunctionLike:
    default = context.default_signature
    if not context.args or len(context.args[0]) != 1:
        return default
    fields = _fields_of(context.api.get_expression_type(context.args[0][0]))
    if fields is None:
        return default
    return default.copy_modified(
        arg_names=[None, *fields],
        arg_kinds=[ARG_POS, *[ARG_NAMED_OPT for _ in fields]],
        arg_types=[default.arg_types[0], *fields.values()],
    )


def _fields_of(of: Type) -> Mapping[str, Type] | None:
    """The types of the fields that a value of this type has whatever it is; None: nothing is known of it."""
    kind = get_proper_type(of)
    if isinstance(kind, TypeVarType):
        return _fields_of(kind.upper_bound)
    if isinstance(kind, UnionType):
        each = [_fields_of(item) for item in kind.items]
        known = [fields for fields in each if fields is not None]
        if len(known) != len(each):
            return None
        first, *others = known
        return {
            name: _met(of, [fields[name] for fields in others])
            for name, of in first.items()
            if all(name in fields for fields in others)
        }
    if not isinstance(kind, Instance) or not any(kind.type.has_base(owner) for owner in _OWNERS):
        return None
    if kind.type.fullname in _OWNERS:
        return None
    return _declared(kind.type)


def _met(one: Type, others: list[Type]) -> Type:
    for other in others:
        one = meet_types(get_proper_type(one), get_proper_type(other))
    return one


def _declared(info: TypeInfo) -> Mapping[str, Type]:
    """What the class and those above it declare, class variables apart."""
    found: dict[str, Type] = {}
    for above in reversed(info.mro):
        for name, symbol in above.names.items():
            node = symbol.node
            if isinstance(node, Var) and node.type is not None and not node.is_classvar and not name.startswith("_"):
                found[name] = node.type
    return found


def plugin(version: str) -> type[Plugin]:  # noqa: ARG001  mypy's own interface
    """What mypy asks for."""
    return ReplacePlugin
