// The directories a path is in, and lists of paths short enough to be read. Pure.

/** `""` for what lies in the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** Nearest first, without the root. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    parents.push(path.slice(0, slash));
  }
  return parents;
}

const longestList = 200;

/** Sorted; where a directory would fill the list with more than 200 paths it stands for them, with a slash at its end. */
export function shortened(paths: readonly string[]): readonly string[] {
  return shorten([...paths].sort(), "");
}

function shorten(paths: readonly string[], prefix: string): readonly string[] {
  if (paths.length <= longestList) return paths;
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const slash = path.indexOf("/", prefix.length);
    const group = slash === -1 ? path : path.slice(0, slash + 1);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [path]);
    else members.push(path);
  }
  const result = [...groups].flatMap(([group, members]) =>
    group.endsWith("/") ? shorten(members, group) : members,
  );
  return prefix !== "" && result.length > longestList ? [prefix] : result;
}
