// node generate.mjs DOCUMENT TEMPLATE FOLDER [PARAMETER=VALUE...]: runs the official generator.
import Generator from "@asyncapi/generator";

const [document, template, folder, ...parameters] = process.argv.slice(2);
const templateParams = Object.fromEntries(parameters.map((parameter) => parameter.split("=")));
await new Generator(template, folder, { templateParams, forceWrite: true }).generateFromFile(document);
