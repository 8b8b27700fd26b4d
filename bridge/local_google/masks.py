"""Field masks: ``sheets(properties(title),data/rowData)``, as Google's clients write them."""

import re
from collections.abc import Mapping
from typing import Any

from bridge.local_google.errors import bad_field

Mask = dict[str, "Mask"]
"""Names to what is wanted of them; an empty mask means all."""


def parse(text: str) -> Mask:
    """Read a mask; raises `Invalid` when it is malformed."""
    tokens = re.findall(r"[A-Za-z_*][\w*]*|[(),./]", text)
    if "".join(tokens) != re.sub(r"\s", "", text) or not tokens:
        raise bad_field("fields", f"Invalid field mask: {text}")
    try:
        mask, rest = _group(tokens)
    except IndexError:
        rest = ["unfinished"]
    if rest:
        raise bad_field("fields", f"Invalid field mask: {text}")
    return mask


def _group(tokens: list[str]) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        path, tokens = [tokens[0]], tokens[1:]
        while tokens and tokens[0] in "./":
            path, tokens = [*path, tokens[1]], tokens[2:]
        inner: Mask = {}
        if tokens and tokens[0] == "(":
            inner, tokens = _group(tokens[1:])
            if tokens[0] != ")":
                raise IndexError
            tokens = tokens[1:]
        for name in reversed(path):
            inner = {name: inner}
        _merge(mask, inner)
        if not tokens or tokens[0] != ",":
            return mask, tokens
        tokens = tokens[1:]


def _merge(mask: Mask, more: Mask) -> None:
    for name, inner in more.items():
        if name not in mask:
            mask[name] = inner
        elif mask[name] and inner:
            _merge(mask[name], inner)
        else:
            mask[name] = {}


def check(mask: Mask, known: Mask, where: str = "fields") -> None:
    """Raise `Invalid`, naming the field, when the mask asks for something that does not exist here."""
    for name, inner in mask.items():
        if name == "*":
            continue
        if name not in known or (inner and not known[name]):
            raise bad_field(where, f"Invalid field: {name if name not in known else next(iter(inner))}")
        check(inner, known[name], where)


def chosen(mask: Mask, answer: Any) -> Any:
    """The answer with only what the mask names."""
    if not mask or "*" in mask:
        return answer
    if isinstance(answer, list):
        return [chosen(mask, one) for one in answer]
    if isinstance(answer, Mapping):
        return {name: chosen(mask[name], part) for name, part in answer.items() if name in mask}
    return answer


def covers(mask: Mask, path: str) -> bool:
    """True when the mask names ``gridProperties.rowCount``, or a part above it, or everything."""
    for name in path.split("."):
        if not mask or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True
