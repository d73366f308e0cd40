// The part of @asyncapi/parser that shows a document: its model, without its validator (see build.mjs).
export {
  isAsyncAPIDocument,
  isOldAsyncAPIDocument,
  isStringifiedDocument,
  toAsyncAPIDocument,
} from "@asyncapi/parser/esm/document";
export { unstringify } from "@asyncapi/parser/esm/stringify";
export { SchemaV2 } from "@asyncapi/parser/esm/models";
export { anonymousNaming } from "@asyncapi/parser/esm/custom-operations/anonymous-naming";
export { applyUniqueIds } from "@asyncapi/parser/esm/custom-operations/apply-unique-ids";
