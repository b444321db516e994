// Opens the page for a person who sits at this machine; everybody else has the printed address.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

type Surroundings = {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: boolean;
  readonly installed: (program: string) => boolean;
};

export function openBrowser(url: string): void {
  const surroundings = {
    platform: process.platform,
    env: process.env,
    terminal: process.stdout.isTTY === true,
    installed,
  };
  const [program, ...args] = browserCommand(surroundings) ?? [];
  if (program === undefined) return;
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

/** Undefined where nobody would see it: no terminal, no screen, a machine reached over SSH, or `BROWSER=none`. */
export function browserCommand({
  platform,
  env,
  terminal,
  installed: has,
}: Surroundings): readonly string[] | undefined {
  if (!terminal || env["CI"] !== undefined || env["BROWSER"] === "none") return undefined;
  if (env["SSH_CONNECTION"] !== undefined) return undefined;
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["explorer.exe"];
  const screen = env["DISPLAY"] ?? env["WAYLAND_DISPLAY"] ?? "";
  return screen !== "" && has("xdg-open") ? ["xdg-open"] : undefined;
}

function installed(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
