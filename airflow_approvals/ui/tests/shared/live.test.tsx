import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { refreshAll, REFRESH_MILLISECONDS, useLive } from "../../src/shared/live";
import { type Answer, type Asked, serve } from "../server";

let asked: ReadonlyArray<Asked>;
let answer: Answer;
let visibility: DocumentVisibilityState;
let tests = 0;

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

/** Much sooner than the next round. */
const soonAsked = (times: number) => act(() => vi.waitFor(() => expect(asked).toHaveLength(times), { timeout: 500 }));

async function watch(path = `path-${++tests}`) {
  const useRead = ({ path: current }: { path: string }) => {
    // Only what a component reads makes it render again.
    const { data, error, isLoading } = useLive<{ n: number }>(current);
    return { data, error, isLoading };
  };
  const hook = renderHook(useRead, { initialProps: { path } });
  await pass(20);
  return hook;
}

function show(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  answer = { body: { n: 1 }, status: 200 };
  visibility = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
  asked = serve(() => answer);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("keeping up to date", () => {
  it("asks at once and then every 10 s", async () => {
    const { result } = await watch();
    expect(result.current.data).toEqual({ n: 1 });
    answer.body = { n: 2 };
    await pass(REFRESH_MILLISECONDS - 100);
    expect(asked).toHaveLength(1);
    await pass(200);
    expect(asked).toHaveLength(2);
    expect(result.current.data).toEqual({ n: 2 });
  });

  it("rests while nobody looks, and asks at once when somebody does again", async () => {
    await watch();
    show("hidden");
    await pass(10.3 * REFRESH_MILLISECONDS);
    expect(asked).toHaveLength(1);
    show("visible");
    await soonAsked(2);
  });

  it("asks when the window comes to the front", async () => {
    await watch();
    await pass(2000);
    window.dispatchEvent(new Event("focus"));
    await soonAsked(2);
  });

  it("asks for everything shown after a change", async () => {
    const { result } = await watch();
    answer.body = { n: 7 };
    await act(async () => refreshAll());
    expect(result.current.data).toEqual({ n: 7 });
  });

  it("keeps showing the last answer while another list is loaded", async () => {
    const { rerender, result } = await watch();
    answer.body = { n: 5 };
    rerender({ path: `path-${++tests}` });
    expect(result.current).toMatchObject({ data: { n: 1 }, isLoading: true });
    await pass(0);
    expect(result.current).toMatchObject({ data: { n: 5 }, isLoading: false });
  });
});

describe("failures", () => {
  it.each([0, 500, 503])("keeps what was shown and tries ever more slowly after a %d", async (status) => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { result } = await watch();
    answer = { body: {}, status };
    await pass(REFRESH_MILLISECONDS);
    expect(result.current.data).toEqual({ n: 1 });
    expect(result.current.error?.status).toBe(status);
    const times: Array<number> = [];
    for (let second = 0, seen = asked.length; second < 120; second += 1) {
      await pass(1000);
      if (asked.length > seen) times.push(second);
      seen = asked.length;
    }
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(1);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps.at(-1)).toBeGreaterThan(REFRESH_MILLISECONDS / 1000);
  });

  it("goes on as before once the server answers again", async () => {
    const { result } = await watch();
    answer = { body: {}, status: 503 };
    await pass(REFRESH_MILLISECONDS);
    answer = { body: { n: 3 }, status: 200 };
    await pass(60_000);
    expect(result.current).toMatchObject({ data: { n: 3 }, error: undefined });
    const before = asked.length;
    await pass(2 * REFRESH_MILLISECONDS);
    expect(asked.length - before).toBe(2);
  });

  it.each([401, 403, 404])("does not pester the server after a %d", async (status) => {
    answer = { body: { detail: "No.", code: "no" }, status };
    const { result } = await watch();
    expect(result.current.error).toMatchObject({ status, message: "No.", code: "no" });
    await pass(10 * REFRESH_MILLISECONDS);
    expect(asked).toHaveLength(1);
  });
});
