import { describe, expect, it } from "vitest";

import type { Approval } from "../../src/api/types";
import { changesOf, draftOf } from "../../src/request/edit";

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
