import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

import { escaped } from "../../src/shared/characters";

const ROOT = resolve(import.meta.dirname, "../../../..");
const PYTHON = [".venv/bin/python", ".venv-3.2.2/bin/python"].map((path) => resolve(ROOT, path)).find(existsSync);

describe("characters that do not show", () => {
  it.each([
    ["manager\u200b", "manager\\u200b"],
    ["a\u202eb\u2066c", "a\\u202eb\\u2066c"],
    ["a\u0000b\u001b[31m", "a\\u0000b\\u001b[31m"],
    ["\u{e0041}", "\\U000e0041"],
    ["\ud800x", "\\ud800x"],
    ["a\r\nb\n\tc", "a\nb\n\tc"],
    ["👩\u200d👧 \u2764\ufe0f é ü 日本", "👩\u200d👧 \u2764\ufe0f é ü 日本"],
    [`a${"\u0301".repeat(90_000)}b`, `a${"\u0301".repeat(8)}(+89992 marks)b`],
  ])("%j is written as %j", (text, shown) => expect(escaped(text)).toBe(shown));

  it("are the same as on the server", () => {
    const script = [
      "import json, sys",
      "from airflow_approvals.domain.characters import escaped",
      "points = [p for p in range(0x3100) if p not in (10, 9)] + list(range(0xd800, 0x10000)) + list(range(0xe0000, 0xe1010)) + [0x1d158, 0x1d159]",
      "print(json.dumps([p for p in points if escaped(chr(p)) != chr(p)]))",
    ].join("\n");
    const theirs = JSON.parse(execFileSync(PYTHON ?? "", ["-c", script], { cwd: ROOT, encoding: "utf8" })) as number[];
    const points = [
      ...Array.from({ length: 0x3100 }, (_, point) => point),
      ...Array.from({ length: 0x2800 }, (_, point) => 0xd800 + point),
      ...Array.from({ length: 0x1010 }, (_, point) => 0xe0000 + point),
      0x1d158,
      0x1d159,
    ];
    const ours = points.filter((point) => escaped(String.fromCodePoint(point)) !== String.fromCodePoint(point));
    // Node may know a newer Unicode than Python: what is unassigned there counts in neither.
    expect(theirs.filter((point) => !ours.includes(point))).toEqual([]);
  });
});
