import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type PageServer, startPageServer } from "../../test/page-server.ts";
import type { HttpProbe } from "../config/config.ts";
import { openLocal } from "../transport/local.ts";
import { askHttp } from "./ask-http.ts";
import { type HttpTool, httpTools } from "./http-script.ts";

const transport = openLocal();
const run = promisify(execFile);
let server: PageServer;
let present: ReadonlySet<string>;

let borrowed = "";
const path = process.env["PATH"] ?? "";

beforeAll(async () => {
  server = await startPageServer();
  // BusyBox brings an nc where the machine has none.
  borrowed = await mkdtemp(join(tmpdir(), "passerelle-nc-"));
  await symlink("/usr/bin/busybox", join(borrowed, "nc"));
  process.env["PATH"] = `${path}:${borrowed}`;
  const { stdout } = await transport.run(
    'for tool; do command -v "$tool" >/dev/null && echo "$tool"; done; true',
    {
      args: httpTools,
      timeoutSeconds: 10,
    },
  );
  present = new Set(stdout.toString().split("\n"));
});

afterAll(async () => {
  process.env["PATH"] = path;
  await rm(borrowed, { recursive: true });
  await server.close();
});

function asked(page: string, more: Partial<HttpProbe> = {}, tools?: readonly HttpTool[]) {
  const url = page.startsWith("http") ? page : `${server.origin}${page}`;
  const probe = { url, status: undefined, contains: undefined, timeoutSeconds: 10, ...more };
  return askHttp(transport, probe, 60, tools);
}

describe.for(httpTools)("asked with %s", { concurrent: true }, (tool) => {
  const only = [tool];

  test("good, wrong, moved, unknown and huge pages are told apart", async ({ skip }) => {
    if (!present.has(tool)) skip(`runs where ${tool} is installed`);
    const [fine, broken, once, away, huge, odd] = await Promise.all([
      asked("/fine", { contains: "Kitchen" }, only),
      asked("/broken", {}, only),
      asked("/once", { contains: "Kitchen" }, only),
      asked("/away", {}, only),
      asked("/huge", { contains: "the beginning" }, only),
      asked("/odd?a='b%22&c=$(id)", { contains: "/odd?a=" }, only),
    ]);
    expect(fine.result).toEqual({
      name: `GET ${server.origin}/fine`,
      ok: true,
      seen: expect.stringMatching(/^200 in \d+ ms$/),
      milliseconds: expect.any(Number),
    });
    expect(broken.trouble).toBe(`GET ${server.origin}/broken answered 500`);
    expect(once.result.ok).toBe(true);
    expect(away.trouble).toBe(`GET ${server.origin}/away redirects to another host: http://example.org`);
    expect(huge.result.ok).toBe(true);
    expect(odd.result.ok).toBe(true);
  });

  test("a refusal, a page that never answers and one that slams the door are told apart", async ({
    skip,
  }) => {
    if (!present.has(tool)) skip(`runs where ${tool} is installed`);
    const [refused, hanging, slammed, dripping] = await Promise.all([
      asked("http://127.0.0.1:1/", {}, only),
      asked("/hang", { timeoutSeconds: 1 }, only),
      asked("/slam", {}, only),
      asked("/drip", { timeoutSeconds: 1 }, only),
    ]);
    // nc says nothing of what went wrong.
    expect(refused.trouble).toMatch(
      tool === "nc" ? /refused|no answer|without an answer/ : /refused the connection$/,
    );
    expect(hanging.trouble).toMatch(/did not answer within 1 s$/);
    expect(slammed.trouble).toMatch(/closed the connection|no answer/);
    expect(dripping.trouble).toMatch(/did not finish within 1 s$|did not answer within 1 s$/);
  });

  test("a name and a password in the address are used and not shown", async ({ skip }) => {
    if (!present.has(tool)) skip(`runs where ${tool} is installed`);
    const page = await asked(`http://ana:p%40ss%3A1@127.0.0.1:${server.port}/secret`, {}, only);
    expect(page.result).toMatchObject({ ok: true, name: `GET ${server.origin}/secret` });
  });
});

test("a loop of redirects ends", async () => {
  expect((await asked("/loop")).trouble).toBe(`GET ${server.origin}/loop redirects more than 3 times`);
});

test("a host without any tool says what to install, and that waiting will not help", async () => {
  const page = await asked("/fine", {}, []);
  expect(page).toMatchObject({ hopeless: true, trouble: expect.stringContaining("install curl") });
});

test("the address is no argument of any process", async () => {
  const asking = asked("/hang?token=abcdef123", { timeoutSeconds: 3 });
  const seen: string[] = [];
  for (let look = 0; look < 20; look += 1) {
    seen.push((await run("ps", ["-eo", "args"])).stdout);
    await sleep(50);
  }
  await asking;
  expect(seen.join("\n")).toMatch(/curl .*-K -/);
  expect(seen.join("\n")).not.toContain("abcdef123");
});

test("the time of all probes together is over when the deadline is", async () => {
  const probe = { url: `${server.origin}/hang`, status: undefined, contains: undefined, timeoutSeconds: 600 };
  expect((await askHttp(transport, probe, 1)).trouble).toMatch(/did not answer within 1 s$/);
});

test("a certificate that nobody vouches for is named, by every tool that speaks TLS", async () => {
  const directory = await mkdtemp(join(tmpdir(), "passerelle-tls-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  await run("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    "-days",
    "2",
    ...subject,
  ]);
  const secure = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_, answer) =>
    answer.end("hello"),
  );
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    secure.closeAllConnections();
    secure.close();
    await rm(directory, { recursive: true });
  });
  const origin = `https://localhost:${(secure.address() as AddressInfo).port}`;
  const tools = (["curl", "wget", "python3", "node"] as const).filter((tool) => present.has(tool));
  const pages = await Promise.all(tools.map((tool) => asked(origin, {}, [tool])));
  for (const page of pages) {
    expect(page.trouble).toMatch(/has a certificate that (it signed itself|this host does not trust)$/);
  }
});
