/** The search filters, with what they mean. @type {[filter: string, meaning: string][]} */
export const FILTERS = [
  ["to: from: cc: bcc:", "name or address contains; to:=ann@x.org is exact"],
  ["addressed:", "any address of the header"],
  ["rcpt: mailfrom:", "what the envelope said"],
  ["subject:", "subject contains; subject:/regex/ is a pattern"],
  ["thread:id@x.org", "it and its answers, by Message-ID"],
  ["header:X-Name=value", "any other header field"],
  ["tag: inbox:", "by name"],
  ["is:unread is:read is:tagged", "state"],
  ["has:attachment has:inline has:link has:code", "what is in it"],
  ["larger:1M smaller:20K", "size"],
  ["after:5m before:2026-01-31", "when it came"],
  ["OR ( )", "either; grouping"],
];
