// The package as `npm install` lays it out, without sources, for a test of what people run.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const checkout = join(import.meta.dirname, "..");

export function buildPackage(): { readonly programme: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), "passerelle-package-"));
  const compiler = join(checkout, "node_modules/typescript/bin/tsc");
  const project = join(checkout, "tsconfig.build.json");
  execFileSync(process.execPath, [compiler, "-p", project, "--outDir", join(directory, "dist")]);
  for (const name of ["bin", "package.json"])
    cpSync(join(checkout, name), join(directory, name), { recursive: true });
  symlinkSync(join(checkout, "node_modules"), join(directory, "node_modules"));
  return {
    programme: join(directory, "bin/passerelle.js"),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
