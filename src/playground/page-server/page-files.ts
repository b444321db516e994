// The files of the page: its one document, its modules as the browser can run them, its style, and Preact.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { style } from "./style.ts";

export type PageFile = { readonly type: string; readonly body: string };

/** As sources the modules are TypeScript and lose their types on the way; built, they are JavaScript already. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

const importMap = JSON.stringify({
  imports: { preact: "/ui/vendor/preact.js", "preact/hooks": "/ui/vendor/hooks.js" },
});

const vendored: Readonly<Record<string, string>> = { "preact.js": "preact", "hooks.js": "preact/hooks" };

export function documentHeaders(frames: readonly string[]): Readonly<Record<string, string>> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      `script-src 'self' 'sha256-${createHash("sha256").update(importMap).digest("base64")}'`,
      ...["style-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
      ...(frames.length === 0 ? [] : [`frame-src ${frames.join(" ")}`]),
      ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ].join("; "),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}

export function documentFile(team: string): PageFile {
  const title = team.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    type: "text/html; charset=utf-8",
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – playground</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/ui/style.css">
<script type="importmap">${importMap}</script>
<script type="module" src="/ui/page/app.${extension}"></script>
</head>
<body><noscript>The playground's page needs JavaScript.</noscript></body>
</html>
`,
  };
}

/** `path` is what follows `/ui/`; anything but a module of the page is not found. */
export async function uiFile(path: string): Promise<PageFile | undefined> {
  if (path === "style.css") return { type: "text/css; charset=utf-8", body: style };
  const type = "text/javascript; charset=utf-8";
  const package_ = /^vendor\/([\w.]+)$/.exec(path)?.[1];
  if (package_ !== undefined) {
    const name = Object.hasOwn(vendored, package_) ? vendored[package_] : undefined;
    if (name === undefined) return undefined;
    const source = await readFile(fileURLToPath(import.meta.resolve(name)), "utf8");
    return { type, body: source.replace(/\n\/\/# sourceMappingURL=.*$/, "") };
  }
  if (!/^(fields|(page|text)(\/[a-z-]+){1,2})\.(ts|js)$/.test(path) || !path.endsWith(extension))
    return undefined;
  const source = await readFile(new URL(`../${path}`, import.meta.url), "utf8").catch(() => undefined);
  if (source === undefined) return undefined;
  return { type, body: extension === "ts" ? stripTypeScriptTypes(source) : source };
}
