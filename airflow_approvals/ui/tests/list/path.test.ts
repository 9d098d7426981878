import { describe, expect, it } from "vitest";

import { rowsPath } from "../../src/list/path";
import { parseView, type View } from "../../src/shared/view";

const view = (address: string): View => parseView(new URLSearchParams(address));
const asked = (address: string) => new URLSearchParams(rowsPath(view(address)).split("?")[1]);

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
      dag_id: "d",
      approver_role: "r",
      search: "s",
      overdue: "true",
      offset: "100",
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
