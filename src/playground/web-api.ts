// Answers the methods of Slack's Web API: who may call what, and how a refusal looks.

import type { Fields } from "./fields.ts";
import { Refusal } from "./refusal.ts";
import type { State } from "./state.ts";
import type { Triggers } from "./triggers.ts";
import { authMethods } from "./web-api/auth.ts";
import type { Call, Method, Methods } from "./web-api/call.ts";
import { chatMethods } from "./web-api/chat.ts";
import { conversationMethods } from "./web-api/conversations.ts";
import { fileMethods } from "./web-api/files.ts";
import { pinMethods } from "./web-api/pins.ts";
import { userMethods } from "./web-api/users.ts";
import { viewMethods } from "./web-api/views.ts";

const methods: Methods = {
  ...authMethods,
  ...chatMethods,
  ...conversationMethods,
  ...userMethods,
  ...viewMethods,
  ...fileMethods,
  ...pinMethods,
};

export type WebApi = {
  call(method: string, token: string | undefined, args: Fields): Fields;
};

export function createWebApi(state: State, triggers: Triggers, newTicket: () => string): WebApi {
  const answer = (method: string, token: string | undefined, args: Fields): Fields => {
    const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (found === undefined) throw new Refusal("unknown_method", { req_method: method });
    authorize(state, found, token);
    return found.run({ state, triggers, args, newTicket } satisfies Call);
  };
  return {
    call: (method, token, args) => {
      try {
        const answered = { ok: true, ...answer(method, token, args) };
        state.news.tell({ type: "call", method, ok: true, error: undefined });
        return answered;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        state.news.tell({ type: "call", method, ok: false, error: error.code });
        return { ok: false, error: error.code, ...error.more };
      }
    },
  };
}

function authorize({ app }: State, method: Method, token: string | undefined): void {
  if (token === undefined || token === "") throw new Refusal("not_authed");
  const kind = token === app.botToken ? "bot" : token === app.appToken ? "app" : undefined;
  if (kind === undefined) throw new Refusal("invalid_auth");
  if (method.token !== "either" && method.token !== kind) throw new Refusal("not_allowed_token_type");
  const provided = kind === "bot" ? app.scopes : app.appScopes;
  if (method.scope !== undefined && !provided.has(method.scope)) {
    throw new Refusal("missing_scope", { needed: method.scope, provided: [...provided].join(",") });
  }
}

export function scopesOf({ app }: State, token: string | undefined): readonly string[] | undefined {
  if (token === app.botToken) return [...app.scopes];
  return token === app.appToken ? [...app.appScopes] : undefined;
}
