import { describe, expect, it } from "vitest";

import { destination } from "../../src/shared/address";

describe("where a link leads is told", () => {
  it.each([
    ["https://bank.example", "https://evil.example/", "https://evil.example/"],
    ["see www.bank.example now", "https://evil.example/", "https://evil.example/"],
    ["bank.example/login", "https://evil.example/bank.example/login", "https://evil.example/bank.example/login"],
    ["the bank", "https://bank.example@evil.example/", "evil.example"],
    ["https://bank@evil/", "https://bank@evil/", "evil"],
    ["the bank", "https://bаnk.example/", "xn--bnk-6cd.example"],
    ["boss@bank.example", "mailto:me@evil.example", "mailto:me@evil.example"],
    ["click me", "javascript:alert(1)", "javascript:alert(1)"],
  ])("%s, to %s", (text, address, told) => expect(destination(text, address)).toBe(told));

  it.each([
    ["the report", "https://example.com/r"],
    ["https://example.com", "https://example.com/"],
    ["example.com/a_b", "https://example.com/a_b"],
    ["ana@example.com", "mailto:ana@example.com"],
    ["version 1.2 of it", "https://example.com/"],
  ])("unless its words say so or say nothing else: %s, to %s", (text, address) => {
    expect(destination(text, address)).toBeUndefined();
  });
});
