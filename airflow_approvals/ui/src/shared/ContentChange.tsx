import { Box, Text } from "@chakra-ui/react";
import useSWR from "swr";

import { get } from "../api/client";
import type { Content } from "../api/types";
import { escaped } from "./characters";
import { around, lineDifferences, valueDifferences } from "./differences";
import { Guard } from "./Guard";

type Shown = Pick<Content, "body" | "metadata" | "subject">;

/** What of a content changed: old and new subject, the lines of the body, the paths of the details. */
export function Changes({ from, to }: { from: Shown; to: Shown }) {
  return (
    <Guard what="change">
      <Box data-testid="changes" fontSize="sm" overflowWrap="anywhere" whiteSpace="pre-wrap">
        {from.subject === to.subject ? null : (
          <Text>{`Subject: ${escaped(around(from.subject, to.subject))} → ${escaped(around(to.subject, from.subject))}`}</Text>
        )}
        {from.body === to.body ? null : <Lines from={from.body} to={to.body} />}
        {valueDifferences(from.metadata, to.metadata).map(({ from: before = "(none)", path, to: after = "(none)" }) => (
          <Text key={path}>{escaped(path === "…" ? path : `Details, ${path}: ${before} → ${after}`)}</Text>
        ))}
      </Box>
    </Guard>
  );
}

const COLOUR = { "+": "green.fg", "-": "red.fg", " ": "fg.muted", "…": "fg.muted" } as const;

function Lines({ from, to }: { from: string; to: string }) {
  return (
    <>
      <Text>Text:</Text>
      <Box fontFamily="mono" fontSize="xs">
        {lineDifferences(from, to).map(({ mark, text }, index) => (
          <Text color={COLOUR[mark]} key={index}>{`${mark} ${escaped(text)}`}</Text>
        ))}
      </Box>
    </>
  );
}

/** The same for two contents a request had, by their fingerprints. */
export function ContentChange({ after, before, id }: { after: string; before: string; id: string }) {
  const from = useContent(id, before);
  const to = useContent(id, after);
  const error = from.error ?? to.error;
  if (error instanceof Error) return <Text color="fg.muted">{`The change could not be loaded: ${error.message}`}</Text>;
  return from.data && to.data ? <Changes from={from.data} to={to.data} /> : null;
}

/** A content never changes: it is asked for once. */
const useContent = (id: string, fingerprint: string) =>
  useSWR<Content, unknown>(`approvals/${id}/contents/${fingerprint}`, (path: string) => get(path) as Promise<Content>, {
    revalidateIfStale: false,
    revalidateOnFocus: false,
    revalidateOnReconnect: false,
  });
