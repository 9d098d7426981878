import { Input, Text } from "@chakra-ui/react";
import { useState } from "react";

import { post } from "../api/client";
import type { Approval } from "../api/types";
import { DialogFrame } from "../shared/DialogFrame";
import { refreshAll } from "../shared/live";

/** Asks why before taking a request back. */
export function CancelDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const cancel = async () => {
    await post(`approvals/${approval.id}/cancel`, { reason: reason.trim() });
    await refreshAll();
  };
  return (
    <DialogFrame
      act={cancel}
      action="Cancel the request"
      kind="destructive"
      onClose={onClose}
      ready={reason.trim() !== ""}
      title="Cancel this request?"
    >
      <Text mb={3}>Nobody will have to answer any more. A task that waits for this fails.</Text>
      <Input
        aria-label="Reason"
        maxLength={1000}
        onChange={({ target }) => setReason(target.value)}
        placeholder="Reason (kept in the record)"
        value={reason}
      />
    </DialogFrame>
  );
}
