import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compareDirectories } from "../../test/comparing.ts";
import { openLocal } from "../transport/local.ts";
import { readChangedImages } from "./changed-images.ts";

let home: string;
const sides = () => {
  const transport = openLocal();
  return { preprod: { transport, root: join(home, "pre") }, prod: { transport, root: join(home, "prod") } };
};
const png = (text: string) => Buffer.from(`\x89PNG\r\n\x1a\n${text}`, "latin1");
const put = (path: string, content: Buffer | string) => writeFileSync(join(home, path), content);
const changes = async () => (await compareDirectories(join(home, "pre"), join(home, "prod"))).changes;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "images-"));
  mkdirSync(join(home, "pre"));
  mkdirSync(join(home, "prod"));
});
afterEach(() => rmSync(home, { recursive: true }));

test("what replaces an image comes first, then what is new; other files and the same ones never", async () => {
  put("pre/a-new.PNG", png("n"));
  put("pre/logo.png", png("after"));
  put("prod/logo.png", png("before"));
  put("pre/same.png", png("s"));
  put("prod/same.png", png("s"));
  put("pre/main.py", "x");
  const { images, left } = await readChangedImages(sides(), await changes());
  expect(images).toEqual([
    { path: "logo.png", before: png("before"), after: png("after") },
    { path: "a-new.PNG", before: undefined, after: png("n") },
  ]);
  expect(left).toBe(0);
});

test("five at most, none over a megabyte, and nothing that only calls itself an image; the rest is counted", async () => {
  for (let index = 0; index < 8; index += 1) put(`pre/${index}.gif`, `GIF89a${index}`);
  put("pre/0.gif", Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(1_000_000)]));
  put("pre/1.gif", "<script>");
  put("pre/empty.png", "");
  const { images, left } = await readChangedImages(sides(), await changes());
  expect(images.map(({ path }) => path)).toEqual(["2.gif", "3.gif", "4.gif", "5.gif"]);
  expect(left).toBe(5);
});

test("an image that is not any more what was planned is not shown", async () => {
  put("pre/logo.png", png("planned"));
  put("prod/logo.png", png("before"));
  const planned = await changes();
  put("prod/logo.png", png("by hnd"));
  expect(await readChangedImages(sides(), planned)).toEqual({ images: [], left: 1 });
});
