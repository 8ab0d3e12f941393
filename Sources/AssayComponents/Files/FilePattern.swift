internal import AssayEngine
internal import Glibc

/// A `path` of the pipeline file: one file, or a pattern such as `in/*.csv`.
enum FilePattern {
  /// The files of a path in the order of their names. Throws where there is none, or where it is a folder.
  static func files(_ written: String, _ context: RunContext) throws -> [String] {
    let path = context.path(written)
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw RunFailure("'\(written)' is a folder, not a file; a pattern such as '\(written)/*' reads the files in it")
      }
      return [path]
    }
    let error = errno
    guard written.contains(where: { "*?[".contains($0) }) else {
      let known = error == ENOENT ? "there is no file '\(written)'" : "'\(written)' cannot be read: \(errorText(error))"
      throw RunFailure(path == written ? known : "\(known) (looked for \(path))")
    }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(path, 0, nil, &found) == 0, found.gl_pathc > 0 else {
      throw RunFailure("no file matches '\(written)'")
    }
    var files: [String] = []
    for index in 0..<Int(found.gl_pathc) {
      guard let name = found.gl_pathv[index] else { continue }
      if stat(name, &status) == 0, status.st_mode & S_IFMT != S_IFDIR { files.append(String(cString: name)) }
    }
    if files.isEmpty { throw RunFailure("'\(written)' matches folders only, no file") }
    // Byte order, whatever the locale says: the order of rows must not depend on the machine.
    return files.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }
}

/// What the system says of an error number.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
