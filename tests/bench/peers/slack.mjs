// A Lambda of its own for Slack's `/ticket TEXT`, as small as Node allows: it verifies, parses, makes the
// calls the desk makes and answers with a card. It knows one queue, one promise and one kind of ticket;
// the documents are those of `bellhop-slack`, so that the table has the same to do.

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import http from "node:http";
import {
  DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";

const WINDOW_SECONDS = 300;
const HOUR = 3_600_000;
const TABLE = process.env.BELLHOP_TABLE;
const SECRET = process.env.BELLHOP_SLACK_SIGNING_SECRET;
const table = new DynamoDBClient({});

const DAY = [{ opens: "09:00:00", closes: "12:00:00" }, { opens: "13:00:00", closes: "18:00:00" }];
const PROMISE = {
  policy: "Standard",
  calendar: { hours: "staffed", zone: "UTC", week: [DAY, DAY, DAY, DAY, DAY, [], []] },
  first_response: "PT8H",
  next_response: "PT8H",
  resolution: "PT40H",
  warnings: [{ spent: 75 }],
  repeats: { daily: { at: "09:00:00", at_most: 5 } },
};

// An instant as the desk writes it: nine decimals.
const instant = (milliseconds) => new Date(milliseconds).toISOString().replace("Z", "000000Z");
const digits = (number, many) => String(number).padStart(many, "0");
const NEW = "attribute_not_exists(pk)";
const NEW_OR_EXPIRED = `${NEW} OR expires <= :now`;

function put(fields, document, ConditionExpression, ExpressionAttributeValues) {
  const Item = {};
  for (const [name, value] of Object.entries(fields)) {
    Item[name] = typeof value === "number" ? { N: String(value) } : { S: value };
  }
  if (document) Item.data = { S: JSON.stringify(document) };
  return { Put: { TableName: TABLE, Item, ConditionExpression, ExpressionAttributeValues } };
}

function snapshot({ said, requester, number, now }) {
  const at = instant(now);
  const place = digits(number, 12);
  const running = { state: { running: at }, breached: false };
  const fields = {
    pk: `TICKET#${number}`, sk: "TICKET", version: 2, title: said.get("text"),
    asker: JSON.stringify({ name: requester.name, email: requester.email }),
    work_pk: "QUEUE#support#open", work_sk: `${instant(now + 8 * HOUR)}#${place}`,
    asked_pk: `PERSON#${requester.id}`, asked_sk: `${at}#${place}`,
    due_pk: `DUE#${number % 8}`, due_sk: instant(now + 6 * HOUR),
  };
  return put(fields, {
    number, version: 2, requester: requester.id, kind: "question", priority: "medium",
    status: "pending_assignment", closure: null, queue: "support", assignee: null, channel: "slack",
    origin: null, silent: false, tags: [], external_id: null, rating: null, reopened: 0, declined: 0,
    opened_at: at, updated_at: at, resolved_at: null, closed_at: null, promise: PROMISE,
    clocks: {
      first_response: running, next_response: { state: "idle", breached: false }, resolution: running,
    },
    waiting: null, marks: { status_since: at },
    texts: { title: { entry: 1 }, description: { entry: 1 } },
  }, NEW);
}

function entry({ number, now, command }, seq, by, event) {
  const fields = { pk: `TICKET#${number}`, sk: `ENTRY#${digits(seq, 8)}`, command };
  return put(fields, { at: instant(now), by, event }, NEW);
}

function owed({ number, now }, seq, lane, message, otherwise) {
  const [[sort, to]] = Object.entries(lane);
  const since = instant(now);
  const fields = {
    pk: `LANE#${sort}#${to}`, sk: `${since}#${digits(number, 12)}#${digits(seq, 8)}`,
    id: `${number}/${seq}/${to}/${sort}`, since, attempts: 0,
    due_pk: `LATE#${number % 4}`, due_sk: instant(now + 60_000),
  };
  return put(fields, { number, seq, lane, message, otherwise }, NEW);
}

function items(ticket) {
  const { said, requester, number, now, command } = ticket;
  const words = said.get("text");
  const opened = {
    type: "opened", number, requester: requester.id, kind: "question", priority: "medium",
    channel: "slack", promise: PROMISE, silent: false,
  };
  const seconds = Math.floor(now / 1000);
  const seen = `SEEN#slack#command#${said.get("team_id")}#${said.get("trigger_id")}`;
  const arrival = {
    id: command, at: instant(now), door: "slack", from: said.get("user_name"), subject: words,
    outcome: "ticket", number,
  };
  const day = arrival.at.slice(0, 10);
  return [
    snapshot(ticket),
    entry(ticket, 1, { person: { id: requester.id } }, opened),
    put({ pk: `TICKET#${number}`, sk: "BODY#00000001" }, { title: words, body: words }),
    entry(ticket, 2, "system", { type: "queued", queue: "support" }),
    owed(ticket, 1, { chat: requester.id }, "receipt", "mail"),
    owed(ticket, 2, { queue: "support" }, "card", "mail"),
    owed(ticket, 1, { bus: number % 4 }, { events: 2 }, "nothing"),
    put({ pk: seen, sk: "SEEN", number, expires: seconds + 14 * 86_400 }, null,
      NEW_OR_EXPIRED, { ":now": { N: String(seconds) } }),
    put({ pk: `INBOUND#slack#${day}`, sk: `${arrival.at}#${command}` }, arrival),
  ];
}

const mrkdwn = (text) => ({ type: "mrkdwn", text, verbatim: true });
const escaped = (text) => text.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark]);

function card({ said, requester, number, now }) {
  const text = `Got it: this is ticket #${number}. You will hear from us.`;
  const words = escaped(said.get("text"));
  const due = now + 8 * HOUR;
  const moment = `<!date^${Math.floor(due / 1000)}^{date_short_pretty}, {time}|${new Date(due).toISOString()}>`;
  const facts = [
    "*Status*\nBeing assigned", "*Priority*\n🔸 Medium", "*Assignee*\n_nobody yet_",
    `*Answer by*\n⏳ ${moment}`,
  ];
  const edit = {
    type: "button", action_id: "tkt.edit", value: `${number}:2`,
    text: { type: "plain_text", text: "Edit", emoji: true },
    accessibility_label: `Edit ticket ${number}`,
  };
  const head = `*#${number} ${words}*\nfrom ${escaped(requester.name)} in *Support*`;
  const blocks = [
    { type: "section", text: mrkdwn(text) },
    { type: "section", block_id: `head:${number}`, text: mrkdwn(head) },
    { type: "section", block_id: `facts:${number}`, fields: facts.map(mrkdwn) },
    { type: "section", text: mrkdwn(`> ${words}`) },
    { type: "actions", block_id: `edit:${number}`, elements: [edit] },
  ];
  return { response_type: "ephemeral", text, blocks };
}

function rawBody(event) {
  return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
}

function isGenuine(headers, body) {
  const sent = headers["x-slack-request-timestamp"] ?? "";
  const given = Buffer.from(headers["x-slack-signature"] ?? "");
  const age = Math.abs(Date.now() / 1000 - Number(sent));
  if (!/^\d+$/.test(sent) || age > WINDOW_SECONDS) return false;
  const digest = createHmac("sha256", SECRET).update(`v0:${sent}:`).update(body).digest("hex");
  const expected = Buffer.from(`v0=${digest}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function person(said) {
  const pk = `IDENTITY#slack#${said.get("team_id")}#${said.get("user_id")}`;
  const Key = { pk: { S: pk }, sk: { S: "IDENTITY" } };
  const found = await table.send(new GetItemCommand({ TableName: TABLE, Key, ConsistentRead: true }));
  if (!found.Item) throw new Error("nobody knows this account");
  return JSON.parse(found.Item.data.S);
}

async function nextNumber() {
  const counted = await table.send(new UpdateItemCommand({
    TableName: TABLE,
    Key: { pk: { S: "COUNTER" }, sk: { S: "ticket" } },
    UpdateExpression: "ADD last_number :one",
    ExpressionAttributeValues: { ":one": { N: "1" } },
    ReturnValues: "UPDATED_NEW",
  }));
  return Number(counted.Attributes.last_number.N);
}

async function file(said) {
  const requester = await person(said);
  const number = await nextNumber();
  const ticket = { said, requester, number, now: Date.now(), command: randomUUID() };
  const transaction = { TransactItems: items(ticket), ClientRequestToken: ticket.command };
  await table.send(new TransactWriteItemsCommand(transaction));
  return card(ticket);
}

async function handle(event) {
  const body = rawBody(event);
  if (!isGenuine(event.headers, body)) return answer(401, { error: "the signature does not fit" });
  return answer(200, await file(new URLSearchParams(body.toString("utf8"))));
}

function answer(statusCode, body) {
  const headers = { "content-type": "application/json" };
  return { statusCode, headers, body: JSON.stringify(body), isBase64Encoded: false };
}

// Lambda's Runtime API: one event at a time, over one connection.
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` };
    if (body) options.headers = { "content-length": Buffer.byteLength(body) };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject).end(body);
  });
}

for (;;) {
  const { headers, text } = await call("GET", "next");
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    await call("POST", `${id}/response`, JSON.stringify(await handle(JSON.parse(text))));
  } catch (error) {
    const told = { errorType: error.name, errorMessage: error.message };
    await call("POST", `${id}/error`, JSON.stringify(told));
  }
}
