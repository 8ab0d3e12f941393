internal import AssayFormats
package import AssayHTTP
package import AssayStore
internal import Glibc

/// A folder with the exchanges of a run, from which it can be run again without a network.
///
/// `recording.json` says what was run and when; each exchange is a text file in the folder of the source or step that
/// sent it (`RecordedExchange.text`).
package struct Recording: Sendable {
  package var folder: String
  package var pipeline: String
  package var definitionSHA256: String
  package var startedAt: StoreTime
  package var params: [String: String]
  /// The variables of the environment that the pipeline took, without secrets.
  package var environment: [String: String]
  /// The exchanges by the source or step that sent them and by what was asked, in the order of their numbers.
  package internal(set) var exchanges: [String: [RecordedExchange]] = [:]
  /// SHA-256 over all files of the recording.
  package internal(set) var hash = ""

  static let version: Int64 = 1
  static let headName = "recording.json"

  /// A recording that begins.
  package init(
    folder: String, pipeline: String, definitionSHA256: String, startedAt: StoreTime, params: [String: String],
    environment: [String: String]
  ) {
    self.folder = folder
    self.pipeline = pipeline
    self.definitionSHA256 = definitionSHA256
    self.startedAt = startedAt
    self.params = params
    self.environment = environment
  }

  /// Reads a recording whole. Throws a `TapeFailure` that names the file at fault.
  package init(reading folder: String) throws {
    let head = "\(folder)/\(Self.headName)"
    guard let data = try? contents(of: head) else {
      throw TapeFailure("'\(folder)' is no recording: there is no \(head)")
    }
    guard let json = try? JSONParser.parse(data), case .string(let pipeline)? = json["pipeline"],
      case .string(let sha)? = json["definition_sha256"], case .string(let start)? = json["started_at"],
      let startedAt = StoreTime(text: start), case .integer(let version)? = json["version"]
    else { throw TapeFailure("\(head) is not what a recording begins with") }
    guard version == Self.version else {
      throw TapeFailure("\(head): the recording has version \(version), and this Assay knows version \(Self.version)")
    }
    self.init(
      folder: folder, pipeline: pipeline, definitionSHA256: sha, startedAt: startedAt,
      params: Self.texts(json["params"]), environment: Self.texts(json["environment"]))
    var digests = [sha256Hex(data)]
    for name in Self.exchangeFiles(in: folder) {
      guard let bytes = try? contents(of: "\(folder)/\(name)") else {
        throw TapeFailure("\(folder)/\(name) cannot be read")
      }
      digests.append("\(name) \(sha256Hex(bytes))")
      let exchange: RecordedExchange
      do {
        exchange = try RecordedExchange(text: bytes)
      } catch {
        throw TapeFailure("\(folder)/\(name): \(error)")
      }
      let user = String(name.prefix { $0 != "/" })
      exchanges[Self.key(exchange, of: user), default: []].append(exchange)
    }
    hash = sha256Hex(Array(digests.joined(separator: "\n").utf8))
  }

  /// What an exchange is found by. Texts are masked already, so that it is the key of the request that is asked again.
  private static func key(_ exchange: RecordedExchange, of user: String) -> String {
    "\(user)/\(RequestKey(exchange.method, url: exchange.url, body: exchange.body))"
  }

  /// Starts a folder anew: an earlier recording in it is removed, any other folder that holds something is refused.
  func begin() throws {
    let found = names(in: folder)
    if !found.isEmpty {
      guard found.contains(Self.headName) else {
        throw TapeFailure("'\(folder)' holds files, and is no recording: name another folder")
      }
      for name in Self.exchangeFiles(in: folder) where unlink("\(folder)/\(name)") != 0 {
        throw TapeFailure("\(folder)/\(name) cannot be removed: \(String(cString: strerror(errno)))")
      }
    }
    do throws(RunFailure) {
      try makeFolders(for: "\(folder)/\(Self.headName)", shown: "\(folder)/\(Self.headName)")
    } catch {
      throw TapeFailure(error.message)
    }
    let head: JSONValue = .object([
      "version": .integer(Self.version), "pipeline": .string(pipeline), "definition_sha256": .string(definitionSHA256),
      "started_at": .string(startedAt.text), "params": Self.object(params), "environment": Self.object(environment),
    ])
    try writeWhole(Array((head.prettyText + "\n").utf8), to: "\(folder)/\(Self.headName)")
  }

  /// `USER/NAME.http`, sorted, so that the numbers of equal requests stand in order.
  private static func exchangeFiles(in folder: String) -> [String] {
    let found = names(in: folder).flatMap { user in
      names(in: "\(folder)/\(user)").filter { $0.hasSuffix(".http") }.map { "\(user)/\($0)" }
    }
    return found.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
  }

  private static func texts(_ value: JSONValue?) -> [String: String] {
    guard case .object(let object)? = value else { return [:] }
    var texts: [String: String] = [:]
    for member in object.members { if case .string(let text) = member.value { texts[member.name] = text } }
    return texts
  }

  private static func object(_ texts: [String: String]) -> JSONValue {
    var object = JSONObject()
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) { object.set(name, to: .string(text)) }
    return .object(object)
  }
}

/// Writes a file under another name and renames it, so that nobody reads half of it.
func writeWhole(_ bytes: [UInt8], to path: String) throws(TapeFailure) {
  let temporary = "\(path).part"
  guard let file = fopen(temporary, "w") else {
    throw TapeFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
  }
  let written = fwrite(bytes, 1, bytes.count, file)
  let isClosed = fclose(file) == 0
  guard written == bytes.count, isClosed, rename(temporary, path) == 0 else {
    let reason = String(cString: strerror(errno))
    unlink(temporary)
    throw TapeFailure("\(path) cannot be written: \(reason)")
  }
}
