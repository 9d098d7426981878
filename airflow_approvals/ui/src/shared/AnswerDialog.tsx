import { List, Text, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import type { Verdict } from "../api/types";
import { escaped } from "./characters";
import { DialogFrame } from "./DialogFrame";
import { keepDraft } from "./drafts";
import { useSettled } from "./useSettled";

const SHOWN = 5;

const WORDS = {
  approve: { action: "Approve", kind: "approving", result: "What waits for this answer goes on." },
  deny: { action: "Deny", kind: "destructive", result: "What waits for this answer will not go on." },
} as const;

type Props = {
  /** What was typed before the dialog opened; it is where the reason starts. */
  comment?: string;
  /** What the answer does to the task, when it is known. */
  consequence?: string;
  items: ReadonlyArray<{ id: string; subject: string }>;
  onAnswer: (comment: string) => Promise<void>;
  onClose: () => void;
  verdict: Verdict;
};

/** Asks once more before answering, with a place for the reason. */
export function AnswerDialog({ comment = "", consequence, items, onAnswer, onClose, verdict }: Props) {
  const [reason, setReason] = useState(comment);
  const settled = useSettled("dialog");
  const { action, kind, result } = WORDS[verdict];
  const [only, ...others] = items;

  const write = (text: string) => {
    setReason(text);
    if (only !== undefined && others.length === 0) keepDraft(only.id, text);
  };

  return (
    <DialogFrame
      act={() => onAnswer(reason)}
      action={action}
      kind={kind}
      onClose={onClose}
      ready={settled}
      title={others.length === 0 ? `${action} this request?` : `${action} ${items.length} requests?`}
    >
      <List.Root mb={2} ps={4}>
        {items.slice(0, SHOWN).map(({ id, subject }) => (
          <List.Item key={id} overflowWrap="anywhere">
            {escaped(subject)}
          </List.Item>
        ))}
        {items.length > SHOWN ? <List.Item>and {items.length - SHOWN} more</List.Item> : null}
      </List.Root>
      <Text mb={3}>{consequence ?? result} This cannot be undone.</Text>
      <Textarea
        aria-label={verdict === "deny" ? "Reason" : "Comment"}
        maxLength={10_000}
        onChange={({ target }) => write(target.value)}
        placeholder="Why? (optional; kept in the record)"
        value={reason}
      />
    </DialogFrame>
  );
}
