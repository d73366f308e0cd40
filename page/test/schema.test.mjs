import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../src/json.ts";
import { canShow, fieldOf, initialValue } from "../src/schema.ts";

const shows = (schema, value, required = true) => canShow(fieldOf(schema), required, value);
const nullable = (schema) => ({ anyOf: [schema, { type: "null" }] });

test("an input shows the values of its kind", () => {
  assert.ok(shows({ type: "string" }, "AAPL"));
  assert.ok(shows({ type: "integer" }, parseJson("9007199254740993")));
  assert.ok(shows({ type: "boolean" }, false));
  assert.ok(shows({ enum: ["1m", "1d"] }, "1d"));
  assert.ok(shows({ type: "array", items: {} }, []));
  assert.ok(shows({ type: "object", properties: {} }, {}));
  assert.ok(shows(nullable({ type: "string" }), null));
  assert.ok(shows({ type: "string" }, undefined));
});

test("an input does not show the values of another kind", () => {
  assert.ok(!shows({ type: "string" }, 7));
  assert.ok(!shows({ type: "integer" }, "7"));
  assert.ok(!shows({ type: "number" }, parseJson("1e400")));
  assert.ok(!shows({ type: "boolean" }, "true"));
  assert.ok(!shows({ enum: ["1m", "1d"] }, "2m"));
  assert.ok(!shows({ type: "array", items: {} }, "AAPL"));
  assert.ok(!shows({ type: "object", properties: {} }, []));
  assert.ok(!shows({ type: "string" }, null));
});

test("a text field does not show line breaks, nor an empty text where that means no value", () => {
  assert.ok(!shows({ type: "string" }, "a\nb"));
  assert.ok(shows({ type: "string" }, ""));
  assert.ok(!shows({ type: "string" }, "", false));
  assert.ok(!shows(nullable({ type: "string" }), ""));
});

test("the request of a route that asks nothing is an empty form", () => {
  const schema = parseJson('{"type": ["object", "null"], "maxProperties": 0}');
  assert.equal(fieldOf(schema).kind, "object");
  assert.deepEqual(initialValue(schema, true), {});
});

test("a form starts with values that it can show", () => {
  const note = { type: "string", default: "" };
  assert.equal(initialValue(note, false), undefined);
  assert.equal(initialValue({ type: "integer", default: 3 }, false), 3);
});
