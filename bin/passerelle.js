#!/usr/bin/env node
// Starts Passerelle on a Node that can run it: this one, or the one that `npm ci` put beside the sources.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sources = here("../src/cli.ts");
const built = here("../dist/cli.js");
const bundledNode = here("../node_modules/node/bin/node");
const self = fileURLToPath(import.meta.url);
const given = process.argv.slice(2);
const stays = given[0] === "serve";

// A bot waits most of the time, and its machine is often a small one. A young generation that keeps its first size, no third
// compiler, and a C library that gives back what is free spare it some 60 MB, for a tenth more time in the largest comparisons.
const lean = ["--max-semi-space-size=1", "--no-opt"];
const tunables =
  "glibc.malloc.arena_max=1:glibc.malloc.mmap_threshold=131072:glibc.malloc.trim_threshold=131072";

if (major > 22 || (major === 22 && minor >= 18)) {
  process.removeAllListeners("warning");
  if (stays) stayLean();
  const entry = chosen();
  // Sources are compiled anew at every start otherwise. Beside the packages, where only who may change the programme can write.
  if (entry === sources) nodeModule.enableCompileCache?.(here("../node_modules/.cache/passerelle"));
  await import(entry);
} else if (existsSync(bundledNode)) {
  const child = spawn(bundledNode, [self, ...given], { stdio: "inherit" });
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

/** Becomes a process that was started so, with the same pid: the C library reads its settings only when it starts. */
function stayLean() {
  if (process.execArgv.includes("--no-opt")) {
    // They are for the bot, not for what it starts.
    if (process.env.GLIBC_TUNABLES === tunables) delete process.env.GLIBC_TUNABLES;
    return;
  }
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...lean, self, ...given], {
    GLIBC_TUNABLES: tunables,
    ...process.env,
  });
}

/** A bot runs what was built, which takes less memory, unless a source is newer; all else runs the sources where there are any. */
function chosen() {
  if (!existsSync(sources)) return built;
  if (!stays || !existsSync(built)) return sources;
  const changed = (path) => statSync(here(`../src/${path}`)).mtimeMs;
  const newest = Math.max(...readdirSync(here("../src"), { recursive: true }).map(changed));
  return newest < statSync(built).mtimeMs ? built : sources;
}
