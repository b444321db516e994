import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noPostgres, type PostgresServer, startPostgresServer } from "../../test/postgres-server.ts";
import { impact, type Stage, setStage, until } from "../../test/slack/stage.ts";

const when = noPostgres === undefined ? "" : ` (${noPostgres})`;

describe.skipIf(noPostgres)(`two bots on one PostgreSQL${when}`, { timeout: 60_000 }, () => {
  let server: PostgresServer;
  let one: Stage;
  let other: Stage;

  beforeAll(async () => {
    server = await startPostgresServer();
  }, 120_000);
  afterAll(() => server?.remove());
  beforeEach(async () => {
    const databaseUrl = await server.database();
    one = await setStage({ databaseUrl });
    other = await setStage({ databaseUrl, beside: one });
  }, 60_000);
  afterEach(async () => {
    await other?.stop();
    await one?.stop();
  });

  const person = (name: string) => one.playground.workspace.person(name);
  const messages = () => one.playground.workspace.messages("kitchen");
  const topLevel = () => messages().filter(({ threadTs, ts }) => threadTs === undefined || threadTs === ts);
  const thread = () =>
    messages()
      .filter(({ threadTs, ts }) => threadTs !== undefined && threadTs !== ts)
      .map((message) => one.playground.workspace.read(message))
      .join("\n");
  const started = () => [...one.started, ...other.started];

  /** Each step is recorded by another process than the one before. */
  async function promote(): Promise<void> {
    const before = new Set(started());
    await person("ana").types("/promote diff");
    await person("bo").sees("Approve & promote");
    await person("bo").presses("Approve & promote");
    const id = await until(() => started().find((each) => !before.has(each))).catch((error: unknown) => {
      throw new Error(person("bo").screen(), { cause: error });
    });
    const names = ["lock", "verify", "back-up", "stage", "swap", "restart", "health"] as const;
    for (const [index, name] of names.entries()) {
      const recorder = index % 2 === 0 ? one : other;
      await recorder.step(id, name, "running");
      await recorder.step(id, name, "done", { facts: { files: 2 } });
    }
    await other.ends(id, { outcome: "done", impact });
    const key = `plan:${(await one.promotions.promotion(id))?.planId}`;
    await until(async () => (await one.store.message(key))?.settled, 30);
  }

  function toldOnce(promotions: number): void {
    expect(topLevel()).toHaveLength(promotions);
    for (const name of ["Lock", "Verify the plan", "Back up", "Stage", "Swap", "Restart", "Health check"]) {
      expect(thread().split(`${name} —`), `${name} in\n${thread()}`).toHaveLength(promotions + 1);
    }
    expect(thread().split("is up to date and healthy")).toHaveLength(promotions + 1);
  }

  test("tell each thing once, whichever of them hears of it", async () => {
    await promote();
    await promote();
    await promote();
    toldOnce(3);
  });

  test("tell each thing once, also when Slack takes a message and answers with an error", async () => {
    const { faults } = one.playground;
    faults.add("chat.postMessage", { status: 500, when: "after-store", times: 3 });
    await promote();
    toldOnce(1);
  });

  test("one goes on with what the other had begun to tell", async () => {
    await person("ana").types("/promote diff");
    await person("bo").sees("Approve & promote");
    await one.slack().stop();
    await person("bo").presses("Approve & promote");
    const id = await until(() => started()[0]);
    await other.ends(id, { outcome: "done", impact });
    await person("ana").sees("PROD of kitchen is up to date and healthy");
    expect(topLevel()).toHaveLength(1);
  });
});
