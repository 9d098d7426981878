"""Characters that nobody sees, or that turn others round: with them one text looks like another."""

from __future__ import annotations

import unicodedata

_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (which has the bidirectional ones), half a character, line and paragraph separator."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
"""Fillers and the like: letters and signs by their category, drawn as nothing or as a blank."""
_RESERVED = (range(0x2065, 0x2066), range(0xFFF0, 0xFFF9), range(0xE0000, 0xE1000))
"""Code points without a character, which are drawn as nothing (Default_Ignorable_Code_Point)."""
_JOINERS = frozenset("\u200c\u200d")
"""Persian words and emoji are spelt with them."""


def has_unseen(name: str) -> bool:
    """Tell whether a name has characters that do not show, so that it could be taken for another one."""
    return any(_is_unseen(c) or c in _JOINERS or _selects_variant(c) or _is_odd_blank(c) for c in name)


def escaped(text: str) -> str:
    """Write out what does not show, as ``\\u200b``; line breaks, tabs and what spells emoji stay."""
    return "".join(_escape(c) if _is_unseen(c) and c not in "\n\t" else c for c in text)


def _is_unseen(c: str) -> bool:
    if unicodedata.category(c) in _CATEGORIES:
        return c not in _JOINERS
    return c in _BLANK or (any(ord(c) in points for points in _RESERVED) and not _selects_variant(c))


def _is_odd_blank(c: str) -> bool:
    return unicodedata.category(c) == "Zs" and c != " "


def _selects_variant(c: str) -> bool:
    return "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef" or "\u180b" <= c <= "\u180f"


def _escape(c: str) -> str:
    point = ord(c)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"  # noqa: PLR2004  (as Python writes it)
