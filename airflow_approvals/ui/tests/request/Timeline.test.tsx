import { cleanup } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Event, Updated } from "../../src/api/types";
import { Timeline } from "../../src/request/Timeline";
import { serve } from "../server";
import { readIn, show } from "../show";

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.unstubAllGlobals();
});

const FACT = {
  actor: { id: "1", kind: "person", name: "ana", os_user: null },
  at: "2026-01-31T16:05:09Z",
  text: "How it reads",
} as const;
const UPDATED: Updated = {
  ...FACT,
  after: null,
  approvers: null,
  before: null,
  expires_at: null,
  fields: [],
  type: "updated",
  voided: [],
};
const DUE = "2026-02-01T08:00:00Z";

const deep = (rows: number) => ({ owner: "ana", tables: [{ checks: { nulls: 0, rows } }] });

function lines(event: Event): Array<string> {
  const entry = show(<Timeline events={[event]} id="1" />).getByRole("listitem");
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
  [UPDATED, []],
  [{ ...UPDATED, voided: ["ana", "ben"] }, ["2 answers voided: ana, ben"]],
  [{ ...UPDATED, voided: ["ana"] }, ["1 answer voided: ana"]],
  [{ ...FACT, text: "By ad\u200bmin", type: "approved" }, []],
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
      expect(lines(event)).toEqual([event.text.replace("\u200b", "\\u200b"), "2026-02-01 01:05:09", ...facts]);
    },
  );

  it.each([
    ["Asia/Tokyo", "Deadline: 2026-02-01 17:00:00 → none"],
    ["UTC", "Deadline: 2026-02-01 08:00:00 → none"],
  ])("tells each change from and to, times by the reader's clock in %s", (timeZone, deadline) => {
    readIn(timeZone);
    const manager = { kind: "role", name: "manager" } as const;
    const approvers = { from: [[manager]], to: [[manager, { kind: "user", name: "ana" } as const], [manager]] };
    expect(lines({ ...UPDATED, approvers, expires_at: { from: DUE, to: null } }).slice(2)).toEqual([
      deadline,
      "Approvers: manager → manager, ana (user); then manager",
    ]);
  });

  it("shows the lines of a long text that differ, and a change deep in the details", async () => {
    const text = Array.from({ length: 300 }, (_, line) => `line ${line}`);
    const contents: Record<string, unknown> = {
      new: { body: text.with(150, "line a hundred and fifty").join("\n"), metadata: deep(2), subject: "S" },
      old: { body: text.join("\n"), metadata: deep(1), subject: "S" },
    };
    serve(({ address }) => ({ body: contents[address.split("/").at(-1) ?? ""], status: 200 }));
    const shown = show(
      <Timeline events={[{ ...UPDATED, after: "new", before: "old", fields: ["body", "metadata"] }]} id="1" />,
    );
    const changes = await shown.findByTestId("changes");
    expect([...changes.querySelectorAll("p")].map((line) => line.textContent)).toEqual([
      "Text:",
      "… ",
      "  line 148",
      "  line 149",
      "- line 150",
      "+ line a hundred and fifty",
      "  line 151",
      "  line 152",
      "… ",
      "Details, tables[0].checks.rows: 1 → 2",
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
    const entries = show(<Timeline events={events} id="1" />).getAllByRole("listitem");
    expect(entries.map((entry) => entry.querySelector("p")?.textContent)).toEqual(["first", "second"]);
  });
});
