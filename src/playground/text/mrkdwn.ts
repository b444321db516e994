// Slack's mrkdwn, taken apart into what a page or a transcript can show. Pure, and free of any platform.

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly url: string; readonly label: readonly Inline[] }
  | { readonly kind: "user" | "channel" | "group"; readonly id: string; readonly label: string | undefined }
  | { readonly kind: "broadcast"; readonly range: string }
  | {
      readonly kind: "date";
      readonly seconds: number;
      readonly format: string;
      readonly url: string | undefined;
      readonly fallback: string;
    }
  | { readonly kind: "emoji"; readonly name: string };

export type Part =
  | { readonly kind: "lines"; readonly children: readonly Inline[] }
  | { readonly kind: "quote"; readonly children: readonly Inline[] }
  | { readonly kind: "preformatted"; readonly text: string };

/** Plain addresses become links unless `verbatim`. */
export function parseMrkdwn(source: string, { verbatim = false } = {}): readonly Part[] {
  const parts: Part[] = [];
  source.split(/\n?```\n?([\s\S]*?)\n?```\n?/).forEach((piece, index) => {
    if (index % 2 === 1) parts.push({ kind: "preformatted", text: fromEntities(linksToText(piece)) });
    else parts.push(...quotesAndLines(piece, verbatim));
  });
  return parts;
}

/** The inside of `plain_text`, a table cell or a heading: nothing in it is markup. */
export function fromEntities(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function quotesAndLines(piece: string, verbatim: boolean): readonly Part[] {
  const parts: Part[] = [];
  let run: string[] = [];
  let quoting = false;
  const flush = () => {
    const text = run.join("\n");
    if (text !== "") parts.push({ kind: quoting ? "quote" : "lines", children: inline(text, verbatim) });
    run = [];
  };
  for (const line of piece.split("\n")) {
    const quoted = /^(?:&gt;|>)\s?/.exec(line);
    if ((quoted !== null) !== quoting) {
      flush();
      quoting = quoted !== null;
    }
    run.push(quoted === null ? line : line.slice(quoted[0].length));
  }
  flush();
  return parts;
}

const token =
  /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):|(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*?\S)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*?\S)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*?\S)~(?![\p{L}\p{N}~])|(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"])/gu;

function inline(source: string, verbatim: boolean): readonly Inline[] {
  const found: Inline[] = [];
  let at = 0;
  const plain = (end: number) => {
    if (end > at) found.push({ kind: "text", text: fromEntities(source.slice(at, end)) });
  };
  for (const match of source.matchAll(token)) {
    const [whole, angled, code, emoji, bold, italic, strike, address] = match;
    if (address !== undefined && verbatim) continue;
    plain(match.index);
    at = match.index + whole.length;
    if (angled !== undefined) found.push(reference(angled, verbatim));
    else if (code !== undefined) found.push({ kind: "code", text: fromEntities(linksToText(code)) });
    else if (emoji !== undefined) found.push({ kind: "emoji", name: emoji });
    else if (bold !== undefined) found.push({ kind: "bold", children: inline(bold, verbatim) });
    else if (italic !== undefined) found.push({ kind: "italic", children: inline(italic, verbatim) });
    else if (strike !== undefined) found.push({ kind: "strike", children: inline(strike, verbatim) });
    else if (address !== undefined) found.push({ kind: "link", url: fromEntities(address), label: [] });
  }
  plain(source.length);
  return found;
}

/** What stands between angle brackets: a mention, a date or a link. */
function reference(inside: string, verbatim: boolean): Inline {
  const bar = inside.indexOf("|");
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? undefined : fromEntities(inside.slice(bar + 1));
  if (target.startsWith("@")) return { kind: "user", id: target.slice(1), label };
  if (target.startsWith("#")) return { kind: "channel", id: target.slice(1), label };
  if (target.startsWith("!subteam^")) return { kind: "group", id: target.slice("!subteam^".length), label };
  if (target.startsWith("!date^")) return dateReference(target, label ?? "");
  if (target.startsWith("!")) return { kind: "broadcast", range: target.slice(1) };
  const shown = bar === -1 ? [] : inline(inside.slice(bar + 1), true);
  return { kind: "link", url: fromEntities(target), label: verbatim || shown.length > 0 ? shown : [] };
}

function dateReference(target: string, fallback: string): Inline {
  const [, seconds, format, url] = target.split("^");
  const moment = Number(seconds);
  if (!Number.isFinite(moment) || format === undefined) return { kind: "text", text: fallback };
  return { kind: "date", seconds: moment, format: fromEntities(format), url, fallback };
}

/** In code, a link that Slack made of an address shows as the address again. */
function linksToText(code: string): string {
  return code.replaceAll(
    /<(https?:[^<>|]+)(?:\|([^<>]*))?>/g,
    (_whole, url: string, label?: string) => label ?? url,
  );
}
