import { Box } from "@chakra-ui/react";
import type Token from "markdown-it/lib/token.mjs";
import { createElement, Fragment, type ReactNode, useMemo } from "react";

import { escaped } from "../shared/characters";
import { ForeignLink } from "../shared/ForeignLink";
import { PlainText } from "../shared/Guard";
import { Message } from "../shared/Message";
import { readMarkdown } from "./readMarkdown";

/** The elements a body may consist of, and what they are here: the page has headings of its own above. */
const ELEMENTS: Record<string, string> = {
  blockquote: "blockquote",
  em: "em",
  h1: "h3",
  h2: "h4",
  h3: "h5",
  h4: "h6",
  h5: "h6",
  h6: "h6",
  li: "li",
  ol: "ol",
  p: "p",
  strong: "strong",
  table: "table",
  tbody: "tbody",
  td: "td",
  th: "th",
  thead: "thead",
  tr: "tr",
  ul: "ul",
};

const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}*])/;

/** An element whose end has not come yet. */
type Level = { children: Array<ReactNode>; text: string; token?: Token };

/** Draws the tokens of markdown-it as elements of ours, and nothing else. */
function draw(tokens: ReadonlyArray<Token>, inItem = false): ReactNode {
  const root: Level = { children: [], text: "" };
  const levels = [root];
  let top = root;
  let inLink = false;
  let startsItem = inItem;
  const add = (node: ReactNode, text = "") => {
    top.children.push(<Fragment key={top.children.length}>{node}</Fragment>);
    top.text += text;
  };

  tokens.forEach((token, index) => {
    if (token.nesting === 1) {
      if (token.type === "link_open") inLink = true;
      top = { children: [], text: "", token };
      levels.push(top);
    } else if (token.nesting === -1) {
      const { children, text, token: opened } = levels.pop() ?? root;
      top = levels.at(-1) ?? root;
      if (token.type === "link_close") inLink = false;
      add(opened === undefined ? children : element(opened, children, text), text);
    } else if (token.type === "inline") {
      add(draw(token.children ?? [], isItem(levels)), token.content);
    } else if (token.type === "text") {
      // Images are not loaded: their server would learn who reads what, and when.
      const isImage = tokens[index + 1]?.type === "link_open" && token.content.endsWith("!");
      const text = isImage ? `${token.content.slice(0, -1)}image: ` : token.content;
      add(<Words inLink={inLink} startsItem={startsItem} text={text} />, text);
    } else {
      add(leaf(token), token.content);
    }
    startsItem = false;
  });
  return root.children;
}

const isItem = (levels: ReadonlyArray<Level>): boolean =>
  levels.at(-2)?.token?.type === "list_item_open" && levels.at(-2)?.children.length === 0;

function element(token: Token, children: ReactNode, text: string): ReactNode {
  if (token.type === "link_open") {
    return (
      <ForeignLink address={token.attrGet("href") ?? ""} text={text}>
        {children}
      </ForeignLink>
    );
  }
  const name = ELEMENTS[token.tag];
  if (name === undefined || token.hidden) return children;
  const start = name === "ol" ? Number(token.attrGet("start") ?? 1) : undefined;
  const align = /^text-align:(center|right)$/.exec(token.attrGet("style") ?? "")?.[1];
  return createElement(name, { align, start }, children);
}

function leaf(token: Token): ReactNode {
  switch (token.type) {
    case "code_inline":
      return <code>{token.content}</code>;
    case "code_block":
    case "fence":
      return (
        <pre>
          <code>{token.content}</code>
        </pre>
      );
    case "hardbreak":
      return <br />;
    case "hr":
      return <hr />;
    case "softbreak":
      return "\n";
    default:
      return token.content;
  }
}

function Words({ inLink, startsItem, text }: { inLink: boolean; startsItem: boolean; text: string }) {
  const [, tick, rest = text] = (startsItem && /^\[([ xX])\] (.*)$/s.exec(text)) || [];
  const box =
    tick === undefined ? null : <input aria-label="done" checked={tick !== " "} disabled readOnly type="checkbox" />;
  const parts = inLink ? [rest] : rest.split(ADDRESS);
  return (
    <>
      {box}
      {box === null ? null : " "}
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <ForeignLink address={part} key={index} text={part}>
            {part}
          </ForeignLink>
        ),
      )}
    </>
  );
}

const STYLE = {
  overflowWrap: "anywhere",
  "& > * + *, & > * > * + *": { marginTop: 2 },
  "& :is(h3, h4, h5, h6)": { fontWeight: "semibold" },
  "& :is(ul, ol)": { paddingInlineStart: 5 },
  "& ul": { listStyle: "disc" },
  "& ol": { listStyle: "decimal" },
  "& a": { color: "fg.info", textDecoration: "underline" },
  "& code": { bg: "bg.muted", fontFamily: "mono", fontSize: "0.9em", paddingInline: 1, rounded: "sm" },
  "& pre": { bg: "bg.muted", overflowX: "auto", padding: 2, rounded: "md" },
  "& blockquote": { borderInlineStartWidth: 3, color: "fg.muted", paddingInlineStart: 3 },
  "& :is(td, th)": { borderWidth: 1, paddingInline: 2 },
} as const;

/** Text that people and Dags wrote, as Markdown: no HTML of theirs, no script, no remote image. */
export function Markdown({ text }: { text: string }) {
  const drawn = useMemo(() => {
    const tokens = readMarkdown(escaped(text));
    return tokens && draw(tokens);
  }, [text]);
  return (
    <Box css={STYLE} data-testid="body" fontSize="sm">
      {drawn ?? (
        <>
          <Message status="info">
            This text is too long or too intricate for Markdown; it is shown as it was written.
          </Message>
          <PlainText text={text} />
        </>
      )}
    </Box>
  );
}
