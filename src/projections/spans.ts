/** Of the spans of positions in a table (`from_position` inclusive, `to_position` exclusive, null: still so), those that `$at` is in. */
export function spanAt(table: string): string {
  return `${table}.from_position <= $at AND (${table}.to_position IS NULL OR ${table}.to_position > $at)`;
}
