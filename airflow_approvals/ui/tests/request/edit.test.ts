import { describe, expect, it } from "vitest";

import { parseExactly, stringify } from "../../src/api/numbers";
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

  it("keeps numbers that JavaScript would round as they are written", () => {
    const exact = { ...approval, metadata: parseExactly('{"amount":9007199254740993,"share":1.0}') } as Approval;
    const shown = draftOf(exact, "UTC");
    expect(shown.metadata).toBe('{\n  "amount": 9007199254740993,\n  "share": 1.0\n}');
    const edit = changesOf(exact, { ...shown, metadata: shown.metadata.replace("1.0", "2.0") }, "UTC");
    expect(stringify(edit)).toBe('{"metadata":{"amount":9007199254740993,"share":2.0}}');
  });

  it.each(["[1]", "null", "{", "3", "1.0"])("refuses details that are no object: %s", (metadata) => {
    expect(() => changesOf(approval, { ...draft(), metadata }, "UTC")).toThrow(/JSON object/);
  });
});
