import { Button, Dialog, Portal } from "@chakra-ui/react";
import { type ReactNode, useState } from "react";

import { Refusal } from "./Message";
import { useTimeZone } from "./useTimeZone";
import { wordsOf } from "./words";

const KINDS = {
  form: { body: { display: "grid", gap: 4 }, colour: "brand", root: { scrollBehavior: "inside", size: "lg" } },
  approving: { body: {}, colour: "green", root: { role: "alertdialog" } },
  // What cannot be undone is announced as an alert.
  destructive: { body: {}, colour: "red", root: { role: "alertdialog" } },
} as const;

type Props = {
  /** Done, the dialog closes; what it throws is told in the dialog, which stays. */
  act: () => Promise<void>;
  action: string;
  children: ReactNode;
  kind: keyof typeof KINDS;
  onClose: () => void;
  /** False while something is missing without which it cannot be done. */
  ready?: boolean;
  title: string;
};

/** Every dialog of the page; it is there as long as it is rendered. */
export function DialogFrame({ act, action, children, kind, onClose, ready = true, title }: Props) {
  const timeZone = useTimeZone();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const { body, colour, root } = KINDS[kind];

  const run = async () => {
    setBusy(true);
    try {
      await act();
      onClose();
    } catch (error) {
      setRefused(wordsOf(error, timeZone));
    }
    setBusy(false);
  };

  return (
    <Dialog.Root {...root} onOpenChange={({ open }) => !open && onClose()} open>
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>{title}</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body {...body}>
              {children}
              <Refusal words={refused} />
            </Dialog.Body>
            <Dialog.Footer>
              <Button disabled={busy} onClick={onClose} variant="outline">
                Back
              </Button>
              <Button colorPalette={colour} disabled={!ready} loading={busy} onClick={() => void run()}>
                {action}
              </Button>
            </Dialog.Footer>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
