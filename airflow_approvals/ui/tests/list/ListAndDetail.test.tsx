import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Row, Rows } from "../../src/api/types";
import { RelatedApprovals } from "../../src/list/RelatedApprovals";
import { type Answer, serve } from "../server";
import { show } from "../show";

const ROW = {
  actor_name: null,
  asked: [{ kind: "role", name: "manager" }],
  asked_total: 1,
  can_decide: true,
  created_at: "2026-01-31T16:00:00Z",
  dag_id: "release",
  escalated_at: null,
  expires_at: null,
  id: "1",
  level: 0,
  map_index: -1,
  requested_by: "ana",
  resolved_at: null,
  run_id: "r",
  status: "pending",
  subject: "Open the ledger",
  task_id: null,
} as const satisfies Row;

let rows: Array<Row>;
let verdict: Answer;
let runs = 0;

beforeEach(() => {
  rows = [ROW];
  verdict = { body: { code: "not_allowed", detail: "Somebody else was asked." }, status: 403 };
  serve(({ method }) => {
    const body: Rows = { approvals: rows, total_entries: rows.length, waiting_for_me: rows.length };
    return method === "POST" ? verdict : { body, status: 200 };
  });
  // Another path each time: the page keeps what it has seen.
  show(<RelatedApprovals dagId="release" runId={`run ${++runs}`} />);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

// By label: without a width, jsdom takes the screen for a small one, which hides these buttons from roles.
const press = async (name: string) => fireEvent.click(await screen.findByLabelText(name));

describe("answering from a line", () => {
  it("tells a refusal above the list, with the subject, also when the line is gone", async () => {
    await screen.findByLabelText("Approve Open the ledger");
    rows = [];
    await press("Approve Open the ledger");
    expect((await screen.findByRole("alert")).textContent).toBe("Open the ledger: Somebody else was asked.");
    expect(await screen.findByText("No approvals")).toBeDefined();
  });

  it("keeps the dialog with the reason when a denial is refused", async () => {
    await press("Deny Open the ledger");
    const dialog = within(await screen.findByRole("alertdialog"));
    fireEvent.change(dialog.getByLabelText("Reason"), { target: { value: "Not yet." } });
    fireEvent.click(dialog.getByRole("button", { name: "Deny" }));
    expect((await dialog.findByRole("alert")).textContent).toBe("Somebody else was asked.");
    expect(dialog.getByLabelText<HTMLInputElement>("Reason").value).toBe("Not yet.");
  });

  it("closes the dialog when the denial counts", async () => {
    verdict = { body: {}, status: 200 };
    await press("Deny Open the ledger");
    fireEvent.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Deny" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });
});

describe("answering several together", () => {
  it("reports each for itself", async () => {
    fireEvent.click(await screen.findByLabelText("Select all"));
    fireEvent.click(screen.getByText("Approve 1"));
    const report = await screen.findByTestId("bulk-report");
    expect(report.textContent).toContain("0 approved, 1 refused");
    expect(report.textContent).toContain("Open the ledger (release): Somebody else was asked.");
  });
});
