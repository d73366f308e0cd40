import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical, exactNumber, isObject, isSame, parseJson, reindent, writeJson } from "../src/json.ts";

const NUMBERS = ["0", "-0", "1.0", "1.50", "0.1", "1e2", "9007199254740993", "-9223372036854775808", "18446744073709551616", "0.12345678901234567890", "1e400"];

for (const number of NUMBERS) {
  test(`${number} is written as it was read`, () => {
    assert.equal(writeJson(parseJson(number)), number);
    assert.equal(writeJson(parseJson(`{"a":[${number}]}`)), `{"a":[${number}]}`);
    assert.equal(isObject(parseJson(number)), false);
  });
}

test("ordinary numbers are numbers", () => {
  assert.equal(exactNumber("1.5"), 1.5);
  assert.equal(parseJson("[-3]")[0], -3);
});

test("equal values have one canonical text", () => {
  assert.equal(canonical(parseJson('{"b":[{"d":1,"c":2}],"a":9007199254740993}')), '{"a":9007199254740993,"b":[{"c":2,"d":1}]}');
  assert.ok(isSame(parseJson("9007199254740993"), parseJson(" 9007199254740993")));
  assert.ok(!isSame(parseJson("9007199254740993"), parseJson("9007199254740992")));
  assert.ok(isSame(undefined, undefined));
  assert.ok(!isSame(undefined, null));
});

test("text that is not JSON is refused", () => {
  for (const text of ["", "{", "[1,]", '{"a":}', "01", "nul"]) assert.throws(() => parseJson(text), SyntaxError);
});

test("names of Object.prototype are names", () => {
  assert.equal(writeJson(parseJson('{"__proto__":{"a":1},"constructor":2}')), '{"__proto__":{"a":1},"constructor":2}');
});

test("line breaks are added without changing a token", () => {
  assert.equal(reindent('{"b":1.0,"a":[9007199254740993,{"10":{},"2":[]}],"a":"\\u00e9, {\\"}"}'), `{
  "b": 1.0,
  "a": [
    9007199254740993,
    {
      "10": {},
      "2": []
    }
  ],
  "a": "\\u00e9, {\\"}"
}`);
  for (const text of ["null", "[]", "{}", '""', "not JSON {"]) assert.equal(reindent(text), text);
});
