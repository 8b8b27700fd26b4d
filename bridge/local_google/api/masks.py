"""Field masks: ``sheets(properties(title),data/rowData)``, as Google's clients write them."""

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from bridge.local_google.errors import bad_field

Mask = dict[str, "Mask"]
"""Names to what is wanted of them; an empty mask means all."""

_DEEPEST = 50
"""Levels a mask may have: more than any answer, and far fewer than the interpreter can follow."""


def parse(text: str, known: Mask | None = None) -> Mask:
    """Read a mask; raises `Invalid` when it is malformed, or names what is not among the ``known``."""
    tokens = deque(re.findall(r"[A-Za-z_*][\w*]*|[(),./]", text))
    try:
        if "".join(tokens) != re.sub(r"\s", "", text):
            raise IndexError
        mask = _group(tokens, 0)
        if tokens:
            raise IndexError
    except IndexError as error:
        raise bad_field("fields", f"Invalid field mask: {text}") from error
    if known is not None:
        check(mask, known)
    return mask


def _group(tokens: deque[str], depth: int) -> Mask:
    """Take a list of paths off the tokens; raises IndexError when it is unfinished or too deep."""
    mask: Mask = {}
    while True:
        path = _path(tokens)
        below = depth + len(path)
        if below > _DEEPEST:
            raise IndexError
        inner: Mask = {}
        if tokens and tokens[0] == "(":
            tokens.popleft()
            inner = _group(tokens, below)
            if tokens.popleft() != ")":
                raise IndexError
        for name in reversed(path):
            inner = {name: inner}
        _merge(mask, inner)
        if not tokens or tokens[0] != ",":
            return mask
        tokens.popleft()


def _path(tokens: deque[str]) -> list[str]:
    path = [tokens.popleft()]
    while tokens and tokens[0] in "./":
        tokens.popleft()
        path.append(tokens.popleft())
    return path


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
