import { Button, HStack } from "@chakra-ui/react";
import { useState } from "react";

import type { Detail } from "../api/types";
import { isOpen } from "../shared/status";
import { CancelDialog } from "./CancelDialog";
import { DeleteDialog } from "./DeleteDialog";
import { EditDialog } from "./EditDialog";

type Dialog = "edit" | "cancel" | "delete";

/** What those may do who may edit the Dag, and administrators once the request need not be kept any more. */
export function Manage({ detail, onDeleted }: { detail: Detail; onDeleted: () => void }) {
  const { approval, can_delete: canDelete, can_edit: canEdit } = detail;
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  return (
    <HStack wrap="wrap">
      {canEdit && isOpen(approval.status) ? (
        <>
          <Button onClick={() => setDialog("edit")} size="xs" variant="outline">
            Edit…
          </Button>
          <Button colorPalette="red" onClick={() => setDialog("cancel")} size="xs" variant="outline">
            Cancel the request…
          </Button>
        </>
      ) : null}
      {canDelete ? (
        <Button colorPalette="red" onClick={() => setDialog("delete")} size="xs" variant="outline">
          Delete…
        </Button>
      ) : null}
      {dialog === "edit" ? <EditDialog approval={approval} onClose={close} /> : null}
      {dialog === "cancel" ? <CancelDialog approval={approval} onClose={close} /> : null}
      {dialog === "delete" ? <DeleteDialog approval={approval} onClose={close} onDeleted={onDeleted} /> : null}
    </HStack>
  );
}
