import { useState } from "react";

/** Comments not sent yet, by request: they outlive closing the detail, and Airflow's UI mounting the page anew. */
const drafts = new Map<string, string>();

/** The comment being written on a request, and a way to change it. */
export function useDraft(id: string): [string, (text: string) => void] {
  const [text, setText] = useState(draftOf(id));
  const write = (next: string) => {
    keepDraft(id, next);
    setText(next);
  };
  return [text, write];
}

export const draftOf = (id: string): string => drafts.get(id) ?? "";

export function keepDraft(id: string, text: string): void {
  drafts.set(id, text);
}

/** To be called when the comment was sent. */
export function forgetDraft(id: string): void {
  drafts.delete(id);
}
