import { Box, Button, HStack, Input, NativeSelect } from "@chakra-ui/react";

import type { Approver } from "../api/types";
import { escaped } from "../shared/characters";

type Props = { approvers: ReadonlyArray<Approver>; name: string; onChange: (approvers: Array<Approver>) => void };

/** The approvers of one level, a line each. */
export function ApproversField({ approvers, name, onChange }: Props) {
  const change = (index: number, part: Partial<Approver>) => {
    onChange(approvers.map((approver, at) => (at === index ? { ...approver, ...part } : approver)));
  };
  return (
    <Box as="fieldset">
      <Box as="legend" fontSize="sm" fontWeight="medium" mb={1}>
        {name}
      </Box>
      {approvers.map((approver, index) => (
        <HStack key={index} mb={1}>
          <NativeSelect.Root size="sm" width="7rem">
            <NativeSelect.Field
              aria-label={`${name}: kind ${index + 1}`}
              onChange={({ target }) => change(index, { kind: target.value as Approver["kind"] })}
              value={approver.kind}
            >
              <option value="role">role</option>
              <option value="user">user</option>
            </NativeSelect.Field>
            <NativeSelect.Indicator />
          </NativeSelect.Root>
          <Input
            aria-label={`${name}: name ${index + 1}`}
            maxLength={512}
            onChange={({ target }) => change(index, { name: target.value })}
            size="sm"
            value={approver.name}
          />
          <Button
            aria-label={`${name}: remove ${escaped(approver.name) || "the empty line"}`}
            onClick={() => onChange(approvers.filter((_, at) => at !== index))}
            size="xs"
            variant="ghost"
          >
            Remove
          </Button>
        </HStack>
      ))}
      <Button onClick={() => onChange([...approvers, { kind: "role", name: "" }])} size="xs" variant="outline">
        Add
      </Button>
    </Box>
  );
}
