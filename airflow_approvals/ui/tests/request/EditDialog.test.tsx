import { cleanup, fireEvent, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Approval } from "../../src/api/types";
import { EditDialog } from "../../src/request/EditDialog";
import { serve } from "../server";
import { show } from "../show";

const approvalAt = (version: number, metadata: Record<string, unknown>): Approval =>
  ({
    expires_at: "2030-01-01T12:00:00Z",
    id: "1",
    level: 0,
    levels: [{ approvers: [{ kind: "role", name: "manager" }], timeout_seconds: 3600 }],
    metadata,
    version,
  }) as unknown as Approval;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the form to edit a request", () => {
  it("names the version it began with, and loses nothing when another edit was faster", async () => {
    const mine = '{"rows": 5}';
    const versions: Array<string | undefined> = [];
    serve(({ method }, headers) => {
      if (method !== "PATCH") return { body: approvalAt(2, { rows: 9 }), status: 200 };
      versions.push(headers["If-Match"]);
      return versions.length > 1
        ? { body: approvalAt(3, { rows: 5 }), status: 200 }
        : { body: { code: "version_differs", detail: "It changed.", version: 2 }, status: 412 };
    });
    const page = show(<EditDialog approval={approvalAt(1, { rows: 1 })} onClose={() => undefined} />);
    const details = () => page.getByLabelText("Details (JSON)") as HTMLTextAreaElement;

    fireEvent.change(details(), { target: { value: mine } });
    fireEvent.click(page.getByRole("button", { name: "Save" }));

    await waitFor(() => expect(page.getByText(/Somebody changed this request/)).toBeDefined());
    expect(details().value).toBe(mine);
    expect(page.getByText(/Now: [^]*"rows": 9/)).toBeDefined();

    fireEvent.click(page.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(versions).toEqual(['"1"', '"2"']));
  });
});
