import { Button, Checkbox, Flex, Input, NativeSelect } from "@chakra-ui/react";
import { useEffect, useState } from "react";

import type { Choices, Status } from "../api/types";
import { useLive } from "../logic/live";
import { changeView, isFiltered, type Scope, statusesOf, type View } from "../logic/query";

type Props = { go: (view: View) => void; scope?: Scope; view: View };

const TYPING_MILLISECONDS = 300;

export function Filters({ go, scope, view }: Props) {
  const { data: choices } = useLive<Choices>(scope ? null : "page/choices", { refreshInterval: 0 });
  const statuses = statusesOf(scope ? undefined : view.tab);
  const change = (next: Partial<View>) => go(changeView(view, next));
  return (
    <Flex align="center" aria-label="Filters" as="section" gap={2} mb={2} wrap="wrap">
      <SearchInput onChange={(search) => change({ search })} value={view.search ?? ""} />
      <Choice
        label="Status"
        names={statuses}
        onChange={(status) => change({ status: status ? [status as Status] : [] })}
        value={view.status[0]}
      />
      {scope ? null : (
        <Choice label="Dag" names={choices?.dag_ids} onChange={(dagId) => change({ dagId })} value={view.dagId} />
      )}
      {scope ? null : (
        <Choice label="Role" names={choices?.roles} onChange={(role) => change({ role })} value={view.role} />
      )}
      {view.tab === "history" && !scope ? null : (
        <Checkbox.Root
          checked={view.overdue}
          colorPalette="brand"
          onCheckedChange={({ checked }) => change({ overdue: checked === true })}
          size="sm"
        >
          <Checkbox.HiddenInput />
          <Checkbox.Control />
          <Checkbox.Label>Overdue</Checkbox.Label>
        </Checkbox.Root>
      )}
      {isFiltered(view) ? (
        <Button
          onClick={() => change({ status: [], dagId: undefined, role: undefined, search: undefined, overdue: false })}
          size="xs"
          variant="ghost"
        >
          Clear filters
        </Button>
      ) : null}
    </Flex>
  );
}

function SearchInput({ onChange, value }: { onChange: (text: string | undefined) => void; value: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const typing = setTimeout(() => onChange(text || undefined), TYPING_MILLISECONDS);
    return () => clearTimeout(typing);
    // Only typing starts the clock; the list being refreshed must not.
  }, [text]);
  return (
    <Input
      aria-label="Search"
      maxLength={250}
      maxW="16rem"
      onChange={(event) => setText(event.target.value)}
      placeholder="Search subject, Dag, run, task"
      size="sm"
      type="search"
      value={text}
    />
  );
}

type ChoiceProps = {
  label: string;
  names?: ReadonlyArray<string>;
  onChange: (name: string | undefined) => void;
  value?: string;
};

function Choice({ label, names = [], onChange, value }: ChoiceProps) {
  const all = value === undefined || names.includes(value) ? names : [value, ...names];
  return (
    <NativeSelect.Root size="sm" width="auto">
      <NativeSelect.Field
        aria-label={label}
        onChange={(event) => onChange(event.target.value || undefined)}
        value={value ?? ""}
      >
        <option value="">{label}: any</option>
        {all.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}
