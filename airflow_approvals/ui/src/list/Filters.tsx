import { Button, Checkbox, Flex, NativeSelect } from "@chakra-ui/react";

import type { Choices, Status } from "../api/types";
import { useLive } from "../shared/live";
import { escaped } from "../shared/characters";
import { changeView, isFiltered, NO_FILTERS, type View } from "../shared/view";
import { placeOf, PLACES, type Scope } from "./place";
import { SearchInput } from "./SearchInput";

type Props = { go: (view: View) => void; scope?: Scope; view: View };

export function Filters({ go, scope, view }: Props) {
  const { data: choices } = useLive<Choices>(scope ? null : "page/choices", { refreshInterval: 0 });
  const { filters, statuses } = PLACES[placeOf(view, scope)];
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
      {filters.includes("dag") ? (
        <Choice label="Dag" names={choices?.dag_ids} onChange={(dagId) => change({ dagId })} value={view.dagId} />
      ) : null}
      {filters.includes("role") ? (
        <Choice label="Role" names={choices?.roles} onChange={(role) => change({ role })} value={view.role} />
      ) : null}
      {filters.includes("overdue") ? (
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
      ) : null}
      {isFiltered(view) ? (
        <Button onClick={() => change(NO_FILTERS)} size="xs" variant="ghost">
          Clear filters
        </Button>
      ) : null}
    </Flex>
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
        onChange={({ target }) => onChange(target.value || undefined)}
        value={value ?? ""}
      >
        <option value="">{label}: any</option>
        {all.map((name) => (
          <option key={name} value={name}>
            {escaped(name)}
          </option>
        ))}
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}
