import { describe, expect, it } from "vitest";

import { LIMITS, readMarkdown } from "../../src/request/readMarkdown";

const LENGTH = LIMITS.characters;
const full = (pattern: string): string => pattern.repeat(LENGTH).slice(0, LENGTH);

const NASTY = {
  nested_quotes: `${">".repeat(5000)} x`,
  quotes: full("> "),
  open_brackets: full("["),
  open_images: full("!["),
  open_links: full("[a]("),
  open_image_links: full("![a]("),
  closed_brackets: "[".repeat(LENGTH / 2) + "]".repeat(LENGTH / 2),
  nested_images: "![".repeat(LENGTH / 6) + "](a)".repeat(LENGTH / 6),
  emphasis: full("*a_"),
  double_emphasis: full("*a **a "),
  backticks: full("``"),
  growing_backticks: Array.from({ length: 190 }, (_, n) => "`".repeat(n + 1)).join(" a "),
  fences: full("```\n"),
  wide_table: `${"|a".repeat(LENGTH / 4)}\n${"|-".repeat(LENGTH / 4)}`,
  table_of_short_rows: `${"|a".repeat(2500)}\n${"|-".repeat(2500)}\n${"|\n".repeat(4900)}`,
  long_table: `|a|\n|-|\n${full("|a|\n")}`.slice(0, LENGTH),
  definitions: full("[a]: b\n"),
  numbers: full("1. "),
  deep_list: Array.from({ length: 140 }, (_, n) => `${" ".repeat(n * 2)}- a`).join("\n"),
  list: full("- a\n"),
  angles: full("<http:a"),
  comments: full("<!--"),
  parentheses: full("[a](b(c"),
  backslashes: full("\\\n"),
  marks: `a${"\u0301".repeat(LENGTH - 1)}`,
};

describe("a nasty body", () => {
  it.each(Object.entries(NASTY))("is read or given up at once: %s", (_name, text) => {
    readMarkdown("# warm *up* [a](b)");
    const start = performance.now();
    readMarkdown(text);
    // About 0.1 s at worst on an idle machine; before, some took minutes.
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it.each(["nested_quotes", "numbers", "deep_list", "table_of_short_rows", "wide_table"] as const)(
    "is not cut off silently, but given up: %s",
    (name) => expect(readMarkdown(NASTY[name])).toBeUndefined(),
  );

  it("is given up when it is longer than the limit, and read up to it", () => {
    expect(readMarkdown("a".repeat(LENGTH))).toBeDefined();
    expect(readMarkdown("a".repeat(LENGTH + 1))).toBeUndefined();
  });
});
