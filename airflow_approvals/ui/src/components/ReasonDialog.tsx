import { Button, Dialog, Input, Portal, Text } from "@chakra-ui/react";
import { useState } from "react";

import { wordsOf } from "../logic/decide";
import { Message } from "./bits";

type Props = {
  act: (reason: string) => Promise<void>;
  explanation: string;
  label: string;
  onClose: () => void;
  title: string;
  wantsReason?: boolean;
};

/** Asks once more before something that cannot be undone. */
export function ReasonDialog({ act, explanation, label, onClose, title, wantsReason = false }: Props) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const run = async () => {
    setBusy(true);
    try {
      await act(reason.trim());
      onClose();
    } catch (error) {
      setRefused(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog.Root onOpenChange={({ open }) => !open && onClose()} open role="alertdialog">
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>{title}</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body>
              <Text mb={3}>{explanation}</Text>
              {wantsReason ? (
                <Input
                  aria-label="Reason"
                  maxLength={1000}
                  onChange={(event) => setReason(event.target.value)}
                  placeholder="Reason (kept in the record)"
                  value={reason}
                />
              ) : null}
              {refused === undefined ? null : <Message status="error">{refused}</Message>}
            </Dialog.Body>
            <Dialog.Footer>
              <Button onClick={onClose} variant="outline">
                Back
              </Button>
              <Button
                colorPalette="red"
                disabled={wantsReason && reason.trim() === ""}
                loading={busy}
                onClick={() => void run()}
              >
                {label}
              </Button>
            </Dialog.Footer>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
