internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP
internal import AssayStore
internal import Foundation

/// A pipeline file as a command is given it: read, filled and checked whole.
struct PipelineFile {
  var path: String
  var text: String
  var result: PipelineDecoder.Result

  /// The folder that relative paths start at; empty for the current one.
  var directory: String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Reads the file. Faults of the file are in the result; what keeps it from being read at all ends the command.
  /// - Parameters:
  ///   - text: Its text, where it was read before; nil to read it now.
  ///   - clock: The run's time, of which the day is its logical date.
  ///   - replays: The recording that is answered from: its params and environment stand where the call gives none, and
  ///     secrets need not be set.
  ///   - unsetInNotifiersIsFault: Whether variables that notifiers need must be set; as elsewhere by default.
  init(
    _ path: String, text known: String? = nil, params: [String], envFile: String?, unsetIsFault: Bool,
    clock: RunClock = RunClock(), replays: Recording? = nil, unsetInNotifiersIsFault: Bool? = nil,
    say: (String) -> Void = Terminal.error
  ) throws {
    self.path = path
    let text = try known ?? Self.read(path, "pipeline file")
    self.text = text
    var values = replays?.params ?? [:]
    for param in params {
      guard let equals = param.firstIndex(of: "="), equals != param.startIndex else {
        Terminal.error("error: --param takes NAME=VALUE, not '\(param)'")
        throw ExitStatus(code: 2)
      }
      values[String(param[..<equals])] = String(param[param.index(after: equals)...])
    }
    var environment = try Self.environment(envFile, beside: path, say)
    environment.merge(replays?.environment ?? [:]) { real, _ in real }
    var variables = Variables(
      environment: environment, runDay: clock.day, unsetIsFault: unsetIsFault)
    if replays != nil { variables.secretStandIn = SecretMask.replacement }
    let decoder = PipelineDecoder(
      catalogue: .standard, variables: variables, params: values,
      unsetInNotifiersIsFault: unsetInNotifiersIsFault)
    result = decoder.decode(text)
  }

  /// The process's environment over that of the `.env` file beside the pipeline, or of the one that was named.
  private static func environment(
    _ named: String?, beside pipeline: String, _ say: (String) -> Void
  ) throws -> [String: String] {
    let process = ProcessInfo.processInfo.environment
    let file = named ?? (pipeline.lastIndex(of: "/").map { String(pipeline[...$0]) } ?? "") + ".env"
    guard named != nil || FileManager.default.fileExists(atPath: file) else { return process }
    let (values, badLines) = EnvironmentFile.parse(try read(file, "environment file"))
    for line in badLines { say("\(file):\(line): warning: this is no NAME=value line, and is left out") }
    return values.merging(process) { _, real in real }
  }

  private static func read(_ path: String, _ what: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      Terminal.error("error: there is no \(what) '\(path)'")
      throw ExitStatus(code: 2)
    }
    if isFolder.boolValue {
      Terminal.error("error: '\(path)' is a folder, not a \(what)")
      throw ExitStatus(code: 2)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      Terminal.error("error: the \(what) '\(path)' cannot be read")
      throw ExitStatus(code: 2)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      Terminal.error("error: the \(what) '\(path)' is not UTF-8")
      throw ExitStatus(code: 2)
    }
    return text
  }

  /// Says what is wrong with the file, masked, on stderr.
  func report(_ diagnostics: [Diagnostic]) {
    if diagnostics.isEmpty { return }
    let mask = SecretMask(result.secrets)
    let rendering = DiagnosticRendering(file: path, text: text, mask: { mask.apply(to: $0) })
    Terminal.error(mask.apply(to: rendering.report(diagnostics)))
    let context = ReportContext(
      environment: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath)
    let annotations = FaultAnnotations(diagnostics, file: path, mask: mask).lines(context)
    if !annotations.isEmpty { Terminal.write(annotations, to: 2) }
  }
}
