// Why a restart failed, by code, each with the sentence that names the remedy.

type Details = Readonly<Record<string, string | number>>;

const reasons = {
  "compose-file-missing": ({ file }: Details) =>
    `There is no readable compose file ${file}; mend restart.compose.`,
  "compose-file-invalid": ({ file }: Details) =>
    `docker compose does not accept ${file}; what it said is below.`,
  "compose-missing": () =>
    "Docker is there, but neither `docker compose` nor `docker-compose`; install one of them.",
  "compose-no-container": ({ file }: Details) =>
    `There is no container of ${file} to restart; \`docker compose up -d\` there makes it, or set mode: recreate.`,
  "compose-name-taken": ({ container = "of its container" }: Details) =>
    `The name ${container} belongs to a container that this compose file has not made; \`docker rm -f ${container}\` frees it, if nobody needs that one.`,
  "compose-image-missing": ({ file }: Details) =>
    `An image of ${file} is not on this host and could not be pulled; \`docker compose pull\` there brings it.`,
  "compose-port-taken": ({ file }: Details) =>
    `A port of ${file} is taken by another container or programme; what was said is below.`,
  "compose-container-fails": ({ file }: Details) =>
    `A container of ${file} cannot be started; what was said is below.`,
  "docker-missing": () => "Docker is not installed on this host, or not in the PATH of the login.",
  "docker-unreachable": () => "The Docker daemon does not answer; `systemctl start docker` starts it.",
  "docker-forbidden": () =>
    "The login may not speak to the Docker daemon; add it to the group docker and log in again.",
  "systemctl-missing": () => "There is no systemctl on this host.",
  "systemd-unreachable": () =>
    "systemd does not answer; for a unit of the login's own, `loginctl enable-linger` keeps it running.",
  "unit-missing": ({ unit }: Details) =>
    `There is no unit ${unit}; mend restart.systemd, or set user: true for a unit of the login's own.`,
  "unit-masked": ({ unit }: Details) =>
    `The unit ${unit} is masked; \`systemctl unmask ${unit}\` allows it to start.`,
  "unit-failed": ({ unit }: Details) => `The unit ${unit} did not stay up; its state is below.`,
  "unit-activating": ({ unit, seconds }: Details) =>
    `The unit ${unit} was still starting after ${seconds} s.`,
  "unit-start-limit": ({ unit }: Details) =>
    `The unit ${unit} failed too often and systemd has stopped trying; \`systemctl reset-failed ${unit}\` lets it try again.`,
  "sudo-missing": () => "There is no sudo on this host.",
  "sudo-password": ({ unit }: Details) =>
    `sudo wants a password; allow the login \`/usr/bin/systemctl restart ${unit}\` in sudoers with NOPASSWD.`,
  "sudo-refused": ({ unit }: Details) =>
    `sudo does not allow the login \`systemctl restart ${unit}\`; add it to sudoers.`,
  "not-permitted": ({ unit }: Details) =>
    `The login may not restart ${unit}; set sudo: true, or user: true for a unit of its own.`,
  "root-missing": ({ root }: Details) => `PROD's root ${root} is not there.`,
  "exit-code": ({ what, exitCode }: Details) =>
    exitCode === undefined ? `${what} failed.` : `${what} ended with exit code ${exitCode}.`,
  timeout: ({ what, seconds }: Details) => `${what} took longer than ${seconds} s and was ended.`,
  died: ({ what }: Details) => `${what} was killed, or the host went down.`,
} as const satisfies Record<string, (details: Details) => string>;

export type RestartFailureCode = keyof typeof reasons;

export const restartFailureCodes = Object.keys(reasons) as readonly RestartFailureCode[];

export function restartFailureReason(code: RestartFailureCode, details: Details): string {
  return reasons[code](details);
}
