// auth.test, apps.connections.open, team.info and bots.info: who is asking, and where they are.

import { Refusal } from "../refusal.ts";
import { type Methods, optionalText } from "./call.ts";

export const authMethods: Methods = {
  "auth.test": {
    token: "either",
    run: ({ state }) => ({
      url: `${state.origin}/`,
      team: state.team.name,
      user: state.app.name,
      team_id: state.team.id,
      user_id: state.app.userId,
      bot_id: state.app.botId,
      is_enterprise_install: false,
    }),
  },
  "apps.connections.open": {
    token: "app",
    scope: "connections:write",
    run: (call) => ({ url: call.newTicket() }),
  },
  "team.info": {
    token: "bot",
    scope: "team:read",
    run: ({ state }) => ({ team: { ...state.team, email_domain: "", icon: { image_default: true } } }),
  },
  "bots.info": {
    token: "bot",
    scope: "users:read",
    run: (call) => {
      const { app } = call.state;
      const asked = optionalText(call, "bot");
      if (asked !== app.botId) throw new Refusal("bot_not_found");
      const updated = Math.floor(call.state.now() / 1000);
      return {
        bot: {
          id: app.botId,
          deleted: false,
          name: app.name,
          updated,
          app_id: app.id,
          user_id: app.userId,
          icons: {},
        },
      };
    },
  },
};
