// node models.mjs DOCUMENT typescript|python|pydantic FOLDER: runs modelina, prints the names of the models.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import modelina from "@asyncapi/modelina";
import { answer } from "./problems.mjs";

const [document, language, folder] = process.argv.slice(2);
const generators = {
  typescript: () =>
    new modelina.TypeScriptFileGenerator({ modelType: "interface", enumType: "union", rawPropertyNames: true }),
  python: () => new modelina.PythonFileGenerator(),
  pydantic: () => new modelina.PythonFileGenerator({ presets: [modelina.PYTHON_PYDANTIC_PRESET] }),
};
const generator = generators[language]();
const options = language === "typescript" ? { exportType: "named" } : { packageName: basename(folder) };
const models = await generator.generateToFiles(JSON.parse(readFileSync(document, "utf8")), folder, options);
answer(models.map(({ modelName }) => modelName));
