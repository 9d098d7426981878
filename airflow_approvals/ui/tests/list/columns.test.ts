import { describe, expect, it } from "vitest";

import type { Row } from "../../src/api/types";
import { columnsOf } from "../../src/list/columns";
import type { Listing } from "../../src/list/listing";
import type { Place } from "../../src/list/place";
import { parseView } from "../../src/shared/view";

function titles(place: Place, { address = "", available = [] as Array<Row> } = {}): Array<string> {
  const nothing = () => undefined;
  const listing: Listing = {
    go: nothing,
    refuse: nothing,
    selection: { all: false, available, choose: nothing, chosen: [], setAll: nothing },
    view: parseView(new URLSearchParams(address)),
  };
  return columnsOf(place, listing).map(({ title }) => title);
}

describe("the columns of a list", () => {
  it.each(["waiting", "open"] as const)("say what there is to decide: %s", (place) => {
    const all = ["Subject", "Dag / run / task", "Asked by", "Role asked", "Status", "Age", "Time left", "Decide"];
    expect(titles(place)).toEqual(all);
  });

  it("say in the history how it ended, with nothing to decide", () => {
    expect(titles("history")).toEqual([
      "Subject",
      "Dag / run / task",
      "Asked by",
      "Role asked last",
      "Status",
      "Age",
      "Closed",
    ]);
  });

  it("name no Dag with a run, and no task with one instance of it", () => {
    const rest = ["Asked by", "Role asked", "Status", "Age", "Time left", "Decide"];
    expect(titles("run")).toEqual(["Subject", "Task", ...rest]);
    expect(titles("instance")).toEqual(["Subject", ...rest]);
  });

  it("are fewer beside an open request, which shows the others", () => {
    const address = "id=1";
    expect(titles("open", { address })).toEqual(["Subject", "Dag / task", "Role asked", "Status", "Time left"]);
    expect(titles("history", { address })).toEqual(["Subject", "Dag / task", "Status", "Closed"]);
    expect(titles("run", { address })).toEqual(["Subject", "Task", "Role asked", "Status", "Time left"]);
    expect(titles("instance", { address })).toEqual(["Subject", "Role asked", "Status", "Time left"]);
  });

  it("begin with boxes to tick where something can be decided", () => {
    expect(titles("waiting", { available: [{ id: "1" } as Row] })[0]).toBe("Select");
  });
});
