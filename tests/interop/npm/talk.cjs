// node talk.cjs CLIENT METHOD MESSAGE TYPE: asks by a method of a generated client, prints the first frame of a type.
const [file, method, message, type] = process.argv.slice(2);
const Client = require(file);
const client = new Client();
client.registerMessageHandler((text) => {
  if (JSON.parse(text).type !== type) return;
  console.log(`\n${text}`);
  process.exit();
});
client.registerErrorHandler((error) => {
  throw error;
});
setTimeout(() => {
  throw new Error(`no ${type} came`);
}, 120_000);
client.connect().then(() => client[method](JSON.parse(message)));
