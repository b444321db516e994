// Configuration and script text with its comments blanked out, line for line, so that only what is in force is searched.

type Style = "hash" | "spaced-hash" | "ini" | "markup" | "slash-star" | "slashes" | "none";

const styles: readonly (readonly [RegExp, Style])[] = [
  [/\.ya?ml$/, "spaced-hash"],
  [/\.(?:sh|bash|zsh|fish)$/, "spaced-hash"],
  [
    /(?:^|\/)(?:Dockerfile|Containerfile|Makefile|Procfile|Caddyfile)[^/]*$|\.(?:dockerfile|mk)$/i,
    "spaced-hash",
  ],
  [/\.toml$/, "hash"],
  [/(?:^|\/)\.env(?:\.[^/]*)?$|\.env$/, "spaced-hash"],
  [/\.(?:ini|cfg|conf|properties|service|timer)$/, "ini"],
  [/\.(?:html?|xml|svg|vue|svelte|jinja2?|j2)$/, "markup"],
  [/\.(?:css)$/, "slash-star"],
  [/\.(?:scss|sass|less|jsonc|json5)$/, "slashes"],
  [/(?:^|\/)tsconfig[^/]*\.json$/, "slashes"],
  [/\.json$/, "none"],
];

/** Undefined for a kind of file that is not searched. The length and the line ends stay. */
export function withoutComments(path: string, text: string): string | undefined {
  const style = styles.find(([pattern]) => pattern.test(path))?.[1];
  if (style === undefined) return undefined;
  return path.endsWith("pyproject.toml") ? withoutToolTables(mask(style, text)) : mask(style, text);
}

export function isConfiguration(path: string): boolean {
  return styles.some(([pattern]) => pattern.test(path)) && !onlyForDevelopers.test(path);
}

/** Files that no running application reads: their paths are about the repository. */
const onlyForDevelopers =
  /(?:^|\/)(?:\.github|\.gitlab|\.circleci|\.vscode|\.idea|\.devcontainer)\/|(?:^|\/)(?:\.gitlab-ci\.yml|\.pre-commit-config\.yaml|\.travis\.yml|\.coveragerc|codecov\.yml|mypy\.ini|pytest\.ini|tox\.ini|\.flake8|ruff\.toml|\.readthedocs\.ya?ml|mkdocs\.yml|biome\.jsonc?|\.eslintrc[^/]*|\.prettierrc[^/]*|renovate\.json|package-lock\.json|composer\.lock)$/;

function mask(style: Style, text: string): string {
  switch (style) {
    case "none":
      return text;
    case "ini":
      return byLine(text, (line) => (/^\s*[#;]/.test(line) ? 0 : undefined));
    case "hash":
    case "spaced-hash":
      return byLine(text, (line) => hashIn(line, style === "spaced-hash"));
    case "markup":
      return text.replace(/<!--[\s\S]*?(?:-->|$)/g, blank);
    case "slash-star":
      return text.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, blank);
    case "slashes":
      return text.replace(
        /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?(?:\*\/|$)|(?<![:\w])\/\/[^\n]*/g,
        (match) => (match.startsWith("/") ? blank(match) : match),
      );
  }
}

/** Where a `#` comment begins: outside of quotes, and in most languages only after white space. */
function hashIn(line: string, spaced: boolean): number | undefined {
  if (!line.includes("#")) return undefined;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote !== "") {
      if (char === "\\" && quote === '"') at++;
      else if (char === quote) quote = "";
    } else if (char === "#" && (!spaced || at === 0 || /\s/.test(line.charAt(at - 1)))) return at;
    else if ((char === '"' || char === "'") && opensQuote(line, at, char)) quote = char;
  }
  return undefined;
}

/** The apostrophe of `it's` opens nothing; nor does a quote that its line never closes. */
function opensQuote(line: string, at: number, quote: string): boolean {
  return (at === 0 || !/\w/.test(line.charAt(at - 1))) && line.indexOf(quote, at + 1) !== -1;
}

function byLine(text: string, commentAt: (line: string) => number | undefined): string {
  return text
    .split("\n")
    .map((line) => {
      const at = commentAt(line);
      return at === undefined ? line : line.slice(0, at) + blank(line.slice(at));
    })
    .join("\n");
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}

const buildTools = /^(?:hatch|setuptools|poetry|pdm|flit|uv|maturin|cibuildwheel|setuptools_scm)\b/;

/**
 * The `[tool.…]` tables are for test runners and linters, and those of build tools mean nothing while `[build-system]` is
 * commented out, as it is in a PROD that is run from its directory.
 */
function withoutToolTables(text: string): string {
  const builds = /^\[build-system\]/m.test(text);
  let skip = false;
  return text
    .split("\n")
    .map((line) => {
      const table = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line)?.[1];
      if (table !== undefined) {
        const tool = /^tool\.(.+)$/.exec(table)?.[1];
        skip = tool !== undefined && !(builds && buildTools.test(tool));
      }
      return skip ? blank(line) : line;
    })
    .join("\n");
}
