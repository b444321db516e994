import { once } from "node:events";
import { SocketModeClient } from "@slack/socket-mode";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { clientFor, silent, startQuietly, startWithBolt } from "../../test/playground/bolt.ts";
import type { Playground } from "./server.ts";

let stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.reverse()) await stop();
  stopping = [];
});

async function quiet(socketMode = {}): Promise<Playground> {
  const { playground } = await startQuietly({ socketMode });
  stopping.push(playground.stop);
  return playground;
}

async function ticket(playground: Playground): Promise<string> {
  const { url = "" } = await clientFor(playground, playground.appToken).apps.connections.open();
  return url;
}

/** A connection that acknowledges as told, and keeps what it was sent. */
async function connect(playground: Playground, { acknowledging = true } = {}) {
  const received: {
    type: string;
    reason?: string;
    envelope_id?: string;
    retry_attempt?: number;
    payload?: object;
    num_connections?: number;
  }[] = [];
  const socket = new WebSocket(await ticket(playground));
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    received.push(message);
    if (acknowledging && message.envelope_id)
      socket.send(JSON.stringify({ envelope_id: message.envelope_id, payload: {} }));
  });
  await once(socket, "message");
  return { socket, received };
}

const until = async (holds: () => boolean) => {
  for (const end = Date.now() + 10_000; !holds() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
};

describe("connections", () => {
  test("greet with how many there are", async () => {
    const playground = await quiet();
    expect((await connect(playground)).received[0]).toMatchObject({ type: "hello", num_connections: 1 });
    expect((await connect(playground)).received[0]).toMatchObject({ type: "hello", num_connections: 2 });
    expect(playground.faults.socket.connections()).toBe(2);
  });

  test("need a ticket, and each ticket opens one", async () => {
    const playground = await quiet();
    const url = await ticket(playground);
    const first = new WebSocket(url);
    await once(first, "open");
    const second = new WebSocket(url);
    const [error] = await once(second, "error");
    expect(String(error)).toContain("401");
  });

  test("are ten at most", async () => {
    const playground = await quiet();
    for (let count = 0; count < 10; count += 1) await connect(playground);
    const { socket, received } = await connect(playground);
    await once(socket, "close");
    expect(received[0]).toMatchObject({ type: "disconnect", reason: "too_many_websockets" });
  });
});

describe("envelopes", () => {
  test("go to one connection each", async () => {
    const playground = await quiet();
    const both = [await connect(playground), await connect(playground)];
    await playground.workspace.person("ana").types("/promote one");
    await playground.workspace.person("ana").types("/promote two");
    const counts = both.map(
      ({ received }) => received.filter(({ type }) => type === "slash_commands").length,
    );
    expect(counts).toEqual([1, 1]);
  });

  test("that nobody can take fail at once, where the person sees it", async () => {
    const playground = await quiet();
    const ana = playground.workspace.person("ana");
    expect(await ana.types("/promote")).toEqual({ ok: false, error: "dispatch_failed" });
    await ana.sees('/promote failed with the error "dispatch_failed"');
  });

  test("that nobody acknowledges in time fail for the person, and events are sent again", async () => {
    const playground = await quiet({ ackSeconds: 0.2, eventRetrySeconds: [0, 0.1] });
    const { received } = await connect(playground, { acknowledging: false });
    const ana = playground.workspace.person("ana");
    expect(await ana.types("/promote")).toEqual({ ok: false, error: "operation_timeout" });
    await ana.sees('/promote failed with the error "operation_timeout"');
    await ana.says("@passerelle hello");
    const events = () => received.filter(({ type }) => type === "events_api");
    await until(() => events().length === 3);
    expect(events().map(({ retry_attempt }) => retry_attempt)).toEqual([0, 1, 2]);
    expect(new Set(events().map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
  });

  test("can come twice, or late", async () => {
    const playground = await quiet();
    const { received } = await connect(playground);
    playground.faults.socket.duplicate(1);
    await playground.workspace.person("ana").types("/promote");
    await until(() => received.filter(({ type }) => type === "slash_commands").length === 2);
    playground.faults.socket.delay(150);
    const before = Date.now();
    await playground.workspace.person("ana").types("/promote");
    expect(Date.now() - before).toBeGreaterThanOrEqual(140);
  });

  test("carry the answer of the acknowledgement back", async () => {
    const running = await startWithBolt((app) => {
      app.command("/promote", async ({ ack, command }) =>
        ack(command.text === "blocks" ? { blocks: [{ type: "nonsense" }] } : "Right away."),
      );
    });
    stopping.push(running.stop);
    const ana = running.playground.workspace.person("ana");
    expect(await ana.types("/promote")).toEqual({ ok: true });
    await ana.sees("Right away.");
    expect(running.playground.workspace.person("bo").canSee("Right away.")).toBe(false);
    expect(await ana.types("/promote blocks")).toEqual({ ok: false, error: "invalid_blocks" });
  });
});

describe("the real client", () => {
  test.each(["warning", "refresh_requested"] as const)(
    "comes back after %s and works again",
    async (reason) => {
      const running = await startWithBolt((app) => app.command("/promote", async ({ ack }) => ack("here")), {
        socketMode: { graceSeconds: 0.1 },
      });
      stopping.push(running.stop);
      const { playground } = running;
      let reconnected = false;
      let left = false;
      playground.workspace.watch((event) => {
        if (event.type !== "connections") return;
        if (event.open === 0) left = true;
        else if (left) reconnected = true;
      });
      playground.faults.socket.disconnect(reason);
      await until(() => reconnected);
      expect(await playground.workspace.person("ana").types("/promote")).toEqual({ ok: true });
    },
  );

  test("notices a cut line and a silent one", async () => {
    const running = await startWithBolt((app) => app.command("/promote", async ({ ack }) => ack("here")));
    stopping.push(running.stop);
    const { socket } = running.playground.faults;
    const opened: number[] = [];
    running.playground.workspace.watch((event) => {
      if (event.type === "connections") opened.push(event.open);
    });
    socket.cut();
    await until(() => opened.join() === "0,1");
    socket.silence(true);
    await until(() => opened.join() === "0,1,0");
    socket.silence(false);
    await until(() => opened.at(-1) === 1);
    expect(await running.playground.workspace.person("ana").types("/promote")).toEqual({ ok: true });
  });

  test("is told that its token is wrong", async () => {
    const playground = await quiet();
    const client = new SocketModeClient({
      appToken: "xapp-wrong",
      logger: silent,
      clientOptions: { slackApiUrl: playground.apiUrl, retryConfig: { retries: 0 } },
    });
    await expect(client.start()).rejects.toMatchObject({ data: { error: "invalid_auth" } });
  });
});
