"""The base of every type of a record: frozen, keyword-only, camelCase in JSON, closed."""

import msgspec


class Node(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,  # a tree of frozen nodes has no cycles, and looking for some doubles the decoding time
):
    """A part of a record.

    Fields that a document leaves out are ``None`` and are left out again on writing. Decoding an
    unknown field is an error here, so that no field can vanish unseen; readers in
    ``topline.formats`` catch it, set the field aside with its address and report it.
    """
