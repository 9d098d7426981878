import { Box, CloseButton, Flex, Heading, HStack, Separator, Text } from "@chakra-ui/react";
import { type ReactNode, useEffect, useRef } from "react";

import type { Approval, Detail } from "../api/types";
import { useLive } from "../logic/live";
import { OPEN } from "../logic/query";
import { formatDuration } from "../logic/time";
import { approverName, Countdown, Message, Origin, Placeholder, Stale, StatusBadge, Time } from "./bits";
import { Decision } from "./Decision";
import { Manage } from "./Manage";
import { Markdown } from "./Markdown";
import { MetadataTable } from "./MetadataTable";
import { Timeline } from "./Timeline";

/** Everything about one request, beside the list. */
export function DetailPanel({ close, id }: { close: () => void; id: string }) {
  const { data, error, mutate } = useLive<Detail>(`page/approvals/${encodeURIComponent(id)}`);
  const heading = useRef<HTMLHeadingElement>(null);
  const loaded = data !== undefined;

  useEffect(() => {
    if (loaded) heading.current?.focus();
  }, [loaded]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // A dialog or menu on top takes Escape for itself.
      const onTop = document.querySelector("[data-scope][data-part=content][data-state=open]:not([role=tabpanel])");
      if (event.key === "Escape" && !event.defaultPrevented && onTop === null) close();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [close]);

  const gone = error?.status === 404 || error?.status === 401;
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
        <Box minW={0}>
          {loaded && !gone ? (
            <>
              <Heading as="h2" outline="none" overflowWrap="anywhere" ref={heading} size="md" tabIndex={-1}>
                {data.approval.subject}
              </Heading>
              <HStack gap={3} mt={1} wrap="wrap">
                <StatusBadge level={data.approval.level} status={data.approval.status} />
                {OPEN.includes(data.approval.status) ? <Countdown request={data.approval} /> : null}
              </HStack>
            </>
          ) : null}
        </Box>
        <CloseButton aria-label="Close" onClick={close} size="sm" />
      </Flex>
      {!loaded || gone ? (
        <Placeholder error={error} retry={() => void mutate()} />
      ) : (
        <>
          <Stale error={error} />
          <Content close={close} detail={data} />
        </>
      )}
    </Box>
  );
}

function Content({ close, detail }: { close: () => void; detail: Detail }) {
  const { approval, events } = detail;
  return (
    <>
      <Decision detail={detail} />
      {approval.body ? (
        <Part title="What is asked">
          <Markdown text={approval.body} />
        </Part>
      ) : null}
      {Object.keys(approval.metadata).length > 0 ? (
        <Part title="Details">
          <MetadataTable metadata={approval.metadata} />
        </Part>
      ) : null}
      <Part title="About">
        <About approval={approval} />
      </Part>
      <Part title="Who may decide">
        <Levels approval={approval} />
        {!detail.can_decide && OPEN.includes(approval.status) && detail.why_not ? (
          <Message status="info">{detail.why_not}</Message>
        ) : null}
      </Part>
      <Part title="Timeline">
        <Timeline events={events} />
      </Part>
      {detail.can_edit ? (
        <Part title="Manage">
          <Manage approval={approval} onDeleted={close} />
        </Part>
      ) : null}
    </>
  );
}

function Part({ children, title }: { children: ReactNode; title: string }) {
  return (
    <Box as="section" mt={3}>
      <Separator mb={3} />
      <Heading as="h3" color="fg.muted" fontWeight="semibold" mb={1} size="xs">
        {title}
      </Heading>
      {children}
    </Box>
  );
}

function About({ approval }: { approval: Approval }) {
  const lines: Array<[string, ReactNode]> = [
    ["Dag", <Origin about={approval} key="dag" oneLine />],
    ["Asked by", approval.requested_by ?? "schedule"],
    ["Opened", <Time at={approval.created_at} key="opened" />],
  ];
  if (approval.expires_at !== null && OPEN.includes(approval.status)) {
    lines.push(["Due", <Time at={approval.expires_at} key="due" />]);
  }
  if (approval.try_number !== null && approval.try_number > 1) lines.push(["Try", approval.try_number]);
  return (
    <Box as="dl" columnGap={4} display="grid" fontSize="sm" gridTemplateColumns="max-content 1fr" rowGap={1}>
      {lines.map(([name, value]) => (
        <Box display="contents" key={name}>
          <Text as="dt" color="fg.muted">
            {name}
          </Text>
          <Box as="dd" minW={0} overflowWrap="anywhere">
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

const SILENCE = {
  fail: "the request expires and the task fails",
  skip: "the request expires and the task is skipped",
  approve: "the request counts as approved",
  deny: "the request counts as denied",
} as const;

function Levels({ approval }: { approval: Approval }) {
  return (
    <Box fontSize="sm">
      <Box as="ol" listStylePosition="inside" listStyleType={approval.levels.length > 1 ? "decimal" : "none"}>
        {approval.levels.map((level, index) => (
          <Box as="li" color={index <= approval.level ? "fg" : "fg.muted"} key={index} overflowWrap="anywhere">
            {level.approvers.map(approverName).join(", ")}
            {level.timeout_seconds === null ? "" : `, for ${formatDuration(level.timeout_seconds)}`}
            {index > approval.level ? " (not asked yet)" : ""}
          </Box>
        ))}
      </Box>
      {approval.quorum > 1 ? (
        <Text mt={1}>
          {approval.quorum} people have to approve; {approval.votes.length} answered so far.
        </Text>
      ) : null}
      {approval.expires_at !== null && OPEN.includes(approval.status) ? (
        <Text color="fg.muted" mt={1}>
          If nobody answers in time, {SILENCE[approval.on_expiry]}.
        </Text>
      ) : null}
    </Box>
  );
}
