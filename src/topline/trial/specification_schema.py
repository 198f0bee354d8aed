"""The JSON Schema of a study specification, so that editors complete and check it.

It is made from the same types, shorthands and vocabulary as the reader follows. The reader judges
more: conditions, references and the rules between parts.
"""

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, cast

import msgspec.inspect as kinds

from topline.trial.specification import Part, Specification
from topline.trial.specification_conversion import NAME
from topline.trial.specification_methods import MethodKind, Vocabulary
from topline.trial.specification_scalars import unwrapped
from topline.trial.specification_shorthands import BARE, TITLE, TITLED

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER = "urn:topline:study-specification:1"
TEXT: Schema = {"type": ["string", "number"]}
"""A text without further demands may be written like a number: ``title: 54``."""


def specification_schema(vocabulary: Vocabulary) -> Schema:
    """Make the JSON Schema (2020-12) of a study specification.

    Parameters
    ----------
    vocabulary
        The methods it may name.

    Returns
    -------
    dict
        The schema, ready to be written as JSON.

    Examples
    --------
    >>> schema = specification_schema(Vocabulary())
    >>> schema["required"], schema["properties"]["limitations"]["description"]
    (['groups'], 'Limitations and caveats.')
    """
    root = _Definitions(vocabulary)
    kind = kinds.type_info(Specification)
    schema = root.struct_schema(cast(kinds.StructType, kind))
    return {
        "$schema": DIALECT,
        "$id": IDENTIFIER,
        "title": "Study specification",
        **schema,
        "$defs": dict(sorted(root.definitions.items())),
    }


class _Definitions:
    """The parts met so far, each defined once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.definitions: dict[str, Schema] = {}

    def schema(self, expected: kinds.Type, kind: str | None = None) -> Schema:
        if isinstance(expected, kinds.Metadata):
            kind = (expected.extra or {}).get("kind", kind)
            return {**self.schema(expected.type, kind), **(expected.extra_json_schema or {})}
        if isinstance(expected, kinds.UnionType):
            return {"anyOf": [self.schema(option, kind) for option in expected.types]}
        if isinstance(expected, kinds.StructType):
            return self.part(expected)
        if isinstance(expected, kinds.VarTupleType | kinds.ListType):
            return self.sequence(expected, kind)
        if isinstance(expected, kinds.TupleType):
            items = [self.schema(item, kind) for item in expected.item_types]
            return {
                "type": "array",
                "prefixItems": items,
                "minItems": len(items),
                "maxItems": len(items),
            }
        if isinstance(expected, kinds.DictType):
            return self.mapping(expected, kind)
        return _scalar(expected, kind)

    def part(self, kind: kinds.StructType) -> Schema:
        name = kind.cls.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # holds the place, should a part ever hold itself
            schema = self.struct_schema(kind)
            bare = BARE.get(cast(type[Part], kind.cls))
            if bare is not None:
                field = next(each for each in kind.fields if each.name == bare)
                schema = {"anyOf": [schema, self.schema(_without_none(field.type))]}
            self.definitions[name] = schema
        return {"$ref": f"#/$defs/{name}"}

    def struct_schema(self, kind: kinds.StructType) -> Schema:
        required = [each.encode_name for each in kind.fields if each.required]
        schema: Schema = {
            "type": "object",
            "description": cleandoc(kind.cls.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            "properties": {each.encode_name: self.field(each) for each in kind.fields},
            "additionalProperties": False,
        }
        return {**schema, "required": required} if required else schema

    def field(self, field: kinds.Field) -> Schema:
        schema = _described(self.schema(field.type))
        single = isinstance(field.default, str | int | float) and field.default != ""
        return {**schema, "default": field.default} if single else schema

    def sequence(self, expected: kinds.VarTupleType | kinds.ListType, kind: str | None) -> Schema:
        item = self.schema(expected.item_type, kind)
        array: Schema = {"type": "array", "items": item}
        if expected.min_length:
            array["minItems"] = expected.min_length
        forms = [array, item]
        part = unwrapped(expected.item_type)
        if isinstance(part, kinds.StructType) and part.cls in TITLED:
            forms.append(self.titled(part))
        return {"anyOf": forms}

    def titled(self, part: kinds.StructType) -> Schema:
        """Describe the mapping from title to the rest of a part."""
        fields = {each.name: each for each in part.fields}
        written = TITLED[cast(type[Part], part.cls)]
        forms = [self.schema(_without_none(fields[name].type)) for name in written.values()]
        whole = self.struct_schema(part)
        whole["required"] = [name for name in whole.get("required", []) if name != TITLE]
        return {
            "type": "object",
            "additionalProperties": {"anyOf": [*forms, whole, {"type": "null"}]},
        }

    def mapping(self, expected: kinds.DictType, kind: str | None) -> Schema:
        if kind in ("summary", "analysis"):
            return self.method(cast(MethodKind, kind))
        schema: Schema = {
            "type": "object",
            "additionalProperties": self.schema(expected.value_type, kind),
        }
        return {**schema, "minProperties": expected.min_length} if expected.min_length else schema

    def method(self, kind: MethodKind) -> Schema:
        if kind not in self.definitions:
            self.definitions[kind] = {}
            methods = self.vocabulary.of(kind)
            self.definitions[kind] = {
                "description": f"A {kind} by its name, or with its options.",
                "anyOf": [self.bare_methods(methods), *self.methods(kind, methods)],
            }
        return {"$ref": f"#/$defs/{kind}"}

    def bare_methods(self, methods: Mapping[str, type[Part]]) -> Schema:
        optional = [
            name
            for name, options in methods.items()
            if not any(each.required for each in _fields(options))
        ]
        return {"enum": optional} if optional else {"not": {}}

    def methods(self, kind: MethodKind, methods: Mapping[str, type[Part]]) -> list[Schema]:
        listed: list[Schema] = []
        for name, options in methods.items():
            schema = self.struct_schema(cast(kinds.StructType, kinds.type_info(options)))
            schema["properties"] = {"method": {"const": name}, **schema["properties"]}
            schema["required"] = ["method", *schema.get("required", [])]
            self.definitions[f"{kind}.{name}"] = schema
            listed.append({"$ref": f"#/$defs/{kind}.{name}"})
        return listed


def _fields(options: type[Part]) -> tuple[kinds.Field, ...]:
    return cast(kinds.StructType, kinds.type_info(options)).fields


def _without_none(expected: kinds.Type) -> kinds.Type:
    if isinstance(expected, kinds.UnionType):
        return next(each for each in expected.types if not isinstance(each, kinds.NoneType))
    return expected


def _described(schema: Schema) -> Schema:
    """Lift the description of the only option that is not null to where editors look for it."""
    described = [one for one in schema.get("anyOf", []) if "description" in one]
    if "description" in schema or len(described) != 1:
        return schema
    return {**schema, "description": described[0]["description"]}


def _scalar(expected: kinds.Type, kind: str | None) -> Schema:
    if isinstance(expected, kinds.StrType):
        return _text(expected, kind)
    if isinstance(expected, kinds.IntType | kinds.FloatType):
        limits = {
            "minimum": expected.ge,
            "exclusiveMinimum": expected.gt,
            "maximum": expected.le,
            "exclusiveMaximum": expected.lt,
        }
        noun = "integer" if isinstance(expected, kinds.IntType) else "number"
        return {"type": noun, **{key: limit for key, limit in limits.items() if limit is not None}}
    if isinstance(expected, kinds.LiteralType):
        return {"enum": list(expected.values)}
    simple: Mapping[type[Any], Schema] = {
        kinds.BoolType: {"type": "boolean"},
        kinds.NoneType: {"type": "null"},
    }
    return dict(simple.get(type(expected), {}))


def _text(expected: kinds.StrType, kind: str | None) -> Schema:
    demands: Schema = {
        "minLength": expected.min_length,
        "maxLength": expected.max_length,
        "pattern": expected.pattern,
    }
    if kind in ("variable", "dataset"):
        demands["pattern"] = f"^{NAME.pattern}$"
    held = {key: demand for key, demand in demands.items() if demand is not None}
    if kind is not None or "pattern" in held:
        return {"type": "string", **held}
    return {**TEXT, **held}
