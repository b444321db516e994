// A small web app on 127.0.0.1 that behaves, page by page, as apps do when they are not well.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `times` is how often it was asked before, `seconds` how long ago it was asked first. */
type Page = (request: IncomingMessage, answer: ServerResponse, times: number, seconds: number) => void;

const pages: Readonly<Record<string, Page>> = {
  "/fine": (_, answer) => answer.end("Back to the Kitchen"),
  "/broken": (_, answer) => answer.writeHead(500).end("Internal Server Error"),
  "/teapot": (_, answer) => answer.writeHead(418).end("short and stout"),
  "/hang": () => {},
  "/drip": (_, answer) => {
    answer.writeHead(200);
    const timer = setInterval(() => answer.write("."), 100);
    answer.on("close", () => clearInterval(timer));
  },
  "/huge": (_, answer) => {
    const piece = Buffer.alloc(1024 * 1024, "x");
    const more = (): void => {
      while (!answer.destroyed && answer.write(piece));
    };
    answer.on("drain", more);
    answer.write("the beginning");
    more();
  },
  "/loop": (_, answer) => answer.writeHead(302, { location: "/loop" }).end(),
  "/once": (_, answer) => answer.writeHead(301, { location: "/fine?a=1&b=%20" }).end("moved"),
  "/away": (_, answer) => answer.writeHead(302, { location: "http://example.org/" }).end(),
  "/slam": (request) => request.socket.destroy(),
  "/late": (_, answer, times) => answer.writeHead(times < 4 ? 503 : 200).end(),
  "/after-40-s": (_, answer, _times, seconds) =>
    seconds < 40 ? answer.writeHead(503).end("starting") : answer.end("Back to the Kitchen"),
  // The old version still answers, and the new one dies.
  "/handover": (request, answer, times) =>
    times < 3 ? answer.end("Back to the Kitchen") : request.socket.destroy(),
  "/flapping": (_, answer, times) => answer.writeHead(times % 2 === 0 ? 200 : 500).end("Back to the Kitchen"),
  "/secret": (request, answer) => {
    const right = `Basic ${Buffer.from("ana:p@ss:1").toString("base64")}`;
    answer.writeHead(request.headers.authorization === right ? 200 : 401).end();
  },
  "/odd": (request, answer) => answer.end(request.url),
};

export type PageServer = { readonly origin: string; readonly port: number; close(): Promise<void> };

/** The page `/as-told` behaves as the one that `told` names. */
export async function startPageServer(told: () => string = () => "/fine"): Promise<PageServer> {
  const times = new Map<string, number>();
  const firsts = new Map<string, number>();
  const server = createServer((request, answer) => {
    const asked = (request.url ?? "/").split("?")[0] ?? "/";
    const path = asked === "/as-told" ? told() : asked;
    const count = times.get(path) ?? 0;
    times.set(path, count + 1);
    const first = firsts.get(path) ?? performance.now();
    firsts.set(path, first);
    const page = pages[path];
    if (page === undefined) answer.writeHead(404).end("no such page");
    else page(request, answer, count, (performance.now() - first) / 1000);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
