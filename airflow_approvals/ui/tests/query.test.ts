import { describe, expect, it } from "vitest";

import { changeTab, changeView, formatView, isFiltered, parseView, rowsPath, type View } from "../src/logic/query";

const view = (address: string): View => parseView(new URLSearchParams(address));
const asked = (address: string) => new URLSearchParams(rowsPath(view(address)).split("?")[1]);

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
    const next = changeTab(view("tab=open&dag_id=d&role=r&search=s&status=pending&overdue=true&order=-expires_at&id=1"), "history");
    expect(formatView(next).toString()).toBe("tab=history&dag_id=d&role=r&search=s");
    expect(isFiltered(next)).toBe(true);
    expect(isFiltered(changeTab(view("status=pending"), "open"))).toBe(false);
  });
});

describe("what the server is asked", () => {
  it("is what waits for me, due soonest first", () => {
    expect(asked("").toString()).toBe("assigned_to_me=true&order_by=expires_at&limit=50&offset=0");
  });

  it("is open or closed requests in the other tabs", () => {
    expect(asked("tab=open").getAll("status")).toEqual(["pending", "escalated"]);
    expect(asked("tab=history").getAll("status")).toEqual(["approved", "denied", "expired", "cancelled"]);
    expect(asked("tab=history").get("order_by")).toBe("-resolved_at");
  });

  it("never mixes a status into a tab it does not belong to", () => {
    expect(asked("tab=open&status=denied").getAll("status")).toEqual(["pending", "escalated"]);
    expect(asked("tab=history&status=denied").getAll("status")).toEqual(["denied"]);
  });

  it("passes filters and page on", () => {
    const query = asked("tab=open&dag_id=d&role=r&search=s&overdue=true&page=3");
    expect(Object.fromEntries(query)).toMatchObject({
      dag_id: "d", approver_role: "r", search: "s", overdue: "true", offset: "100",
    });
  });

  it("is one run's or one task instance's, whatever the tab", () => {
    const scope = { dagId: "d", runId: "r", taskId: "t", mapIndex: 0 };
    const query = new URLSearchParams(rowsPath(view("dag_id=other"), scope).split("?")[1]);
    expect(query.getAll("dag_id")).toEqual(["d"]);
    expect(query.get("map_index")).toBe("0");
    expect(query.getAll("status")).toEqual([]);
    expect(query.has("assigned_to_me")).toBe(false);
  });
});
