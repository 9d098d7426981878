import { cleanup } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { Markdown } from "../../src/request/Markdown";
import { safeAddress } from "../../src/shared/address";
import { show } from "../show";

const shown = (text: string): HTMLElement => show(<Markdown text={text} />).getByTestId("body");

afterEach(cleanup);

const ATTACKS = [
  "<script>window.hit = 1</script>",
  "<img src=x onerror='window.hit = 1'>",
  "![x](https://evil.example/track.png)",
  '![x](x "onerror=window.hit=1")',
  "[x](javascript:window.hit=1)",
  "[x](JaVaScRiPt:window.hit=1)",
  "[x](java\nscript:window.hit=1)",
  "[x](&#106;avascript:window.hit=1)",
  "[x](data:text/html,<script>window.hit=1</script>)",
  "[x](vbscript:x)",
  "<javascript:window.hit=1>",
  "<iframe src='https://evil.example'></iframe>",
  "<svg onload='window.hit = 1'></svg>",
  "<style>body { background: url(https://evil.example/x.png) }</style>",
  "<div style='background: url(https://evil.example/x.png)'>x</div>",
  "<a href='javascript:window.hit=1' onclick='window.hit=1'>x</a>",
  "<form action='https://evil.example'><button>x</button></form>",
  "[x]: javascript:window.hit=1\n\n[x]",
  "![x][i]\n\n[i]: https://evil.example/track.png",
  "[![x](https://evil.example/track.png)](javascript:window.hit=1)",
  "| a |\n|---|\n| <img src=x onerror=window.hit=1> |",
  "# <img src=x onerror=window.hit=1>",
  "[^1]\n\n[^1]: <img src=x onerror=window.hit=1>",
];

describe("a body", () => {
  it.each(ATTACKS)("is inert: %s", (text) => {
    const body = shown(text);
    const harmful = "script, style, img, iframe, object, embed, svg, form, button, video, audio, link, meta, base";
    expect(body.querySelectorAll(harmful)).toHaveLength(0);
    for (const element of body.querySelectorAll("*")) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^style$|^src|^id$/);
    }
    for (const link of body.querySelectorAll("a")) expect(link.href).toMatch(/^(https?|mailto):/);
  });

  it("shows the common elements, with headings below the page's own", () => {
    const body = shown("# Title\n\n- **bold** and *thin*\n\n| a |\n|---|\n| 1 |\n\n```\ncode\n```\n\n- [x] done\n");
    for (const selector of ["h3", "ul li strong", "em", "table td", "pre code", "input[type=checkbox]:disabled"]) {
      expect(body.querySelector(selector), selector).not.toBeNull();
    }
  });

  it("opens links in a new tab that learns nothing of this one", () => {
    const link = shown("[report](https://example.com/r)").querySelector("a");
    expect(link).toMatchObject({ href: "https://example.com/r", rel: "noopener noreferrer", target: "_blank" });
  });
});

describe("addresses", () => {
  it.each(["https://x.example", "mailto:a@b.example", "/dags/d", "?tab=open"])("%s may be opened", (address) => {
    expect(safeAddress(address)).toBeDefined();
  });

  it.each(["javascript:x", " javascript:x", "data:text/html,x", "file:///etc", "blob:x", "http://[", undefined])(
    "%s may not",
    (address) => expect(safeAddress(address)).toBeUndefined(),
  );
});
