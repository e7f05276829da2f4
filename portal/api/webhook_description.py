"""The messages to webhooks, for the API's description (OpenAPI 3.1, `webhooks`). docs/webhooks.md says more."""

from __future__ import annotations

from typing import Any

from .webhook_models import WebhookDelivery

A_CURSOR = {"type": "string"}
A_CHANGE = {
    "type": "object",
    "required": ["kind", "id", "change", "merged_into", "substantial", "state", "url"],
    "properties": {
        "kind": {"$ref": "#/components/schemas/RecordKind", "description": "What the record is."},
        "id": {"type": "string", "description": "The record's id in the API."},
        "change": {"$ref": "#/components/schemas/Change", "description": "What became of it."},
        "merged_into": {"type": ["string", "null"], "description": "The id that leads on, where it was merged."},
        "substantial": {
            "type": "boolean",
            "description": "Whether more is different than what each new list of ICE renews.",
        },
        "state": {
            "type": ["string", "null"],
            "description": "Postal abbreviation; null for lists of ICE and for what was merged or withdrawn.",
        },
        "url": {"type": "string", "format": "uri", "description": "The record's address in the API."},
    },
}
CHANGES = {
    "type": "object",
    "required": ["data_version", "after", "next_cursor", "has_more", "is_lost", "changes_url", "changes"],
    "properties": {
        "data_version": {"type": "integer", "description": "Of the facts when the message was made."},
        "after": {
            "type": ["string", "null"],
            "description": "The cursor of changes/ from which on it tells; null where nobody knows any more.",
        },
        "next_cursor": {**A_CURSOR, "description": "The cursor of changes/ up to which it tells."},
        "has_more": {"type": "boolean", "description": "Whether more is known already."},
        "is_lost": {"type": "boolean", "description": "Nobody knows what became different: begin your copy anew."},
        "changes_url": {"type": "string", "format": "uri", "description": "Where they begin with their records."},
        "changes": {"type": "array", "maxItems": 100, "items": A_CHANGE, "description": "What became different."},
    },
}
TRIAL = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "description": "Of the webhook, as we call it."}},
}
HEADERS = {
    "webhook-id": "Of the message: the same each time that it is sent.",
    "webhook-timestamp": "When it was sent, this time: seconds since 1970.",
    "webhook-signature": "v1, a comma and the HMAC-SHA256 of id.timestamp.body in base64; several with spaces between.",
    "Idempotency-Key": "The same as webhook-id.",
}
ANSWERS = {
    "2XX": "Taken. Answer within 10 seconds.",
    "410": "No more of them, please: the webhook ends.",
    "default": "Not taken. It is tried again: ten times in three days, later where Retry-After says so.",
}


def webhooks() -> dict[str, Any]:
    """What the portal sends, by the `type` of the message."""
    What = WebhookDelivery.What
    return {
        What.CHANGES.value: sent("Records became different", "tell_changes", message(What.CHANGES, CHANGES)),
        What.TRIAL.value: sent("A trial, which says nothing", "tell_trial", message(What.TRIAL, TRIAL)),
    }


def message(what: WebhookDelivery.What, data: dict) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": what.value, "description": "What kind of message it is."},
            "timestamp": {"type": "string", "format": "date-time", "description": "When the message was made."},
            "data": data,
        },
    }


def sent(title: str, name: str, schema: dict) -> dict[str, Any]:
    """A message as an operation of the receiver's."""
    return {
        "post": {
            "operationId": name,
            "summary": title,
            "description": "A signed message to a partner's server (Standard Webhooks 1): /api/v1/docs/webhooks/.",
            "security": [],
            "parameters": [
                {"in": "header", "name": header, "required": True, "description": text, "schema": {"type": "string"}}
                for header, text in HEADERS.items()
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": {status: {"description": text} for status, text in ANSWERS.items()},
        }
    }
