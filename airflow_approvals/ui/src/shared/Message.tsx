import { Alert } from "@chakra-ui/react";
import type { ReactNode } from "react";

type Props = { children: ReactNode; status: "error" | "info" | "success" | "warning" };

export function Message({ children, status }: Props) {
  return (
    <Alert.Root alignItems="flex-start" my={2} role={status === "error" ? "alert" : "status"} size="sm" status={status}>
      <Alert.Indicator />
      <Alert.Content>{children}</Alert.Content>
    </Alert.Root>
  );
}

/** Why something was not done; nothing while there is nothing to say. */
export function Refusal({ words }: { words?: string }) {
  return words === undefined ? null : <Message status="error">{words}</Message>;
}
