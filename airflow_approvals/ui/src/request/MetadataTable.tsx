import { Box, Table } from "@chakra-ui/react";

import { escaped } from "../shared/characters";
import { ForeignLink } from "../shared/ForeignLink";
import { Exact, stringify } from "../api/numbers";

const DEEPEST = 4;

/** Facts that came with a request; nested ones as tables in the table. */
export function MetadataTable({ depth = 0, metadata }: { depth?: number; metadata: Record<string, unknown> }) {
  return (
    <Table.Root
      css={{ "& a": { color: "fg.info", textDecoration: "underline" } }}
      data-testid={depth === 0 ? "metadata" : undefined}
      size="sm"
      tableLayout={depth === 0 ? "fixed" : "auto"}
      variant="outline"
    >
      <Table.Body>
        {Object.entries(metadata).map(([name, value]) => (
          <Table.Row key={name}>
            <Table.ColumnHeader
              overflowWrap="break-word"
              scope="row"
              verticalAlign="top"
              width={depth === 0 ? "35%" : "1%"}
            >
              {escaped(name)}
            </Table.ColumnHeader>
            <Table.Cell overflowWrap="anywhere" whiteSpace="pre-wrap">
              <Value depth={depth} value={value} />
            </Table.Cell>
          </Table.Row>
        ))}
      </Table.Body>
    </Table.Root>
  );
}

function Value({ depth, value }: { depth: number; value: unknown }) {
  if (value instanceof Exact) return value.written;
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") {
    return /^https?:\/\/\S+$/.test(value) ? (
      <ForeignLink address={escaped(value)} text={escaped(value)}>
        {escaped(value)}
      </ForeignLink>
    ) : (
      escaped(value)
    );
  }
  if (depth >= DEEPEST) return escaped(stringify(value) ?? "");
  if (!Array.isArray(value)) return <MetadataTable depth={depth + 1} metadata={value as Record<string, unknown>} />;
  return (
    <Box as="ul" listStylePosition="inside" listStyleType="disc">
      {(value as ReadonlyArray<unknown>).map((item, index) => (
        <li key={index}>
          <Value depth={depth + 1} value={item} />
        </li>
      ))}
    </Box>
  );
}
