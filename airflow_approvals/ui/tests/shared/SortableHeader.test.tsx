import { Table } from "@chakra-ui/react";
import { cleanup, fireEvent } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { SortableHeader, type Sorted } from "../../src/shared/SortableHeader";
import { show } from "../show";

afterEach(cleanup);

const head = (sorted: Sorted, sort: () => void = vi.fn()) =>
  show(
    <Table.Root>
      <Table.Header>
        <Table.Row>
          <SortableHeader idle="↕" sort={sort} sorted={sorted} tip="Sort by age" title="Age" />
        </Table.Row>
      </Table.Header>
    </Table.Root>,
  ).getByRole("columnheader", { name: "Age" });

describe("the head of a column that sorts", () => {
  it.each([
    ["ascending", "Age↑"],
    ["descending", "Age↓"],
    ["none", "Age↕"],
  ] as const)("says %s to all, by an arrow only to those who see", (sorted, text) => {
    const column = head(sorted);
    expect(column.getAttribute("aria-sort")).toBe(sorted);
    expect(column.textContent).toBe(text);
    expect(column.querySelector("[aria-hidden]")?.textContent).toBe(text.replace("Age", ""));
  });

  it("sorts by a button, so that the keyboard can", () => {
    const sort = vi.fn();
    const button = head("none", sort).querySelector("button");
    expect(button?.title).toBe("Sort by age");
    if (button !== null) fireEvent.click(button);
    expect(sort).toHaveBeenCalledOnce();
  });
});
