// What compose files and other starts near PROD say about its restart and its health.

import { describe, expect, test } from "vitest";
import { type Contents, nowhere, surveyOf } from "../../test/surveyed.ts";
import { infer } from "./infer.ts";
import type { FoundRunning } from "./infer-running.ts";
import type { NearbyFile, Surroundings } from "./surveyed.ts";

const app = { "app/main.py": "print('shop')\n".repeat(4) };

function runningOf(
  composeFiles: readonly NearbyFile[],
  around: Partial<Surroundings> = {},
  more: Contents = {},
): FoundRunning {
  return infer(surveyOf({ ...app, ...more }, app, { composeFiles, ...around })).running;
}

const file = (text: string, path = "/home/deploy/shop/docker/docker-compose-prod.yml"): NearbyFile => ({
  path,
  text,
});

function withService(lines: string): FoundRunning {
  return runningOf([file(`services:\n  web:\n    volumes: ["../prod:/app"]\n    ${lines}\n`)]);
}

describe("a compose file is about PROD", () => {
  test.each([
    ["by its absolute path", `volumes: [ "/home/deploy/shop/prod:/app:ro" ]`],
    ["by a path from where the file is", `volumes: [ ../prod:/app ]`],
    ["below the home", `volumes: [ "~/shop/prod/app:/app" ]`],
    ["through $HOME", `volumes: [ "\${HOME}/shop/prod:/app" ]`],
    ["through a variable with a default", `volumes: [ "\${ROOT:-/home/deploy/shop/prod}:/app" ]`],
    ["in the long form", `volumes: [ { type: bind, source: ../prod, target: /app } ]`],
  ])("%s", (_how, line) => {
    expect(runningOf([file(`services:\n  web:\n    ${line}\n`)]).restart).toEqual({
      kind: "compose",
      file: "/home/deploy/shop/docker/docker-compose-prod.yml",
      mode: "restart",
      services: [],
    });
  });

  test.each([
    ["a named volume", `volumes: [ "prod:/app" ]`],
    ["a directory with a longer name", `volumes: [ "../prod2:/app" ]`],
    ["PREPROD", `volumes: [ "../preprod:/app" ]`],
    ["a variable that is not known here", `volumes: [ "\${ROOT}/prod:/app" ]`],
    ["a repository", `build: "https://example.org/shop.git"`],
  ])("not by %s", (_how, line) => {
    const path = "/home/deploy/shop/docker/docker-compose.yml";
    expect(runningOf([file(`services:\n  web:\n    ${line}\n`, path)]).restart).toEqual({ kind: "none" });
  });

  test("and the image is built again where it is built of PROD's directory", () => {
    const running = runningOf([
      file("services:\n  web:\n    build: { context: . }\n", "/home/deploy/shop/prod/compose.yaml"),
    ]);
    expect(running.restart).toEqual({
      kind: "command",
      command: "docker compose -f '/home/deploy/shop/prod/compose.yaml' up -d --build",
    });
  });

  test("and only its own services are restarted", () => {
    const text = `services:
  db: { image: postgres }
  web: { volumes: ["../prod:/app"] }
  worker: { volumes: ["../prod:/app"] }
`;
    expect(runningOf([file(text)]).restart).toMatchObject({ services: ["web", "worker"] });
  });

  test("and the one named for PROD wins, the other is named", () => {
    const text = `services: { web: { volumes: ["../prod:/app"] } }\n`;
    const running = runningOf([
      file(text, "/home/deploy/shop/docker/docker-compose.dev.yml"),
      file(text, "/home/deploy/shop/docker/docker-compose.prod.yml"),
    ]);
    expect(running.restart).toMatchObject({ file: "/home/deploy/shop/docker/docker-compose.prod.yml" });
    expect(running.restartNotes.at(-1)).toEqual({
      code: "other-compose",
      facts: { file: "/home/deploy/shop/docker/docker-compose.dev.yml" },
    });
  });

  test("and it is written below the home where PROD is", () => {
    const text = `services: { web: { volumes: ["../prod:/app"] } }\n`;
    expect(runningOf([file(text)], { isBelowHome: true }).restart).toMatchObject({
      file: "~/shop/docker/docker-compose-prod.yml",
    });
  });

  test.each(["services: [", "- a\n- b", "", "services: { web: null, x: 3 }", "a: &a [*a]", "\u0000"])(
    "not when it is broken: %j",
    (text) => {
      expect(runningOf([file(text, "/home/deploy/shop/docker-compose.yml")]).restart).toEqual({
        kind: "none",
      });
    },
  );
});

describe("the page that is asked", () => {
  test.each([
    ["a published port", `ports: ["8501:8501"]`, "http://localhost:8501"],
    ["a port of this machine only", `ports: ["127.0.0.1:8080:80"]`, "http://localhost:8080"],
    ["a port of one address", `ports: ["10.0.0.5:8080:80/tcp"]`, "http://10.0.0.5:8080"],
    ["a number alone is a port that docker chooses", `ports: [80]`, undefined],
    ["the long form", `ports: [ { target: 80, published: "8081" } ]`, "http://localhost:8081"],
    ["a default", `ports: ["\${PORT:-8501}:8501"]`, "http://localhost:8501"],
    [
      "the one that the command listens on",
      `{ ports: ["9000:9000", "80:8501"], command: run --server.port 8501 }`,
      "http://localhost:80",
    ],
    [
      "the host's network",
      `{ network_mode: host, command: "gunicorn --bind 0.0.0.0:8000 app" }`,
      "http://localhost:8000",
    ],
    [
      "the health check's page",
      `{ ports: ["80:8501"], healthcheck: { test: ["CMD", "curl", "-f", "http://localhost:8501/_stcore/health"] } }`,
      "http://localhost:80/_stcore/health",
    ],
    ["no port", `image: app`, undefined],
  ])("by %s", (_how, written, url) => {
    const running = written.startsWith("{")
      ? runningOf([file(`services: { web: { volumes: ["../prod:/app"], ${written.slice(1)} }\n`)])
      : withService(written);
    expect(running.url).toBe(url);
    expect(running.urlNotes.length).toBeGreaterThan(0);
  });

  test("may take as long as the health check's start period says", () => {
    const start = (period: string) => withService(`healthcheck: { test: x, start_period: ${period} }`);
    expect(start("60s")).toMatchObject({ startPeriod: "60s", deadline: "5m" });
    expect(start("1m30s")).toMatchObject({ startPeriod: "90s", deadline: "5m" });
    expect(start("6m")).toMatchObject({ startPeriod: "360s", deadline: "12m" });
    expect(start("soon")).toMatchObject({ startPeriod: undefined });
  });

  test("comes with the container's name only where the file gives it one", () => {
    expect(withService("container_name: shop_prod").container).toBe("shop_prod");
    expect(withService("container_name: $" + "{NAME}").container).toBeUndefined();
    expect(withService("image: app").containerNotes).toMatchObject([{ code: "no-container" }]);
  });
});

describe("without a compose file", () => {
  test("units, a Procfile and package.json are hints, and nothing is restarted", () => {
    const units = [
      { path: "/etc/systemd/system/shop.service", text: `WorkingDirectory=${nowhere.prodRoot}\n` },
      { path: "/etc/systemd/system/other.service", text: `WorkingDirectory=${nowhere.prodRoot}2\n` },
      {
        path: "/home/deploy/.config/systemd/user/shop-worker.service",
        text: `ExecStart=${nowhere.prodRoot}/run`,
      },
    ];
    const { restart, hints, urlNotes } = runningOf(
      [],
      { units },
      { Procfile: "web: gunicorn -b :8000 app\n" },
    );
    expect(restart).toEqual({ kind: "none" });
    expect(hints.map(({ line }) => line)).toEqual([
      "restart: { systemd: shop.service, sudo: true }",
      "restart: { systemd: shop-worker.service, user: true }",
      "gunicorn -b :8000 app",
    ]);
    expect(urlNotes).toEqual([{ code: "url-guess", facts: { url: "http://localhost:8000" } }]);
  });

  test("package.json tells how a node app starts, and a broken one nothing", () => {
    const start = (text: string) => runningOf([], {}, { "package.json": text }).hints.map(({ line }) => line);
    expect(start('{ "scripts": { "start": "node dist/server.js" } }')).toEqual(["node dist/server.js"]);
    for (const text of ["{", "null", "[]", '{ "scripts": 3 }', '{ "scripts": { "start": 3 } }']) {
      expect(start(text)).toEqual([]);
    }
  });

  test("EXPOSE of a Dockerfile is a guess", () => {
    const { url, urlNotes } = runningOf([], {}, { Dockerfile: "FROM python\nEXPOSE 8080\n" });
    expect(url).toBeUndefined();
    expect(urlNotes).toEqual([{ code: "url-guess", facts: { url: "http://localhost:8080" } }]);
  });
});
