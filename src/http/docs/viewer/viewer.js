/* global document, fetch, SwaggerUIBundle */
// The token stays in this page's memory: it goes with each request to this server, and is forgotten with the page.
document.getElementById('who').addEventListener('submit', async (event) => {
  event.preventDefault();
  const authorization = `Bearer ${document.getElementById('token').value}`;
  const answer = await fetch('openapi.json', { headers: { authorization } });
  const found = await answer.json();
  if (!answer.ok) {
    document.getElementById('refused').textContent = found.detail;
    return;
  }
  document.getElementById('who').hidden = true;
  SwaggerUIBundle({
    spec: found,
    dom_id: '#api',
    requestInterceptor: (request) => {
      request.headers.Authorization ??= authorization;
      return request;
    },
  });
});
