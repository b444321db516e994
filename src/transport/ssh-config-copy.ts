// The ssh configuration without the commands that reading it would run.

import { glob, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { privateDirectory } from "./private-directory.ts";
import { expandHome } from "./ssh-environment.ts";
import { readText } from "./text-file.ts";

// As deep as OpenSSH follows.
const deepest = 16;

/**
 * A copy in which no `Match … exec` ever holds, to be removed after use; undefined where there is none and the configuration can be
 * read as it is. Looking up where a host is is no reason to run something.
 */
export async function configWithoutExec(
  configFile: string | undefined,
): Promise<{ readonly file: string; readonly remove: () => Promise<void> } | undefined> {
  // The home of the password file is the one that `ssh` goes by.
  const home = join(userInfo().homedir, ".ssh");
  const roots = configFile === undefined ? [join(home, "config"), "/etc/ssh/ssh_config"] : [configFile];
  const directory = await privateDirectory();
  let runsSomething = false;
  let copies = 0;

  async function copy(file: string, base: string, depth: number): Promise<string> {
    const lines: string[] = [];
    for (const line of (await readText(file)).split("\n")) {
      if (/^\s*match\b.*\bexec\b/i.test(line)) {
        runsSomething = true;
        lines.push("Match !all");
      } else if (/^\s*include\b/i.test(line)) {
        const included = depth < deepest ? await filesOf(line, base) : [];
        const there = await Promise.all(included.map((each) => copy(each, base, depth + 1)));
        if (there.length > 0) lines.push(`Include ${there.map((each) => `"${each}"`).join(" ")}`);
      } else {
        lines.push(line);
      }
    }
    copies += 1;
    const copied = join(directory.path, String(copies));
    await writeFile(copied, lines.join("\n"), { mode: 0o600 });
    return copied;
  }

  try {
    const copied: string[] = [];
    for (const root of roots)
      copied.push(await copy(root, root.startsWith("/etc/ssh/") ? dirname(root) : home, 0));
    if (runsSomething) {
      const file = join(directory.path, "config");
      await writeFile(file, copied.map((each) => `Include "${each}"\nMatch all\n`).join(""), { mode: 0o600 });
      return { file, remove: directory.remove };
    }
  } catch (error) {
    await directory.remove();
    throw error;
  }
  await directory.remove();
  return undefined;
}

async function filesOf(line: string, base: string): Promise<readonly string[]> {
  const words = line.replace(/^\s*include[\s=]+/i, "").matchAll(/"([^"]*)"|(\S+)/g);
  const files: string[] = [];
  for (const [, quoted, bare] of words) {
    const pattern = expandHome(quoted ?? bare ?? "");
    const found: string[] = [];
    for await (const file of glob(isAbsolute(pattern) ? pattern : join(base, pattern))) found.push(file);
    files.push(...found.sort());
  }
  return files;
}
