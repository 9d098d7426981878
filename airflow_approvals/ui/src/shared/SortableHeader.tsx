import { Button, Table } from "@chakra-ui/react";

const MARK = { ascending: "↑", descending: "↓" } as const;

export type Sorted = "ascending" | "descending" | "none";

type Props = Table.ColumnHeaderProps & {
  /** Shown where the arrow is while another column sorts. */
  idle?: string;
  sort: () => void;
  sorted: Sorted;
  tip?: string;
  title: string;
};

/** The head of a column that can sort its table. */
export function SortableHeader({ idle, sort, sorted, tip, title, ...rest }: Props) {
  return (
    <Table.ColumnHeader {...rest} aria-sort={sorted}>
      <Button
        fontSize="inherit"
        fontWeight="inherit"
        height="auto"
        minW={0}
        onClick={sort}
        px={0}
        size="xs"
        title={tip}
        variant="plain"
      >
        {title}
        <span aria-hidden>{sorted === "none" ? idle : MARK[sorted]}</span>
      </Button>
    </Table.ColumnHeader>
  );
}
