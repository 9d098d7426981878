import { describe, expect, it } from "vitest";

import { ApiError } from "../src/api/client";
import type { Approval, Group } from "../src/api/types";
import { each, wordsOf } from "../src/logic/decide";
import { changesOf, draftOf } from "../src/logic/edit";
import { sortGroups, stack } from "../src/logic/series";

describe("answering many", () => {
  it("tells for each what became of it, in the given order, and never stops at a refusal", async () => {
    const done: Array<number> = [];
    const outcomes = await each(
      [30, 20, 10],
      async (item) => {
        await new Promise((resolve) => setTimeout(resolve, item));
        if (item === 20) throw new ApiError(409, "Already closed.");
      },
      (count) => done.push(count),
    );
    expect(outcomes).toEqual([{ item: 30 }, { item: 20, error: "Already closed." }, { item: 10 }]);
    expect(done).toEqual([1, 2, 3]);
  });

  it("sends a few at a time", async () => {
    let [now, most] = [0, 0];
    await each([...Array(20).keys()], async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now -= 1;
    });
    expect(most).toBe(3);
  });

  it("says what to do when the session ended meanwhile", () => {
    expect(wordsOf(new ApiError(401, "raw"))).toMatch(/Sign in/);
    expect(wordsOf(new ApiError(409, "Closed by director."))).toBe("Closed by director.");
  });
});

describe("editing", () => {
  const approval = {
    expires_at: "2026-03-01T12:00:30Z",
    levels: [{ approvers: [{ kind: "role", name: "manager" }], timeout_seconds: 60 }],
    metadata: { rows: 1 },
  } as unknown as Approval;
  const draft = () => draftOf(approval, "Europe/Berlin");

  it("sends nothing that was not touched", () => {
    expect(changesOf(approval, draft(), "Europe/Berlin")).toEqual({});
  });

  it("sends what was changed, times in UTC", () => {
    const changed = { ...draft(), deadline: "2026-03-01T14:00", metadata: '{"rows": 2}' };
    expect(changesOf(approval, changed, "Europe/Berlin")).toEqual({
      expires_at: "2026-03-01T13:00:00.000Z",
      metadata: { rows: 2 },
    });
    expect(changesOf(approval, { ...draft(), deadline: "" }, "UTC")).toMatchObject({ expires_at: null });
  });

  it("never sends an empty list of approvers", () => {
    const emptied = { ...draft(), approvers: [[{ kind: "role" as const, name: "  " }]] };
    expect(() => changesOf(approval, emptied, "UTC")).toThrow(/at least one approver/);
  });

  it.each(["[1]", "null", "{", "3"])("refuses details that are no object: %s", (metadata) => {
    expect(() => changesOf(approval, { ...draft(), metadata }, "UTC")).toThrow(/JSON object/);
  });
});

describe("numbers", () => {
  const group = (key: string, total: number, median: number | null) =>
    ({ key, total, median_response_time_seconds: median }) as Group;

  it("stacks what is drawn over each other", () => {
    expect(stack([[1, 0], [2, 3], [4, 4]])).toEqual([[7, 7], [6, 7], [4, 4]]);
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
