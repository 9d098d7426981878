import { cleanup } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import type { Approval } from "../../src/api/types";
import { Closed } from "../../src/request/Closed";
import { readIn, show } from "../show";

afterEach(() => {
  cleanup();
  localStorage.clear();
});

function told(how: Partial<Approval>): string {
  readIn("UTC");
  const approval = {
    actor_kind: "person",
    actor_name: "ana",
    comment: null,
    reason: null,
    resolved_at: "2026-01-31T16:05:09Z",
    ...how,
  } as Approval;
  return show(<Closed approval={approval} />).container.textContent;
}

describe("how a request ended", () => {
  it("is told with who decided, when, and what they said", () => {
    expect(told({ comment: "Checked.", status: "approved" })).toBe("Approved by ana2026-01-31 16:05:09Checked.");
  });

  it("is told with the reason when it was cancelled", () => {
    expect(told({ reason: "Called off.", status: "cancelled" })).toContain("Cancelled by ana");
    cleanup();
    expect(told({ reason: "Called off.", status: "cancelled" })).toContain("Called off.");
  });

  it.each(["approved", "denied", "expired"] as const)("is silence when time itself closed it: %s", (status) => {
    expect(told({ actor_kind: "system", actor_name: "system", status })).toMatch(
      /^(Approved|Denied|Expired) because nobody answered in time/,
    );
  });

  it("is nobody's silence when the system cancelled it, or when a person is called system", () => {
    expect(told({ actor_kind: "system", actor_name: "system", status: "cancelled" })).toContain("Cancelled by system");
    cleanup();
    expect(told({ actor_id: "system", actor_name: "system", status: "approved" })).toContain("Approved by system");
  });
});
