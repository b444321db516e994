// Why compose could not restart an app, read from what it said. Pure.

import type { RestartFailureCode } from "./restart-failure.ts";

export type ComposeFailure = {
  readonly code: RestartFailureCode;
  readonly details: Readonly<Record<string, string>>;
};

// In the words of docker-compose 1.29, of the plugin, and of the daemon that both pass on.
const known: readonly (readonly [RegExp, RestartFailureCode])[] = [
  [/no containers? (?:to restart|found)/i, "compose-no-container"],
  [/container name "?\/?(?<container>[^"\s]+)"? is already in use/i, "compose-name-taken"],
  [/port is already allocated|address already in use/i, "compose-port-taken"],
  [
    /pull access denied|manifest (?:unknown|for .* not found)|no such image|failed to resolve reference|\/v2\/"?: |TLS handshake timeout/i,
    "compose-image-missing",
  ],
  [/OCI runtime|cannot (?:re)?start (?:service|container)/i, "compose-container-fails"],
  [/cannot connect to the docker daemon|couldn't connect to docker daemon/i, "docker-unreachable"],
];

export function composeFailure(said: string): ComposeFailure | undefined {
  for (const [form, code] of known) {
    const found = form.exec(said);
    if (found !== null) return { code, details: { ...found.groups } };
  }
  return undefined;
}
