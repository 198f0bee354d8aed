"""The methods a specification may name, and the options of one, typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import msgspec

from topline.errors import SpecificationError
from topline.trial.specification import Method, Part

Options = TypeVar("Options", bound=Part)
MethodKind = Literal["summary", "analysis"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The methods that a specification may name.

    The layers that compute know them; the reader, the schema and the reference page are given them.

    Attributes
    ----------
    summaries
        Name of a summary -> the type of its options.
    analyses
        Name of a statistical analysis -> the type of its options.

    Examples
    --------
    >>> Vocabulary(summaries={"count": Part}).of("summary")
    {'count': <class 'topline.trial.specification_base.Part'>}
    """

    summaries: Mapping[str, type[Part]] = field(default_factory=dict)
    analyses: Mapping[str, type[Part]] = field(default_factory=dict)

    def of(self, kind: MethodKind) -> Mapping[str, type[Part]]:
        """Give the methods of one kind."""
        return self.summaries if kind == "summary" else self.analyses


def method_options(method: Method, options: type[Options]) -> Options:
    """Give the options of a method as its type.

    Parameters
    ----------
    method
        A method of a specification: ``{"method": NAME, option: value}``.
    options
        The type of that method's options.

    Returns
    -------
    Options
        The options, with the defaults of those left out.

    Raises
    ------
    SpecificationError
        An option that the type does not have or does not accept. A specification that was read
        with the method's type in its vocabulary never comes to this.

    Examples
    --------
    >>> class Quantile(Part, frozen=True):
    ...     probability: float = 0.5
    >>> method_options({"method": "quantile", "probability": 0.25}, Quantile)
    Quantile(probability=0.25)
    >>> method_options({"method": "quantile", "share": 0.25}, Quantile)
    Traceback (most recent call last):
    topline.errors.SpecificationError: the options of the method quantile: \
Object contains unknown field `share`
    """
    given: dict[str, Any] = {key: value for key, value in method.items() if key != "method"}
    try:
        return msgspec.convert(given, options)
    except msgspec.ValidationError as error:
        name = method.get("method", "without a name")
        raise SpecificationError(f"the options of the method {name}: {error}") from error
