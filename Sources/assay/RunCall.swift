internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// The options of a call of `assay run` that shape its run, so that a later one can be called alike.
struct RunCall {
  /// Options with absolute paths, secrets masked.
  var arguments: [String]
  /// The run that it does again; nil for any other.
  var rerunOf: String?

  /// Whether a newer Assay wrote it, whose options may mean what this one does not know.
  private(set) var isNewer = false

  private static let version: Int64 = 1

  init(_ arguments: [String], rerunOf: String?, mask: SecretMask) {
    self.arguments = arguments.map { mask.apply(to: $0) }
    self.rerunOf = rerunOf
  }

  /// The call of a run of the ledger. Of one that an older version made, its params are all that is known.
  init(of run: RunRecord) {
    if let call = run.call, case .object(let object)? = try? JSONParser.parse(call) {
      arguments = Self.texts(object["arguments"])
      if case .string(let id)? = object["rerun_of"] { rerunOf = id }
      if case .integer(let version)? = object["version"] { isNewer = version > Self.version }
      return
    }
    arguments = []
    guard case .object(let params)? = try? JSONParser.parse(run.params) else { return }
    for param in params.members {
      if case .string(let value) = param.value { arguments += ["--param", "\(param.name)=\(value)"] }
    }
  }

  /// As the ledger keeps it.
  var text: String {
    var object = JSONObject([
      ("version", .integer(Self.version)), ("arguments", .array(arguments.map { .string($0) })),
    ])
    if let rerunOf { object.set("rerun_of", to: .string(rerunOf)) }
    return JSONValue.object(object).text
  }

  /// The first argument that held a secret, which the ledger does not have; nil where none did.
  var masked: String? { arguments.first { $0.contains(SecretMask.replacement) } }

  /// Whether the run was of some of its pipeline's steps alone.
  var isOfPart: Bool { arguments.contains("--only") || arguments.contains("--from-step") }

  private static func texts(_ value: JSONValue?) -> [String] {
    (value?.elements ?? []).compactMap { if case .string(let text) = $0 { text } else { nil } }
  }
}

extension RunCommand {
  /// What of this call shapes the run.
  func call(_ mask: SecretMask) -> RunCall {
    var words: [String] = []
    for param in pipeline.params { words += ["--param", param] }
    if let file = pipeline.envFile { words += ["--env-file", absolutePath(file)] }
    if gate.failOn != .fail { words += ["--fail-on", gate.failOn.rawValue] }
    if let score = gate.minScore { words += ["--min-score", "\(score)"] }
    for report in gate.reports { words += ["--report", absolutePath(report)] }
    if let file = gate.baseline { words += ["--baseline", absolutePath(file)] }
    if fullRefresh { words.append("--full-refresh") }
    if let limit { words += ["--limit", "\(limit)"] }
    if let until { words += ["--until", until] }
    if let only = selecting.only { words += ["--only", only] }
    if let step = selecting.fromStep { words += ["--from-step", step] }
    return RunCall(words, rerunOf: origin.rerunOf, mask: mask)
  }
}
