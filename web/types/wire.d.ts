/** What the server sends: the v1 wire format, and what we add to it. */

export interface Address { Name: string; Address: string }

export interface Summary {
  ID: string; MessageID: string; Read: boolean; From: Address | null;
  To: Address[] | null; Cc: Address[] | null; Bcc: Address[] | null; ReplyTo: Address[] | null;
  Subject: string; Created: string; Username: string; Tags: string[]; Size: number; Attachments: number;
  Snippet: string; Inbox: string;
}

export interface Listing {
  total: number; unread: number; messages_count: number; messages_unread: number; start: number;
  tags: string[]; messages: Summary[]; cursor: string; warnings?: string[];
}

export interface Attachment {
  PartID: string; FileName: string; ContentType: string; ContentID: string; Size: number;
  Checksums: { MD5: string; SHA1: string; SHA256: string };
}

export interface Header { Name: string; Value: string; Raw: string }

export interface Part {
  PartID: string; ContentType: string; Charset: string; Disposition: string; FileName: string; ContentID: string;
  TransferEncoding: string; Size: number; Params: Record<string, string>; Headers: Header[]; Defects: string[];
  Children: Part[];
}

export interface Recipient { Address: string; Params: string[] }

export interface Envelope {
  From: string; FromParams: string[]; To: Recipient[]; Peer: string; Helo: string; Protocol: string; TLS: string;
  Username: string;
}

export interface Message {
  ID: string; MessageID: string; From: Address | null; To: Address[] | null; Cc: Address[] | null; Bcc: Address[] | null;
  ReplyTo: Address[] | null; ReturnPath: string; Subject: string; Date: string; Created: string; Tags: string[]; Username: string;
  Text: string; HTML: string; Size: number; Inline: Attachment[]; Attachments: Attachment[]; Read: boolean; Inbox: string;
  Envelope: Envelope; Session: string; Parts: Part; Defects: string[]; HasText: boolean;
  Links: Link[]; Codes: string[]; Images: Image[]; ListUnsubscribe: ListUnsubscribe;
}

export interface Link { URL: string; Text: string; PartID: string }

export interface Image {
  URL: string; Alt: string | null; PartID: string; ImagePartID: string; Width: number | null; Height: number | null;
  Tracking: boolean;
}

export interface ListUnsubscribe {
  Header: string; Links: string[]; Errors: string; HeaderPost: string; Problems: string[];
  OneClick: { Method: "POST"; URL: string; ContentType: string; Body: string } | null;
}

export interface Line { At: number; Who: "C" | "S" | "-"; Text: string; Words: string; RFC: string }

export interface Finding {
  Name: string; Level: "fault" | "warning" | "note"; Stage: string; Means: string; Change: string; RFC: string;
  Evidence: string; Again: "" | "later" | "never"; Line: number;
}

export interface Bounced {
  Kind: string; Recipients: string[]; Report: string; Reply: string; Silent: { Address: string; Reason: string }[];
}

export interface SessionRow {
  ID: string; Started: string; Ended: string | null; Peer: string; Local: string; Helo: string; Username: string;
  TLS: string; State: string; Messages: string[]; Caught: number; Errors: number; Omitted: number;
}

export interface Session extends SessionRow { Lines: Line[]; Findings: Finding[] }

export interface Inbox { Name: string; Total: number; Unread: number; Size: number; Address: string }

export interface MadeInbox {
  Name: string; Address: string; BaseURL: string; SMTP: { Host: string; Port: number; Username: string; Password: string };
}

export interface WebUI { Label: string; Version?: string; SMTP?: string; SMTPTLS?: string; SMTPTerms?: string; HideDeleteAllButton?: boolean }

export interface Info {
  Version: string; Tags: Record<string, number>; Messages: number; Unread: number; Oldest?: string | null;
  Limits?: { MaxMessages: number; MaxAge: number; MaxBytes: number; MaxMessageSize: number };
}

export type LiveEvent =
  | { seq: number; type: "new"; inbox: string; message: Summary }
  | { seq: number; type: "update"; inbox?: string; ids: string[]; Read?: boolean; Tags?: string[]; message?: Summary }
  | { seq: number; type: "delete"; ids: string[]; reason: "deleted" | "evicted" | "hidden" }
  | { seq: number; type: "restore"; ids: string[] }
  | { seq: number; type: "truncate"; inbox: string | null }
  | { seq: number; type: "tags" }
  | { seq: number; type: "sessions" };

export interface Frame { cursor: string; events?: LiveEvent[]; reset?: boolean; stats?: { Total: number; Unread: number }; faults?: number; rate_limits?: number }

export interface FaultRule {
  Preset?: string; Name?: string; Where?: string; Match?: string; Inbox?: string; Action?: string; Reply?: string; Seconds?: number;
  Rate?: number; Bytes?: number; Reset?: boolean; Times?: number; After?: number; Each?: string; Expires?: number; Probability?: number; Seed?: number;
}
export interface Fault {
  ID: string; Name: string; Where: string; Match: string; Inbox: string | null; Action: string; Reply: string; Seconds: number; Rate: number;
  Bytes: number; Reset: boolean; Times: number | null; After: number; Each: string; Expires: number | null; Probability: number;
  Seed: number | null; Matched: number; Fired: number; Remaining: number | null; State: "active" | "spent" | "expired"; Created: string;
}
export interface FaultPreset { Name: string; Summary: string; Like: string; Source: string; Fault: FaultRule }
export interface RateRule { Preset?: string; Name?: string; Per?: string; Count?: number; Seconds?: number; Burst?: number; Where?: string; Reply?: string; Inbox?: string }
export interface RateLimit {
  ID: string; Name: string; Per: string; Count: number; Seconds: number; Burst: number; Where: string; Reply: string; Inbox: string | null;
  Passed: number; Refused: number; Keys: number;
}
export interface RatePreset { Name: string; Summary: string; Source: string; Note: string; Limits: RateRule[] }

/** start.json: lines of texts, with {host}, {port} and {url} to be filled in. */
export interface Guide {
  filters: { filter: string; means: string }[];
  snippets: { name: string; file: string; text: string[] }[];
  samples: { name: string; to: string[]; mail: string[] }[];
}
