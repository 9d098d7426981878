import { cleanup, fireEvent, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Approval, Detail } from "../../src/api/types";
import { Decision } from "../../src/request/Decision";
import { type Asked, serve } from "../server";
import { show } from "../show";

const detailOf = (fingerprint: string, body: string): Detail =>
  ({
    approval: {
      body,
      fingerprint,
      id: "1",
      metadata: {},
      on_deny: "fail",
      status: "pending",
      subject: "S",
      task_id: null,
    },
    can_approve: true,
    can_decide: true,
  }) as unknown as Detail;

let log: Array<Asked>;
const sent = () => log.filter(({ method }) => method === "POST").map(({ body }) => body);

beforeEach(() => {
  log = serve(() => ({ body: {}, status: 200 }));
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("an answer in the detail", () => {
  it("waits, when the text changes under the reader, until the change was read; the comment stays", async () => {
    const page = show(<Decision detail={detailOf("f", "Pay 10")} />);
    const approve = () => page.getByText("Approve") as HTMLButtonElement;
    await waitFor(() => expect(approve().disabled).toBe(false));
    fireEvent.change(page.getByLabelText("Comment"), { target: { value: "Fine." } });
    page.rerender(<Decision detail={detailOf("g", "Pay 10000")} />);
    expect(approve().disabled).toBe(true);
    expect(page.getByTestId("changes").textContent).toBe("Text:- Pay 10+ Pay 10000");
    fireEvent.click(page.getByRole("button", { name: "I have read the change" }));
    await waitFor(() => expect(approve().disabled).toBe(false));
    fireEvent.click(approve());
    await waitFor(() => expect(sent()).toEqual([{ comment: "Fine.", fingerprint: "g" }]));
  });

  it("is a denial only, for those who may not approve", () => {
    const page = show(<Decision detail={{ ...detailOf("f", ""), can_approve: false }} />);
    expect(page.queryByRole("button", { name: "Approve" })).toBeNull();
    expect(page.getByRole("button", { name: "Deny…" })).toBeDefined();
  });

  it.each([
    [{ on_deny: "fail" }, "The task will fail."],
    [{ on_deny: "skip", respect_trigger_rules: false }, "The task and all after it will be skipped."],
    [{ on_deny: "skip", respect_trigger_rules: true }, "The task will be skipped."],
  ])("says before a denial what it does: %j", async (terms, words) => {
    const detail = detailOf("f", "");
    const page = show(
      <Decision detail={{ ...detail, approval: { ...detail.approval, ...terms, task_id: "gate" } as Approval }} />,
    );
    const deny = () => page.getByRole("button", { name: "Deny…" }) as HTMLButtonElement;
    await waitFor(() => expect(deny().disabled).toBe(false));
    fireEvent.click(deny());
    expect(page.getByText(words, { exact: false })).toBeDefined();
  });
});
