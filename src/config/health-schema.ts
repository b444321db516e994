// The health checks of `passerelle.yml`: the app's own in PROD, and the one that PREPROD is asked.

import { z } from "zod";
import { about, count } from "./about.ts";
import { defaults } from "./defaults.ts";
import * as values from "./values.ts";

const http = z.strictObject({
  url: values.url.meta(about("Asked from PROD's host, so `localhost` is PROD.")),
  status: count(100, 599).optional().meta(about("The status it must answer. Left out: any from 200 to 299.")),
  contains: z
    .string()
    .min(1)
    .optional()
    .meta(about("A text that must be in the first 64 KiB of the answer.")),
  timeout: values.duration
    .optional()
    .meta(about("One question takes no longer.", defaults.health.http.timeout)),
});

const logs = z.strictObject({
  command: values.command.meta(
    about("Prints the app's log, run in PROD's root, and ends. Only what came after the restart is judged."),
  ),
  tail: count(1, 1000)
    .optional()
    .meta(about("How many of the last lines are looked at and shown.", defaults.health.logs.tail)),
  forbid: z
    .array(values.regex)
    .optional()
    .meta(about("Regular expressions; a line that matches one means PROD is not healthy.")),
});

export const health = z.strictObject({
  "start-period": values.durationOrZero
    .optional()
    .meta(
      about(
        "How long the app may take to start: inside it an exited container or a forbidden log line is looked at twice before it counts.",
        defaults.health["start-period"],
      ),
    ),
  deadline: values.duration
    .optional()
    .meta(about("Not healthy this long after the restart: rolled back.", defaults.health.deadline)),
  successes: count(1, 100)
    .optional()
    .meta(about("How many good looks in a row it takes.", defaults.health.successes)),
  interval: values.duration.optional().meta(about("Between two looks.", defaults.health.interval)),
  http: z
    .array(http)
    .optional()
    .meta(about("Pages that must answer. None: the restart's own success is enough.")),
  container: values.container
    .optional()
    .meta(about("A container that must be running, and healthy where it has a health check.")),
  logs: logs.optional().meta(about("The app's log and what must not be in it.")),
});

export const preprodHealth = z.strictObject({
  deadline: values.duration
    .optional()
    .meta(about("All questions together take no longer.", defaults.preprodHealth.deadline)),
  http: z
    .array(http)
    .optional()
    .meta(about("Pages that must answer, asked from PREPROD's host, so `localhost` is PREPROD.")),
  container: values.container
    .optional()
    .meta(about("A container that must be running, and healthy where it has a health check.")),
});
