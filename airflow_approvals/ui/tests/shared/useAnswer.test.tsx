import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useDraft } from "../../src/shared/drafts";
import { useLive } from "../../src/shared/live";
import { noteRead } from "../../src/shared/read";
import { useAnswer } from "../../src/shared/useAnswer";
import { type Answer, type Asked, serve } from "../server";
import { readIn } from "../show";

let answer: (asked: Asked) => Answer | Promise<Answer>;
let log: Array<Asked>;

const asked = (id: string) => ({ fingerprint: `read-${id}`, id });
const sent = () => log.filter(({ method }) => method === "POST");
const answering = () => renderHook(() => useAnswer<{ fingerprint: string; id: string }>()).result;
const draftOf = (id: string) => renderHook(() => useDraft(id)).result;

beforeEach(() => {
  readIn("Europe/Berlin");
  answer = () => ({ body: {}, status: 200 });
  log = serve((asked) => answer(asked));
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.unstubAllGlobals();
});

const ALREADY_CLOSED: Answer = {
  body: {
    closed: { at: "2026-01-31T16:05:09Z", by: "ana", by_kind: "person", status: "denied" },
    code: "already_closed",
    detail: "The server's own sentence.",
  },
  status: 409,
};

describe("an answer that counts", () => {
  it("is sent with its comment, and without one when there are only blanks", async () => {
    const hook = answering();
    await act(() => hook.current.answer([asked("a")], "approve", " Checked. "));
    await act(() => hook.current.answer([asked("b")], "deny", "  "));
    expect(sent().map(({ address, body }) => [address.split("/v1/")[1], body])).toEqual([
      ["approvals/a/approve", { comment: "Checked.", fingerprint: "read-a" }],
      ["approvals/b/deny", { comment: null, fingerprint: "read-b" }],
    ]);
    expect(hook.current).toMatchObject({ busy: false, recorded: true, refused: undefined });
  });

  it("is to the content that was read, also where a newer one came in since", async () => {
    const hook = answering();
    noteRead({ fingerprint: "opened", id: "c" });
    await act(() => hook.current.answer([asked("c"), asked("d")], "approve", ""));
    noteRead({ fingerprint: "opened anew", id: "c" });
    await act(() => hook.current.answer([asked("c")], "approve", ""));
    expect(sent().map(({ body }) => (body as { fingerprint: string }).fingerprint)).toEqual([
      "opened",
      "read-d",
      "opened anew",
    ]);
  });

  it("keeps busy until the page shows what came of it", async () => {
    let release: (given: Answer) => void = () => undefined;
    const { result: list } = renderHook(() => useLive<{ n: number }>("page/list").data);
    await vi.waitFor(() => expect(list.current).toEqual({}));
    const hook = answering();
    answer = ({ method }) =>
      method === "POST" ? { body: {}, status: 200 } : new Promise<Answer>((resolve) => (release = resolve));
    let whole: Promise<unknown> = Promise.resolve();
    act(() => {
      whole = hook.current.answer([asked("a")], "approve", "");
    });
    await vi.waitFor(() => expect(hook.current.recorded).toBe(true));
    expect(hook.current.busy).toBe(true);
    await act(async () => {
      release({ body: { n: 2 }, status: 200 });
      await whole;
    });
    expect(list.current).toEqual({ n: 2 });
    expect(hook.current.busy).toBe(false);
  });

  it("takes the draft of its comment with it", async () => {
    const draft = draftOf("with-draft");
    act(() => draft.current[1]("Looks fine"));
    expect(draftOf("with-draft").current[0]).toBe("Looks fine");
    const hook = answering();
    await act(() => hook.current.answer([asked("with-draft")], "approve", "Looks fine"));
    expect(draftOf("with-draft").current[0]).toBe("");
  });
});

describe("an answer that is refused", () => {
  it("is told by the reader's clock, and does not fail", async () => {
    answer = ({ method }) => (method === "POST" ? ALREADY_CLOSED : { body: {}, status: 200 });
    const hook = answering();
    const outcomes = await act(() => hook.current.answer([asked("a")], "approve", ""));
    const words = "This request is closed: denied by ana at 2026-01-31 17:05:09 CET. Nothing was changed.";
    expect(outcomes).toEqual([{ item: asked("a"), error: words }]);
    expect(hook.current).toMatchObject({ busy: false, recorded: false, refused: words });
  });

  it("says what was changed since it was read, and to what, and sends nothing again", async () => {
    const body = { changed: ["body", "metadata"], code: "content_changed", detail: "-", fingerprint: "now" };
    answer = ({ method }) => (method === "POST" ? { body, status: 409 } : { body: {}, status: 200 });
    const hook = answering();
    const outcomes = await act(() => hook.current.answer([asked("a")], "approve", "Fine"));
    const error = "This was changed after you read it (text, details). Your answer was not recorded: read it again.";
    expect(outcomes).toEqual([{ changedTo: "now", error, item: asked("a") }]);
    expect(sent()).toHaveLength(1);
  });

  it("leaves the draft, so that nothing typed is lost", async () => {
    answer = () => ({ status: 0 });
    const draft = draftOf("unsent");
    act(() => draft.current[1]("Let me see"));
    const hook = answering();
    await act(() => hook.current.answer([asked("unsent")], "approve", "Let me see"));
    expect(hook.current.refused).toBe("Airflow cannot be reached.");
    expect(draftOf("unsent").current[0]).toBe("Let me see");
  });

  it("is forgotten at the next try", async () => {
    answer = () => ({ body: {}, status: 503 });
    const hook = answering();
    await act(() => hook.current.answer([asked("a")], "approve", ""));
    expect(hook.current.refused).toBe("Airflow answered 503.");
    answer = () => ({ body: {}, status: 200 });
    await act(() => hook.current.answer([asked("a")], "approve", ""));
    expect(hook.current).toMatchObject({ recorded: true, refused: undefined });
  });
});

describe("answers to many", () => {
  it("count and are refused each for itself", async () => {
    answer = ({ address }) => (address.includes("/b/") ? ALREADY_CLOSED : { body: {}, status: 200 });
    const hook = answering();
    const outcomes = await act(() => hook.current.answer(["a", "b", "c"].map(asked), "deny", "No."));
    expect(sent()).toHaveLength(3);
    expect(outcomes.map(({ error }) => error !== undefined)).toEqual([false, true, false]);
    expect(hook.current.recorded).toBe(false);
  });
});
