internal import Glibc

/// What tells whether a file has changed.
struct FileStamp: Hashable {
  var inode: UInt
  var size: Int
  var seconds: Int
  var nanoseconds: Int
}

/// The pipeline files that folders and paths lead to.
package struct PipelineFolder: Sendable {
  /// Files, and folders whose files that end in `.yaml` or `.yml` are meant, without those of folders within.
  package var paths: [String]

  package init(_ paths: [String]) { self.paths = paths }

  /// The files in the order of their paths. A path that is not there is no fault: it may come.
  package func files() -> [String] {
    var found: [String] = []
    for path in paths {
      guard let folder = opendir(path) else {
        if access(path, F_OK) == 0 { found.append(path) }
        continue
      }
      defer { closedir(folder) }
      let base = path.hasSuffix("/") ? path : path + "/"
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
          place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        let isPipeline = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        if isPipeline, !name.hasPrefix(".") { found.append(base + name) }
      }
    }
    return Set(found).sorted()
  }

  func stamps() -> [String: FileStamp] {
    var stamps: [String: FileStamp] = [:]
    for file in files() {
      var about = stat()
      guard stat(file, &about) == 0, about.st_mode & S_IFMT == S_IFREG else { continue }
      stamps[file] = FileStamp(
        inode: UInt(about.st_ino), size: Int(about.st_size), seconds: Int(about.st_mtim.tv_sec),
        nanoseconds: Int(about.st_mtim.tv_nsec))
    }
    return stamps
  }
}
