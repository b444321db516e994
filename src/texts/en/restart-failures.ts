// Why a restart failed, or would, each with the remedy, in English. Plain text.

import type { RestartFailureCode } from "../../restart/restart-failure.ts";
import { type Details, detail, numberOf, type Sentence } from "../details.ts";

const file = (d: Details) => detail(d, "file", "the compose file");
const unit = (d: Details) => detail(d, "unit", "the unit");
const what = (d: Details) => detail(d, "what", "The restart command");
const seconds = (d: Details) => numberOf(d, "seconds") ?? 0;

export const restartFailures = {
  "compose-file-missing": (d) => `There is no readable compose file ${file(d)}; mend restart.compose.`,
  "compose-file-invalid": (d) => `docker compose does not accept ${file(d)}; what it said is below.`,
  "compose-missing": () =>
    "Docker is there, but neither `docker compose` nor `docker-compose`; install one of them.",
  "compose-no-container": (d) =>
    `There is no container of ${file(d)} to restart; \`docker compose up -d\` there makes it, or set mode: recreate.`,
  "compose-name-taken": (d) =>
    `The name ${detail(d, "container", "of its container")} belongs to a container that this compose file has not made; \`docker rm -f ${detail(d, "container", "of its container")}\` frees it, if nobody needs that one.`,
  "compose-image-missing": (d) =>
    `An image of ${file(d)} is not on this host and could not be pulled; \`docker compose pull\` there brings it.`,
  "compose-port-taken": (d) =>
    `A port of ${file(d)} is taken by another container or programme; what was said is below.`,
  "compose-container-fails": (d) => `A container of ${file(d)} cannot be started; what was said is below.`,
  "docker-missing": () => "Docker is not installed on this host, or not in the PATH of the login.",
  "docker-unreachable": () => "The Docker daemon does not answer; `systemctl start docker` starts it.",
  "docker-forbidden": () =>
    "The login may not speak to the Docker daemon; add it to the group docker and log in again.",
  "systemctl-missing": () => "There is no systemctl on this host.",
  "systemd-unreachable": () =>
    "systemd does not answer; for a unit of the login's own, `loginctl enable-linger` keeps it running.",
  "unit-missing": (d) =>
    `There is no unit ${unit(d)}; mend restart.systemd, or set user: true for a unit of the login's own.`,
  "unit-masked": (d) => `The unit ${unit(d)} is masked; \`systemctl unmask ${unit(d)}\` allows it to start.`,
  "unit-failed": (d) => `The unit ${unit(d)} did not stay up; its state is below.`,
  "unit-activating": (d) => `The unit ${unit(d)} was still starting after ${seconds(d)} s.`,
  "unit-start-limit": (d) =>
    `The unit ${unit(d)} failed too often and systemd has stopped trying; \`systemctl reset-failed ${unit(d)}\` lets it try again.`,
  "sudo-missing": () => "There is no sudo on this host.",
  "sudo-password": (d) =>
    `sudo wants a password; allow the login \`/usr/bin/systemctl restart ${unit(d)}\` in sudoers with NOPASSWD.`,
  "sudo-refused": (d) => `sudo does not allow the login \`systemctl restart ${unit(d)}\`; add it to sudoers.`,
  "not-permitted": (d) =>
    `The login may not restart ${unit(d)}; set sudo: true, or user: true for a unit of its own.`,
  "root-missing": (d) => `PROD's root ${detail(d, "root")} is not there.`,
  "exit-code": (d) => {
    const code = numberOf(d, "exitCode");
    return code === undefined ? `${what(d)} failed.` : `${what(d)} ended with exit code ${code}.`;
  },
  timeout: (d) => `${what(d)} took longer than ${seconds(d)} s and was ended.`,
  died: (d) => `${what(d)} was killed, or the host went down.`,
} satisfies Record<RestartFailureCode, Sentence>;
