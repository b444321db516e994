import { expect, test } from "vitest";
import { composeFailure } from "./compose-failure.ts";

test.for([
  ["No containers to restart\n1", "compose-no-container", {}],
  ['no container found for project "shop": not found', "compose-no-container", {}],
  [
    'ERROR: for web  Cannot create container for service web: Conflict. The container name "/shop_web" is already in use by container "c534". You have to remove (or rename) that container to be able to reuse that name.',
    "compose-name-taken",
    { container: "shop_web" },
  ],
  [
    'Pulling web (127.0.0.1:1/shop:two)...\nGet "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    "compose-image-missing",
    {},
  ],
  [
    "Error response from daemon: pull access denied for shop, repository does not exist or may require 'docker login'",
    "compose-image-missing",
    {},
  ],
  ["manifest for shop:two not found: manifest unknown", "compose-image-missing", {}],
  [
    "Error response from daemon: driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
    "compose-port-taken",
    {},
  ],
  [
    'ERROR: for web  Cannot start service web: failed to create shim task: OCI runtime create failed: runc create failed: exec: "nothere": executable file not found in $PATH: unknown',
    "compose-container-fails",
    {},
  ],
  [
    "ERROR: Couldn't connect to Docker daemon at http+docker://localhost - is it running?",
    "docker-unreachable",
    {},
  ],
] as const)("%s", ([said, code, details]) => {
  expect(composeFailure(said)).toEqual({ code, details });
});

test("of anything else only the exit code is told", () => {
  expect(composeFailure("Container web  Restarting\nyeast is out\n")).toBeUndefined();
});
