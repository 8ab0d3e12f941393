internal import AssayStore
internal import Glibc

/// The file of a report.
struct WrittenReport: Sendable, Hashable {
  var kind: String
  /// Absolute.
  var path: String
}

/// Brings the reports of a run where they go.
struct ReportWriter {
  let options: RunOptions
  /// Takes lines for who watches the run.
  let console: @Sendable (String) -> Void

  /// Writes the reports that the pipeline file, the call and the environment ask for.
  ///
  /// One that cannot be written makes the run an error with exit code 3, unless nobody but the environment asked for it.
  /// - Returns: The files that were written whole.
  func write(_ declared: [ReportDeclaration], of report: inout RunReport) -> [WrittenReport] {
    let told = report
    var written: [WrittenReport] = []
    let context = ReportContext(
      environment: options.environment, workingDirectory: currentFolder, size: { bytes(of: $0) })
    for declaration in declared {
      let deliveries = declaration.report.deliveries(told, context)
      for delivery in deliveries {
        if let failure = bring(delivery, isRelative: true, run: told.runID) {
          breaks(&report, failure)
        } else if case .file(let path, _) = delivery {
          written.append(WrittenReport(kind: declaration.kind, path: absolutePath(target(path, isRelative: true))))
        }
      }
    }
    for requested in options.reports {
      for delivery in requested.report.deliveries(told, context) {
        guard let failure = bring(delivery, isRelative: false, run: told.runID) else {
          if case .file(let path, _) = delivery {
            written.append(WrittenReport(kind: requested.kind, path: absolutePath(path)))
          }
          continue
        }
        if requested.isAutomatic {
          report.messages.append(
            "the report '\(requested.kind)' is left out, since it could not be written: \(failure)")
        } else {
          breaks(&report, failure)
        }
      }
    }
    return written
  }

  private func target(_ path: String, isRelative: Bool) -> String {
    let isBeside = isRelative && !path.hasPrefix("/") && !options.directory.isEmpty
    return isBeside ? "\(options.directory)/\(path)" : path
  }

  private func breaks(_ report: inout RunReport, _ failure: String) {
    report.messages.append("the report could not be written: \(failure)")
    if [0, 1, 4].contains(report.exitCode) { report.exitCode = 3 }
    report.outcome = .error
  }

  /// - Returns: Why it could not be written; nil where it was.
  private func bring(_ delivery: ReportDelivery, isRelative: Bool, run: String) -> String? {
    do {
      switch delivery {
      case .console(let text): console(text)
      case .append(let path, let text): try appendToFile(Array(text.utf8), path)
      case .file(let path, let text):
        let target = target(path, isRelative: isRelative)
        try makeFolders(for: target, shown: path)
        let file = try StagedFile(target: target, run: run)
        try file.write(Array(text.utf8))
        // A gate's few milliseconds are not spent on waiting for the disk: what a failure of power takes, the next run
        // tells again, and what was published is in the store.
        try file.finish(isDurable: false).publish(isDurable: false)
      }
      return nil
    } catch {
      return "\(error)"
    }
  }
}

/// The folder that the program was started in; empty where it has no name any more.
private var currentFolder: String {
  guard let path = getcwd(nil, 0) else { return "" }
  defer { free(path) }
  return String(cString: path)
}

private func bytes(of path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
