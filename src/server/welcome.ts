/** What the first start of an installation says: the token, and lines that work as they are printed, as often as they are. */
export function welcome(secret: string, url: string, schemaVersion: number): string {
  return `Your administrator's token, shown this once:

  export TOKEN=${secret}

Create a page, read it, see the tree:

  curl -s ${url}/pages -H "Authorization: Bearer $TOKEN" -H 'Schema-Version: ${schemaVersion}' -H 'Content-Type: application/json' -H 'Idempotency-Key: hello' -d '{"type":"document","slug":"hello","content":{"title":"Hello","body":"First words."}}'
  curl -s ${url}/paths/hello -H "Authorization: Bearer $TOKEN"
  curl -s ${url}/tree -H "Authorization: Bearer $TOKEN"

`;
}
