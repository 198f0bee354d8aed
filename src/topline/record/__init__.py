"""What a results record is: types, code lists, values, addresses, cells, differences.

No input or output happens here: documents become records in ``topline.formats``.
"""

from topline.record.study import Study

__all__ = ["Study"]
