// The only place where text becomes part of a shell script.

/** One shell word that stands for exactly `text`, in every POSIX shell. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new TypeError("a NUL byte cannot be part of a shell word");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The shell word for a root of the configuration, `~/…` or absolute, seen from the login's home directory. */
export function expandRoot(root: string): string {
  if (root.startsWith("/")) return quote(root);
  if (root === "~") return '"${HOME:?}"';
  if (root.startsWith("~/")) return `"\${HOME:?}"/${quote(root.slice(2))}`;
  throw new TypeError(`a root is absolute or starts with ~/, not ${JSON.stringify(root)}`);
}
