CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS organisations (
  org TEXT PRIMARY KEY, tenant_id TEXT NOT NULL UNIQUE, connection_id TEXT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL,
  currency TEXT NOT NULL, time_zone TEXT NOT NULL, client_id TEXT NOT NULL, client_secret TEXT NOT NULL, period_lock TEXT, year_lock TEXT,
  created_ms INTEGER NOT NULL, settings TEXT NOT NULL DEFAULT '{}', connected INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS accounts (
  id TEXT PRIMARY KEY, org TEXT NOT NULL REFERENCES organisations, code TEXT COLLATE NOCASE, name TEXT NOT NULL, type TEXT NOT NULL,
  class TEXT NOT NULL, status TEXT NOT NULL, enable_payments INTEGER NOT NULL, system TEXT NOT NULL, tax_type TEXT NOT NULL,
  updated_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS accounts_code ON accounts (org, code) WHERE code <> '';

CREATE TABLE IF NOT EXISTS tracking (
  id TEXT PRIMARY KEY, org TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL COLLATE NOCASE, status TEXT NOT NULL,
  options TEXT NOT NULL, UNIQUE (org, name)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS contacts (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, org TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL COLLATE NOCASE,
  number TEXT COLLATE NOCASE, account_number TEXT COLLATE NOCASE, email TEXT COLLATE NOCASE, status TEXT NOT NULL, updated_ms INTEGER NOT NULL,
  fields TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS contacts_name ON contacts (org, name);
CREATE INDEX IF NOT EXISTS contacts_number ON contacts (org, number);
CREATE INDEX IF NOT EXISTS contacts_updated ON contacts (org, updated_ms);

-- kind: invoice, credit_note, journal, bank, overpayment, payment. text: the narration of a journal, the reference of all others.
-- target: what a payment pays; the bank transaction that made an overpayment. head and lines: the answer, ready to send.
CREATE TABLE IF NOT EXISTS documents (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, org TEXT NOT NULL REFERENCES organisations, kind TEXT NOT NULL, type TEXT NOT NULL,
  number TEXT COLLATE NOCASE, contact_id TEXT, contact_name TEXT COLLATE NOCASE, account_id TEXT, target TEXT, status TEXT NOT NULL,
  date TEXT NOT NULL, due_date TEXT, text TEXT COLLATE NOCASE, total_cents INTEGER NOT NULL, due_cents INTEGER NOT NULL,
  paid_cents INTEGER NOT NULL, credited_cents INTEGER NOT NULL, paid_on TEXT, by_app INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, input TEXT NOT NULL, head TEXT NOT NULL, lines TEXT NOT NULL, previous_head TEXT, previous_lines TEXT);
CREATE INDEX IF NOT EXISTS documents_updated ON documents (org, kind, updated_ms, id);
CREATE INDEX IF NOT EXISTS documents_number ON documents (org, kind, number);
CREATE INDEX IF NOT EXISTS documents_text ON documents (org, kind, text);
CREATE INDEX IF NOT EXISTS documents_contact ON documents (org, kind, contact_id);
CREATE INDEX IF NOT EXISTS documents_target ON documents (target) WHERE target IS NOT NULL;

CREATE TABLE IF NOT EXISTS allocations (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, source TEXT NOT NULL REFERENCES documents (id),
  target TEXT NOT NULL REFERENCES documents (id), cents INTEGER NOT NULL CHECK (cents > 0), date TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS allocations_source ON allocations (source);
CREATE INDEX IF NOT EXISTS allocations_target ON allocations (target);

-- What stands beside a document and moves nothing in the books.
CREATE TABLE IF NOT EXISTS notes (
  seq INTEGER PRIMARY KEY, org TEXT NOT NULL, document_id TEXT NOT NULL REFERENCES documents (id), at_ms INTEGER NOT NULL, details TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS notes_document ON notes (document_id);
CREATE TABLE IF NOT EXISTS attachments (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, document_id TEXT NOT NULL REFERENCES documents (id),
  file TEXT NOT NULL COLLATE NOCASE, mime_type TEXT NOT NULL, content BLOB NOT NULL, UNIQUE (document_id, file));

-- Debit positive, credit negative.
CREATE TABLE IF NOT EXISTS postings (
  seq INTEGER PRIMARY KEY, org TEXT NOT NULL, document_id TEXT NOT NULL, account_id TEXT NOT NULL REFERENCES accounts, date TEXT NOT NULL,
  cents INTEGER NOT NULL, tax_type TEXT NOT NULL, label TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS postings_document ON postings (document_id);
-- What the postings of each day sum to, kept by triggers: the trial balance of any date is read from here.
CREATE TABLE IF NOT EXISTS daily (
  org TEXT NOT NULL, date TEXT NOT NULL, account_id TEXT NOT NULL, cents INTEGER NOT NULL, PRIMARY KEY (org, date, account_id)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS posting_added AFTER INSERT ON postings BEGIN
  INSERT INTO daily VALUES (NEW.org, NEW.date, NEW.account_id, NEW.cents)
  ON CONFLICT DO UPDATE SET cents = cents + excluded.cents;
END;
CREATE TRIGGER IF NOT EXISTS posting_removed AFTER DELETE ON postings BEGIN
  UPDATE daily SET cents = cents - OLD.cents WHERE org = OLD.org AND date = OLD.date AND account_id = OLD.account_id;
END;
CREATE TRIGGER IF NOT EXISTS posting_kept BEFORE UPDATE ON postings BEGIN
  SELECT RAISE(ABORT, 'a posting is never changed, only removed with its document''s others');
END;

CREATE TABLE IF NOT EXISTS tokens (
  digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, kind TEXT NOT NULL, expires_ms INTEGER NOT NULL, used_ms INTEGER,
  scope TEXT NOT NULL, consented INTEGER NOT NULL) WITHOUT ROWID;

-- What the page of consent gave, to be exchanged for tokens once.
CREATE TABLE IF NOT EXISTS codes (
  digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, challenge TEXT NOT NULL, scope TEXT NOT NULL,
  expires_ms INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS idempotency (
  client_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, expires_ms INTEGER NOT NULL, status INTEGER NOT NULL,
  content_type TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (client_id, key)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS windows (scope TEXT PRIMARY KEY, start_ms INTEGER NOT NULL, calls INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS calls (
  seq INTEGER PRIMARY KEY, org TEXT, client_id TEXT, at_ms INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
  status INTEGER NOT NULL, note TEXT NOT NULL, took_us INTEGER NOT NULL, idempotency_key TEXT, elements INTEGER, counted INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS calls_org ON calls (org, at_ms);

-- What the query planner believes about sizes: few documents have one number, many have one kind. Without it, it would
-- walk through all documents in order of change to find a number.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('documents', 'sqlite_autoindex_documents_1', '100000 1'),
  ('documents', 'documents_updated', '100000 50000 20000 10 1'),
  ('documents', 'documents_number', '100000 50000 20000 1'),
  ('documents', 'documents_text', '100000 50000 20000 1'),
  ('documents', 'documents_contact', '100000 50000 20000 500'),
  ('documents', 'documents_target', '20000 1');
ANALYZE sqlite_master;
