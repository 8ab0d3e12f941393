internal import Glibc

/// A path without `.`, doubled slashes and names that `..` takes back: two spellings of one file are one.
package func normalizedPath(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
  }
  return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}

extension PipelineDefinition {
  /// Files that a run would write over: the pipeline itself, the store, what sources read, another output or report.
  ///
  /// Told before anything runs, as one sentence each.
  package func clashes(_ options: RunOptions) -> [String] {
    func place(_ path: String) -> String {
      let joined = path.hasPrefix("/") || options.directory.isEmpty ? path : "\(options.directory)/\(path)"
      return absolute(joined)
    }
    var taken: [String: String] = [absolute(options.file): "the pipeline file"]
    if let baseline = options.baselinePath { taken[absolute(baseline)] = "the baseline" }
    for source in sources {
      if let file = source.source.file { taken[place(file)] = "the file that source '\(source.name)' reads" }
    }
    var clashes: [String] = []
    if let store = options.storePath {
      if let other = taken[absolute(store)] { clashes.append("the store '\(store)' is \(other)") }
      taken[absolute(store)] = "the store"
      for end in ["-wal", "-shm", "-journal"] { taken[absolute(store) + end] = "a file of the store" }
    }
    var written: [(place: String, what: String, shared: Bool)] = []
    for source in sources {
      if let file = source.source.download { written.append((place(file), "the download of '\(source.name)'", false)) }
    }
    for (index, output) in outputs.enumerated() {
      guard let file = output.output.file else { continue }
      // Several tables go into one database.
      written.append((place(file), "output \(index + 1) ('\(output.output.target)')", output.kind == "sqlite"))
    }
    for report in reports {
      for case .file(let path, _) in report.report.deliveries(RunReport(), ReportContext()) {
        written.append((place(path), "the report '\(path)'", false))
      }
    }
    for requested in options.reports {
      for case .file(let path, _) in requested.report.deliveries(RunReport(), ReportContext()) {
        written.append((absolute(path), "\(requested.option) \(path)", false))
      }
    }
    for target in written {
      if let other = taken[target.place], !(target.shared && other.hasPrefix("output")) {
        clashes.append("\(target.what) would write over \(other)")
      } else {
        taken[target.place] = target.what
      }
    }
    return clashes
  }
}

/// A path from the root, with symbolic links followed: also a last one to a file that is not there yet, as the store of a
/// first run.
private func absolute(_ path: String, links: Int = 40) -> String {
  if let resolved = realpath(path, nil) {
    defer { free(resolved) }
    return String(cString: resolved)
  }
  let name = path.split(separator: "/").last.map(String.init) ?? path
  let slash = path.lastIndex(of: "/")
  let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  if links > 0, let target = linkTarget(path) {
    return absolute(target.hasPrefix("/") ? target : "\(folder)/\(target)", links: links - 1)
  }
  guard let resolved = realpath(folder, nil) else { return normalizedPath(path) }
  defer { free(resolved) }
  let parent = String(cString: resolved)
  return parent == "/" ? "/\(name)" : "\(parent)/\(name)"
}

/// What a symbolic link says; nil where there is none.
private func linkTarget(_ path: String) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink(path, &buffer, buffer.count)
  return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
}
