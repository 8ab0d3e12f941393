internal import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import Glibc

/// The pipeline that `assay check FILE` runs: one source, its metrics, no output.
package struct FileCheck: Sendable {
  /// The formats that a file can be read as.
  package enum Format: String, CaseIterable, Sendable {
    case csv, json, jsonl, xml, sqlite
  }

  package var file: String
  /// The format; told by the file's name where it is not given.
  package var format: Format?
  package var delimiter: String?
  package var encoding: String?
  /// JSONPath or XML element of the records.
  package var records: String?
  /// The table of a SQLite file.
  package var table: String?
  package var profile = false
  /// Whether everything is measured that checks can be suggested from.
  package var suggests = false

  package init(file: String) { self.file = file }

  /// Whether all can be measured that suggestions need without anybody waiting for it: at most 4 MiB of text.
  package var isSmall: Bool {
    var status = stat()
    guard stat(file, &status) == 0 else { return false }
    return Int(status.st_size) <= (file.lowercased().hasSuffix(".gz") ? 512 << 10 : 4 << 20)
  }

  /// The pipeline, or what is wrong with the call.
  package func definition() throws(RunFailure) -> PipelineDefinition {
    var status = stat()
    if stat(file, &status) != 0 { throw RunFailure("there is no file '\(file)'") }
    if status.st_mode & S_IFMT == S_IFDIR { throw RunFailure("'\(file)' is a folder, not a file") }
    let name = baseName
    var definition = PipelineDefinition()
    definition.name = name
    var common = SourceCommon()
    // Whether no rows are a fault is the check's to say, not the source's.
    common.onEmpty = .pass
    let (kind, source) = try makeSource()
    definition.sources = [
      SourceDeclaration(name: name, kind: kind, location: .start, common: common, source: source)
    ]
    var checks = DatasetChecks(dataset: name, location: .start)
    checks.profile = profile
    checks.suggests = suggests
    definition.checks = [checks]
    return definition
  }

  /// The source as a pipeline file has it, with the file at `path`; nil for a call that is wrong.
  func sourceKeys(path: String) -> (kind: String, keys: [(name: String, value: String)])? {
    guard let known = try? format ?? formatOfName() else { return nil }
    var keys = [(name: "path", value: YAMLText.quoted(path))]
    func add(_ name: String, _ value: String?) {
      if let value { keys.append((name, YAMLText.quoted(value))) }
    }
    switch known {
    case .csv:
      add("delimiter", delimiter ?? (ending == "tsv" ? "\\t" : nil))
      add("encoding", encoding)
      return ("csv", keys)
    case .json, .jsonl:
      if known == .jsonl { keys.append(("lines", "true")) }
      add("encoding", encoding)
      add("records", records)
      return ("json", keys)
    case .xml:
      add("records", records)
      add("encoding", encoding)
      return ("xml", keys)
    case .sqlite:
      add("table", table)
      return ("sqlite", keys)
    }
  }

  /// The file's name without folders, the ending of its format and characters that a name cannot have.
  private var baseName: String {
    let file = file.split(separator: "/").last ?? "file"
    let stem = file.prefix { $0 != "." }
    let name = String(stem.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" ? $0 : "_" })
    return name.isEmpty ? "file" : name
  }

  private func makeSource() throws(RunFailure) -> (String, any Source) {
    let known = if let format { format } else { try formatOfName() }
    switch known {
    case .csv:
      var source = CSVSource()
      source.path = file
      source.text.delimiter = delimiter ?? (ending == "tsv" ? "\\t" : ",")
      if let fault = source.text.fault { throw RunFailure(fault) }
      source.encoding = try textEncoding()
      return ("csv", source)
    case .json, .jsonl:
      var source = JSONSource()
      source.path = file
      source.lines = known == .jsonl
      source.encoding = try textEncoding()
      if let records {
        do throws(JSONPathFault) {
          source.records = RecordPath(path: try JSONPath(records), text: records)
        } catch {
          throw RunFailure("'\(records)' is no JSONPath: \(error)")
        }
      }
      return ("json", source)
    case .xml:
      var source = XMLSource()
      source.path = file
      source.records = records
      source.encoding = try textEncoding()
      return ("xml", source)
    case .sqlite:
      guard let table else { throw RunFailure("a SQLite file needs --table, the table that is checked") }
      var source = SQLiteSource()
      source.path = file
      source.table = table
      return ("sqlite", source)
    }
  }

  private func textEncoding() throws(RunFailure) -> TextEncodingName? {
    guard let encoding else { return nil }
    do throws(FormatFault) {
      return TextEncodingName(encoding: try TextEncoding(named: encoding))
    } catch {
      throw RunFailure(error.message)
    }
  }

  /// What the file's name ends in, apart from `.gz`, in small letters.
  private var ending: String {
    let name = file.lowercased()
    return (name.hasSuffix(".gz") ? name.dropLast(3) : name[...]).split(separator: ".").last.map(String.init) ?? ""
  }

  private func formatOfName() throws(RunFailure) -> Format {
    switch ending {
    case "csv", "tsv", "txt": return .csv
    case "json", "geojson": return .json
    case "jsonl", "ndjson": return .jsonl
    case "xml": return .xml
    case "db", "sqlite", "sqlite3": return .sqlite
    default:
      throw RunFailure(
        "the name '\(file)' does not tell its format; say it with --format \(Format.allCases.map(\.rawValue).joined(separator: "|"))"
      )
    }
  }
}
