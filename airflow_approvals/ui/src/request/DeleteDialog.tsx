import { Text } from "@chakra-ui/react";

import { remove } from "../api/client";
import type { Approval } from "../api/types";
import { DialogFrame } from "../shared/DialogFrame";
import { refreshAll } from "../shared/live";

type Props = { approval: Approval; onClose: () => void; onDeleted: () => void };

/** Asks once more before a request is gone with its record. */
export function DeleteDialog({ approval, onClose, onDeleted }: Props) {
  const destroy = async () => {
    await remove(`approvals/${approval.id}`);
    onDeleted();
    await refreshAll();
  };
  return (
    <DialogFrame act={destroy} action="Delete" kind="destructive" onClose={onClose} title="Delete this request?">
      <Text mb={3}>The request and its whole record are removed. This cannot be undone.</Text>
    </DialogFrame>
  );
}
