"""What does not show is seen."""

from __future__ import annotations

import pytest

from airflow_approvals.domain.characters import escaped, has_unseen

UNSEEN = {
    "zero width space": "\u200b",
    "zero width no-break space": "\ufeff",
    "right-to-left override": "\u202e",
    "left-to-right isolate": "\u2066",
    "soft hyphen": "\xad",
    "hangul filler": "\u3164",
    "braille blank": "\u2800",
    "tag letter": "\U000e0041",
    "line separator": "\u2028",
    "escape": "\x1b",
    "half a character": "\ud800",
    "reserved, not drawn": "\u2065",
    "reserved, not drawn either": "\ufff0",
    "reserved among tags": "\U000e0080",
    "reserved after variations": "\U000e0fff",
    "note without a head": "\U0001d159",
}


@pytest.mark.parametrize("c", UNSEEN.values(), ids=UNSEEN)
def test_what_does_not_show_is_written_out(c: str) -> None:
    """Wherever it stands; what is around it stays."""
    point = ord(c)
    written = f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
    assert escaped(f"a{c}b") == f"a{written}b"
    assert has_unseen(f"manager{c}")


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\tand a tab",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u26a0\ufe0f deploy",
        "👩\u200d💻",
        "naïve “Größe” 東京",
    ],
)
def test_what_spells_words_and_emoji_stays(text: str) -> None:
    """A body of several lines, a Persian verb, a warning sign, somebody at work."""
    assert escaped(text) == text


@pytest.mark.parametrize("c", ["\n", "\t", "\u200c", "\u200d", "\ufe0f", "\U000e0101", "\u180b"])
def test_in_a_name_nothing_may_hide(c: str) -> None:
    """Also what is at home in other texts."""
    assert has_unseen(f"manager{c}")


@pytest.mark.parametrize("name", ["manager", "release manager", "Größe", "東京", "o'brien@example.com"])
def test_names_that_show_are_clear(name: str) -> None:
    """In whatever script."""
    assert not has_unseen(name)


@pytest.mark.parametrize("blank", ["\xa0", "\u2003", "\u3000", "\u1680"])
def test_a_name_has_no_blank_but_the_plain_one(blank: str) -> None:
    """Another one looks the same; in a text it may stand."""
    assert has_unseen(f"release{blank}manager")
    assert not has_unseen("release manager")
    assert escaped(f"1{blank}000") == f"1{blank}000"
