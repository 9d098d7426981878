import { Button, HStack } from "@chakra-ui/react";
import { useState } from "react";

import { post, remove } from "../api/client";
import type { Approval } from "../api/types";
import { refreshAll } from "../logic/live";
import { OPEN } from "../logic/query";
import { EditDialog } from "./EditDialog";
import { ReasonDialog } from "./ReasonDialog";

type Open = "edit" | "cancel" | "delete";

/** What those may do who may edit the Dag. */
export function Manage({ approval, onDeleted }: { approval: Approval; onDeleted: () => void }) {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const path = `approvals/${approval.id}`;
  return (
    <HStack wrap="wrap">
      {OPEN.includes(approval.status) ? (
        <>
          <Button onClick={() => setOpen("edit")} size="xs" variant="outline">
            Edit…
          </Button>
          <Button colorPalette="red" onClick={() => setOpen("cancel")} size="xs" variant="outline">
            Cancel the request…
          </Button>
        </>
      ) : (
        <Button colorPalette="red" onClick={() => setOpen("delete")} size="xs" variant="outline">
          Delete…
        </Button>
      )}
      {open === "edit" ? <EditDialog approval={approval} onClose={close} /> : null}
      {open === "cancel" ? (
        <ReasonDialog
          act={async (reason) => {
            await post(`${path}/cancel`, { reason });
            await refreshAll();
          }}
          explanation="Nobody will have to answer any more. A task that waits for this fails."
          label="Cancel the request"
          onClose={close}
          title="Cancel this request?"
          wantsReason
        />
      ) : null}
      {open === "delete" ? (
        <ReasonDialog
          act={async () => {
            await remove(path);
            onDeleted();
            await refreshAll();
          }}
          explanation="The request and its whole record are removed. This cannot be undone."
          label="Delete"
          onClose={close}
          title="Delete this request?"
        />
      ) : null}
    </HStack>
  );
}
