import { Box, CloseButton, Flex, Heading, HStack, Text } from "@chakra-ui/react";
import { type RefObject, useEffect, useRef } from "react";

import type { Approval, Detail } from "../api/types";
import { escaped } from "../shared/characters";
import { Countdown } from "../shared/Countdown";
import { Guard } from "../shared/Guard";
import { useLive } from "../shared/live";
import { Message } from "../shared/Message";
import { stringify } from "../api/numbers";
import { Placeholder } from "../shared/Placeholder";
import { Stale } from "../shared/Stale";
import { isOpen } from "../shared/status";
import { StatusBadge } from "../shared/StatusBadge";
import { About } from "./About";
import { Decision } from "./Decision";
import { Levels } from "./Levels";
import { Manage } from "./Manage";
import { Markdown } from "./Markdown";
import { MetadataTable } from "./MetadataTable";
import { Part } from "./Part";
import { Timeline } from "./Timeline";
import { useEscape } from "./useEscape";

/** Everything about one request, beside the list. */
export function DetailPanel({ close, id }: { close: () => void; id: string }) {
  const { data, error, mutate } = useLive<Detail>(`page/approvals/${encodeURIComponent(id)}`);
  const heading = useRef<HTMLHeadingElement>(null);
  const loaded = data !== undefined;
  const shown = error?.status === 404 || error?.status === 401 ? undefined : data;

  useEffect(() => {
    if (loaded) heading.current?.focus();
  }, [loaded]);

  useEscape(close);

  return (
    <Box
      aria-label="Approval"
      as="section"
      borderColor="border"
      borderWidth={1}
      data-testid="detail"
      flexShrink={0}
      maxH={{ lg: "calc(100vh - 9rem)" }}
      overflowY={{ lg: "auto" }}
      p={4}
      position={{ lg: "sticky" }}
      rounded="md"
      tabIndex={0}
      top={2}
      w={{ base: "100%", lg: "26rem", "2xl": "34rem" }}
    >
      <Flex align="flex-start" gap={2} justify="space-between">
        <Box minW={0}>{shown === undefined ? null : <Title approval={shown.approval} heading={heading} />}</Box>
        <CloseButton aria-label="Close" onClick={close} size="sm" />
      </Flex>
      {shown === undefined ? (
        <Placeholder error={error} retry={() => void mutate()} />
      ) : (
        <>
          <Stale error={error} />
          <Content close={close} detail={shown} />
        </>
      )}
    </Box>
  );
}

type TitleProps = { approval: Approval; heading: RefObject<HTMLHeadingElement | null> };

function Title({ approval, heading }: TitleProps) {
  return (
    <>
      <Heading as="h2" outline="none" overflowWrap="anywhere" ref={heading} size="md" tabIndex={-1}>
        {escaped(approval.subject)}
      </Heading>
      <HStack gap={3} mt={1} wrap="wrap">
        <StatusBadge level={approval.level} status={approval.status} />
        {isOpen(approval.status) ? <Countdown request={approval} /> : null}
      </HStack>
    </>
  );
}

function Content({ close, detail }: { close: () => void; detail: Detail }) {
  const { approval, events } = detail;
  const whyNot = detail.why_not ?? detail.why_not_approve;
  return (
    <>
      <Decision detail={detail} />
      {approval.body ? (
        <Part title="What is asked">
          <Guard key={approval.fingerprint} text={() => approval.body} what="text">
            <Markdown text={approval.body} />
          </Guard>
        </Part>
      ) : null}
      {Object.keys(approval.metadata).length > 0 ? (
        <Part title="Details">
          <Guard key={approval.fingerprint} text={() => stringify(approval.metadata, 2) ?? ""} what="details">
            <MetadataTable metadata={approval.metadata} />
          </Guard>
        </Part>
      ) : null}
      <Part title="About">
        <Guard what="origin">
          <About approval={approval} />
        </Guard>
      </Part>
      <Part title="Who may decide">
        <Guard what="approvers">
          <Levels approval={approval} />
        </Guard>
        {isOpen(approval.status) && whyNot ? <Message status="info">{escaped(whyNot)}</Message> : null}
      </Part>
      <Part title="Timeline">
        {events.length < detail.total_events ? (
          <Text color="fg.muted" fontSize="sm">{`The newest ${events.length} of ${detail.total_events}.`}</Text>
        ) : null}
        <Timeline events={events} id={approval.id} />
      </Part>
      {(detail.can_edit && isOpen(approval.status)) || detail.can_delete ? (
        <Part title="Manage">
          <Manage detail={detail} onDeleted={close} />
        </Part>
      ) : null}
    </>
  );
}
