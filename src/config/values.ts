// The single values a person writes in `passerelle.yml`, each with the sentence for when it is wrong.

import { z } from "zod";
import { parseCron } from "./cron.ts";
import { parseDuration } from "./duration.ts";
import { globTrouble, regexTrouble } from "./pattern.ts";

/** A text; `trouble` says what is wrong with it, undefined when nothing is. */
function text(trouble: (value: string) => string | undefined) {
  return z.string().check((context) => {
    const sentence = trouble(context.value);
    if (sentence !== undefined) {
      context.issues.push({ code: "custom", message: sentence, input: context.value });
    }
  });
}

function matching(form: RegExp, sentence: string) {
  return text((value) => (form.test(value) ? undefined : sentence));
}

const durationSentence = "is not a duration; write 90s, 5m, 2h or 1d";

export const duration = text((value) => ((parseDuration(value) ?? 0) > 0 ? undefined : durationSentence));
export const durationOrZero = text((value) =>
  parseDuration(value) === undefined ? durationSentence : undefined,
);

export const words = text((value) => (value.trim() === "" ? "must not be empty" : controlTrouble(value)));
export const command = text((value) => {
  if (value.trim() === "") return "must not be empty";
  return value.includes("\0") ? "must not contain a NUL character" : undefined;
});
export const regex = text(regexTrouble);
export const glob = text((value) => globTrouble(value) ?? controlTrouble(value));
export const calendar = text((value) => {
  const cron = parseCron(value);
  return typeof cron === "string" ? cron : undefined;
});

export const channel = matching(
  /^[CG][A-Z0-9]{2,}$/,
  "is not a channel id; in Slack, open the channel's details: the id at the bottom begins with C, as in C0123456789",
);
export const approver = matching(
  /^[UWS][A-Z0-9]{2,}$/,
  "is not an id of Slack; a person's begins with U or W (profile > Copy member ID), a user group's with S",
);
export const hostName = text((value) => (value.trim() === "" ? "must not be empty" : undefined));
export const address = matching(
  /^[A-Za-z0-9_[][A-Za-z0-9_.:%[\]-]*$/,
  "is not a host name or address; write only that, the user and the port have keys of their own",
);
export const user = matching(/^[A-Za-z0-9_][^\s@:]*$/, "is not a login name");
export const fingerprint = matching(
  /^SHA256:[A-Za-z0-9+/]{43}$/,
  "is not a fingerprint; write it as `ssh-keygen -lf` prints it: SHA256: and 43 characters",
);
export const group = matching(/^[a-z0-9][a-z0-9_-]*$/i, "may have letters, digits, - and _ only");
export const container = matching(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  "is not a container's name; `docker ps` lists them in its last column",
);
export const service = matching(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  "is not a service's name of the compose file",
);
export const unit = matching(
  /^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*$/,
  "is not a systemd unit's name, as in shop.service",
);

export const url = text((value) => {
  if (!/^https?:\/\//i.test(value)) return "must begin with http:// or https://";
  if (!URL.canParse(value)) return "is not an address that can be asked, as in http://localhost:8501";
  return controlTrouble(value);
});

/** A directory on a host: absolute or below the login's home. */
export const root = text((value) => directoryTrouble(value));

/** A file on a host: absolute or below the login's home. */
export const file = text((value) => {
  if (value.endsWith("/")) return "must be a file, so without a / at its end";
  return directoryTrouble(value);
});

function directoryTrouble(value: string): string | undefined {
  const parts = value.split("/").filter((part) => part !== "" && part !== ".");
  if (value === "") return "must not be empty";
  if (value !== "~" && value.startsWith("~") && !value.startsWith("~/")) {
    return "can begin with ~/ only, the login's own home; write another's home as an absolute path";
  }
  if (!value.startsWith("/") && !value.startsWith("~"))
    return "is relative; write an absolute path, or one below the home as ~/…";
  if (parts.includes("..")) return "must not contain ..; write the path it leads to";
  if (value.startsWith("/") && parts.length === 0)
    return "is the whole machine; write a directory of the app's own";
  if (value.startsWith("~") && parts.length === 1)
    return "is the whole home; write a directory of the app's own";
  if (parts.includes(".passerelle")) return "is inside .passerelle, where Passerelle keeps its own state";
  return controlTrouble(value);
}

/** A path below a root; a `/` at its end makes it a directory. */
export const relativePath = text((value) => {
  const parts = value.split("/");
  if (value === "") return "must not be empty; ./ is the whole root";
  if (value.startsWith("/") || value.startsWith("~"))
    return "must be relative to the root: leave out the leading / or ~";
  if (parts.includes("..")) return "must not contain ..: a rule stays inside its root";
  return value.includes("\0") ? "must not contain a NUL character" : undefined;
});

function controlTrouble(value: string): string | undefined {
  return /[\0-\x1f\x7f]/.test(value) ? "must not contain line breaks or other control characters" : undefined;
}

export const count = z.int().min(1);
