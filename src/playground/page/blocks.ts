// Every block by its type; one that the page cannot draw says so instead of vanishing.

import { type ComponentChildren, type ComponentType, Fragment, h } from "preact";
import { asText, type Fields, fieldsIn } from "../fields.ts";
import { Actions } from "./blocks/actions.ts";
import type { BlockProps } from "./blocks/block-props.ts";
import { Card, Carousel, Container, Plan, TaskCard } from "./blocks/cards.ts";
import { Input } from "./blocks/input.ts";
import { RichText } from "./blocks/rich-text.ts";
import { Table } from "./blocks/table.ts";
import { Alert, Context, Divider, Header, Image, Markdown, Section, Video } from "./blocks/text-blocks.ts";

const components: Readonly<Record<string, ComponentType<BlockProps>>> = {
  actions: Actions,
  alert: Alert,
  card: Card,
  carousel: Carousel,
  container: Container,
  context: Context,
  context_actions: Actions,
  data_table: Table,
  divider: Divider,
  header: Header,
  image: Image,
  input: Input,
  markdown: Markdown,
  plan: Plan,
  rich_text: RichText,
  section: Section,
  table: Table,
  task_card: TaskCard,
  video: Video,
};

export function Blocks({ blocks }: { blocks: unknown }): ComponentChildren {
  return h(
    Fragment,
    null,
    fieldsIn(blocks).map((block, index) =>
      h(OneBlock, { block, key: asText(block.block_id) ?? String(index) }),
    ),
  );
}

function OneBlock({ block }: { block: Fields }): ComponentChildren {
  const type = asText(block.type) ?? "";
  const component = Object.hasOwn(components, type) ? components[type] : undefined;
  if (component === undefined) return h("p", { class: "unknown-block" }, `(a ${type} block)`);
  return h("div", { class: `block block-${type}` }, h(component, { block, nested: Blocks }));
}
