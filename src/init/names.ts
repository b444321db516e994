// What the name of a file or directory says about it: code, tests, documents, caches, data, secrets, what an app writes. Pure.

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function join(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** Caches and what tools and editors leave, by the pattern that names them. */
export const litter: readonly string[] = [
  ".pytest_cache/",
  ".mypy_cache/",
  ".ruff_cache/",
  ".tox/",
  ".nox/",
  ".ipynb_checkpoints/",
  ".cache/",
  ".parcel-cache/",
  ".turbo/",
  ".nyc_output/",
  ".idea/",
  ".vscode/",
  ".github/",
  ".gitlab/",
  ".svn/",
  ".hg/",
  "venv/",
  "coverage/",
  "htmlcov/",
  ".DS_Store",
  "Thumbs.db",
  ".coverage",
  ".gitignore",
  ".gitattributes",
  ".gitlab-ci.yml",
  ".pre-commit-config.yaml",
  ".editorconfig",
];

export const testDirectories: readonly string[] = ["tests", "test", "__tests__", "spec", "e2e", "cypress"];

export const documentDirectories: readonly string[] = ["docs", "doc"];

const documents = /^(readme|changelog|changes|contributing|license|licence|authors|todo|notes)(\.|$)/i;

export function isDocument(name: string): boolean {
  return documents.test(name);
}

/** Directories that an app fills while it runs. */
export const runtimeDirectories: readonly string[] = [
  "logs",
  "log",
  "uploads",
  "upload",
  "media",
  "storage",
  "sessions",
  "tmp",
  "temp",
  "run",
  "var",
  "instance",
  "backups",
  "backup",
  "cache",
];

const secretExample = /\.(example|sample|template|dist|tpl)$/i;

export function isSecret(name: string): boolean {
  if (secretExample.test(name)) return false;
  return (
    /^\.env(\..+)?$/.test(name) ||
    /\.(pem|key|p12|pfx|jks|keystore)$/i.test(name) ||
    /^id_(rsa|dsa|ecdsa|ed25519)$/.test(name) ||
    /^(secrets?|credentials?)\.(json|ya?ml|toml|ini|txt)$/i.test(name) ||
    /^(\.htpasswd|\.netrc|\.pgpass|\.npmrc)$/.test(name)
  );
}

/** Files that only the running app writes. */
export function isRuntime(name: string): boolean {
  return /\.(log|pid|sock|lock\.db)$/i.test(name) || /\.log\.\d+(\.gz)?$/i.test(name) || isSqlite(name);
}

export function isSqlite(name: string): boolean {
  return /\.(sqlite3?|db3?)(-wal|-shm|-journal)?$/i.test(name);
}

/** Data rather than code, by its name. */
export function isData(name: string): boolean {
  return (
    /\.(duckdb|parquet|feather|arrow|csv|tsv|h5|hdf5|npy|npz|pkl|pickle|joblib|onnx|pt|safetensors|avro|orc|rds)$/i.test(
      name,
    ) ||
    /\.(csv|tsv|json|jsonl)\.(gz|zst|bz2|xz)$/i.test(name) ||
    isSqlite(name)
  );
}

const codeEndings =
  /\.(py|js|mjs|cjs|ts|tsx|jsx|rb|php|go|rs|java|kt|cs|sh|pl|lua|ex|exs|scala|html?|css|scss|vue|svelte|sql|r|jl|jar|war|dll)$/i;

export function isCode(name: string): boolean {
  return codeEndings.test(name);
}

const textEndings =
  /\.(txt|toml|ya?ml|json|ini|cfg|conf|lock|md|rst|xml|properties|service|template|tmpl|j2|jinja2?|env|example|sample|mod|sum|gradle|svg|po)$/i;

/** Worth reading line by line. */
export function isText(name: string): boolean {
  return isCode(name) || textEndings.test(name) || /^[A-Z][A-Za-z]*file$/.test(name) || !name.includes(".");
}

/** Names that many directories have: alone they say little about where a file belongs. */
export function isCommonName(name: string): boolean {
  return /^(__init__|__main__|main|app|index|setup|config|settings|utils?|helpers?|types|conftest|style|styles|package|mod|lib|server|constants|models|views|urls|tests?)\.[a-z]+$/i.test(
    name,
  );
}

export function isComposeName(name: string): boolean {
  return /^(docker-)?compose([._-].*)?\.ya?ml$/i.test(name);
}
