import { Button, HStack } from "@chakra-ui/react";
import { useState } from "react";

import type { Approval } from "../api/types";
import { isOpen } from "../shared/status";
import { CancelDialog } from "./CancelDialog";
import { DeleteDialog } from "./DeleteDialog";
import { EditDialog } from "./EditDialog";

type Dialog = "edit" | "cancel" | "delete";

/** What those may do who may edit the Dag. */
export function Manage({ approval, onDeleted }: { approval: Approval; onDeleted: () => void }) {
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  return (
    <HStack wrap="wrap">
      {isOpen(approval.status) ? (
        <>
          <Button onClick={() => setDialog("edit")} size="xs" variant="outline">
            Edit…
          </Button>
          <Button colorPalette="red" onClick={() => setDialog("cancel")} size="xs" variant="outline">
            Cancel the request…
          </Button>
        </>
      ) : (
        <Button colorPalette="red" onClick={() => setDialog("delete")} size="xs" variant="outline">
          Delete…
        </Button>
      )}
      {dialog === "edit" ? <EditDialog approval={approval} onClose={close} /> : null}
      {dialog === "cancel" ? <CancelDialog approval={approval} onClose={close} /> : null}
      {dialog === "delete" ? <DeleteDialog approval={approval} onClose={close} onDeleted={onDeleted} /> : null}
    </HStack>
  );
}
