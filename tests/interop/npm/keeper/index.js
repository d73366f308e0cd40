// Validates what generated clients send, as they expect of @asyncapi/keeper.
const Ajv = require("ajv");
const addFormats = require("ajv-formats");
const { Parser, fromFile } = require("@asyncapi/parser");

const parsed = new Map();

exports.compileSchemasByOperationId = async (file, id) => {
  if (!parsed.has(file)) parsed.set(file, fromFile(new Parser(), file).parse());
  const { document } = await parsed.get(file);
  const operation = document.operations().get(id);
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  return operation.messages().all().map((message) => ajv.compile(message.payload().json()));
};

exports.validateMessage = (compiled, message) => ({
  isValid: compiled(message),
  validationErrors: compiled.errors,
});
