// The schema of the bot's database, version by version.

import { type CreateTableBuilder, type Kysely, sql, type Transaction } from "kysely";
import { unusable } from "./database-failure.ts";
import type { Rows } from "./rows.ts";

export type Engine = "sqlite" | "postgres";
export type Migration = (db: Kysely<Rows>, engine: Engine) => Promise<void>;

/** Only ever add to the end: a version that was released is never edited. */
export const migrations: readonly Migration[] = [createFirstSchema, acknowledgeDrift];

/** Brings the schema to the newest known version; one process at a time does it, the others wait and find it done. */
export async function migrate(
  transaction: Transaction<Rows>,
  options: {
    readonly engine: Engine;
    readonly where: string;
    /** Asked before a schema with rows in it is changed. */
    readonly mayUpgrade: () => Promise<boolean>;
    readonly known?: readonly Migration[];
  },
): Promise<void> {
  const { engine, where, mayUpgrade, known = migrations } = options;
  // On SQLite the transaction already holds the only write lock there is.
  if (engine === "postgres") {
    await sql`select pg_advisory_xact_lock(7273101)`.execute(transaction);
    const found = await sql`select 1 from pg_namespace where nspname = 'passerelle'`.execute(transaction);
    if (found.rows.length === 0) await transaction.schema.createSchema("passerelle").execute();
  }
  await transaction.schema
    .createTable("schema_version")
    .ifNotExists()
    .addColumn("version", "integer", (column) => column.notNull())
    .execute();
  const row = await transaction.selectFrom("schema_version").select("version").executeTakeFirst();
  const version = row?.version ?? 0;
  if (version > known.length) {
    const said = `its schema has version ${version}, this Passerelle knows versions up to ${known.length}`;
    throw unusable(where, "newer", said);
  }
  if (version === known.length) return;
  if (version > 0 && !(await mayUpgrade())) {
    const said = `its schema has version ${version}, this Passerelle needs version ${known.length}`;
    throw unusable(where, "older", said);
  }
  for (const step of known.slice(version)) await step(transaction, engine);
  if (row === undefined)
    await transaction.insertInto("schema_version").values({ version: known.length }).execute();
  else await transaction.updateTable("schema_version").set({ version: known.length }).execute();
}

async function acknowledgeDrift(db: Kysely<Rows>): Promise<void> {
  await db.schema
    .alterTable("decisions")
    .addColumn("acknowledged_drift", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
}

async function createFirstSchema(db: Kysely<Rows>, engine: Engine): Promise<void> {
  const { schema } = db;
  const numbered = (name: string): CreateTableBuilder<string, "ordinal"> =>
    schema
      .createTable(name)
      .addColumn("ordinal", engine === "sqlite" ? "integer" : "bigserial", (column) =>
        engine === "sqlite" ? column.primaryKey().autoIncrement() : column.primaryKey(),
      );

  await numbered("plans")
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("app", "text", (column) => column.notNull())
    .addColumn("channel", "text")
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("expires_ms", "bigint", (column) => column.notNull())
    .addColumn("moved", "text", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await schema.createIndex("plans_by_status").on("plans").columns(["app", "status"]).execute();

  await numbered("decisions")
    .addColumn("plan_id", "text", (column) => column.notNull().references("plans.id"))
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("verdict", "text", (column) => column.notNull())
    .addColumn("decided_at", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("via", "text", (column) => column.notNull())
    .addUniqueConstraint("one_decision_each", ["plan_id", "person"])
    .execute();

  await numbered("promotions")
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("app", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    // A plan is carried out at most once, ever.
    .addColumn("plan_id", "text", (column) => column.unique().references("plans.id"))
    .addColumn("restore_point_id", "text")
    .addColumn("requester", "text", (column) => column.notNull())
    .addColumn("approved_by", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("stop_requested_by", "text")
    .addColumn("started_at", "text", (column) => column.notNull())
    .addColumn("finished_at", "text")
    .addColumn("ending", "text")
    .addColumn("last_sequence", "integer", (column) => column.notNull())
    .execute();
  await schema
    .createIndex("one_running_promotion")
    .on("promotions")
    .column("app")
    .unique()
    .where(sql<boolean>`status = 'running'`)
    .execute();
  await schema.createIndex("promotions_by_app").on("promotions").columns(["app", "ordinal"]).execute();

  await schema
    .createTable("promotion_steps")
    .addColumn("promotion_id", "text", (column) => column.notNull().references("promotions.id"))
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("started_at", "text")
    .addColumn("finished_at", "text")
    .addColumn("facts", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("one_row_per_step", ["promotion_id", "name"])
    .execute();

  await schema
    .createTable("promotion_events")
    .addColumn("promotion_id", "text", (column) => column.notNull().references("promotions.id"))
    .addColumn("sequence", "integer", (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("step", "text")
    .addColumn("facts", "text", (column) => column.notNull())
    .addColumn("excerpt", "text", (column) => column.notNull())
    .addColumn("once_key", "text")
    .addPrimaryKeyConstraint("one_row_per_event", ["promotion_id", "sequence"])
    .addUniqueConstraint("one_event_per_key", ["promotion_id", "once_key"])
    .execute();

  await schema
    .createTable("locks")
    .addColumn("app", "text", (column) => column.primaryKey())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("since", "text", (column) => column.notNull())
    .addColumn("until", "text")
    .execute();

  await schema
    .createTable("messages")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("channel", "text", (column) => column.notNull())
    .addColumn("ts", "text", (column) => column.notNull())
    .addColumn("told_sequence", "integer", (column) => column.notNull())
    .addColumn("settled", "integer", (column) => column.notNull())
    .addColumn("shown", "text", (column) => column.notNull())
    .execute();

  await schema
    .createTable("memories")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("value", "text", (column) => column.notNull())
    .execute();

  await numbered("audit_trail")
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("who", "text", (column) => column.notNull())
    .addColumn("what", "text", (column) => column.notNull())
    .addColumn("details", "text", (column) => column.notNull())
    .execute();

  await schema
    .createTable("change_counter")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("value", "bigint", (column) => column.notNull())
    .execute();
  await db.insertInto("change_counter").values({ id: 1, value: 0 }).execute();
  await schema
    .createTable("changes")
    .addColumn("id", "bigint", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("receipt", "text", (column) => column.notNull())
    .execute();
  await schema.createIndex("changes_by_receipt").on("changes").column("receipt").execute();
}
