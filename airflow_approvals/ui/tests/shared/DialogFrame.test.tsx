import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../../src/api/client";
import { DialogFrame } from "../../src/shared/DialogFrame";
import { show } from "../show";

afterEach(cleanup);

type Given = Partial<Parameters<typeof DialogFrame>[0]>;

function open(given: Given = {}) {
  const onClose = vi.fn();
  show(
    <DialogFrame
      act={() => Promise.resolve()}
      action="Save"
      kind="form"
      onClose={onClose}
      title="Edit the request"
      {...given}
    >
      <input aria-label="Deadline" />
    </DialogFrame>,
  );
  return onClose;
}

const button = (name: string) => screen.findByRole<HTMLButtonElement>("button", { name });

describe("a dialog", () => {
  it("closes when what it is for is done", async () => {
    const onClose = open();
    fireEvent.click(await button("Save"));
    await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  });

  it("stays with what was typed, and says why, when it is refused", async () => {
    const onClose = open({ act: () => Promise.reject(new ApiError(422, "It is not in the future.")) });
    fireEvent.change(await screen.findByLabelText("Deadline"), { target: { value: "2001" } });
    fireEvent.click(await button("Save"));
    expect((await screen.findByRole("alert")).textContent).toContain("It is not in the future.");
    expect(screen.getByLabelText<HTMLInputElement>("Deadline").value).toBe("2001");
    expect((await button("Save")).disabled).toBe(false);
    expect(onClose).not.toHaveBeenCalled();
  });

  it("can be left, but not while it is on its way", async () => {
    const onClose = open({ act: () => new Promise(() => undefined) });
    fireEvent.click(await button("Back"));
    expect(onClose).toHaveBeenCalledOnce();
    fireEvent.click(await button("Save"));
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button", { name: "Back" }).disabled).toBe(true));
  });

  it("does nothing while something is missing", async () => {
    open({ ready: false });
    expect((await button("Save")).disabled).toBe(true);
  });

  it.each([
    ["form", "dialog"],
    ["destructive", "alertdialog"],
  ] as const)("is announced as what it is: %s as %s", async (kind, role) => {
    open({ kind });
    expect(await screen.findByRole(role, { name: "Edit the request" })).toBeDefined();
  });
});
