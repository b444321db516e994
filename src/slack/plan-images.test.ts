import { afterEach, expect, test } from "vitest";
import { type Stage, setStage, until } from "../../test/slack/stage.ts";
import type { ChangedImages } from "../promotion/changed-images.ts";
import type { Change } from "../tree/plan.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const png = (text: string) => Buffer.from(`\x89PNG\r\n\x1a\n${text}`, "latin1");
const file = (sha256: string) =>
  ({ type: "file", mode: 0o644, size: 10, mtime: "0", identity: "1", sha256 }) as const;
const image = (path: string): Change => ({
  ...{ kind: "change", path, from: path, linesAdded: 0, linesRemoved: 0, binary: true },
  ...{ before: file("a"), after: file("b") },
});
const inThread = () =>
  stage.playground.workspace
    .messages("kitchen")
    .filter((message) => message.threadTs !== undefined && message.threadTs !== message.ts);

async function propose(changes: readonly Change[], images: ChangedImages): Promise<void> {
  stage = await setStage();
  stage.finds({ changes });
  stage.images(images);
  await stage.playground.workspace.person("ana").types("/promote diff");
}

test("a changed image is in the thread before and after, and more that are not are counted", async () => {
  await propose([image("streamlit/assets/logo.png")], {
    images: [{ path: "streamlit/assets/logo.png", before: png("old"), after: png("newer") }],
    left: 2,
  });
  const [told] = await until(() => (inThread().length > 0 ? inThread() : undefined));
  expect(told?.files).toHaveLength(2);
  await stage.playground.workspace
    .person("bo")
    .sees("streamlit/assets/logo.png — before (11 B) and after (13 B)");
  await stage.playground.workspace
    .person("bo")
    .sees("2 more images are not shown: at most 5 of at most 1 MB each are.");
});

test("images that cannot be shown cost nobody the plan", async () => {
  stage = await setStage();
  stage.finds({ changes: [image("<!channel>.gif")] });
  stage.images({ images: [{ path: "<!channel>.gif", before: undefined, after: png("x") }], left: 0 });
  stage.playground.faults.add("files.getUploadURLExternal", { error: "not_allowed" });
  await stage.playground.workspace.person("ana").types("/promote diff");
  await stage.playground.workspace.person("bo").sees("Approve & promote");
  await until(() => stage.logs.find((line) => line.includes("images of a plan could not be shown")));
  expect(inThread()).toEqual([]);
});
