import { Box } from "@chakra-ui/react";
import MarkdownToJsx from "markdown-to-jsx";
import { createElement, type ReactNode } from "react";

/** The elements a body may consist of; anything else becomes plain text. */
const ALLOWED = new Set([
  "a",
  "blockquote",
  "br",
  "code",
  "del",
  "div",
  "em",
  "h3",
  "h4",
  "h5",
  "h6",
  "hr",
  "input",
  "li",
  "ol",
  "p",
  "pre",
  "section",
  "span",
  "strong",
  "sup",
  "table",
  "tbody",
  "td",
  "th",
  "thead",
  "tr",
  "ul",
]);
const ATTRIBUTES = new Set(["align", "checked", "key", "start", "title"]);
const HEADINGS: Record<string, string> = { h1: "h3", h2: "h4", h3: "h5", h4: "h6", h5: "h6", h6: "h6" };

type Props = Record<string, unknown> | null;

/** Gives the address if a click on it can do no harm: another page or a mail, never a script. */
export function safeAddress(address: unknown): string | undefined {
  if (typeof address !== "string" || !URL.canParse(address, document.baseURI)) return undefined;
  const { href, protocol } = new URL(address, document.baseURI);
  return ["http:", "https:", "mailto:"].includes(protocol) ? href : undefined;
}

function element(tag: unknown, props: Props, ...children: Array<ReactNode>): ReactNode {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(props ?? {})) if (ATTRIBUTES.has(name)) kept[name] = value;
  if (tag === "a") return link(kept, props?.href, children);
  // Images are not loaded: their server would learn who reads what, and when.
  if (tag === "img") return link(kept, props?.src, [`image: ${nameOf(props)}`]);
  const name = typeof tag === "string" ? (HEADINGS[tag] ?? tag) : "span";
  if (!ALLOWED.has(name)) return createElement("span", { key: kept.key as string }, ...children);
  if (name === "input") {
    return createElement("input", {
      ...kept,
      "aria-label": "done",
      checked: kept.checked === true,
      disabled: true,
      readOnly: true,
      type: "checkbox",
    });
  }
  return createElement(name, kept, ...children);
}

function nameOf(image: Props): string {
  const name = image?.alt || image?.src;
  return typeof name === "string" ? name : "";
}

function link(kept: Record<string, unknown>, address: unknown, children: Array<ReactNode>): ReactNode {
  const href = safeAddress(address);
  return href === undefined
    ? createElement("span", kept, ...children)
    : createElement("a", { ...kept, href, rel: "noopener noreferrer", target: "_blank" }, ...children);
}

const STYLE = {
  overflowWrap: "anywhere",
  "& > * > * + *, & > * + *": { marginTop: 2 },
  "& :is(h3, h4, h5, h6)": { fontWeight: "semibold" },
  "& :is(ul, ol)": { paddingInlineStart: 5 },
  "& ul": { listStyle: "disc" },
  "& ol": { listStyle: "decimal" },
  "& a": { color: "fg.info", textDecoration: "underline" },
  "& code": { bg: "bg.muted", fontFamily: "mono", fontSize: "0.9em", paddingInline: 1, rounded: "sm" },
  "& pre": { bg: "bg.muted", overflowX: "auto", padding: 2, rounded: "md" },
  "& blockquote": { borderInlineStartWidth: 3, color: "fg.muted", paddingInlineStart: 3 },
  "& :is(td, th)": { borderWidth: 1, paddingInline: 2, textAlign: "start" },
} as const;

/** Text that people and Dags wrote, as Markdown: no HTML of theirs, no script, no remote image. */
export function Markdown({ text }: { text: string }) {
  return (
    <Box css={STYLE} data-testid="body" fontSize="sm">
      <MarkdownToJsx
        options={{
          createElement: element as never,
          disableParsingRawHTML: true,
          forceBlock: true,
          sanitizer: (value) => value,
          wrapper: "div",
        }}
      >
        {text}
      </MarkdownToJsx>
    </Box>
  );
}
