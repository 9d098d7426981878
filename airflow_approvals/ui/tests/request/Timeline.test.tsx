import { cleanup } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import type { Event } from "../../src/api/types";
import { Timeline } from "../../src/request/Timeline";
import { readIn, show } from "../show";

afterEach(() => {
  cleanup();
  localStorage.clear();
});

const FACT = {
  actor: { id: "1", kind: "person", name: "ana", os_user: null },
  at: "2026-01-31T16:05:09Z",
  text: "How it reads",
} as const;
const NOTHING = { approvers: null, body: null, expires_at: null, metadata: null, subject: null };
const DUE = "2026-02-01T08:00:00Z";

function lines(event: Event): Array<string> {
  const entry = show(<Timeline events={[event]} />).getByRole("listitem");
  return [...entry.querySelectorAll("p")].map((line) => line.textContent);
}

const EVENTS: ReadonlyArray<[Event, Array<string>]> = [
  [{ ...FACT, type: "opened", expires_at: DUE }, ["Due 2026-02-01 17:00:00"]],
  [{ ...FACT, type: "opened", expires_at: null }, []],
  [{ ...FACT, type: "voted", comment: "Checked.", counted_as: [], level: 0, verdict: "approve" }, ["“Checked.”"]],
  [{ ...FACT, type: "voted", comment: null, counted_as: [], level: 0, verdict: "deny" }, []],
  [{ ...FACT, type: "escalated", expires_at: DUE, level: 1 }, ["Due 2026-02-01 17:00:00"]],
  [{ ...FACT, type: "approved" }, []],
  [{ ...FACT, type: "denied" }, []],
  [{ ...FACT, type: "expired", on_expiry: "skip" }, []],
  [{ ...FACT, type: "cancelled", reason: "Called off." }, ["Reason: Called off."]],
  [{ ...FACT, type: "resumed" }, []],
  [{ ...FACT, type: "updated", changed: NOTHING }, []],
  [
    { ...FACT, type: "unknown", fields: { count: 2, due: DUE, to: ["ana"] }, name: "reminded" },
    ["count: 2", `due: ${DUE}`, 'to: ["ana"]'],
  ],
];

describe("the timeline", () => {
  it.each(EVENTS.map(([event, facts]) => ({ event, facts, type: event.type })))(
    "tells in the server's words what happened, when, and what belongs to it: $type, $facts",
    ({ event, facts }) => {
      readIn("Asia/Tokyo");
      expect(lines(event)).toEqual(["How it reads", "2026-02-01 01:05:09", ...facts]);
    },
  );

  it.each([
    ["Asia/Tokyo", "Deadline: 2026-02-01 17:00:00 → none"],
    ["UTC", "Deadline: 2026-02-01 08:00:00 → none"],
  ])("tells each change from and to, times by the reader's clock in %s", (timeZone, deadline) => {
    readIn(timeZone);
    const manager = { kind: "role", name: "manager" } as const;
    const changed = {
      approvers: { from: [[manager]], to: [[manager, { kind: "user", name: "ana" } as const], [manager]] },
      body: { from: "", to: "x".repeat(400) },
      expires_at: { from: DUE, to: null },
      metadata: { from: { rows: 1 }, to: { rows: 2 } },
      subject: { from: "Open", to: DUE },
    };
    expect(lines({ ...FACT, type: "updated", changed }).slice(2)).toEqual([
      `Subject: Open → ${DUE}`,
      `Text:  → ${"x".repeat(300)}…`,
      deadline,
      "Approvers: manager → manager, ana (user); then manager",
      'Details: {"rows":1} → {"rows":2}',
    ]);
  });

  it("leaves alone what only looks like a time", () => {
    readIn("Asia/Tokyo");
    const said: Event = { ...FACT, type: "voted", comment: DUE, counted_as: [], level: 0, verdict: "approve" };
    expect(lines(said).at(-1)).toBe(`“${DUE}”`);
  });

  it("shows what a newer server says of a type this page has never heard of", () => {
    const newer = { ...FACT, level: 3, text: "Handed over to eva", type: "handed_over" } as unknown as Event;
    expect(lines(newer)).toEqual(["Handed over to eva", expect.stringContaining("2026")]);
  });

  it("keeps the order in which things happened", () => {
    const events: Array<Event> = [
      { ...FACT, type: "opened", expires_at: null, text: "first" },
      { ...FACT, type: "approved", text: "second" },
    ];
    const entries = show(<Timeline events={events} />).getAllByRole("listitem");
    expect(entries.map((entry) => entry.querySelector("p")?.textContent)).toEqual(["first", "second"]);
  });
});
