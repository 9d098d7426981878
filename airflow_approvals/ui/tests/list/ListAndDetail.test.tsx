import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Row, Rows } from "../../src/api/types";
import { RelatedApprovals } from "../../src/list/RelatedApprovals";
import { forgetDraft } from "../../src/shared/drafts";
import { type Answer, type Asked, serve } from "../server";
import { show } from "../show";

const ROW = {
  actor_name: null,
  asked: [{ kind: "role", name: "manager" }],
  asked_total: 1,
  can_approve: true,
  can_decide: true,
  created_at: "2026-01-31T16:00:00Z",
  dag_id: "release",
  escalated_at: null,
  expires_at: null,
  fingerprint: "f",
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
let log: Array<Asked>;

const sent = () => log.filter(({ method }) => method === "POST").map(({ body }) => body);

beforeEach(() => {
  rows = [ROW];
  verdict = { body: { code: "not_allowed", detail: "Somebody else was asked." }, status: 403 };
  log = serve(({ address, method }) => {
    const content = { body: "", metadata: {} };
    if (address.endsWith("/contents/f")) return { body: { ...content, subject: "Open the ledger" }, status: 200 };
    if (address.endsWith("/contents/g")) return { body: { ...content, subject: "Burn the ledger" }, status: 200 };
    const body: Rows = {
      approvals: rows,
      total_entries: rows.length,
      more_than_total: false,
      next_cursor: null,
      waiting_for_me: rows.length,
    };
    return method === "POST" ? verdict : { body, status: 200 };
  });
  // Another path each time: the page keeps what it has seen.
  show(<RelatedApprovals dagId="release" runId={`run ${++runs}`} />);
});

afterEach(() => {
  cleanup();
  forgetDraft("1");
  vi.unstubAllGlobals();
});

// By label: without a width, jsdom takes the screen for a small one, which hides these buttons from roles.
const press = async (name: string) => fireEvent.click(await screen.findByLabelText(name));

/** The dialog's button works after a second, so that a double click on what opened it decides nothing. */
async function confirm(name: string, comment: string): Promise<void> {
  const dialog = within(await screen.findByRole("alertdialog"));
  fireEvent.change(dialog.getByRole("textbox"), { target: { value: comment } });
  const button = dialog.getByRole<HTMLButtonElement>("button", { name });

  await waitFor(() => expect(button.disabled).toBe(false));
  fireEvent.click(button);
}

describe("answering from a line", () => {
  it("asks once more, then sends what was read and the comment", async () => {
    verdict = { body: {}, status: 200 };
    await press("Approve Open the ledger");
    await confirm("Approve", "Fine.");
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(sent()).toEqual([{ comment: "Fine.", fingerprint: "f" }]);
  });

  it("tells a refusal once, above the list, with the subject, and keeps the comment", async () => {
    await press("Deny Open the ledger");
    await confirm("Deny", "Not yet.");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("Open the ledger: Somebody else was asked.");
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(screen.getAllByRole("alert")).toHaveLength(1);
    await press("Deny Open the ledger");
    expect((await screen.findByLabelText<HTMLTextAreaElement>("Reason")).value).toBe("Not yet.");
  });

  it("sends what was on the screen when the dialog opened, whatever came in behind it, and shows the change", async () => {
    verdict = { body: { changed: ["subject"], code: "content_changed", detail: "-", fingerprint: "g" }, status: 409 };
    await press("Approve Open the ledger");
    rows = [{ ...ROW, fingerprint: "g", subject: "Burn the ledger" }];
    await confirm("Approve", "");
    expect((await screen.findByRole("alert")).textContent).toContain("This was changed after you read it (subject).");
    expect((await screen.findByTestId("changes")).textContent).toBe("Subject: Open the ledger → Burn the ledger");
    expect(sent()).toEqual([{ comment: null, fingerprint: "f" }]);
  });
});

describe("answering several together", () => {
  it("reports each for itself", async () => {
    fireEvent.click(await screen.findByLabelText("Select all"));
    fireEvent.click(screen.getByText("Approve 1…"));
    await confirm("Approve", "All of them.");
    const report = await screen.findByTestId("bulk-report");
    expect(report.textContent).toContain("0 approved, 1 refused");
    expect(report.textContent).toContain("Open the ledger (release): Somebody else was asked.");
    expect(sent()).toEqual([{ comment: "All of them.", fingerprint: "f" }]);
  });
});
