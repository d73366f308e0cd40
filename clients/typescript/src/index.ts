// What generated clients and applications import. The mock and the hooks of React have entries of their own.
export { Client, type ClientEvents, type Contract, type Options, RUNTIME_VERSION } from "./client.ts";
export { type CommandOptions, command } from "./commands.ts";
export type { ConnectionState } from "./connection.ts";
export type { Buffer } from "./cursor.ts";
export { type ClientError, Closed, CommandError, Ended, Lost, OutcomeUnknown, Refused, Timeout } from "./errors.ts";
export type { Event, Reduce } from "./events.ts";
export type { Host, PageEvent, Signal, Socket } from "./host.ts";
export { type State, state } from "./state.ts";
export { type HandleOptions, type Stream, type StreamOptions, stream } from "./stream.ts";
export type { Token, TokenSource } from "./tokens.ts";
export type { Detail } from "./wire.ts";
