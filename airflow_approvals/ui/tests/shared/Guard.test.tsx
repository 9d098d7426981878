import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Guard } from "../../src/shared/Guard";
import { show } from "../show";

function Broken(): never {
  throw new RangeError("Maximum call stack size exceeded");
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined); // React tells of what a boundary caught
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("foreign text that cannot be drawn", () => {
  it("is named and shown as plain text, and nothing beside it is lost", () => {
    const page = show(
      <>
        <button type="button">Approve</button>
        <Guard text={() => "as \u202ewritten"} what="text">
          <Broken />
        </Guard>
      </>,
    );
    expect(page.getByRole("status").textContent).toBe("The text could not be shown. As plain text:");
    expect(page.getByTestId("plain-text").textContent).toBe("as \\u202ewritten");
    expect(page.getByRole("button", { name: "Approve" })).toBeDefined();
  });

  it("is named where there is no plain text of it either", () => {
    const text = () => {
      throw new RangeError("too deep");
    };
    const page = show(
      <Guard text={text} what="details">
        <Broken />
      </Guard>,
    );
    expect(page.getByRole("status").textContent).toBe("The details could not be shown.");
  });
});
