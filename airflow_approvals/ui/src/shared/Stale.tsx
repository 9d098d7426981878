import type { ApiError } from "../api/client";
import { Message } from "./Message";

/** Says above content that stays that it could not be brought up to date. */
export function Stale({ error }: { error?: ApiError }) {
  if (error === undefined) return null;
  return (
    <Message status="warning">
      {`${error.message} What you see may be out of date; it is tried again by itself.`}
    </Message>
  );
}
