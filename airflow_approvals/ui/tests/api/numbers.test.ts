import { describe, expect, it } from "vitest";

import { parseExactly, readAnswer, stringify } from "../../src/api/numbers";

const LOSSY = [
  "9007199254740993",
  "-9007199254740993",
  "1.0",
  "0.10",
  "1e400",
  "123456789012345678901234567890",
  "1e-07",
];

describe("a number that JavaScript would round", () => {
  it.each(LOSSY)("goes through as it was written: %s", (number) => {
    const text = `{"a":[${number},{"b":${number}}],"c":"${number}"}`;
    expect(stringify(parseExactly(text))).toBe(text);
  });

  it("is told from its neighbour", () => {
    expect(stringify(parseExactly("[9007199254740992]"))).not.toBe(stringify(parseExactly("[9007199254740993]")));
  });

  it("is none inside a text, whatever stands around it", () => {
    const text = String.raw`{"\"1.0":"\\","b":"\\\"1.0 , 2.0","c\\":1.0}`;
    expect(stringify(parseExactly(text))).toBe(text);
  });

  it("keeps its place when written over several lines", () => {
    expect(stringify(parseExactly('{"a":1.0}'), 2)).toBe('{\n  "a": 1.0\n}');
  });
});

describe("what is no JSON", () => {
  it.each(["{", "01", "1.", "[1.0.0]", "-", "NaN", ""])("is refused: %s", (text) => {
    expect(() => parseExactly(text)).toThrow(SyntaxError);
  });
});

describe("an answer of the API", () => {
  it("has exact numbers in the details of a request, and plain ones elsewhere", () => {
    const detail = readAnswer('{"approval":{"metadata":{"n":1.0},"seconds":900.0},"total":2.0}') as {
      approval: { metadata: unknown; seconds: number };
      total: number;
    };
    expect(stringify(detail.approval.metadata)).toBe('{"n":1.0}');
    expect([detail.approval.seconds, detail.total]).toEqual([900, 2]);
    const content = readAnswer('{"metadata":{"n":9007199254740993}}') as { metadata: unknown };
    expect(stringify(content.metadata)).toBe('{"n":9007199254740993}');
  });

  it.each(["null", "[]", '"text"', "3", '{"approval":null}', '{"metadata":null}'])("may have none: %s", (text) => {
    expect(readAnswer(text)).toEqual(JSON.parse(text));
  });
});
