import { ApiError, post } from "../api/client";
import type { Verdict } from "../api/types";

/** Sends one answer. The server decides whether it counts; its refusal is thrown in its own words. */
export async function decide(id: string, verdict: Verdict, comment: string): Promise<void> {
  await post(`approvals/${id}/${verdict}`, { comment: comment.trim() || null });
}

export type Outcome<T> = { item: T; error?: string };

const AT_ONCE = 3;

/** Does the same to many, a few at a time; each succeeds or fails for itself. Outcomes are in the given order. */
export async function each<T>(
  items: ReadonlyArray<T>,
  act: (item: T) => Promise<void>,
  onDone: (done: number) => void = () => undefined,
): Promise<Array<Outcome<T>>> {
  const outcomes: Array<Outcome<T>> = [];
  const queue = [...items.entries()];
  let done = 0;
  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, item] = next;
      try {
        await act(item);
        outcomes[index] = { item };
      } catch (error) {
        outcomes[index] = { item, error: wordsOf(error) };
      }
      onDone(++done);
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return outcomes;
}

export function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return "You are signed out. Sign in and try again.";
  return error instanceof Error ? error.message : String(error);
}
