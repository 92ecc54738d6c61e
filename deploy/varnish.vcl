# A cache between rendering servers and the API that may keep protected pages: it asks with a token of its own, issued by
#   palimpsest token create --role render --delegates --cache --name varnish
# and passes on whom a rendering server asks for (User-Token). Whoever reaches it reads what the token does: let rendering servers alone.
vcl 4.1;

import std;

backend palimpsest {
  .host = "127.0.0.1";
  .port = "3000";
}

sub vcl_recv {
  if (req.method != "GET" && req.method != "HEAD") {
    return (synth(405));
  }
  unset req.http.Cookie;
  set req.http.Authorization = "Bearer TOKEN";
  # Streams are not for keeping.
  if (req.url ~ "^/events") {
    return (pass);
  }
  return (hash);
}

sub vcl_backend_response {
  # One copy for all visitors. Nothing is served that the API has not been asked about, but for as long as it says so.
  if (beresp.http.Vary) {
    set beresp.http.Vary = "Schema-Version";
  }
  set beresp.ttl = 0s;
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  if (beresp.status != 200) {
    return (deliver);
  }
  if (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
    set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, ".*max-age=([0-9]+).*", "\1s"), 0s);
    set beresp.keep = 1h;
  } elsif (beresp.http.CDN-Cache-Control || beresp.http.Cache-Control ~ "^public") {
    # Kept to be asked about by its ETag, with each visitor's User-Token. Varnish asks about what was good, be it for a moment.
    set beresp.ttl = 1ms;
    set beresp.keep = 1h;
  }
  return (deliver);
}

sub vcl_hit {
  # In that moment, and for who has waited for somebody else's answer, it is for the API to say who sees it.
  if (obj.http.CDN-Cache-Control !~ "max-age=[0-9]+") {
    return (pass);
  }
}
