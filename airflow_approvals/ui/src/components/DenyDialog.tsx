import { Button, Dialog, List, Portal, Text, Textarea } from "@chakra-ui/react";
import { useEffect, useState } from "react";

import { decide, wordsOf } from "../logic/decide";
import { refreshAll } from "../logic/live";
import { Message } from "./bits";

const SHOWN = 5;

type Props = {
  comment?: string;
  items: ReadonlyArray<{ id: string; subject: string }>;
  onClose: () => void;
  /** Does the denying in place of the dialog, which then closes at once. */
  onDeny?: (comment: string) => Promise<void>;
  open: boolean;
  /** What a denial does to the task, when it is known. */
  consequence?: string;
};

/** Asks once more before denying, with a place for the reason. */
export function DenyDialog({ comment: given = "", consequence, items, onClose, onDeny, open }: Props) {
  const [comment, setComment] = useState(given);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();

  useEffect(() => {
    if (!open) return;
    setComment(given);
    setRefused(undefined);
    // What was typed before the dialog opened is where it starts; later changes are the dialog's own.
  }, [open]);

  const deny = async () => {
    if (onDeny !== undefined) {
      onClose();
      await onDeny(comment);
      return;
    }
    setBusy(true);
    try {
      for (const item of items) await decide(item.id, "deny", comment);
      onClose();
    } catch (error) {
      setRefused(wordsOf(error));
    }
    setBusy(false);
    await refreshAll();
  };

  return (
    <Dialog.Root onOpenChange={(details) => !details.open && onClose()} open={open} role="alertdialog" unmountOnExit lazyMount>
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>{items.length === 1 ? "Deny this request?" : `Deny ${items.length} requests?`}</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body>
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
                onChange={(event) => setComment(event.target.value)}
                placeholder="Why? (optional; kept in the record)"
                value={comment}
              />
              {refused === undefined ? null : <Message status="error">{refused}</Message>}
            </Dialog.Body>
            <Dialog.Footer>
              <Button disabled={busy} onClick={onClose} variant="outline">
                Back
              </Button>
              <Button colorPalette="red" loading={busy} onClick={() => void deny()}>
                Deny
              </Button>
            </Dialog.Footer>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
