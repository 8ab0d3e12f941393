/// An answer of an API as the store keeps it: of a look-up, for all runs until its time ends; or a page of a source, for
/// one run until it is published.
package struct AnswerRecord: Sendable, Hashable {
  /// What was asked, as text that is the same in every run: a hash.
  package var key: String
  /// The API's name in the pipeline file, or the provider's.
  package var api: String
  package var method: String
  /// What was asked, without credentials.
  package var url: String
  /// What it is about, as people read it: the parts of a look-up's key.
  package var subject: String?
  package var status: Int
  /// The answer's headers as a JSON array of pairs.
  package var headers: String
  package var body: [UInt8]
  /// Whether a look-up found something; nil for a page.
  package var found: Bool?
  /// Requests that it took.
  package var attempts: Int
  package var fetchedAt: StoreTime
  /// When it may be dropped; nil for an answer that belongs to its run.
  package var expiresAt: StoreTime?
  /// The run that it is kept for; nil for an answer that all runs share.
  package var runID: String?

  package init(
    key: String, api: String, method: String = "GET", url: String, subject: String? = nil, status: Int = 200,
    headers: String = "[]", body: [UInt8] = [], found: Bool? = nil, attempts: Int = 1, fetchedAt: StoreTime,
    expiresAt: StoreTime? = nil, runID: String? = nil
  ) {
    self.key = key
    self.api = api
    self.method = method
    self.url = url
    self.subject = subject
    self.status = status
    self.headers = headers
    self.body = body
    self.found = found
    self.attempts = attempts
    self.fetchedAt = fetchedAt
    self.expiresAt = expiresAt
    self.runID = runID
  }
}

/// An answer to which rows are tied.
package struct AnswerOriginRecord: Sendable, Hashable {
  /// What the rows hold: this answer, and no later one of the same key.
  package var id: String
  /// The answer's key in `http_responses`.
  package var key: String
  package var provider: String
  /// When it was fetched; nil for the newest answer to the key.
  package var fetchedAt: StoreTime?

  package init(id: String, key: String, provider: String, fetchedAt: StoreTime? = nil) {
    self.fetchedAt = fetchedAt
    self.id = id
    self.key = key
    self.provider = provider
  }
}

/// How long a look-up's answers are good, by whether something was found. Zero keeps them for the run alone.
package struct AnswerAge: Sendable, Hashable {
  package var found: Duration
  package var notFound: Duration

  package init(found: Duration, notFound: Duration) {
    self.found = found
    self.notFound = notFound
  }

  /// How long an answer is good.
  package func limit(found isFound: Bool) -> Duration { isFound ? found : notFound }
}

/// What the store says of a key that a run wants to know.
package enum AnswerClaim: Sendable, Hashable {
  case remembered(AnswerRecord)
  /// Nobody has it: the run is to ask, and to `keep` the answer or to `release` the key.
  case claimed
  /// Another run is asking for it.
  case foreign
}
