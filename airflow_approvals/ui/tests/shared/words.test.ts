import { describe, expect, it } from "vitest";

import { ApiError } from "../../src/api/client";
import type { Closed } from "../../src/api/types";
import { approverName, bySilence, wordsOf } from "../../src/shared/words";

const closed = (how: Partial<Closed>) =>
  new ApiError(409, "The server's own sentence.", "already_closed", {
    at: "2026-01-31T16:05:09Z",
    by: "ana",
    by_kind: "person",
    status: "approved",
    ...how,
  });

describe("the words of a refusal", () => {
  it.each([
    ["Europe/Berlin", "2026-01-31 17:05:09 CET"],
    ["Asia/Kolkata", "2026-01-31 21:35:09 GMT+5:30"],
  ])("say when a request was closed by the reader's clock, in %s", (timeZone, at) => {
    expect(wordsOf(closed({}), timeZone)).toBe(
      `This request is closed: approved by ana at ${at}. Nothing was changed.`,
    );
  });

  it("say that silence closed it, not somebody with the system's name", () => {
    expect(wordsOf(closed({ by: "system", by_kind: "system", status: "expired" }), "UTC")).toBe(
      "This request is closed: expired, because nobody answered in time, at 2026-01-31 16:05:09 UTC. " +
        "Nothing was changed.",
    );
    expect(wordsOf(closed({ by: "system" }), "UTC")).toContain("approved by system at");
  });

  it("say who cancelled, the system included", () => {
    expect(wordsOf(closed({ by: "system", by_kind: "system", status: "cancelled" }), "UTC")).toContain(
      "cancelled by system at",
    );
  });

  it("say what to do when the session ended meanwhile", () => {
    expect(wordsOf(new ApiError(401, "raw"), "UTC")).toMatch(/Sign in/);
  });

  it("are the server's in every other case", () => {
    expect(wordsOf(new ApiError(403, "Ask for the role.", "not_allowed"), "UTC")).toBe("Ask for the role.");
    expect(wordsOf(new ApiError(409, "Closed by director."), "UTC")).toBe("Closed by director.");
    expect(wordsOf(new Error("Every level needs one."), "UTC")).toBe("Every level needs one.");
  });
});

describe("silence", () => {
  it("is told by who acted and how it ended", () => {
    expect(bySilence("system", "expired")).toBe(true);
    expect(bySilence("system", "approved")).toBe(true);
    expect(bySilence("system", "cancelled")).toBe(false);
    expect(bySilence("person", "denied")).toBe(false);
    expect(bySilence(null, "pending")).toBe(false);
  });
});

describe("an approver's name", () => {
  it("says so when it is a user's", () => {
    expect(approverName({ kind: "role", name: "manager" })).toBe("manager");
    expect(approverName({ kind: "user", name: "ana" })).toBe("ana (user)");
  });
});
