// The one spelling of each path that a person may write in several ways.

/** Below a root: no `.` parts, no doubled or needless slashes; `./` is the whole root. */
export function plainPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0) return "./";
  return parts.join("/") + (isDirectory(path) ? "/" : "");
}

/** Absolute or `~/…`, without a slash at its end. */
export function plainRoot(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return (path.startsWith("/") ? "/" : "") + parts.join("/");
}

export function isDirectory(path: string): boolean {
  return path.endsWith("/") || path === "." || path.endsWith("/.");
}
