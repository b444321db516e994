import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { image, startDocker, whyNoDocker } from "./engine.ts";

describe.skipIf(whyNoDocker !== undefined)(`with Docker (${whyNoDocker ?? "here"})`, () => {
  test("several daemons run side by side, also in a network namespace, and leave nothing behind", async () => {
    const namespace = `docker-${process.pid}`;
    execFileSync("ip", ["netns", "add", namespace]);
    onTestFinished(() => void execFileSync("ip", ["netns", "delete", namespace]));
    execFileSync("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    const engines = await Promise.all([startDocker(), startDocker({ namespace })]);
    try {
      const serve = ["run", "-d", "--network", "host", image, "httpd", "-f", "-p", "127.0.0.1:80"];
      const [outside, inside] = engines;
      await inside.run(...serve);
      const links = await Promise.all(
        engines.map(({ run }) => run("run", "--rm", "--network", "host", image, "ls", "/sys/class/net")),
      );
      expect(links[1]).toBe("lo");
      expect(links[0]).not.toBe("lo");
      const listens = (engine: typeof inside) =>
        engine
          .run("run", "--rm", "--network", "host", image, "sh", "-c", "nc -w 5 127.0.0.1 80 </dev/null")
          .then(
            () => true,
            () => false,
          );
      await expect.poll(() => listens(inside), { timeout: 20_000 }).toBe(true);
      expect(await outside.run("ps", "-q")).toBe("");
    } finally {
      await Promise.all(engines.map((engine) => engine.remove()));
    }
    expect(engines.flatMap(({ host }) => leftovers(dirname(host.slice("unix://".length))))).toEqual([]);
  });

  test("a daemon can be stopped, started again and frozen", async () => {
    const docker = await startDocker();
    onTestFinished(() => docker.remove());
    const container = await docker.run(
      "run",
      "-d",
      "--stop-signal",
      "KILL",
      "--network",
      "host",
      image,
      "sleep",
      "1000",
    );
    await docker.stop();
    await expect(docker.run("version")).rejects.toThrow(/daemon/);
    await docker.start();
    expect(await docker.run("inspect", "-f", "{{.State.Status}}", container)).toBe("exited");
    docker.freeze();
    const asked = docker.run("version", "-f", "{{.Server.Os}}");
    expect(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 500, "late"))])).toBe(
      "late",
    );
    docker.thaw();
    expect(await asked).toBe("linux");
  });
});

/** What is left of a daemon in this directory: the directory, mounts and processes. */
function leftovers(directory: string): readonly string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const processes = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && commandOf(name).includes(directory),
  );
  return [
    ...(existsSync(directory) ? [directory] : []),
    ...mounts.filter((line) => line.includes(directory)),
    ...processes,
  ];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}
