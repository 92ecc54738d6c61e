/** A JSON Schema (draft 2020-12 as far as Ajv's default dialect goes), as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;
