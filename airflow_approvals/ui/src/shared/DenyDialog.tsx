import { List, Text, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { DialogFrame } from "./DialogFrame";

const SHOWN = 5;

type Props = {
  /** What was typed before the dialog opened; it is where the reason starts. */
  comment?: string;
  /** What a denial does to the task, when it is known. */
  consequence?: string;
  items: ReadonlyArray<{ id: string; subject: string }>;
  onClose: () => void;
  onDeny: (comment: string) => Promise<void>;
};

/** Asks once more before denying, with a place for the reason. */
export function DenyDialog({ comment = "", consequence, items, onClose, onDeny }: Props) {
  const [reason, setReason] = useState(comment);
  return (
    <DialogFrame
      act={() => onDeny(reason)}
      action="Deny"
      kind="destructive"
      onClose={onClose}
      title={items.length === 1 ? "Deny this request?" : `Deny ${items.length} requests?`}
    >
      <List.Root mb={2} ps={4}>
        {items.slice(0, SHOWN).map(({ id, subject }) => (
          <List.Item key={id}>{subject}</List.Item>
        ))}
        {items.length > SHOWN ? <List.Item>and {items.length - SHOWN} more</List.Item> : null}
      </List.Root>
      <Text mb={3}>{consequence ?? "What waits for this answer will not go on."} This cannot be undone.</Text>
      <Textarea
        aria-label="Reason"
        maxLength={10_000}
        onChange={({ target }) => setReason(target.value)}
        placeholder="Why? (optional; kept in the record)"
        value={reason}
      />
    </DialogFrame>
  );
}
