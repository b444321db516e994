// Plays the stories without a person and tells how each ended, in words or as one JSON object a line.

import type { Stage } from "./stage.ts";
import { playAll, stories } from "./stories.ts";

/** 0 when every story ended as told. */
export async function autoplay({ json }: { readonly json: boolean }, stage: Stage): Promise<number> {
  const { url, workspace } = stage.playground;
  const say = (event: Readonly<Record<string, unknown>>, line: string): void => {
    process.stdout.write(json ? `${JSON.stringify(event)}\n` : `${line}\n`);
  };
  say({ event: "started", page: url, stories: stories.map(({ name }) => name) }, `Page: ${url}\n`);
  const allWell = await playAll(stage, async (story, { ok, problem }) => {
    const line = `${ok ? "ok  " : "FAIL"} ${story.name}: ${story.told}${ok ? "" : `\n     ${problem}`}`;
    say({ event: "story", story: story.name, told: story.told, ok, ...(ok ? {} : { problem }) }, line);
  });
  const transcript = workspace.transcript();
  say({ event: "transcript", text: transcript }, `\n${transcript}`);
  say(
    { event: "ended", ok: allWell },
    allWell ? "\nEvery story ended as told." : "\nA story ended otherwise than told.",
  );
  return allWell ? 0 : 1;
}
