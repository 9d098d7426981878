import { describe, expect, it } from "vitest";

import { ApiError } from "../../src/api/client";
import { each } from "../../src/shared/each";
import { wordsOf } from "../../src/shared/words";

describe("answering many", () => {
  it("tells for each what became of it, in the given order, and never stops at a refusal", async () => {
    const done: Array<number> = [];
    const outcomes = await each(
      [30, 20, 10],
      async (item) => {
        await new Promise((resolve) => setTimeout(resolve, item));
        if (item === 20) throw new ApiError(409, "Already closed.");
      },
      (error) => ({ error: wordsOf(error, "UTC") }),
      (count) => done.push(count),
    );
    expect(outcomes).toEqual([{ item: 30 }, { item: 20, error: "Already closed." }, { item: 10 }]);
    expect(done).toEqual([1, 2, 3]);
  });

  it("sends a few at a time", async () => {
    let [now, most] = [0, 0];
    await each(
      [...Array(20).keys()],
      async () => {
        most = Math.max(most, ++now);
        await Promise.resolve();
        now -= 1;
      },
      (error) => ({ error: String(error) }),
    );
    expect(most).toBe(3);
  });
});
