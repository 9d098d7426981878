import { describe, expect, it } from "vitest";

import type { Group } from "../../src/api/types";
import { sortGroups, stack } from "../../src/metrics/series";

describe("numbers", () => {
  const group = (key: string, total: number, median: number | null) =>
    ({ key, total, median_response_time_seconds: median }) as Group;

  it("stacks what is drawn over each other", () => {
    expect(
      stack([
        [1, 0],
        [2, 3],
        [4, 4],
      ]),
    ).toEqual([
      [7, 7],
      [6, 7],
      [4, 4],
    ]);
  });

  it("sorts both ways and leaves what has no value last", () => {
    const groups = [group("b", 1, null), group("a", 3, 5), group("c", 2, 9)];
    const keys = (...by: [keyof Group, boolean]) => sortGroups(groups, ...by).map(({ key }) => key);
    expect(keys("total", true)).toEqual(["a", "c", "b"]);
    expect(keys("key", false)).toEqual(["a", "b", "c"]);
    expect(keys("median_response_time_seconds", true)).toEqual(["c", "a", "b"]);
    expect(keys("median_response_time_seconds", false)).toEqual(["a", "c", "b"]);
  });
});
