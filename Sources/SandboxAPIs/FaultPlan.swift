/// What shall go wrong with a request, and with which requests of many.
///
/// Written as `status=503,first=2`: kinds and conditions, separated by commas. All of them are in ``grammar``.
struct FaultPlan: Sendable {
  enum Kind: Equatable, Sendable {
    case status(Int)
    case reset
    case half
    case html
    case hang
    case slow(milliseconds: Int)
    case wrongTotal(Int)
    case stuckCursor
    case bodyStatus(String)
    case cut
    case batch(BatchFault)
  }

  /// What is wrong with an answer to many questions at once.
  enum BatchFault: String, Sendable {
    /// One is not answered.
    case missing
    /// One is answered twice.
    case twice
    /// One that was not asked is answered.
    case unknown
  }

  /// Waits before anything else happens, with every request.
  var latencyMilliseconds = 0
  /// Holds every request but the first until so many have been in flight at once.
  var gather = 0
  var kind: Kind?
  /// Seconds, as a number of seconds or as an HTTP date.
  var retryAfter: Int?
  var retryAfterDate: Int?
  /// Only the first requests of the counter.
  var first: Int?
  /// Only every n-th request of the counter.
  var each: Int?
  /// Each URL has a counter of its own.
  var perURL = false
  /// All specs as they were written: the counter's name.
  var name = ""

  static let grammar = """
    latency=MS               wait before answering
    gather=N                 hold all but the first until N are in flight at once, at most 10 s
    status=CODE              answer with that status
    retry-after=SECONDS      with status: Retry-After as seconds
    retry-after-date=SECONDS with status: Retry-After as an HTTP date so many seconds ahead
    reset                    reset the connection before any header
    half                     promise the whole body, send half of it, close
    html                     an HTML page with status 200
    hang                     never answer
    slow=MS                  64 bytes of the body at a time, with a pause
    wrong-total=N            page numbers and totals claim N rows
    stuck-cursor             the next cursor is the one that was sent
    cut                      half of the body, as if it were the whole
    batch=missing            a geocoder's batch lacks an answer; twice: has one twice; unknown: one to nothing
    body-status=STATUS       geocoding answers that status in its body, exchange rates that error-type, CKAN that
                             type of error, the census that HTTP status with its sporadic error
    first=N  each=N          only the first N requests, only every N-th one
    per=url                  count each URL on its own
    id=NAME                  a counter of your own
    """

  /// Adds the items of one spec.
  mutating func add(_ spec: String) throws(SandboxError) {
    name += name.isEmpty ? spec : "," + spec
    for item in spec.split(separator: ",") {
      let key = item.prefix { $0 != "=" }
      let value = item.dropFirst(key.count + 1)
      switch key {
      case "latency": latencyMilliseconds = try Self.number(value, of: key, in: 0...600_000)
      case "gather": gather = try Self.number(value, of: key, in: 0...10_000)
      case "status": kind = .status(try Self.number(value, of: key, in: 200...599))
      case "retry-after": retryAfter = try Self.number(value, of: key, in: 0...86_400)
      case "retry-after-date": retryAfterDate = try Self.number(value, of: key, in: 0...86_400)
      case "reset": kind = .reset
      case "half": kind = .half
      case "html": kind = .html
      case "hang": kind = .hang
      case "slow": kind = .slow(milliseconds: try Self.number(value, of: key, in: 0...60_000))
      case "wrong-total": kind = .wrongTotal(try Self.number(value, of: key, in: 0...1_000_000_000))
      case "stuck-cursor": kind = .stuckCursor
      case "cut": kind = .cut
      case "batch":
        guard let fault = BatchFault(rawValue: String(value)) else {
          throw SandboxError(message: "fault batch takes missing, twice or unknown")
        }
        kind = .batch(fault)
      case "body-status": kind = .bodyStatus(String(value))
      case "first": first = try Self.number(value, of: key, in: 0...1_000_000_000)
      case "each": each = try Self.number(value, of: key, in: 1...1_000_000_000)
      case "per" where value == "url": perURL = true
      case "id": break
      default: throw SandboxError(message: "unknown fault \"\(item)\"; there are:\n\(Self.grammar)")
      }
    }
  }

  /// Says whether the fault strikes the request with this number, counted from 1.
  func strikes(_ number: Int) -> Bool {
    if let first, number > first { return false }
    if let each, !number.isMultiple(of: each) { return false }
    return true
  }

  private static func number(
    _ text: Substring, of key: Substring, in range: ClosedRange<Int>
  ) throws(SandboxError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw SandboxError(message: "fault \(key) takes a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
