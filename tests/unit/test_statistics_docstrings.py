"""Every public function of the statistics' families says what a reader needs before trusting its number.

Three kinds, told from what a docstring says and never from a list of names:

- A *method* (the default) says it all: parameters with units, what it returns, formula, source, what happens at the
  edges, what it is not for, its names in R and SAS (or that there is none), and an example. Formula and source may
  stand elsewhere, where "Formula and source: :mod:`...`." says.
- *Many at once*: "each as :func:`...`" names the method that it repeats, whose formula, source, names and limits of
  use therefore hold. It still says its own parameters, result, edges (NaN instead of a reason) and example.
- A *part*: "Part of :func:`...`" names a method that cannot be computed without it: it makes what that method takes,
  or is computed inside. What gives an estimate, a test or limits is a result in itself and can be no part.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache

import pytest
from docs.one_by_one import ONE_BY_ONE
from docs.statistics_page import FAMILIES, STATS, names_in, paragraphs, sources_in

NUMERIC = re.compile(r"\b(?:float|int|ArrayLike|Floats|Integers|NDArray)\b")
"""What a parameter is annotated with whose unit must be said."""

RESULTS = re.compile(r"\b(?:Estimates?|Tests?|Effects?|Limits)\b")
"""What a function gives that is a method by that alone."""

MADE = re.compile(r"\b(?:Estimates?|Tests?|Effects?|\w+Method)\b")
"""What a function takes that only dresses what another one found: a result, or a method to find it by."""

UNIT = re.compile(r"\[[^\]]{1,80}\]")
AS_ELSEWHERE = re.compile(r"\bAs (?:in|for|of) :(?:func|class|meth):")
FORMULA = re.compile(r"[=√Σ∫∏±≤≥∝]")
SOURCE_PLACE = re.compile(
    r"doi:|\d \(\d{4}\) [A-Z]?\d|\b(?:section|chapter|equation|equations|page|pages|table|method|figure) \d|R, function"
)
EDGE = re.compile(
    r"\b(?:[Uu]ndefined|None|NaN|infinite|infinity|[Ss]ingle|nobody|[Nn]obody|everybody|[Ee]verybody|[Tt]ies|[Tt]ied"
    r"|[Ee]mpty|discordant|[Ee]dges?|all equal|without (?:an )?(?:events?|spread)|[Oo]ne (?:participant|observation|group))\b"
)
NOT_FOR = re.compile(r"\bNot (?:for|suitable|where|meant|with)\b")
PART = re.compile(r"\bPart of :(?:func|meth):`~?([\w.]+)`")
MANY = re.compile(r"\beach as :func:`~?([\w.]+)`")
ELSEWHERE = re.compile(r"\b(Formula and source|Formula|Source): :(?:func|mod):`~?([\w.]+)`")


@dataclass(frozen=True)
class Function:
    """A public function of a module, read and not imported."""

    module: str
    node: ast.FunctionDef

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def text(self) -> str:
        """All before the examples, on one line, with the roles that :func:`paragraphs` takes away."""
        return " ".join(re.split(r"\n(?:Examples\n-+|>>> )", self.docstring)[0].split())

    @property
    def signature(self) -> dict[str, str]:
        arguments = self.node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
        return {one.arg: ast.unparse(one.annotation) for one in every if one.annotation}

    @property
    def result(self) -> str:
        return ast.unparse(self.node.returns) if self.node.returns else ""

    def section(self, title: str) -> str:
        """What stands under a heading, up to the next."""
        found = re.search(
            rf"(?ms)^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-{{3,}}$|\Z)", self.docstring + "\n"
        )
        return found.group(1) if found else ""

    def described(self) -> dict[str, str]:
        """Parameter -> its description; "a, b" describes both."""
        parts = re.split(r"(?m)^(?=\S)", self.section("Parameters"))
        described = {}
        for names, _, text in (part.partition("\n") for part in parts if part.strip()):
            for name in names.split(","):
                described[name.strip().lstrip("*")] = " ".join(text.split())
        return described

    def resolve(self, target: str) -> tuple[str, str]:
        """Give module and name of what a role names."""
        module, _, name = target.rpartition(".")
        return module.removeprefix("topline.stats.") or self.module, name


@cache
def functions_of(module: str) -> dict[str, Function]:
    tree = ast.parse((STATS / f"{module}.py").read_text(encoding="utf-8"))
    return {
        node.name: Function(module, node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def has_formula(text: str) -> bool:
    """Whether a text holds a formula: an equals sign in code, or in a role, is none."""
    return bool(FORMULA.search(re.sub(r"``[^`]*``|:[a-z]+:`[^`]*`", "", text)))


def has_source(text: str) -> bool:
    return bool(SOURCE_PLACE.search(text))


def elsewhere(function: Function, what: str) -> str:
    """Give the texts in which a docstring says that its formula or its source stands."""
    texts = []
    for label, target in ELSEWHERE.findall(function.text):
        if what in label.lower():
            module, name = function.resolve(target)
            if target == f"topline.stats.{name}":
                tree = ast.parse((STATS / f"{name}.py").read_text(encoding="utf-8"))
                texts.append(ast.get_docstring(tree) or "")
            elif name in functions_of(module):
                texts.append(functions_of(module)[name].text)
    return " ".join(texts)


def missing_from_a_method(function: Function) -> list[str]:
    text = function.text
    found = paragraphs(function.docstring)
    shown = "; ".join(sources_in(found))
    return [
        what
        for what, there in (
            ("Returns", bool(function.section("Returns"))),
            ("a formula", has_formula(text + elsewhere(function, "formula"))),
            ("a source with its place", has_source(shown + elsewhere(function, "source"))),
            ("what happens at the edges", bool(EDGE.search(text))),
            ("'Not for ...'", bool(NOT_FOR.search(text))),
            ("'In R: ...'", bool(names_in(found, "R"))),
            ("'in SAS: ...'", bool(names_in(found, "SAS"))),
        )
        if not there
    ]


def missing_from_many(function: Function, target: str) -> list[str]:
    return [
        what
        for what, there in (
            ("a method that it repeats", leads_to_a_method(function, target)),
            ("Returns", bool(function.section("Returns"))),
            ("what happens at the edges", bool(EDGE.search(function.text))),
        )
        if not there
    ]


def missing_from_a_part(function: Function, target: str) -> list[str]:
    module, name = function.resolve(target)
    method = functions_of(module).get(name)
    if method is None or not leads_to_a_method(function, target):
        return [f"a method it is a part of: {target} is none"]
    if RESULTS.search(function.result) and not any(map(MADE.search, function.signature.values())):
        return [f"a method's docstring: what gives {function.result} is no part"]
    # Computed inside, perhaps through another function of the module; or the maker of what the method takes.
    source = (STATS / f"{module}.py").read_text(encoding="utf-8")
    used = len(re.findall(rf"\b{function.node.name}\b", source)) > (module == function.module)
    taken = any(function.result and function.result in one for one in method.signature.values())
    return [] if used or taken else [f"a use: {target} needs no {function.node.name}"]


def leads_to_a_method(function: Function, target: str) -> bool:
    """Whether a target is a method, or at the end of the line of its own targets."""
    seen = set()
    while True:
        module, name = function.resolve(target)
        found = functions_of(module).get(name)
        if found is None or (module, name) in seen:
            return False
        seen.add((module, name))
        further = MANY.search(found.text) or PART.search(found.text)
        if further is None:
            return True
        function, target = found, further.group(1)


def missing(function: Function) -> list[str]:
    """Give what a docstring lacks."""
    described = function.described()
    lacking = [f"parameter {name}" for name in function.signature if name not in described]
    lacking += [f"parameter {name} that exists" for name in described.keys() - function.signature]
    lacking += [
        f"the unit of {name} in brackets"
        for name, annotation in function.signature.items()
        if NUMERIC.search(annotation) and name in described
        if not UNIT.search(described[name]) and not AS_ELSEWHERE.search(described[name])
    ]
    if ">>> " not in function.docstring:
        lacking.append("an example")
    many, part = MANY.search(function.text), PART.search(function.text)
    if many:
        return lacking + missing_from_many(function, many.group(1))
    if part:
        return lacking + missing_from_a_part(function, part.group(1))
    return lacking + missing_from_a_method(function)


HELD = [
    function
    for title in FAMILIES
    for module in FAMILIES[title]
    for function in functions_of(module).values()
]


def test_all_families_are_held_to_this() -> None:
    assert len(HELD) > 250


@pytest.mark.parametrize(
    "function", HELD, ids=lambda function: f"{function.module}.{function.node.name}"
)
def test_a_public_function_says_what_its_reader_needs(function: Function) -> None:
    assert missing(function) == []


TAKE_ARRAYS = re.compile(r"^(?:Limits|EffectSizes)$")
"""Results that are arrays, of functions that take arrays: limits of many, effect sizes of many studies."""

FROM_EFFECTS = {
    "effect_sizes_one_group.proportion_from_effect",
    "effect_sizes_one_group.rate_from_effect",
}
"""They give arrays for arrays too."""


def test_a_method_takes_many_cases_or_the_page_says_why_it_takes_one() -> None:
    repeated = {".".join(one.resolve(target)) for one in HELD for target in MANY.findall(one.text)}
    methods = {
        f"{one.module}.{one.node.name}": one
        for one in HELD
        if not MANY.search(one.text) and not PART.search(one.text)
    }
    arrays = {name for name, one in methods.items() if TAKE_ARRAYS.search(one.result)}
    single = [name for names in ONE_BY_ONE.values() for name in names]
    assert len(single) == len(set(single))
    arrays = (arrays | FROM_EFFECTS) - set(single)
    assert set(single) == set(methods) - repeated - arrays


def _read(code: str) -> Function:
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.FunctionDef)
    return Function("mean", node)


def test_a_docstring_of_one_line_lacks_everything() -> None:
    found = missing(_read('def f(x: float) -> float:\n    """Give x."""'))
    assert found == [
        "parameter x",
        "an example",
        "Returns",
        "a formula",
        "a source with its place",
        "what happens at the edges",
        "'Not for ...'",
        "'In R: ...'",
        "'in SAS: ...'",
    ]


def test_a_result_can_be_no_part_and_a_part_must_be_used() -> None:
    part = (
        'def f(x: str) -> {}:\n    """Give x. Part of :func:`arithmetic_mean`.\n\n    Parameters\n'
        '    ----------\n    x\n        Text.\n\n    Examples\n    --------\n    >>> 1\n    1\n    """'
    )
    (result,) = missing(_read(part.format("Estimate")))
    assert "is no part" in result
    (unused,) = missing(_read(part.format("Floats").replace("def f(", "def never_named(")))
    assert "needs no never_named" in unused
    assert missing(_read(part.format("MeanSummary"))) == []


def test_an_equals_sign_in_code_is_no_formula() -> None:
    code = 'def f() -> float:\n    """Give it.\n\n    In R: ``f(x = 1)``; in SAS: none.\n    """'
    assert "a formula" in missing(_read(code))
    assert "a formula" not in missing(_read(code.replace("Give it.", "Give x̄ = Σx/n.")))
