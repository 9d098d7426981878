import { useState } from "react";

/** Comments not sent yet, by request: they outlive closing the detail, and Airflow's UI mounting the page anew. */
const drafts = new Map<string, string>();

/** The comment being written on a request, and a way to change it. */
export function useDraft(id: string): [string, (text: string) => void] {
  const [text, setText] = useState(drafts.get(id) ?? "");
  const write = (next: string) => {
    drafts.set(id, next);
    setText(next);
  };
  return [text, write];
}

/** To be called when the comment was sent. */
export function forgetDraft(id: string): void {
  drafts.delete(id);
}
