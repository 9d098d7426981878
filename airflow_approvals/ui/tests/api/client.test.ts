import { afterEach, describe, expect, it, vi } from "vitest";

import { get, post, remove } from "../../src/api/client";
import { serve } from "../server";

afterEach(() => vi.unstubAllGlobals());

describe("a refusal", () => {
  it("keeps how a request was closed, for whoever words it", async () => {
    const closed = { at: "2026-01-31T16:05:09Z", by: "ana", by_kind: "person", status: "approved" };
    serve(() => ({ body: { closed, code: "already_closed", detail: "Closed." }, status: 409 }));
    await expect(get("approvals/1")).rejects.toMatchObject({
      closed,
      code: "already_closed",
      message: "Closed.",
      status: 409,
    });
  });

  it("has words of its own where the server has none", async () => {
    serve(() => ({ status: 502, body: {} }));
    await expect(get("approvals/1")).rejects.toMatchObject({ message: "Airflow answered 502.", status: 502 });
    serve(() => ({ status: 0 }));
    await expect(get("approvals/1")).rejects.toMatchObject({ message: "Airflow cannot be reached.", status: 0 });
  });
});

describe("a database that is away", () => {
  const away = { body: { code: "unavailable", detail: "Ask again.", retry_after_seconds: 0.01 }, status: 503 };

  it("is waited for as the server says, and what was asked is asked again", async () => {
    const answers = [away, away, { body: { id: "1" }, status: 200 }];
    const log = serve(() => answers.shift() ?? away);
    await expect(post("approvals/1/approve", { comment: "go" })).resolves.toMatchObject({ id: "1" });
    expect(log.map(({ body }) => body)).toEqual([{ comment: "go" }, { comment: "go" }, { comment: "go" }]);
  });

  it("is told of when it stays away", async () => {
    const log = serve(() => away);
    await expect(get("approvals/1")).rejects.toMatchObject({ message: "Ask again.", status: 503 });
    expect(log).toHaveLength(3);
  });
});

describe("an answer without content", () => {
  it("is nothing", async () => {
    serve(() => ({ status: 204 }));
    await expect(remove("approvals/1")).resolves.toBeUndefined();
  });
});
