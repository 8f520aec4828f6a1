"""A Lambda of its own for Slack's `/ticket TEXT`, as small as Python allows: it verifies, parses, makes the
calls the desk makes and answers with a card. It knows one queue, one promise and one kind of ticket; the
documents are those of `bellhop-slack`, so that the table has the same to do."""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from datetime import datetime, timedelta, timezone
from html import escape
from http.client import HTTPConnection
from urllib.parse import parse_qsl

import boto3

WINDOW_SECONDS = 300
TABLE = os.environ["BELLHOP_TABLE"]
SECRET = os.environ["BELLHOP_SLACK_SIGNING_SECRET"].encode()
table = boto3.client("dynamodb", region_name=os.environ["AWS_REGION"])

DAY = [{"opens": "09:00:00", "closes": "12:00:00"}, {"opens": "13:00:00", "closes": "18:00:00"}]
PROMISE = {
    "policy": "Standard",
    "calendar": {"hours": "staffed", "zone": "UTC", "week": [DAY, DAY, DAY, DAY, DAY, [], []]},
    "first_response": "PT8H",
    "next_response": "PT8H",
    "resolution": "PT40H",
    "warnings": [{"spent": 75}],
    "repeats": {"daily": {"at": "09:00:00", "at_most": 5}},
}
NEW = "attribute_not_exists(pk)"
NEW_OR_EXPIRED = "attribute_not_exists(pk) OR expires <= :now"


def compact(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def instant(moment):
    """As the desk writes it: nine decimals."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def put(fields, document=None, only=NEW, values=None):
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in fields.items()}
    if document:
        item["data"] = {"S": compact(document)}
    write = {"TableName": TABLE, "Item": item}
    if only:
        write["ConditionExpression"] = only
    if values:
        write["ExpressionAttributeValues"] = values
    return {"Put": write}


def snapshot(said, requester, number, now):
    at, place, who = instant(now), f"{number:012}", requester["id"]
    running = {"state": {"running": at}, "breached": False}
    fields = {
        "pk": f"TICKET#{number}", "sk": "TICKET", "version": 2, "title": said["text"],
        "asker": compact({"name": requester["name"], "email": requester["email"]}),
        "work_pk": "QUEUE#support#open", "work_sk": f"{instant(now + timedelta(hours=8))}#{place}",
        "asked_pk": f"PERSON#{who}", "asked_sk": f"{at}#{place}",
        "due_pk": f"DUE#{number % 8}", "due_sk": instant(now + timedelta(hours=6)),
    }
    return put(fields, {
        "number": number, "version": 2, "requester": who, "kind": "question", "priority": "medium",
        "status": "pending_assignment", "closure": None, "queue": "support", "assignee": None,
        "channel": "slack", "origin": None, "silent": False, "tags": [], "external_id": None,
        "rating": None, "reopened": 0, "declined": 0, "opened_at": at, "updated_at": at,
        "resolved_at": None, "closed_at": None, "promise": PROMISE,
        "clocks": {
            "first_response": running, "next_response": {"state": "idle", "breached": False}, "resolution": running,
        },
        "waiting": None, "marks": {"status_since": at},
        "texts": {"title": {"entry": 1}, "description": {"entry": 1}},
    })


def entry(number, now, command, seq, by, event):
    fields = {"pk": f"TICKET#{number}", "sk": f"ENTRY#{seq:08}", "command": command}
    return put(fields, {"at": instant(now), "by": by, "event": event})


def owed(number, now, seq, lane, message, otherwise):
    (sort, to), = lane.items()
    since = instant(now)
    fields = {
        "pk": f"LANE#{sort}#{to}", "sk": f"{since}#{number:012}#{seq:08}",
        "id": f"{number}/{seq}/{to}/{sort}", "since": since, "attempts": 0,
        "due_pk": f"LATE#{number % 4}", "due_sk": instant(now + timedelta(minutes=1)),
    }
    document = {"number": number, "seq": seq, "lane": lane, "message": message, "otherwise": otherwise}
    return put(fields, document)


def items(said, requester, number, now, command):
    words, who, at = said["text"], requester["id"], instant(now)
    opened = {
        "type": "opened", "number": number, "requester": who, "kind": "question", "priority": "medium",
        "channel": "slack", "promise": PROMISE, "silent": False,
    }
    seconds = int(now.timestamp())
    seen = {
        "pk": f"SEEN#slack#command#{said['team_id']}#{said['trigger_id']}", "sk": "SEEN",
        "number": number, "expires": seconds + 14 * 86_400,
    }
    arrival = {
        "id": command, "at": at, "door": "slack", "from": said["user_name"], "subject": words,
        "outcome": "ticket", "number": number,
    }
    return [
        snapshot(said, requester, number, now),
        entry(number, now, command, 1, {"person": {"id": who}}, opened),
        put({"pk": f"TICKET#{number}", "sk": "BODY#00000001"}, {"title": words, "body": words}, only=None),
        entry(number, now, command, 2, "system", {"type": "queued", "queue": "support"}),
        owed(number, now, 1, {"chat": who}, "receipt", "mail"),
        owed(number, now, 2, {"queue": "support"}, "card", "mail"),
        owed(number, now, 1, {"bus": number % 4}, {"events": 2}, "nothing"),
        put(seen, only=NEW_OR_EXPIRED, values={":now": {"N": str(seconds)}}),
        put({"pk": f"INBOUND#slack#{at[:10]}", "sk": f"{at}#{command}"}, arrival, only=None),
    ]


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def card(said, requester, number, now):
    text = f"Got it: this is ticket #{number}. You will hear from us."
    words, name = escape(said["text"], quote=False), escape(requester["name"], quote=False)
    due = now + timedelta(hours=8)
    moment = f"<!date^{int(due.timestamp())}^{{date_short_pretty}}, {{time}}|{due:%Y-%m-%d %H:%M} UTC>"
    facts = [
        "*Status*\nBeing assigned", "*Priority*\n🔸 Medium", "*Assignee*\n_nobody yet_",
        f"*Answer by*\n⏳ {moment}",
    ]
    edit = {
        "type": "button", "action_id": "tkt.edit", "value": f"{number}:2",
        "text": {"type": "plain_text", "text": "Edit", "emoji": True},
        "accessibility_label": f"Edit ticket {number}",
    }
    head = f"*#{number} {words}*\nfrom {name} in *Support*"
    blocks = [
        {"type": "section", "text": mrkdwn(text)},
        {"type": "section", "block_id": f"head:{number}", "text": mrkdwn(head)},
        {"type": "section", "block_id": f"facts:{number}", "fields": [mrkdwn(fact) for fact in facts]},
        {"type": "section", "text": mrkdwn(f"> {words}")},
        {"type": "actions", "block_id": f"edit:{number}", "elements": [edit]},
    ]
    return {"response_type": "ephemeral", "text": text, "blocks": blocks}


def raw_body(event):
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def is_genuine(headers, body):
    sent = headers.get("x-slack-request-timestamp", "")
    if not (sent.isascii() and sent.isdigit()) or abs(time.time() - int(sent)) > WINDOW_SECONDS:
        return False
    digest = hmac.new(SECRET, f"v0:{sent}:".encode() + body, hashlib.sha256).hexdigest()
    given = headers.get("x-slack-signature", "")
    return hmac.compare_digest(f"v0={digest}".encode(), given.encode())


def person(said):
    key = {"pk": {"S": f"IDENTITY#slack#{said['team_id']}#{said['user_id']}"}, "sk": {"S": "IDENTITY"}}
    found = table.get_item(TableName=TABLE, Key=key, ConsistentRead=True)
    return json.loads(found["Item"]["data"]["S"])


def next_number():
    counted = table.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "COUNTER"}, "sk": {"S": "ticket"}},
        UpdateExpression="ADD last_number :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return int(counted["Attributes"]["last_number"]["N"])


def file(said):
    requester = person(said)
    number = next_number()
    now = datetime.now(timezone.utc)
    command = str(uuid.uuid4())
    writes = items(said, requester, number, now, command)
    table.transact_write_items(TransactItems=writes, ClientRequestToken=command)
    return card(said, requester, number, now)


def handle(event):
    body = raw_body(event)
    if not is_genuine(event["headers"], body):
        return answer(401, {"error": "the signature does not fit"})
    return answer(200, file(dict(parse_qsl(body.decode(), keep_blank_values=True))))


def answer(status, body):
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": compact(body), "isBase64Encoded": False}


def main():
    """Lambda's Runtime API: one event at a time, over one connection."""
    lambda_ = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(method, path, body=None):
        lambda_.request(method, f"/2018-06-01/runtime/invocation/{path}", body)
        response = lambda_.getresponse()
        return response.headers, response.read()

    while True:
        headers, text = call("GET", "next")
        request = headers["lambda-runtime-aws-request-id"]
        try:
            call("POST", f"{request}/response", json.dumps(handle(json.loads(text))))
        except Exception as error:
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            call("POST", f"{request}/error", json.dumps(told))


main()
