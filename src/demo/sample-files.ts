// The sample app's files as they stand in PREPROD, and the older ones of PROD: a small kitchen site that runs on Node alone.

/** Path -> content, relative to a side's root. */
export type Files = Readonly<Record<string, string>>;

const colours = `// The house colours of Back to the Kitchen.
export const PALETTE = { paper: "#fff8ef", ink: "#3a2618", accent: "#c2410c", leaf: "#3f6212" };
`;

const theme = `import { PALETTE } from "./colors.mjs";

export const bar = (label, share) =>
  \`<div class="bar"><span>\${label}</span><i style="width:\${Math.round(share * 100)}%;background:\${PALETTE.accent}"></i></div>\`;
`;

const chart = (title: string, rows: string): string => `import { bar } from "../utils/chart-theme.mjs";

const rows = ${rows};

export const render = () => \`<section><h2>${title}</h2>\${rows.map(([label, share]) => bar(label, share)).join("")}</section>\`;
`;

const stylesheet = `:root { color-scheme: light; }
body { background: #fff8ef; color: #3a2618; font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }
h1 { color: #c2410c; font-size: 1.6rem; }
.bar { display: grid; grid-template-columns: 8rem 1fr; align-items: center; margin: 0.25rem 0; }
.bar i { display: block; height: 0.8rem; border-radius: 0.4rem; }
footer { color: #7c6a58; font-size: 0.85rem; margin-top: 2rem; }
`;

/** It reads the menu of its season when it starts: without that file it does not start. */
const newMain = `// Back to the Kitchen: the whole site in one process.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { render as ratings } from "./visualization/ratings.mjs";
import { render as seasonality } from "./visualization/seasonality.mjs";
import { render as trendlines } from "./visualization/trendlines.mjs";
import { render as weekend } from "./visualization/weekend.mjs";
import { season } from "./settings.mjs";

const here = (path) => new URL(path, import.meta.url);
const css = readFileSync(here("./assets/custom.css"), "utf8");
const menu = JSON.parse(readFileSync(here(\`./menus/\${season}.json\`), "utf8"));
const port = Number(process.env.PORT);

const page = () => \`<!doctype html><meta charset="utf-8"><title>Back to the Kitchen</title><style>\${css}</style>
<h1>Back to the Kitchen</h1><p>\${menu.title}: \${menu.dishes.join(", ")}</p>
\${trendlines()}\${seasonality()}\${weekend()}\${ratings()}<footer>version 2</footer>\`;

createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page());
}).listen(port, "127.0.0.1", () => console.log(\`\${new Date().toISOString()} serving the \${season} menu on \${port}\`));
`;

const oldMain = `// Back to the Kitchen: the first version.
import { createServer } from "node:http";

const port = Number(process.env.PORT);

const page = \`<!doctype html><meta charset="utf-8"><title>Back to the Kitchen</title>
<body style="font: 16px/1.5 system-ui, sans-serif; color: #3d3d3d; background: #f2f2f0; margin: 2rem">
<h1>Back to the Kitchen</h1><p>Our site is being made.</p><footer>version 1</footer>\`;

createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
}).listen(port, "127.0.0.1", () => console.log(\`\${new Date().toISOString()} serving on \${port}\`));
`;

const manifest = `${JSON.stringify({ name: "back-to-the-kitchen", private: true, type: "module" }, null, 2)}\n`;
const menu = (title: string, dishes: readonly string[]): string =>
  `${JSON.stringify({ title, dishes }, null, 2)}\n`;

export const preprodFiles: Files = {
  "src/kitchen/main.mjs": newMain,
  "src/kitchen/settings.mjs": 'export const season = "autumn";\n',
  "src/kitchen/assets/custom.css": stylesheet,
  "src/kitchen/assets/logo.svg":
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#c2410c"/></svg>\n',
  "src/kitchen/utils/colors.mjs": colours,
  "src/kitchen/utils/chart-theme.mjs": theme,
  "src/kitchen/menus/autumn.json": menu("This autumn", ["pumpkin soup", "mushroom tart", "quince jelly"]),
  "src/kitchen/visualization/trendlines.mjs": chart(
    "Trends",
    '[["2023", 0.4], ["2024", 0.6], ["2025", 0.8]]',
  ),
  "src/kitchen/visualization/seasonality.mjs": chart("Seasons", '[["winter", 0.7], ["summer", 0.3]]'),
  "src/kitchen/visualization/weekend.mjs": chart("Weekends", '[["Saturday", 0.6], ["Sunday", 0.9]]'),
  "src/kitchen/visualization/ratings.mjs": chart("Ratings", '[["five stars", 0.7], ["four stars", 0.2]]'),
  "tests/main.test.mjs": "// Not promoted.\n",
  "package.json": manifest,
};

export const prodFiles: Files = {
  "server/main.mjs": oldMain,
  "server/logo.svg":
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#7c6a58"/></svg>\n',
  "package.json": manifest,
  "logs/.keep": "",
};
