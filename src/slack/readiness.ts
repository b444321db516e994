// What keeps the bot from its work at this moment, for whoever asks by machine.

import type { Store } from "../store/store.ts";

/** A database that takes longer than this to answer one question does not carry a promotion. */
const databaseMilliseconds = 2000;

export async function lacksOf(connected: boolean, store: Pick<Store, "recall">): Promise<readonly string[]> {
  const answers = await Promise.race([
    store.recall("ready").then(
      () => true,
      () => false,
    ),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), databaseMilliseconds).unref()),
  ]);
  return [
    ...(connected ? [] : ["not connected to Slack"]),
    ...(answers ? [] : ["the database does not answer"]),
  ];
}
