// What a call of `ssh` finds around it.

import { homedir } from "node:os";
import { join } from "node:path";

// The bot's tokens are in its environment, and `SendEnv`, `ProxyCommand` or `Match exec` of a configuration might pass them on.
const passedOn = [
  "PATH",
  "USER",
  "LOGNAME",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "KRB5CCNAME",
];

export function sshEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    HOME: homedir(),
    LC_ALL: "C",
    SHELL: "/bin/sh",
    SSH_ASKPASS_REQUIRE: "never",
  };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
