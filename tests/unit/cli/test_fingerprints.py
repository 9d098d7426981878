"""A part of a fingerprint, typed in place of the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.cli.request_commands import _whole
from airflow_approvals.domain.approval import PastEdit
from airflow_approvals.domain.errors import Invalid
from tests.builders import MANAGER, NOW, opened

BEFORE = PastEdit(by=MANAGER.who, at=NOW, content_before="ab" * 32, fields=("body",))


def test_a_part_means_the_content_that_has_it() -> None:
    """Of today or before an edit; one that no content has goes on to the rules, which refuse it."""
    approval = replace(opened(), edits=(BEFORE,))
    now = approval.content.fingerprint
    assert _whole(now[:16], approval) == now
    assert _whole("ab" * 8, approval) == "ab" * 32
    assert _whole("0123456789abcdef", approval) == "0123456789abcdef"


def test_a_part_of_two_contents_is_refused() -> None:
    """An editor may have looked for one that begins as the text did which somebody read."""
    approval = opened()
    forged = replace(BEFORE, content_before=approval.content.fingerprint[:16] + "0" * 48)
    with pytest.raises(Invalid, match="type it whole"):
        _whole(forged.content_before[:16], replace(approval, edits=(forged,)))
