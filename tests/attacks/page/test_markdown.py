"""Whatever a body, its details or a name hold: the page stays alive, runs none of it, and can be answered."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.world import NO_SERVER, PAGE, World

pytestmark = pytest.mark.browser

HIT = "window.hit=1"
INERT = {
    "script": f"<script>{HIT}</script>",
    "script in a list": f"- <script>{HIT}</script>",
    "script, odd": f"<ScRiPt/x>{HIT}</sCrIpT >",
    "image handler": f"<img src=x onerror='{HIT}'>",
    "svg handler": f"<svg/onload={HIT}>",
    "svg script": f"<svg><script>{HIT}</script></svg>",
    "math": f"<math><mtext><img src=x onerror={HIT}></mtext></math>",
    "details handler": f"<details open ontoggle={HIT}>x</details>",
    "input autofocus": f"<input autofocus onfocus={HIT}>",
    "iframe": "<iframe src='https://evil.example/f'></iframe>",
    "iframe srcdoc": f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    "object": "<object data='https://evil.example/o'></object>",
    "style": "<style>body{background:url(https://evil.example/s.png)}</style>",
    "style attribute": "<p style='background:url(https://evil.example/s.png)'>x</p>",
    "link sheet": "<link rel=stylesheet href=https://evil.example/l.css>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "base": "<base href='https://evil.example/'>",
    "form": "<form action='https://evil.example/'><button>Approve</button></form>",
    "image": "![x](https://evil.example/track.png)",
    "image, reference": "![x][i]\n\n[i]: https://evil.example/track.png",
    "image in link": f"[![x](https://evil.example/t.png)](javascript:{HIT})",
    "javascript": f"[x](javascript:{HIT})",
    "javascript, case": f"[x](JaVaScRiPt:{HIT})",
    "javascript, entity": f"[x](&#106;avascript:{HIT})",
    "javascript, tab": f"[x](java\tscript:{HIT})",
    "javascript, newline": f"[x](<java\nscript:{HIT}>)",
    "javascript, control": f"[x](\x01javascript:{HIT})",
    "javascript, autolink": f"<javascript:{HIT}>",
    "javascript, reference": f"[x]: javascript:{HIT}\n\n[x]",
    "vbscript": "[x](vbscript:msgbox)",
    "data": f"[x](data:text/html,<script>{HIT}</script>)",
    "file and blob": "[x](file:///etc/passwd) [y](blob:x)",
    "comment": "<!-- hidden -->",
    "template": "{{constructor.constructor('window.hit=1')()}}",
}
HEAVY = {
    "nested quotes": ">" * 5000 + " x",
    "open images": "![" * 800,
    "open brackets": "[" * 20_000,
    "emphasis": "*a_" * 6600,
    "wide table": "|a" * 5000 + "\n" + "|-" * 5000,
    "combining marks": "a" + "\u0301" * 90_000,
    "long line": "x" * 90_000,
    "bidirectional": "\u202e" * 5000 + "approve",
}


@pytest.fixture(scope="module")
def asked(served: World) -> dict[str, dict[str, Any]]:
    """A request for each payload, all of one run."""
    run_id = served.new_run()
    inert = "\n\n".join(INERT.values())
    bodies = {"inert": inert, **HEAVY}
    return {
        name: served.ask(f"Attack {name}", run_id=run_id, body=body, metadata={"note": inert[:2000]})
        for name, body in bodies.items()
    }


def test_nothing_of_a_body_runs_loads_or_hides(served: World, asked: dict[str, dict[str, Any]]) -> None:
    """Every payload alone is text or a harmless link; nothing is asked of another server."""
    page = served.signed_in("manager")
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((served.url("/"), *NO_SERVER)) else elsewhere.append(request.url)
        ),
    )
    page.goto(served.url(f"{PAGE}?id={asked['inert']['id']}"))
    body = page.get_by_test_id("body")
    expect(body).to_contain_text("<!-- hidden -->")
    for text in (*INERT.values(),):
        first = text.split("\n")[0]
        if first.startswith("<") and "\t" not in first:
            expect(body).to_contain_text(first)
    harmful = "script,style,img,iframe,object,svg,math,form,button,link,meta,base,details,input:enabled"
    expect(body.locator(harmful)).to_have_count(0)
    addresses = body.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert all(address.startswith(("http://", "https://", "mailto:")) for address in addresses), addresses
    handlers = "all => all.flatMap(e => e.getAttributeNames()).filter(n => /^on|^style$/.test(n))"
    assert body.locator("*").evaluate_all(handlers) == []
    for place in body.get_by_text("x", exact=True).all():
        assert place.evaluate("e => e.closest('a')?.target ?? '_blank'") == "_blank"
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hit") is None
    assert elsewhere == []
    served.close_windows()


def test_no_body_hangs_the_page_or_takes_its_buttons(served: World, asked: dict[str, dict[str, Any]]) -> None:
    """Each heavy body is on the screen with Approve in 3 seconds, all in one window."""
    page = served.open_page("manager", PAGE)
    expect(page.locator("[data-row]").first).to_be_visible()
    for name in HEAVY:
        start = time.monotonic()
        page.locator(f"[data-opens='{asked[name]['id']}']").click()
        detail = page.get_by_test_id("detail")
        expect(detail.get_by_role("heading", name=f"Attack {name}")).to_be_visible()
        expect(detail.get_by_role("button", name="Approve")).to_be_enabled()
        expect(detail.get_by_test_id("body")).not_to_be_empty()
        assert page.evaluate("1 + 1") == 2, "the page answers"
        # Of these a second is the pause in which a double click decides nothing.
        assert time.monotonic() - start < 6, name
        detail.get_by_role("button", name="Close").click()
    served.close_windows()


def test_what_does_not_show_is_written_out(served: World) -> None:
    """Subject, details and record have escapes in place of characters that turn text round or hide."""
    asked = served.ask("Pay \u202e001", body="a\u200bb", metadata={"k\u2066": "v\u200b"})
    page = served.open_page("manager", f"{PAGE}?id={asked['id']}")
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("heading", level=2)).to_have_text("Pay \\u202e001")
    expect(detail.get_by_test_id("body")).to_have_text("a\\u200bb")
    expect(detail.get_by_test_id("metadata")).to_contain_text("k\\u2066")
    expect(detail.get_by_test_id("metadata")).to_contain_text("v\\u200b")
    shown = page.locator("[data-testid=approvals-page]").inner_text()
    assert not set(shown) & set("\u202e\u200b\u2066")
    assert page.get_by_label("Select Pay \\u202e001").count() == 1
    served.close_windows()
