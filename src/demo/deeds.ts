// What happens to the sample app in a story: people and accidents, done to the files as they would be.

import { readText, removeFile, type SampleApp, writeFiles } from "./sample-app.ts";

const settings = "src/kitchen/settings.mjs";
const menu = "src/kitchen/menus/autumn.json";
const draft = "src/kitchen/menus/winter.draft.json";
const dishes = ["chestnut cake", "leek pie", "pear crumble", "walnut bread", "beetroot salad"];

/** One more dish on the menu of PREPROD; also mends what `breakPreprod` did. Answers with the dish. */
export async function changePreprod({ preprod }: SampleApp): Promise<string> {
  const { title, dishes: offered } = menuIn(await readText(preprod.root, menu));
  const dish = dishes.find((one) => !offered.includes(one)) ?? `soup no. ${offered.length}`;
  await writeFiles(preprod.root, {
    [menu]: menuText(title, [...offered, dish]),
    [settings]: 'export const season = "autumn";\n',
  });
  await removeFile(preprod.root, draft);
  await preprod.process.restart();
  return dish;
}

/** PREPROD begins to need a file that no rule promotes: it goes on well there, and cannot start in PROD. */
export async function breakPreprod({ preprod }: SampleApp): Promise<void> {
  await writeFiles(preprod.root, {
    [draft]: menuText("This winter", ["onion soup", "gratin"]),
    [settings]: 'export const season = "winter.draft";\n',
  });
  await preprod.process.restart();
}

/** Somebody corrects PROD itself, in a hurry. */
export async function editProdByHand({ prod }: SampleApp): Promise<void> {
  const text = await readText(prod.root, "server/main.mjs");
  const edits = Number(/<footer>edited by hand (\d+) /.exec(text)?.[1] ?? "0") + 1;
  const edited = text.replace(/<footer>(edited by hand \d+ · )?/, `<footer>edited by hand ${edits} · `);
  await writeFiles(prod.root, { "server/main.mjs": edited });
  await prod.process.restart();
}

type Menu = { readonly title: string; readonly dishes: readonly string[] };

function menuIn(text: string): Menu {
  return JSON.parse(text) as Menu;
}

export function menuText(title: string, offered: readonly string[]): string {
  return `${JSON.stringify({ title, dishes: offered }, null, 2)}\n`;
}
