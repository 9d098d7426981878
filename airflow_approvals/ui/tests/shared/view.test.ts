import { describe, expect, it } from "vitest";

import { changeTab, changeView, formatView, isFiltered, parseView, type View } from "../../src/shared/view";

const view = (address: string): View => parseView(new URLSearchParams(address));

describe("the address", () => {
  it("is empty for what is shown first", () => {
    expect(formatView(view("")).toString()).toBe("");
    expect(view("")).toMatchObject({ tab: "waiting", page: 1, days: 30, status: [], overdue: false });
  });

  it.each([
    "tab=open&status=pending&dag_id=a+b&role=m%26m&search=x%3Dy&overdue=true&order=-expires_at&page=3&id=1",
    "tab=history&status=denied&status=expired",
    "tab=metrics&days=90",
    "id=0199",
  ])("survives a reload: %s", (address) => {
    expect(formatView(view(address)).toString()).toBe(address);
  });

  it("ignores what it cannot understand", () => {
    const broken = view("tab=admin&status=broken&status=denied&order=subject&page=-1&days=31&overdue=maybe");
    expect(broken).toEqual({ ...view(""), status: ["denied"] });
    expect(view("page=1e9").page).toBe(1);
  });
});

describe("going somewhere else", () => {
  it("starts at the first page when the filter or order changes", () => {
    expect(changeView(view("page=4"), { search: "x" }).page).toBe(1);
    expect(changeView(view("page=4"), { order: "expires_at" }).page).toBe(1);
  });

  it("stays on the page when a request is opened or closed", () => {
    expect(changeView(view("page=4"), { id: "1" }).page).toBe(4);
    expect(changeView(view("page=4&id=1"), { id: undefined }).page).toBe(4);
  });

  it("keeps only filters that make sense in every tab", () => {
    const next = changeTab(
      view("tab=open&dag_id=d&role=r&search=s&status=pending&overdue=true&order=-expires_at&id=1"),
      "history",
    );
    expect(formatView(next).toString()).toBe("tab=history&dag_id=d&role=r&search=s");
    expect(isFiltered(next)).toBe(true);
    expect(isFiltered(changeTab(view("status=pending"), "open"))).toBe(false);
  });
});
