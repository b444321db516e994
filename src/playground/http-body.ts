// Reads requests the ways clients send them to Slack: forms, JSON, multipart, raw bytes.

import type { IncomingMessage } from "node:http";
import { asFields, type Fields, parseJson } from "./fields.ts";
import { Refusal } from "./refusal.ts";

const bodyLimit = 64 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new Refusal("request_too_large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The arguments of a call, from the address and the body; a token counts only in a header or a form. */
export async function readArguments(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<{ args: Fields; token: string | undefined }> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const body = await readBody(request);
  const type = request.headers["content-type"] ?? "";
  const inAddress = Object.fromEntries(query);
  if (body.length === 0) return { args: inAddress, token: bearer ?? inAddress.token };
  if (type.startsWith("application/json")) {
    const parsed = parseJson(body.toString());
    if (parsed === undefined) throw new Refusal("invalid_json");
    const args = asFields(parsed);
    if (args === undefined) throw new Refusal("json_not_object");
    return { args: { ...inAddress, ...args }, token: bearer };
  }
  if (type.startsWith("multipart/form-data")) {
    const form = await parseMultipart(body, type);
    const fields = [...form].flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as const] : [],
    );
    const args = Object.fromEntries(fields);
    return { args: { ...inAddress, ...args }, token: bearer ?? args.token };
  }
  if (!type.startsWith("application/x-www-form-urlencoded")) throw new Refusal("invalid_post_type");
  const args = Object.fromEntries(new URLSearchParams(body.toString()));
  return { args: { ...inAddress, ...args }, token: bearer ?? args.token };
}

/** The bytes of an upload, sent as they are or as the only part of a form. */
export async function readUpload(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request);
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) return body;
  for (const [, value] of await parseMultipart(body, type)) {
    return typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

async function parseMultipart(body: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  } catch {
    throw new Refusal("invalid_form_data");
  }
}
