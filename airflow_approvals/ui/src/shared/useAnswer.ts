import { useState } from "react";

import { ApiError, post } from "../api/client";
import type { Verdict } from "../api/types";
import { forgetDraft } from "./drafts";
import { each, type Outcome, refusalIn, type Refused } from "./each";
import { refreshAll } from "./live";
import { readOf } from "./read";
import { useTimeZone } from "./useTimeZone";
import { CONTENT_CHANGED, wordsOf } from "./words";

export type Answering<T> = {
  /** Answers each for itself; settles, without ever failing, when the page shows what came of it. */
  answer: (items: ReadonlyArray<T>, verdict: Verdict, comment: string) => Promise<ReadonlyArray<Outcome<T>>>;
  busy: boolean;
  /** How many of those on their way are through. */
  done: number;
  /** The last answer counted. */
  recorded: boolean;
  /** Why the last answer did not count. */
  refused?: string;
};

/** The one way to answer requests as they were read. The server decides what counts. */
export function useAnswer<T extends { fingerprint: string; id: string }>(): Answering<T> {
  const timeZone = useTimeZone();
  const [done, setDone] = useState<number>();
  const [outcomes, setOutcomes] = useState<ReadonlyArray<Outcome<T>>>([]);

  const send = async (item: T, verdict: Verdict, comment: string) => {
    const { id } = item;
    await post(`approvals/${id}/${verdict}`, { comment: comment.trim() || null, fingerprint: readOf(item) });
    forgetDraft(id);
  };

  const tell = (error: unknown): Refused => {
    const words = { error: wordsOf(error, timeZone) };
    if (!(error instanceof ApiError && error.code === CONTENT_CHANGED)) return words;
    return { ...words, changedTo: error.fingerprint ?? undefined };
  };

  const answer: Answering<T>["answer"] = async (items, verdict, comment) => {
    setOutcomes([]);
    setDone(0);
    const results = await each(items, (item) => send(item, verdict, comment), tell, setDone);
    setOutcomes(results);
    await refreshAll();
    setDone(undefined);
    return results;
  };

  const refused = refusalIn(outcomes);
  return {
    answer,
    busy: done !== undefined,
    done: done ?? 0,
    recorded: outcomes.length > 0 && refused === undefined,
    refused,
  };
}
