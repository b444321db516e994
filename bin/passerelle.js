#!/usr/bin/env node
// Starts Passerelle on a Node that can run it: this one, or the one that `npm ci` put beside the sources.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sources = here("../src/cli.ts");
const built = here("../dist/cli.js");
const bundledNode = here("../node_modules/node/bin/node");

if (major > 22 || (major === 22 && minor >= 18)) {
  process.removeAllListeners("warning");
  // Sources are compiled anew at every start otherwise. Beside the packages, where only who may change the programme can write.
  if (existsSync(sources)) nodeModule.enableCompileCache?.(here("../node_modules/.cache/passerelle"));
  // A bot waits most of the time: a young generation that stays at its first size spares it some 30 MB, for more frequent collections.
  if (process.argv[2] === "serve") setFlagsFromString("--semi-space-growth-factor=1");
  await import(existsSync(sources) ? sources : built);
} else if (existsSync(bundledNode)) {
  const child = spawn(bundledNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGTERM" || signal === "SIGINT" ? 0 : 1);
  });
} else {
  console.error(
    `passerelle: Node ${process.versions.node} is too old: it needs 22.18 or newer. Install Node 24, or run it with: npx node@24`,
  );
  process.exitCode = 1;
}
