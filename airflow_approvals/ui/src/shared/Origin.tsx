import { Box, Link, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router-dom";

import { escaped } from "./characters";

export type About = { dag_id: string; run_id: string; task_id: string | null; map_index: number };

/** Where a request comes from: links to the Dag, its run and the task instance, one below the other. */
export function Origin({ about }: { about: About }) {
  return (
    <Box display="grid" minW={0}>
      <DagLink about={about} />
      <RunAndTask about={about} />
    </Box>
  );
}

/** The same without the run, whose name is long. */
export function ShortOrigin({ about }: { about: About }) {
  return (
    <Box display="grid" minW={0}>
      <DagLink about={about} />
      <Small>{about.task_id === null ? null : <TaskLink about={about} taskId={about.task_id} />}</Small>
    </Box>
  );
}

/** The same as a path. */
export function OriginPath({ about }: { about: About }) {
  return (
    <Box minW={0}>
      <DagLink about={about} />
      {" / "}
      <RunAndTask about={about} />
    </Box>
  );
}

function RunAndTask({ about }: { about: About }) {
  return (
    <Small>
      <Inside colour="fg.muted" to={runAddress(about)}>
        {escaped(about.run_id)}
      </Inside>
      {about.task_id === null ? null : (
        <>
          <Text as="span" color="fg.muted">
            {" / "}
          </Text>
          <TaskLink about={about} taskId={about.task_id} />
        </>
      )}
    </Small>
  );
}

const dagAddress = ({ dag_id: dagId }: About) => `/dags/${encodeURIComponent(dagId)}`;
const runAddress = (about: About) => `${dagAddress(about)}/runs/${encodeURIComponent(about.run_id)}`;

function DagLink({ about }: { about: About }) {
  return (
    <Inside colour="fg.info" to={dagAddress(about)}>
      {escaped(about.dag_id)}
    </Inside>
  );
}

function TaskLink({ about, taskId }: { about: About; taskId: string }) {
  const mapped = about.map_index >= 0;
  const task = `${runAddress(about)}/tasks/${encodeURIComponent(taskId)}`;
  return (
    <Inside colour="fg.muted" to={mapped ? `${task}/mapped/${about.map_index}` : task}>
      {escaped(mapped ? `${taskId} [${about.map_index}]` : taskId)}
    </Inside>
  );
}

function Small({ children }: { children: ReactNode }) {
  return (
    <Box as="span" display="block" fontSize="xs" minW={0}>
      {children}
    </Box>
  );
}

function Inside({ children, colour, to }: { children: ReactNode; colour: string; to: string }) {
  return (
    <Link asChild color={colour} overflowWrap="anywhere">
      <RouterLink to={to}>{children}</RouterLink>
    </Link>
  );
}
