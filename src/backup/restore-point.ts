// A verified state of PROD to which a rollback can return.

export type RestorePoint = {
  /** The id of the promotion or rollback it was made for: its undo set and archive carry the same name. */
  readonly id: string;
  readonly app: string;
  readonly createdAt: string;
  /** File name inside `backups/`; absent when only the undo set exists (a rollback's own restore point). */
  readonly archive: string | undefined;
  readonly archiveBytes: number;
  readonly archiveSha256: string | undefined;
  readonly files: number;
  /** What PROD's health was when it was made: a rollback never picks an unhealthy one by itself. */
  readonly health: "healthy" | "unhealthy" | "unknown";
  /** What became of the swap it was made for; `undone`: PROD was taken back by it at once. */
  readonly undo?: "kept" | "undone" | "partial" | "none";
  /** Of several hosts of PROD those that do not have it: nothing can go back to it. */
  readonly lackedBy?: readonly string[];
};
